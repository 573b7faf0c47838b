//! A refund: proposed by one person, approved by two others, each at their own screen.

use cei_gateway::domain::operator::role::Role;
use cei_gateway::domain::payment::PaymentState;
use cei_gateway::domain::refund::RefundState;

use crate::browser::chromium::Chromium;
use crate::browser::flows::{BOTH, CONFIRM, act, assert_refused, confirm, follow, go, tab_of};
use crate::browser::there_is_no_browser;
use crate::console::browser::console;
use crate::console::money::{all_payments, paid, payment, with_debtor};
use crate::console::refunds::{IBAN, only_refund};
use crate::kit::databases::Database;
use crate::kit::world::World;

#[tokio::test]
async fn a_refund_is_proposed_and_approved_by_two_others() {
    if there_is_no_browser() {
        return;
    }
    let mut browser = Chromium::start().await;
    for scripts in BOTH {
        let mut world = World::start(Database::sqlite().await).await;
        with_debtor(&mut world).await;
        paid(&world, 1, &[(150, "taxa buletin")]).await;
        let [found] = all_payments(&world).await.try_into().unwrap();
        let console = console(&world);
        let desk = (&world, &console);
        let proposes = tab_of(desk, &mut browser, (Role::PaymentsOperator, scripts)).await;
        let payment_page = format!("/payments/{}", found.number);
        go(&proposes, &mut browser, &payment_page).await;
        let propose = format!("main a[href=\"{payment_page}/refund\"]");
        follow(&proposes, &mut browser, &propose).await;
        for (field, text) in [("amount", "150,01"), ("iban", IBAN), ("name", "Popa Vlad")] {
            proposes
                .fill(&mut browser, &format!("#f-{field}"), text)
                .await;
        }
        proposes.fill(&mut browser, "#reason", "a stranger's").await;
        assert_refused(&proposes, &mut browser, (CONFIRM, 422)).await;
        let wrong = "document.querySelector('[aria-invalid=true]').name";
        assert_eq!(proposes.see(&mut browser, wrong).await, "amount");
        proposes.fill(&mut browser, "#f-amount", "150,00").await;
        let path = confirm(&proposes, &mut browser, "a stranger's").await;
        assert!(path.ends_with("?done=REFUND_PROPOSED"), "{path}");
        let refund = only_refund(&world).await;
        assert_eq!(refund.state, RefundState::Proposed);

        let thing = format!("/payments/refunds/{}", refund.number);
        // Whoever proposed it has no button to approve it with.
        go(&proposes, &mut browser, &thing).await;
        let button = format!("!!document.querySelector('a[href=\"{thing}/approve\"]')");
        assert_eq!(proposes.see(&mut browser, &button).await, false);
        for (state, told) in [
            (RefundState::Proposed, "REFUND_APPROVED_ONCE"),
            (RefundState::Approved, "REFUND_APPROVED"),
        ] {
            let approves = tab_of(desk, &mut browser, (Role::Supervisor, scripts)).await;
            assert_eq!(act(&approves, &mut browser, &thing, "approve").await, told);
            assert_eq!(only_refund(&world).await.state, state);
        }
        let back = payment(&world, &found).await;
        assert_eq!(back.state, PaymentState::RefundDue);
        console.stop().await;
    }
}
