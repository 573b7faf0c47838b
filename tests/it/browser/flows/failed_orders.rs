//! One decision for the failed orders of a cause: for all of them, and for those that are ticked.

use cei_gateway::domain::delivery::DeliveryVerdict;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::order::OrderState;
use chrono::TimeDelta;

use crate::browser::chromium::Chromium;
use crate::browser::flows::{BOTH, confirm, follow, go, tab_of};
use crate::browser::there_is_no_browser;
use crate::console::browser::console;
use crate::console::failed_orders::refused_order;
use crate::kit::databases::Database;
use crate::kit::world::World;

#[tokio::test]
async fn all_failed_orders_of_a_cause_are_settled_with_one_decision() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        world.ready_many(2).await;
        world.settle().await;
        world.pass(TimeDelta::days(1));
        world.settle().await;
        let failed = world.try_to_deliver(DeliveryVerdict::Permanent, 413).await;
        assert!(!failed.is_empty());
        let console = console(&world);
        let who = (Role::Operator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        go(&tab, &mut browser, "/failed-orders").await;
        follow(&tab, &mut browser, "#causes-card h3 a").await;
        let before = tab.text(&mut browser).await;
        assert!(before.contains(&failed[0]), "{before}");
        // The likeliest decision leads to the page that counts what it will do.
        follow(&tab, &mut browser, ".bulk button").await;
        let path = confirm(&tab, &mut browser, "the bureau takes larger files now").await;
        assert!(path.starts_with("/failed-orders/decisions/"), "{path}");
        console.stop().await;
    }
}

#[tokio::test]
async fn ticked_orders_of_a_cause_are_settled_and_no_others() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        let mut failed = Vec::new();
        for _ in 0..3 {
            failed.push(refused_order(&mut world, 1, 102, "the certificate ran out").await);
        }
        let console = console(&world);
        let who = (Role::Operator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        go(&tab, &mut browser, "/failed-orders/CERTIFICATE").await;
        for order in &failed[..2] {
            let tick = format!("input[name=order][value=\"{}\"]", order.number);
            tab.press(&mut browser, &tick).await;
        }
        follow(&tab, &mut browser, ".bulk button[value=RESIGN]").await;
        let preview = tab.text(&mut browser).await;
        assert!(preview.contains("în locul a 2 comenzi"), "{preview}");
        let path = confirm(&tab, &mut browser, "it was renewed").await;
        world.settle().await;
        go(&tab, &mut browser, &path).await;
        let progress = tab.text(&mut browser).await;
        assert!(progress.contains("2 / 2"), "{progress}");
        let wanted = [
            OrderState::Cancelled,
            OrderState::Cancelled,
            OrderState::ReceiptRejected,
        ];
        let mut states = Vec::new();
        for order in &failed {
            states.push(world.order(&order.number).await.state);
        }
        assert_eq!(states, wanted);
        console.stop().await;
    }
}
