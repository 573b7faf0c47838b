//! One decision about one order, each of them on its page.

use cei_gateway::domain::application::ApplicationState;
use cei_gateway::domain::letter::LetterKind;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::order::OrderState;
use serde_json::json;

use crate::browser::chromium::Chromium;
use crate::browser::flows::{BOTH, act, assert_told, confirm, follow, go, tab_of};
use crate::browser::tab::{ENTER, TAB, Tab};
use crate::browser::there_is_no_browser;
use crate::console::browser::console;
use crate::console::failed_orders::refused_order;
use crate::kit::databases::Database;
use crate::kit::world::World;

#[tokio::test]
async fn a_refused_order_is_signed_anew_split_or_given_up_from_its_page() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        let stale = refused_order(&mut world, 2, 102, "the certificate ran out").await;
        let mixed = refused_order(&mut world, 3, 302, "line 2: the face").await;
        let lost = refused_order(&mut world, 1, 104, "not by the schema").await;
        let console = console(&world);
        let who = (Role::Operator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        let thing = |number: &str| format!("/orders/{number}");

        let done = act(&tab, &mut browser, &thing(&stale.number), "resign").await;
        assert_eq!(done, "ORDER_REPLACED");
        assert_eq!(
            world.order(&stale.number).await.state,
            OrderState::Cancelled
        );
        let new = world.orders().await.pop().unwrap();
        assert_eq!((new.replaces, new.line_count), (Some(stale.id), 2));

        let mixed_page = thing(&mixed.number);
        split_refused_line(&tab, &mut browser, &mixed_page).await;
        let lines = world.lines(&mixed).await;
        let held = world.application(lines[1].application).await;
        assert_eq!(held.state, ApplicationState::OnHold);
        // What was set aside is released from the order that it was in.
        assert_eq!(
            act(&tab, &mut browser, &mixed_page, "release").await,
            "ORDER_RELEASED"
        );
        let released = world.application(held.id).await;
        assert_eq!(released.state, ApplicationState::Ready);

        let done = act(&tab, &mut browser, &thing(&lost.number), "give-up").await;
        assert_eq!(done, "ORDER_GIVEN_UP");
        assert_eq!(world.order(&lost.number).await.state, OrderState::Cancelled);
        console.stop().await;
    }
}

/// Splits an order; the line that the bureau named is ticked already.
async fn split_refused_line(tab: &Tab, browser: &mut Chromium, thing: &str) {
    go(tab, browser, thing).await;
    follow(tab, browser, &format!("main a[href=\"{thing}/split\"]")).await;
    let ticked = "[...document.querySelectorAll('input[name=line]:checked')].map(one => one.value)";
    assert_eq!(tab.see(browser, ticked).await, json!(["2"]));
    let path = confirm(tab, browser, "the face is looked at").await;
    assert!(path.ends_with("?done=ORDER_REPLACED"), "{path}");
}

#[tokio::test]
async fn an_order_under_way_is_sent_again_set_aside_released_or_asked_about() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        let again = refused_order(&mut world, 1, 104, "not by the schema").await;
        let asked = world.received_order(1).await;
        let aside = world.sent_order(1).await;
        let console = console(&world);
        let who = (Role::Operator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;

        let thing = format!("/orders/{}", again.number);
        assert_eq!(
            act(&tab, &mut browser, &thing, "resend").await,
            "ORDER_SENT_AGAIN"
        );
        let order = world.order(&again.number).await;
        assert_eq!((order.state, order.resends), (OrderState::Queued, 1));

        let thing = format!("/orders/{}", aside.number);
        assert_eq!(
            act(&tab, &mut browser, &thing, "quarantine").await,
            "ORDER_SET_ASIDE"
        );
        assert!(world.order(&aside.number).await.quarantined);
        assert_eq!(
            act(&tab, &mut browser, &thing, "release").await,
            "ORDER_RELEASED"
        );
        assert!(!world.order(&aside.number).await.quarantined);

        let thing = format!("/orders/{}", asked.number);
        assert_eq!(
            act(&tab, &mut browser, &thing, "ask/inquiry").await,
            "ORDER_ASKED_ABOUT"
        );
        let letter = world.only_letter(&asked).await;
        assert_eq!(letter.kind, LetterKind::Inquiry);
        console.stop().await;
    }
}

/// Goes on with the key for it until the focus is on what a selector finds.
async fn reach(tab: &Tab, browser: &mut Chromium, selector: &str) {
    let is_there = format!("document.activeElement.matches({})", json!(selector));
    for _ in 0..80 {
        tab.strike(browser, TAB).await;
        if tab.see(browser, &is_there).await == true {
            return;
        }
    }
    panic!("no key leads to {selector}");
}

#[tokio::test]
async fn an_order_is_set_aside_with_the_keyboard_alone() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        let order = world.sent_order(1).await;
        let console = console(&world);
        let who = (Role::Operator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        go(&tab, &mut browser, &format!("/orders/{}", order.number)).await;
        // The first thing that a key reaches leads past the menu.
        tab.strike(&mut browser, TAB).await;
        let first = tab
            .see(&mut browser, "document.activeElement.getAttribute('href')")
            .await;
        assert_eq!(first, "#main");
        tab.strike(&mut browser, ENTER).await;
        reach(&tab, &mut browser, "main a[href$=\"/quarantine\"]").await;
        tab.strike(&mut browser, ENTER).await;
        assert_eq!(tab.arrive(&mut browser).await, 200);
        reach(&tab, &mut browser, "#reason").await;
        tab.write(&mut browser, "the bureau asked").await;
        reach(&tab, &mut browser, "main button.button").await;
        tab.strike(&mut browser, ENTER).await;
        assert_eq!(tab.arrive(&mut browser).await, 200);
        assert_told(&tab, &mut browser).await;
        assert!(world.order(&order.number).await.quarantined);
        console.stop().await;
    }
}
