//! What a changed sum of payments means for the fee, and the fee for its application.

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::fee::{FeeEvent, FeeState, event_of_balance};
use crate::domain::money::Money;

/// Names what happens to a fee when the payments tied to it now sum up to `paid`.
///
/// `None` when the fee stays as it is. Once the card is `ordered`, money that goes missing opens
/// a dispute: the card is never un-ordered. A dispute ends as paid even when too much came in;
/// asked again, the answer is then the surplus.
pub fn fee_after(fee: FeeState, due: Money, paid: Money, ordered: bool) -> Option<FeeEvent> {
    let event = event_of_balance(due, paid);
    let is_short = matches!(event, FeeEvent::FellShort | FeeEvent::BecameUnpaid);
    match (fee, event) {
        (FeeState::Undecided | FeeState::Exempt | FeeState::RefundDue | FeeState::Refunded, _)
        | (FeeState::Due, FeeEvent::BecameUnpaid)
        | (FeeState::Paid, FeeEvent::BecamePaid)
        | (FeeState::Overpaid, FeeEvent::BecameOverpaid) => None,
        (FeeState::Disputed, _) if is_short => Some(FeeEvent::DisputeOpened),
        (FeeState::Disputed, _) => Some(FeeEvent::BecamePaid),
        (FeeState::Paid | FeeState::Overpaid, _) if is_short && ordered => {
            Some(FeeEvent::DisputeOpened)
        }
        (_, event) => Some(event),
    }
}

/// Names what the fee's new state means for the application; `None` where it changes nothing.
pub fn application_after(application: ApplicationState, fee: FeeState) -> Option<ApplicationEvent> {
    match application {
        ApplicationState::Approved | ApplicationState::AwaitingFee if fee.is_settled() => {
            Some(ApplicationEvent::FeeSettled)
        }
        ApplicationState::Ready if !fee.is_settled() => Some(ApplicationEvent::FeeReopened),
        _ => None,
    }
}
