//! What one person asks for and another approves.

use cei_gateway::console::server::Running;
use cei_gateway::domain::letter::LetterKind;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::order::OrderState;

use crate::browser::chromium::Chromium;
use crate::browser::flows::{BOTH, act, assert_told, follow, go, tab_of};
use crate::browser::there_is_no_browser;
use crate::console::browser::{add_user, console};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// Another person approves the only request that waits.
async fn approve_as_another(
    desk: (&World, &Running),
    browser: &mut Chromium,
    (role, scripts): (Role, bool),
) {
    let approves = tab_of(desk, browser, (role, scripts)).await;
    go(&approves, browser, "/").await;
    // The menu says that one waits.
    let tally = "document.querySelector('nav a[href=\"/requests\"] .tally')?.innerText";
    assert_eq!(approves.see(browser, tally).await, "1");
    follow(&approves, browser, "nav a[href=\"/requests\"]").await;
    approves
        .fill(browser, "main input[name=reason]", "they told me")
        .await;
    follow(&approves, browser, "main .danger").await;
    assert_told(&approves, browser).await;
    let text = approves.text(browser).await;
    assert!(text.contains("aprobată și executată"), "{text}");
}

#[tokio::test]
async fn what_one_person_asks_for_another_approves() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let world = World::start(Database::sqlite().await).await;
        let console = console(&world);
        add_user(&world, "ana", Role::Viewer).await;
        let desk = (&world, &console);
        let asks = tab_of(desk, &mut browser, (Role::Administrator, scripts)).await;
        go(&asks, &mut browser, "/settings/users").await;
        asks.press(&mut browser, "tr.below:has(#device-ana) summary")
            .await;
        asks.fill(&mut browser, "#device-ana", "the telephone is lost")
            .await;
        let button = "form:has(#device-ana) button[type=submit]";
        follow(&asks, &mut browser, button).await;
        assert_told(&asks, &mut browser).await;
        assert_eq!(asks.path(&mut browser).await, "/requests?done=REQUEST_MADE");
        // Whoever asked has no button to approve it with.
        let none = "!document.querySelector('main .danger')";
        assert_eq!(asks.see(&mut browser, none).await, true);
        world.pass(chrono::TimeDelta::seconds(10));
        approve_as_another(desk, &mut browser, (Role::Supervisor, scripts)).await;
        console.stop().await;
    }
}

#[tokio::test]
async fn an_order_that_the_bureau_has_is_cancelled_by_two() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        let order = world.received_order(1).await;
        let console = console(&world);
        let desk = (&world, &console);
        let asks = tab_of(desk, &mut browser, (Role::Operator, scripts)).await;
        let thing = format!("/orders/{}", order.number);
        let done = act(&asks, &mut browser, &thing, "ask/cancel").await;
        assert_eq!(done, "ORDER_REQUEST_MADE");
        let untouched = world.order(&order.number).await;
        assert_eq!(untouched.state, OrderState::ReceiptOk);
        assert!(world.letters_of(&order).await.is_empty());
        // The menu's figures are some seconds old.
        world.pass(chrono::TimeDelta::seconds(10));
        approve_as_another(desk, &mut browser, (Role::Supervisor, scripts)).await;
        let letter = world.only_letter(&order).await;
        assert_eq!(letter.kind, LetterKind::Cancel);
        console.stop().await;
    }
}
