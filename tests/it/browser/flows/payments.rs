//! What payments operators do: match, split to the ban, undo, mark for refund, dismiss, close a day.

use cei_gateway::domain::fee::FeeState;
use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::payment::{Channel, PaymentState};
use cei_gateway::store::days;
use chrono::{NaiveDate, TimeDelta};

use crate::browser::chromium::Chromium;
use crate::browser::flows::{
    BOTH, CONFIRM, act, assert_refused, assert_told, confirm, follow, go, tab_of,
};
use crate::browser::there_is_no_browser;
use crate::console::browser::console;
use crate::console::money::{all_payments, owing, paid, payment, reference};
use crate::kit::databases::Database;
use crate::kit::world::World;

#[tokio::test]
async fn a_payment_is_matched_with_two_clicks() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        owing(&mut world, 1, "POPESCU ANA", 70).await;
        paid(&world, 1, &[(70, "taxa buletin pentru POPESCU ANA")]).await;
        let [found] = all_payments(&world).await.try_into().unwrap();
        let console = console(&world);
        let who = (Role::PaymentsOperator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        go(&tab, &mut browser, "/payments").await;
        let link = format!("main a[href=\"/payments/{}\"]", found.number);
        follow(&tab, &mut browser, &link).await;
        let button = "form[action$=\"/match\"] button[type=submit]";
        follow(&tab, &mut browser, button).await;
        let path = tab.path(&mut browser).await;
        assert!(path.ends_with("?done=PAYMENT_MATCHED"), "{path}");
        assert_told(&tab, &mut browser).await;
        assert_eq!(payment(&world, &found).await.state, PaymentState::Matched);
        console.stop().await;
    }
}

#[tokio::test]
async fn a_payment_is_split_to_the_ban_and_one_part_undone() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        let ana = owing(&mut world, 1, "POPESCU ANA", 70).await;
        let ion = owing(&mut world, 2, "POPESCU ION", 70).await;
        let text = format!("taxe CEI {} {}", reference(1), reference(2));
        paid(&world, 1, &[(140, &text)]).await;
        let [found] = all_payments(&world).await.try_into().unwrap();
        let console = console(&world);
        let who = (Role::PaymentsOperator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;
        let thing = format!("/payments/{}", found.number);
        go(&tab, &mut browser, &thing).await;
        follow(
            &tab,
            &mut browser,
            &format!("main a[href=\"{thing}/split\"]"),
        )
        .await;
        // One ban short: it is named, at the parts, and nothing is split.
        tab.fill(&mut browser, "#s-2", "69,99").await;
        tab.fill(&mut browser, "#reason", "one family").await;
        assert_refused(&tab, &mut browser, (CONFIRM, 422)).await;
        let text = tab.text(&mut browser).await;
        assert!(text.contains("mai rămân 0,01 lei"), "{text}");
        let at = "document.querySelector('.parts').getAttribute('aria-describedby')";
        assert_eq!(tab.see(&mut browser, at).await, "fault");
        assert_eq!(payment(&world, &found).await.version, found.version);
        // Something that is no sum is told at its own field, and what was typed stands there.
        tab.fill(&mut browser, "#s-2", "seventy").await;
        assert_refused(&tab, &mut browser, (CONFIRM, 422)).await;
        let at = "document.querySelector('#s-2[aria-invalid=true]').value";
        assert_eq!(tab.see(&mut browser, at).await, "seventy");
        tab.fill(&mut browser, "#s-2", "70,00").await;
        follow(&tab, &mut browser, CONFIRM).await;
        assert_told(&tab, &mut browser).await;
        let fees = [
            world.application(ana.id).await,
            world.application(ion.id).await,
        ];
        assert_eq!(fees.map(|one| one.fee_state), [FeeState::Paid; 2]);

        let undo = format!("main a[href$=\"/unmatch?application={}\"]", ion.number);
        follow(&tab, &mut browser, &undo).await;
        let path = confirm(&tab, &mut browser, "it is not his").await;
        assert!(path.ends_with("?done=PAYMENT_UNMATCHED"), "{path}");
        let fees = [
            world.application(ana.id).await,
            world.application(ion.id).await,
        ];
        assert_eq!(
            fees.map(|one| one.fee_state),
            [FeeState::Paid, FeeState::Due]
        );
        console.stop().await;
    }
}

#[tokio::test]
async fn a_strange_payment_is_marked_for_refund_or_dismissed_and_its_day_closed() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let world = World::start(Database::sqlite().await).await;
        paid(&world, 1, &[(70, "taxa buletin"), (67, "altceva")]).await;
        let [back, other] = all_payments(&world).await.try_into().unwrap();
        let day = world.now().date_naive();
        world.pass(TimeDelta::hours(24));
        let console = console(&world);
        let who = (Role::PaymentsOperator, scripts);
        let tab = tab_of((&world, &console), &mut browser, who).await;

        let thing = format!("/payments/{}", back.number);
        assert_eq!(
            act(&tab, &mut browser, &thing, "owe-back").await,
            "PAYMENT_OWED_BACK"
        );
        assert_eq!(payment(&world, &back).await.state, PaymentState::RefundDue);
        let thing = format!("/payments/{}", other.number);
        assert_eq!(
            act(&tab, &mut browser, &thing, "dismiss").await,
            "PAYMENT_DISMISSED"
        );
        assert_eq!(payment(&world, &other).await.state, PaymentState::Invalid);

        let thing = format!("/payments/days/{day}");
        assert_eq!(
            act(&tab, &mut browser, &thing, "close?channel=CEC").await,
            "DAY_CLOSED"
        );
        assert_eq!(closed(&world, day).await, 1);
        assert_eq!(
            act(&tab, &mut browser, &thing, "reopen?channel=CEC").await,
            "DAY_OPENED"
        );
        assert_eq!(closed(&world, day).await, 0);
        console.stop().await;
    }
}

/// How often a day of the bank stands closed: once or not at all.
async fn closed(world: &World, day: NaiveDate) -> usize {
    let mut tx = world.read().await;
    let closed = days::list_closed(&mut tx, Channel::Cec, day, day).await;
    closed.unwrap().len()
}
