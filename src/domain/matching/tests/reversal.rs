//! Which payment a reversal takes back.

use super::*;
use crate::domain::id::PaymentId;
use crate::domain::payment::{PaymentEvent, PaymentState};

fn earlier(number: u8, state: PaymentState) -> EarlierPayment<'static> {
    EarlierPayment {
        payment: PaymentId(Uuid::from_u128(number.into())),
        channel_reference: None,
        references: vec![REFERENCES[0]],
        amount: FEE,
        booked_on: day(u32::from(number)),
        state,
        application: (state == PaymentState::Matched).then_some(id(0)),
    }
}

fn undone(evidence: &Evidence<'_>, payments: &[EarlierPayment<'_>]) -> Option<u128> {
    let known = Known {
        payments,
        ..Known::default()
    };
    match rule().judge(evidence, known) {
        Verdict::Reverses { payment, .. } => Some(payment.0.as_u128()),
        Verdict::Unmatched {
            reason: MatchReason::ReversalWithoutPayment,
        } => None,
        other => panic!("{other:?}"),
    }
}

fn reversal() -> Evidence<'static> {
    Evidence {
        movement: Movement::Reversal,
        ..with_reference(FEE)
    }
}

#[test]
fn a_reversal_takes_back_the_payment_that_it_names() {
    let named = EarlierPayment {
        channel_reference: Some("SP-1"),
        references: vec![],
        ..earlier(1, PaymentState::Unmatched)
    };
    let evidence = Evidence {
        original: Some("SP-1"),
        ..reversal()
    };
    let payments = [named, earlier(2, PaymentState::Matched)];
    assert_eq!(undone(&evidence, &payments), Some(1));
}

#[test]
fn without_a_name_the_latest_tied_payment_of_the_reference_goes() {
    let payments = [
        earlier(1, PaymentState::Matched),
        earlier(2, PaymentState::Matched),
        earlier(3, PaymentState::RefundDue),
        earlier(4, PaymentState::Reversed),
    ];
    assert_eq!(undone(&reversal(), &payments), Some(2));
    assert_eq!(undone(&reversal(), &payments[2..]), Some(3));
    assert_eq!(undone(&reversal(), &payments[3..]), None);
}

#[test]
fn a_part_taken_back_finds_no_payment() {
    let part = Evidence {
        amount: Money::from_lei(3),
        ..reversal()
    };
    assert_eq!(undone(&part, &[earlier(1, PaymentState::Matched)]), None);
}

#[test]
fn payments_without_a_channel_reference_are_not_all_the_original() {
    let nameless = EarlierPayment {
        references: vec![],
        ..earlier(1, PaymentState::Matched)
    };
    assert_eq!(undone(&reversal(), &[nameless]), None);
}

#[test]
fn a_reversal_after_the_order_is_an_alarm() {
    let payments = [earlier(1, PaymentState::Consumed)];
    let known = Known {
        payments: &payments,
        ..Known::default()
    };
    let verdict = rule().judge(&reversal(), known);
    assert_eq!(verdict.reason(), Some(MatchReason::ReversedAfterOrder));
    assert_eq!(verdict.payment_event(), PaymentEvent::TakenBack);
}
