//! What a sum of payments means for the fee and the application.

use super::*;
use crate::domain::application::ApplicationEvent;
use crate::domain::fee::FeeEvent;

#[test]
fn a_new_sum_names_one_event_that_the_fee_allows() {
    let lei = Money::from_lei;
    for (fee, paid, ordered, event) in [
        (FeeState::Due, 70, false, Some(FeeEvent::BecamePaid)),
        (FeeState::Due, 40, false, Some(FeeEvent::FellShort)),
        (FeeState::Due, 0, false, None),
        (FeeState::PartlyPaid, 0, false, Some(FeeEvent::BecameUnpaid)),
        (FeeState::Paid, 70, false, None),
        (FeeState::Paid, 0, false, Some(FeeEvent::BecameUnpaid)),
        (FeeState::Paid, 0, true, Some(FeeEvent::DisputeOpened)),
        (FeeState::Overpaid, 70, true, Some(FeeEvent::BecamePaid)),
        (FeeState::Disputed, 140, true, Some(FeeEvent::BecamePaid)),
        (FeeState::Exempt, 70, false, None),
    ] {
        assert_eq!(
            fee_after(fee, FEE, lei(paid), ordered),
            event,
            "{fee} {paid}"
        );
    }
    for fee in FeeState::ALL {
        for paid in [-1, 0, 40, 70, 73] {
            for ordered in [false, true] {
                if let Some(event) = fee_after(*fee, FEE, lei(paid), ordered) {
                    assert!(fee.after(event).is_ok(), "{fee} {event}");
                }
            }
        }
    }
}

#[test]
fn an_application_follows_its_fee_until_it_is_ordered() {
    use ApplicationState::{AwaitingFee, Ordered, Ready};
    for (application, fee, event) in [
        (
            AwaitingFee,
            FeeState::Paid,
            Some(ApplicationEvent::FeeSettled),
        ),
        (
            AwaitingFee,
            FeeState::Overpaid,
            Some(ApplicationEvent::FeeSettled),
        ),
        (AwaitingFee, FeeState::PartlyPaid, None),
        (Ready, FeeState::Due, Some(ApplicationEvent::FeeReopened)),
        (Ready, FeeState::Exempt, None),
        (Ordered, FeeState::Disputed, None),
    ] {
        assert_eq!(application_after(application, fee), event);
    }
    for application in ApplicationState::ALL {
        for fee in FeeState::ALL {
            if let Some(event) = application_after(*application, *fee) {
                assert!(application.after(event).is_ok(), "{application} {fee}");
            }
        }
    }
}
