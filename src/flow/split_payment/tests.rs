use std::convert::Infallible;

use super::*;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::fee::FeeState;
use crate::domain::payment::PaymentEvent;
use crate::flow::decide_payment::{Decision, decide_payment};
use crate::flow::progress::advance;
use crate::flow::settle_payments::{owe_refund, release};
use crate::flow::tests::kit::{Kit, Line, paid, statement, taken_back};
use crate::store::history::{self, take_step};
use crate::store::matches;

const RFS: [&str; 3] = ["RF689698797309", "RF978536455681", "RF335055761698"];
const CNPS: [&str; 3] = ["1550617396378", "1500210018359", "2830218301456"];
const WHY: &str = "the family paid in one sum";

/// One sum of `bani` and two applications of 67 lei.
async fn family(bani: i64) -> (Kit, Application, Application) {
    let kit = Kit::open().await;
    let one = kit.application("CLJ-2026-000001", CNPS[0], RFS[0]).await;
    let other = kit.application("CLJ-2026-000002", CNPS[1], RFS[1]).await;
    let sum = Line {
        bani,
        ..paid("B1", &format!("taxa {} {}", RFS[0], RFS[1]))
    };
    kit.import(&statement("1", &[sum])).await;
    kit.settle().await;
    assert_eq!(kit.states().await, [PaymentState::Suggested]);
    (kit, one, other)
}

fn part(application: &Application, bani: i64) -> Part {
    Part {
        application: application.number.clone(),
        amount: Money::from_bani(bani),
    }
}

async fn divide(kit: &Kit, parts: &[Part]) -> Result<Payment, Failure<DecisionRefusal>> {
    let id = kit.payments().await[0].id;
    split_payment(&kit.gateway, id, parts, (&kit.actor, WHY)).await
}

async fn decide(kit: &Kit, decision: Decision) -> Result<Payment, Failure<DecisionRefusal>> {
    let id = kit.payments().await[0].id;
    decide_payment(&kit.gateway, id, decision, (&kit.actor, WHY)).await
}

fn refusal(answer: Result<Payment, Failure<DecisionRefusal>>) -> DecisionRefusal {
    match answer {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Where an application stands: its state, its fee, and what is paid.
async fn stands(kit: &Kit, application: &Application) -> (ApplicationState, FeeState, i64) {
    let now = kit.now(application).await;
    (now.state, now.fee_state, now.fee_paid.bani())
}

const READY: (ApplicationState, FeeState, i64) = (ApplicationState::Ready, FeeState::Paid, 6_700);
const OWES: (ApplicationState, FeeState, i64) = (ApplicationState::AwaitingFee, FeeState::Due, 0);

/// Orders the card as the batcher does.
async fn order(kit: &Kit, application: &Application) {
    let mut application = kit.now(application).await;
    let note = note(&kit.gateway, &kit.actor, None);
    let mut tx = kit.gateway.store.begin().await.unwrap();
    let event = ApplicationEvent::PutInOrder;
    advance::<Infallible>(&mut tx, &mut application, event, None, &note)
        .await
        .unwrap();
    let concerned = payments::list_of_application(&mut tx, application.id);
    for payment in concerned.await.unwrap() {
        if payment.state == PaymentState::Matched {
            let event = PaymentEvent::CardOrdered;
            take_step::<history::Payment>(&mut tx, payment.id.0, payment.state, event, &note)
                .await
                .unwrap();
        }
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn one_sum_pays_the_fees_of_a_family() {
    let (kit, one, other) = family(13_400).await;
    let split = divide(&kit, &[part(&one, 6_700), part(&other, 6_700)]).await;
    let split = split.unwrap();
    assert_eq!(split.state, PaymentState::Matched);
    assert_eq!((split.application, split.reason), (None, None));
    assert_eq!(stands(&kit, &one).await, READY);
    assert_eq!(stands(&kit, &other).await, READY);
    assert_eq!(kit.holds().await, []);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn what_no_part_takes_is_held_and_may_be_tied_later() {
    let (kit, one, other) = family(14_000).await;
    let split = divide(&kit, &[part(&one, 6_700)]).await.unwrap();
    assert_eq!((split.application, split.reason), (Some(one.id), Some(904)));
    assert_eq!(kit.holds().await, [(904, "PAYMENT".to_owned())]);
    assert_eq!(stands(&kit, &other).await, OWES);

    let split = divide(&kit, &[part(&other, 6_700)]).await.unwrap();
    assert_eq!((split.application, split.reason), (None, Some(904)));
    assert_eq!(stands(&kit, &other).await, READY);
    assert_eq!(kit.holds().await, [(904, "PAYMENT".to_owned())]);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn one_part_or_all_of_it_can_be_undone() {
    let (kit, one, other) = family(13_400).await;
    let both = [part(&one, 6_700), part(&other, 6_700)];
    divide(&kit, &both).await.unwrap();
    let left = decide(&kit, Decision::UnmatchPart(other.id)).await.unwrap();
    assert_eq!(left.state, PaymentState::Matched);
    assert_eq!((left.application, left.reason), (Some(one.id), Some(904)));
    assert_eq!(stands(&kit, &one).await, READY);
    assert_eq!(stands(&kit, &other).await, OWES);
    kit.assert_money_is_conserved().await;
    let answer = decide(&kit, Decision::UnmatchPart(other.id)).await;
    assert_eq!(refusal(answer), DecisionRefusal::NotTiedToIt);

    divide(&kit, &both[1..]).await.unwrap();
    let free = decide(&kit, Decision::Unmatch).await.unwrap();
    assert_eq!(free.state, PaymentState::Unmatched);
    assert_eq!(stands(&kit, &one).await, OWES);
    assert_eq!(stands(&kit, &other).await, OWES);
    kit.assert_money_is_conserved().await;

    divide(&kit, &both[..1]).await.unwrap();
    let last = decide(&kit, Decision::UnmatchPart(one.id)).await.unwrap();
    assert_eq!(
        (last.state, last.application),
        (PaymentState::Unmatched, None)
    );
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn parts_that_are_wrong_change_nothing() {
    let (kit, one, other) = family(13_400).await;
    let before = kit.payments().await;
    let nobody = Part {
        application: "CLJ-2026-999999".to_owned(),
        amount: Money::from_lei(1),
    };
    let rest = Money::from_bani(13_400);
    for (parts, expected) in [
        (vec![], DecisionRefusal::PartsCount),
        (
            vec![part(&one, 1); PARTS_MAX + 1],
            DecisionRefusal::PartsCount,
        ),
        (vec![part(&one, 0)], DecisionRefusal::PartWrong(0)),
        (vec![part(&one, -5)], DecisionRefusal::PartWrong(0)),
        (
            vec![part(&one, 1), part(&one, 1)],
            DecisionRefusal::PartWrong(1),
        ),
        (vec![part(&one, 1), nobody], DecisionRefusal::PartUnknown(1)),
        (
            vec![part(&one, 6_700), part(&other, 6_701)],
            DecisionRefusal::PartsExceed(rest),
        ),
        (
            vec![part(&one, i64::MAX), part(&other, i64::MAX)],
            DecisionRefusal::PartsExceed(rest),
        ),
    ] {
        assert_eq!(refusal(divide(&kit, &parts).await), expected);
    }
    let silent = (&kit.actor, " ");
    let answer = split_payment(&kit.gateway, before[0].id, &[part(&one, 1)], silent).await;
    assert_eq!(refusal(answer), DecisionRefusal::ReasonMissing);
    assert_eq!(kit.payments().await, before);
    assert_eq!(stands(&kit, &one).await, OWES);
}

#[tokio::test]
async fn a_part_may_be_short_and_topped_up_by_other_money() {
    let (kit, one, other) = family(12_000).await;
    divide(&kit, &[part(&one, 6_700), part(&other, 5_300)])
        .await
        .unwrap();
    let short = (ApplicationState::AwaitingFee, FeeState::PartlyPaid, 5_300);
    assert_eq!(stands(&kit, &other).await, short);
    let rest = Line {
        bani: 1_400,
        ..paid("B2", RFS[1])
    };
    kit.import(&statement("2", &[rest])).await;
    kit.settle().await;
    assert_eq!(stands(&kit, &other).await, READY);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn a_sum_taken_back_alarms_for_the_ordered_card_and_lets_the_other_owe_again() {
    let (kit, one, other) = family(13_400).await;
    divide(&kit, &[part(&one, 6_700), part(&other, 6_700)])
        .await
        .unwrap();
    order(&kit, &one).await;
    assert_eq!(kit.states().await, [PaymentState::Consumed]);
    let answer = decide(&kit, Decision::UnmatchPart(one.id)).await;
    assert_eq!(refusal(answer), DecisionRefusal::CardOrdered);

    let back = Line {
        bani: 13_400,
        ..taken_back("B1", RFS[0])
    };
    kit.import(&statement("2", &[back])).await;
    kit.settle().await;
    assert_eq!(
        kit.states().await,
        [PaymentState::Reversed, PaymentState::Reversed]
    );
    let disputed = (ApplicationState::Ordered, FeeState::Disputed, 0);
    assert_eq!(stands(&kit, &one).await, disputed);
    assert_eq!(stands(&kit, &other).await, OWES);
    assert_eq!(kit.holds().await, [(916, "APPLICATION".to_owned())]);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn a_part_whose_card_is_not_ordered_is_freed_beside_one_that_is() {
    let (kit, one, other) = family(13_400).await;
    divide(&kit, &[part(&one, 6_700), part(&other, 6_700)])
        .await
        .unwrap();
    order(&kit, &one).await;
    let freed = decide(&kit, Decision::UnmatchPart(other.id)).await.unwrap();
    assert_eq!(freed.state, PaymentState::Consumed);
    assert_eq!(stands(&kit, &other).await, OWES);
    kit.assert_money_is_conserved().await;
}

#[tokio::test]
async fn money_serves_until_the_last_card_of_it_is_refused() {
    let (kit, one, other) = family(13_400).await;
    divide(&kit, &[part(&one, 6_700), part(&other, 6_700)])
        .await
        .unwrap();
    order(&kit, &one).await;
    order(&kit, &other).await;
    for (application, expected) in [
        (&one, PaymentState::Consumed),
        (&other, PaymentState::Matched),
    ] {
        let mut now = kit.now(application).await;
        let note = note(&kit.gateway, &kit.actor, None);
        let mut tx = kit.gateway.store.begin().await.unwrap();
        let event = ApplicationEvent::OrderWithdrawn;
        advance::<Infallible>(&mut tx, &mut now, event, None, &note)
            .await
            .unwrap();
        release::<Infallible>(&mut tx, &mut now, &note)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(kit.states().await, [expected]);
    }
}

#[tokio::test]
async fn a_sum_is_owed_back_as_a_whole_only_when_the_last_application_has_ended() {
    let (kit, one, other) = family(13_400).await;
    divide(&kit, &[part(&one, 6_700), part(&other, 6_700)])
        .await
        .unwrap();
    for (application, expected) in [
        (&one, PaymentState::Matched),
        (&other, PaymentState::RefundDue),
    ] {
        let mut now = kit.now(application).await;
        let note = note(&kit.gateway, &kit.actor, None);
        let mut tx = kit.gateway.store.begin().await.unwrap();
        let event = ApplicationEvent::CancelAsked;
        advance::<Infallible>(&mut tx, &mut now, event, None, &note)
            .await
            .unwrap();
        owe_refund::<Infallible>(&mut tx, &mut now, &note)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(kit.states().await, [expected]);
        assert_eq!(kit.now(application).await.fee_state, FeeState::RefundDue);
        assert_eq!(kit.holds().await, [(909, "PAYMENT".to_owned())]);
    }
    let third = kit.application("CLJ-2026-000003", CNPS[2], RFS[2]).await;
    let split = divide(&kit, &[part(&third, 6_700)]).await.unwrap();
    assert_eq!(split.state, PaymentState::Matched);
    assert_eq!(stands(&kit, &third).await, READY);
    let mut tx = kit.gateway.store.read().await.unwrap();
    assert_eq!(
        matches::list_standing(&mut tx, split.id)
            .await
            .unwrap()
            .len(),
        1
    );
    drop(tx);
    kit.assert_money_is_conserved().await;
}
