use super::*;
use crate::flow::split_payment::{Part, split};
use crate::flow::tests::kit::{Kit, Line, paid, statement, taken_back};
use crate::store::history;

const RF: &str = "RF689698797309";
const CNP: &str = "1550617396378";

/// A gateway with one application and the lines of one statement, looked at.
async fn kit_with(lines: &[Line]) -> (Kit, Application) {
    let kit = Kit::open().await;
    let application = kit.application("CLJ-2026-000001", CNP, RF).await;
    kit.import(&statement("1", lines)).await;
    kit.settle().await;
    (kit, application)
}

async fn decide(
    kit: &Kit,
    nth: usize,
    decision: Decision,
) -> Result<Payment, Failure<DecisionRefusal>> {
    let id = kit.payments().await[nth].id;
    decide_payment(&kit.gateway, id, decision, (&kit.actor, "seen at the desk")).await
}

fn refusal(answer: Result<Payment, Failure<DecisionRefusal>>) -> DecisionRefusal {
    match answer {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_operator_ties_unties_and_the_rule_does_not_tie_again() {
    let (kit, application) = kit_with(&[paid("B1", "taxa buletin")]).await;
    let tied = decide(&kit, 0, Decision::Match(application.id))
        .await
        .unwrap();
    assert_eq!(tied.state, PaymentState::Matched);
    assert_eq!(tied.application, Some(application.id));
    assert_eq!(kit.now(&application).await.state, ApplicationState::Ready);
    assert_eq!(kit.holds().await, []);

    let untied = decide(&kit, 0, Decision::Unmatch).await.unwrap();
    assert_eq!(untied.state, PaymentState::Unmatched);
    assert_eq!(
        kit.now(&application).await.state,
        ApplicationState::AwaitingFee
    );
    assert_eq!(kit.holds().await, [(901, "PAYMENT".to_owned())]);
    kit.assert_money_is_conserved().await;

    let mut tx = kit.gateway.store.read().await.unwrap();
    let steps = history::list(&mut tx, untied.id.0, 100).await.unwrap();
    let by_hand = steps.iter().filter(|step| step.actor == "operator:ana");
    assert!(by_hand.clone().count() >= 2);
    assert!(
        by_hand
            .clone()
            .all(|step| step.note.as_deref() == Some("seen at the desk"))
    );
}

#[tokio::test]
async fn a_tie_that_an_operator_undid_is_not_made_again_by_a_rule() {
    let (kit, application) = kit_with(&[paid("B1", RF)]).await;
    decide(&kit, 0, Decision::Unmatch).await.unwrap();
    kit.offer(&kit.now(&application).await).await;
    assert_eq!(kit.states().await, [PaymentState::Unmatched]);
    assert_eq!(kit.holds().await, [(901, "PAYMENT".to_owned())]);
}

#[tokio::test]
async fn other_money_takes_the_place_of_what_an_operator_untied() {
    let (kit, application) = kit_with(&[paid("B1", RF), paid("B2", RF)]).await;
    decide(&kit, 0, Decision::Unmatch).await.unwrap();
    assert_eq!(
        kit.states().await,
        [PaymentState::Unmatched, PaymentState::Matched]
    );
    assert_eq!(kit.now(&application).await.state, ApplicationState::Ready);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn an_operator_may_accept_a_second_payment() {
    let (kit, application) = kit_with(&[paid("B1", RF), paid("B2", RF)]).await;
    decide(&kit, 1, Decision::Match(application.id))
        .await
        .unwrap();
    let now = kit.now(&application).await;
    assert_eq!(
        (now.fee_state, now.fee_paid.bani()),
        (FeeState::Overpaid, 13_400)
    );
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn refund_and_dismissal_close_the_hold() {
    let lines = [
        paid("B1", "taxa"),
        paid("B2", "taxa"),
        taken_back("B3", "taxa"),
    ];
    let (kit, _) = kit_with(&lines).await;
    assert_eq!(kit.holds().await.len(), 3);
    let refund = decide(&kit, 0, Decision::Refund).await.unwrap();
    assert_eq!(refund.state, PaymentState::RefundDue);
    for nth in [1, 2] {
        let dismissed = decide(&kit, nth, Decision::Dismiss).await.unwrap();
        assert_eq!(
            (dismissed.state, dismissed.reason),
            (PaymentState::Invalid, Some(913))
        );
    }
    assert_eq!(kit.holds().await, []);
}

#[tokio::test]
async fn what_may_not_be_decided_is_refused_and_changes_nothing() {
    let lines = [paid("B1", RF), taken_back("B2", "taxa"), paid("B3", "taxa")];
    let (kit, application) = kit_with(&lines).await;
    let nobody = ApplicationId(kit.office.0);
    let before = kit.payments().await;
    for (nth, decision, expected) in [
        (0, Decision::Refund, DecisionRefusal::Tied),
        (0, Decision::Dismiss, DecisionRefusal::Tied),
        (
            0,
            Decision::Match(application.id),
            DecisionRefusal::StateForbids(PaymentState::Matched),
        ),
        (
            1,
            Decision::Match(application.id),
            DecisionRefusal::NotMoneyIn,
        ),
        (1, Decision::Refund, DecisionRefusal::NotMoneyIn),
        (
            2,
            Decision::Match(nobody),
            DecisionRefusal::ApplicationUnknown,
        ),
        (
            2,
            Decision::Unmatch,
            DecisionRefusal::StateForbids(PaymentState::Unmatched),
        ),
    ] {
        let answer = decide(&kit, nth, decision).await;
        assert_eq!(refusal(answer), expected, "{decision:?}");
    }
    let unknown = PaymentId(kit.office.0);
    let told = (&kit.actor, "why");
    let answer = decide_payment(&kit.gateway, unknown, Decision::Refund, told).await;
    assert_eq!(refusal(answer), DecisionRefusal::PaymentUnknown);
    let silent = (&kit.actor, "  ");
    let answer = decide_payment(&kit.gateway, before[2].id, Decision::Refund, silent).await;
    assert_eq!(refusal(answer), DecisionRefusal::ReasonMissing);
    assert_eq!(kit.payments().await, before);
}

/// What a decision is answered with, before it is undone.
async fn tried(kit: &Kit, action: PaymentAction, payment: &Payment) -> Option<DecisionRefusal> {
    let mut tx = kit.gateway.store.read().await.unwrap();
    let application = applications::find_by_number(&mut tx, "CLJ-2026-000002").await;
    let application = application.unwrap().unwrap();
    drop(tx);
    let note = note(&kit.gateway, &kit.actor, Some("tried"));
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let decision = match action {
        PaymentAction::Match => Decision::Match(application.id),
        PaymentAction::Unmatch => Decision::Unmatch,
        PaymentAction::OweBack => Decision::Refund,
        PaymentAction::Dismiss => Decision::Dismiss,
        PaymentAction::Split => {
            let part = Part {
                application: application.number,
                amount: Money::from_bani(1),
            };
            let split = split(&mut tx, payment.id, &[part], &note).await;
            return refused(split);
        }
    };
    let decided = super::decide(&mut tx, payment.id, decision, &note).await;
    refused(decided)
}

fn refused(answer: Result<Payment, Failure<DecisionRefusal>>) -> Option<DecisionRefusal> {
    match answer {
        Ok(_) => None,
        Err(Failure::Refused(refusal)) => Some(refusal),
        Err(Failure::Broken(error)) => panic!("{error:#}"),
    }
}

#[tokio::test]
async fn what_is_told_to_stand_in_the_way_is_what_a_decision_is_refused_for() {
    let (kit, _) = kit_with(&[
        paid("B1", RF),
        paid("B2", "taxa buletin"),
        paid("B3", "chirie"),
        paid("B4", "cu imprumut"),
        taken_back("B9", "nimic"),
    ])
    .await;
    kit.application("CLJ-2026-000002", "1900101120012", "RF294073918264")
        .await;
    decide(&kit, 2, Decision::Dismiss).await.unwrap();
    decide(&kit, 3, Decision::Refund).await.unwrap();
    let mut seen = Vec::new();
    for payment in kit.payments().await {
        seen.push(payment.state);
        for action in PaymentAction::ALL {
            // Of money that is tied in full, no part is left: that is told by the amounts.
            if *action == PaymentAction::Split && payment.state == PaymentState::Matched {
                continue;
            }
            let mut tx = kit.gateway.store.read().await.unwrap();
            let told = obstacle(&mut tx, *action, &payment).await.unwrap();
            drop(tx);
            let found = tried(&kit, *action, &payment).await;
            assert_eq!(told, found, "{action} of {}", payment.state);
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert!(seen.len() >= 4, "{seen:?}");
}
