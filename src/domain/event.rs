//! What an office is told.

use crate::coded;
use crate::domain::application::ApplicationEvent;

coded! {
    /// The kinds of event; the code is followed by `.v1` on the wire and never changes.
    pub enum EventKind as "event kind" {
        /// The application was taken in.
        ApplicationReceived = "ro.cei.application.received",
        /// The corrected application was taken in.
        Revised = "ro.cei.application.revised",
        /// A fee is owed before the card is ordered.
        FeeDue = "ro.cei.application.fee_due",
        /// Nothing is owed any more.
        FeeSettled = "ro.cei.application.fee_settled",
        /// The card was ordered.
        Ordered = "ro.cei.application.ordered",
        /// The bureau accepted the line.
        Accepted = "ro.cei.application.accepted",
        /// The bureau works on the card.
        InProduction = "ro.cei.application.in_production",
        /// The card exists.
        Produced = "ro.cei.application.produced",
        /// The card is made again.
        Remade = "ro.cei.application.remade",
        /// The card is on its way.
        Shipped = "ro.cei.application.shipped",
        /// The card's way failed.
        ShipmentFailed = "ro.cei.application.shipment_failed",
        /// The office must correct data or biometrics.
        Returned = "ro.cei.application.returned",
        /// The application waits for an operator.
        Held = "ro.cei.application.held",
        /// The application goes on.
        Released = "ro.cei.application.released",
        /// The county validated the card: its office may confirm that it holds it.
        CountyValidated = "ro.cei.application.county_validated",
        /// The office confirmed that it holds the card.
        AtOffice = "ro.cei.application.at_office",
        /// The card was handed over.
        HandedOver = "ro.cei.application.handed_over",
        /// Nobody came for the card within the term.
        Unclaimed = "ro.cei.application.unclaimed",
        /// The card was destroyed.
        Destroyed = "ro.cei.application.destroyed",
        /// The bureau was told of the complaint.
        ComplaintSent = "ro.cei.application.complaint_sent",
        /// The complaint was admitted: the card is made anew.
        ComplaintAdmitted = "ro.cei.application.complaint_admitted",
        /// The complaint was refused; a reason code says why.
        ComplaintRefused = "ro.cei.application.complaint_refused",
        /// The application ended without a card.
        Cancelled = "ro.cei.application.cancelled",
        /// Money was given back to the payer.
        Refunded = "ro.cei.application.refunded",
        /// Money that was given back came back: the payer is to be asked for the right account.
        RefundReturned = "ro.cei.application.refund_returned",
    }
}

/// Names what an office is told when something happens to the `revision`-th submission of an
/// application, counted from 1; `None` where the step is the gateway's own business.
pub const fn told_on(event: ApplicationEvent, revision: i64) -> Option<EventKind> {
    use ApplicationEvent as On;

    Some(match event {
        On::ChecksPassed if revision > 1 => EventKind::Revised,
        On::ChecksPassed => EventKind::ApplicationReceived,
        On::FeeFoundDue | On::FeeReopened => EventKind::FeeDue,
        On::FeeSettled => EventKind::FeeSettled,
        On::PutInOrder => EventKind::Ordered,
        On::ProductionStarted => EventKind::InProduction,
        On::CardProduced => EventKind::Produced,
        On::CardFailed | On::RemakeOrdered => EventKind::Remade,
        On::CardShipped => EventKind::Shipped,
        On::ShipmentFailed => EventKind::ShipmentFailed,
        On::CardReceived => EventKind::AtOffice,
        On::CardHandedOver => EventKind::HandedOver,
        On::SentBack | On::RecaptureNeeded => EventKind::Returned,
        On::Held => EventKind::Held,
        On::ReleasedReady | On::ReleasedOrdered | On::CancelTooLate => EventKind::Released,
        On::CancelConfirmed | On::CardAbandoned => EventKind::Cancelled,
        On::CountyPassed => EventKind::CountyValidated,
        On::TermPassed => EventKind::Unclaimed,
        On::CardDestroyed => EventKind::Destroyed,
        // The checks come next, and say it.
        On::Resubmitted | On::OrderWithdrawn | On::RefusedTechnically | On::CancelAsked => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submission_is_told_once_and_a_correction_by_its_own_name() {
        let told = |revision| {
            [
                ApplicationEvent::Resubmitted,
                ApplicationEvent::ChecksPassed,
            ]
            .map(|event| told_on(event, revision))
        };
        assert_eq!(told(1), [None, Some(EventKind::ApplicationReceived)]);
        assert_eq!(told(2), [None, Some(EventKind::Revised)]);
    }
}
