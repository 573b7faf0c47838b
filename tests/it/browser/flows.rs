//! What people do all day, in a real browser: a payment matched, failed orders settled, something approved
//! by a second person; with scripts and without.

use cei_gateway::console::server::Running;
use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::payment::PaymentState;
use cei_gateway::domain::sign_in::Stage;

use crate::browser::chromium::Chromium;
use crate::browser::tab::Tab;
use crate::browser::there_is_no_browser;
use crate::console::browser::{SESSION, add_user, console, session_of};
use crate::console::money::{all_payments, owing, paid, payment};
use crate::kit::databases::Database;
use crate::kit::world::World;

/// A tab of somebody with a role who has signed in.
async fn tab_of(
    (world, console): (&World, &Running),
    browser: &mut Chromium,
    (role, scripts): (Role, bool),
) -> Tab {
    let base = format!("http://localhost:{}", console.address.port());
    let mut tab = Tab::open(browser, &base).await;
    let token = session_of(world, Some(role), Stage::Open).await;
    tab.hold(browser, SESSION, &token).await;
    if !scripts {
        tab.without_scripts(browser).await;
    }
    tab
}

#[tokio::test]
async fn a_payment_is_matched_with_two_clicks() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in [true, false] {
        let mut world = World::start(Database::sqlite().await).await;
        owing(&mut world, 1, "POPESCU ANA", 70).await;
        paid(&world, 1, &[(70, "taxa buletin pentru POPESCU ANA")]).await;
        let [found] = all_payments(&world).await.try_into().unwrap();
        let console = console(&world);
        let who = (Role::PaymentsOperator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        tab.go(&mut browser, "/payments").await;
        let link = format!("main a[href=\"/payments/{}\"]", found.number);
        assert_eq!(tab.follow(&mut browser, &link).await, 200);
        let button = "form[action$=\"/match\"] button[type=submit]";
        assert_eq!(tab.follow(&mut browser, button).await, 200);
        assert!(
            tab.path(&mut browser)
                .await
                .ends_with("?done=PAYMENT_MATCHED")
        );
        assert_eq!(payment(&world, &found).await.state, PaymentState::Matched);
        assert_eq!(tab.complaints(&mut browser), [""; 0]);
        console.stop().await;
    }
}

#[tokio::test]
async fn all_failed_orders_of_a_cause_are_settled_with_one_decision() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in [true, false] {
        let mut world = World::start(Database::sqlite().await).await;
        world.ready_many(2).await;
        world.settle().await;
        world.pass(chrono::TimeDelta::days(1));
        world.settle().await;
        let failed = world.try_to_deliver(DeliveryVerdict::Permanent, 413).await;
        assert!(!failed.is_empty());
        let console = console(&world);
        let who = (Role::Operator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        tab.go(&mut browser, "/failed-orders").await;
        assert_eq!(tab.follow(&mut browser, "#causes-card h3 a").await, 200);
        let before = tab.text(&mut browser).await;
        assert!(before.contains(&failed[0]), "{before}");
        // The likeliest decision leads to the page that counts what it will do.
        assert_eq!(tab.follow(&mut browser, ".bulk button").await, 200);
        tab.fill(&mut browser, "#reason", "the bureau takes larger files now")
            .await;
        let confirm = "main form[method=post] button[type=submit]";
        assert_eq!(tab.follow(&mut browser, confirm).await, 200);
        let path = tab.path(&mut browser).await;
        assert!(path.starts_with("/failed-orders/decisions/"), "{path}");
        assert_eq!(tab.complaints(&mut browser), [""; 0]);
        console.stop().await;
    }
}

#[tokio::test]
async fn what_one_person_asks_for_another_approves() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in [true, false] {
        let world = World::start(Database::sqlite().await).await;
        let console = console(&world);
        add_user(&world, "ana", Role::Viewer).await;
        let desk = (&world, &console);
        let asks = tab_of(desk, &mut browser, (Role::Administrator, scripts)).await;
        asks.go(&mut browser, "/settings/users").await;
        asks.press(&mut browser, "tr.below:has(#device-ana) summary")
            .await;
        asks.fill(&mut browser, "#device-ana", "the telephone is lost")
            .await;
        let button = "form:has(#device-ana) button[type=submit]";
        assert_eq!(asks.follow(&mut browser, button).await, 200);
        assert_eq!(asks.path(&mut browser).await, "/requests");
        // Whoever asked has no button to approve it with.
        let none = "!document.querySelector('main .danger')";
        assert_eq!(asks.see(&mut browser, none).await, true);

        let approves = tab_of(desk, &mut browser, (Role::Supervisor, scripts)).await;
        approves.go(&mut browser, "/requests").await;
        approves
            .fill(&mut browser, "main input[name=reason]", "ana told me")
            .await;
        assert_eq!(approves.follow(&mut browser, "main .danger").await, 200);
        let text = approves.text(&mut browser).await;
        assert!(text.contains("aprobată și executată"), "{text}");
        assert_eq!(approves.complaints(&mut browser), [""; 0]);
        console.stop().await;
    }
}
