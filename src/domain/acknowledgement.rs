//! The bureau's word on a line, and the life of an order line that follows from it.

use crate::coded;
use crate::domain::application::ApplicationEvent;
use crate::domain::step::{self, IllegalStep, Step};

use {LineEvent::*, LineState::*};

coded! {
    /// What has happened to an order line.
    pub enum LineState as "order line state" {
        /// Stands in an order; the bureau has not spoken.
        Placed = "PLACED",
        /// The bureau has read it.
        Received = "RECEIVED",
        /// The bureau will make the card.
        Accepted = "ACCEPTED",
        /// The bureau makes the card.
        InProduction = "IN_PRODUCTION",
        /// The card exists.
        Produced = "PRODUCED",
        /// The card left the bureau.
        Shipped = "SHIPPED",
        /// The office holds the card.
        AtOffice = "AT_OFFICE",
        /// The applicant holds the card.
        HandedOver = "HANDED_OVER",
        /// The bureau will not make the card.
        Rejected = "REJECTED",
        /// The card was found wanting and is made again.
        QualityFailed = "QUALITY_FAILED",
        /// The parcel is lost.
        LostInTransit = "LOST_IN_TRANSIT",
        /// The parcel arrived damaged.
        DamagedInTransit = "DAMAGED_IN_TRANSIT",
        /// The parcel could not be delivered.
        Undeliverable = "UNDELIVERABLE",
        /// The card came back to the bureau.
        Returned = "RETURNED",
        /// The card was spoiled or given up, and is not made again on this line.
        Spoiled = "SPOILED",
        /// The card was destroyed.
        Destroyed = "DESTROYED",
        /// The bureau cancelled the line before making the card.
        Cancelled = "CANCELLED",
        /// Its order was given up before the bureau acted on it.
        Withdrawn = "WITHDRAWN",
    }
}

coded! {
    /// What may happen to an order line. All but the last four are the bureau's words, as they
    /// stand in its acknowledgements.
    pub enum LineEvent as "acknowledgement status" {
        /// The line was read.
        LineReceived = "RECEIVED",
        /// The card will be made.
        LineAccepted = "ACCEPTED",
        /// The card will not be made; a reason code says why.
        LineRejected = "REJECTED",
        /// The card is being made.
        ProductionBegun = "IN_PRODUCTION",
        /// The card exists.
        CardMade = "PRODUCED",
        /// The card was found wanting; it will be made again.
        QualityCheckFailed = "QUALITY_FAILED",
        /// The card was made again, and exists.
        CardRemade = "REMADE",
        /// The line was cancelled before the card was made.
        LineCancelled = "CANCELLED",
        /// The card can no longer be cancelled.
        CancelCameTooLate = "TOO_LATE_TO_CANCEL",
        /// The card left the bureau.
        ParcelShipped = "SHIPPED",
        /// The parcel is lost.
        ParcelLost = "LOST_IN_TRANSIT",
        /// The parcel was damaged.
        ParcelDamaged = "DAMAGED_IN_TRANSIT",
        /// The parcel could not be delivered.
        ParcelUndeliverable = "UNDELIVERABLE",
        /// The card came back.
        CardReturned = "RETURNED",
        /// The card was spoiled.
        CardSpoiled = "SPOILED",
        /// The card was destroyed.
        CardDestroyed = "DESTROYED",
        /// The bureau erased the biometric data of the line.
        BiometricsErased = "BIOMETRICS_ERASED",
        /// The office holds the card (the office's word).
        OfficeReceivedCard = "RECEIVED_AT_OFFICE",
        /// The applicant holds the card (the office's word).
        OfficeHandedOver = "HANDED_OVER",
        /// The order was given up (the gateway's word).
        OrderGivenUp = "ORDER_GIVEN_UP",
        /// The card was given up: another line asks for it anew, or nobody does (the gateway's
        /// word).
        CardGivenUp = "CARD_GIVEN_UP",
    }
}

/// The life of an order line. Sequence numbers are judged before this table is asked, so a row
/// never sees a duplicate or a late word.
#[rustfmt::skip]
pub const STEPS: &[Step<LineState, LineEvent>] = &[
    (Placed,           LineReceived,        Received),
    (Placed,           LineAccepted,        Accepted),         // The bureau may leave out RECEIVED.
    (Placed,           LineRejected,        Rejected),
    (Received,         LineAccepted,        Accepted),
    (Received,         LineRejected,        Rejected),
    (Accepted,         ProductionBegun,     InProduction),
    (Accepted,         CardMade,            Produced),         // Or IN_PRODUCTION.
    (InProduction,     CardMade,            Produced),
    (Produced,         ParcelShipped,       Shipped),
    (Shipped,          OfficeReceivedCard,  AtOffice),
    (AtOffice,         OfficeReceivedCard,  AtOffice),
    (AtOffice,         OfficeHandedOver,    HandedOver),
    (HandedOver,       OfficeHandedOver,    HandedOver),

    (Accepted,         LineRejected,        Rejected),         // Found unusable only when begun.
    (InProduction,     LineRejected,        Rejected),
    (Accepted,         QualityCheckFailed,  QualityFailed),
    (InProduction,     QualityCheckFailed,  QualityFailed),
    (Produced,         QualityCheckFailed,  QualityFailed),
    (QualityFailed,    QualityCheckFailed,  QualityFailed),    // The remake failed too.
    (QualityFailed,    ProductionBegun,     InProduction),
    (QualityFailed,    CardRemade,          Produced),
    (QualityFailed,    CardMade,            Produced),
    (QualityFailed,    CardSpoiled,         Spoiled),          // Given up; an operator orders anew.

    (Placed,           LineCancelled,       Cancelled),
    (Received,         LineCancelled,       Cancelled),
    (Accepted,         LineCancelled,       Cancelled),
    (InProduction,     LineCancelled,       Cancelled),
    (Received,         CancelCameTooLate,   Received),         // An answer, not a step.
    (Accepted,         CancelCameTooLate,   Accepted),
    (InProduction,     CancelCameTooLate,   InProduction),
    (Produced,         CancelCameTooLate,   Produced),
    (Shipped,          CancelCameTooLate,   Shipped),
    (QualityFailed,    CancelCameTooLate,   QualityFailed),
    (Rejected,         CancelCameTooLate,   Rejected),         // It had ended otherwise before.
    (Spoiled,          CancelCameTooLate,   Spoiled),
    (LostInTransit,    CancelCameTooLate,   LostInTransit),
    (DamagedInTransit, CancelCameTooLate,   DamagedInTransit),
    (Undeliverable,    CancelCameTooLate,   Undeliverable),
    (Returned,         CancelCameTooLate,   Returned),
    (AtOffice,         CancelCameTooLate,   AtOffice),
    (HandedOver,       CancelCameTooLate,   HandedOver),
    (Destroyed,        CancelCameTooLate,   Destroyed),

    (Shipped,          ParcelLost,          LostInTransit),
    (Shipped,          ParcelDamaged,       DamagedInTransit),
    (Shipped,          ParcelUndeliverable, Undeliverable),
    (Shipped,          CardReturned,        Returned),
    (Undeliverable,    CardReturned,        Returned),
    (Undeliverable,    ParcelShipped,       Shipped),
    (Returned,         ParcelShipped,       Shipped),          // Sent again.
    (Returned,         CardDestroyed,       Destroyed),
    (LostInTransit,    CardRemade,          Produced),
    (DamagedInTransit, CardRemade,          Produced),
    (LostInTransit,    OfficeReceivedCard,  AtOffice),         // It turned up.
    (AtOffice,         CardReturned,        Returned),
    (AtOffice,         CardDestroyed,       Destroyed),
    (Spoiled,          CardDestroyed,       Destroyed),
    (Undeliverable,    OfficeReceivedCard,  AtOffice),         // It was delivered after all.
    (Returned,         CardReturned,        Returned),         // An operator had seen it first.
    (Destroyed,        CardDestroyed,       Destroyed),

    (QualityFailed,    CardGivenUp,         Spoiled),          // Decided by an operator.
    (Shipped,          CardGivenUp,         Spoiled),          // Missing since, and not found.
    (LostInTransit,    CardGivenUp,         Spoiled),
    (DamagedInTransit, CardGivenUp,         Spoiled),
    (Undeliverable,    CardGivenUp,         Spoiled),
    (Returned,         CardGivenUp,         Spoiled),
    (AtOffice,         CardGivenUp,         Spoiled),          // A complaint was admitted.
    (HandedOver,       CardGivenUp,         Spoiled),
    (Spoiled,          CardSpoiled,         Spoiled),          // The bureau agrees.
    (Spoiled,          CardReturned,        Spoiled),          // The void card came back to it.
    (Spoiled,          ParcelLost,          Spoiled),

    (Produced,         BiometricsErased,    Produced),         // Erasure changes no state.
    (Shipped,          BiometricsErased,    Shipped),
    (AtOffice,         BiometricsErased,    AtOffice),
    (HandedOver,       BiometricsErased,    HandedOver),
    (Rejected,         BiometricsErased,    Rejected),
    (Cancelled,        BiometricsErased,    Cancelled),
    (Destroyed,        BiometricsErased,    Destroyed),
    (Spoiled,          BiometricsErased,    Spoiled),

    (Placed,           OrderGivenUp,        Withdrawn),
    (Rejected,         OrderGivenUp,        Rejected),         // Its answer stands.
];

impl LineState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: LineEvent) -> Result<Self, IllegalStep<Self, LineEvent>> {
        step::next(STEPS, self, event)
    }

    /// Whether the bureau has accepted or refused the line.
    pub const fn is_answered(self) -> bool {
        !matches!(self, Placed | Received)
    }

    /// Whether the line needs nothing more from the bureau.
    pub const fn is_ended(self) -> bool {
        matches!(
            self,
            AtOffice | HandedOver | Rejected | Spoiled | Destroyed | Cancelled | Withdrawn
        )
    }

    /// Whether the line may still become a card, so that no other line may ask for the same one.
    pub const fn is_live(self) -> bool {
        !matches!(self, Rejected | Spoiled | Destroyed | Cancelled | Withdrawn)
    }
}

/// Names what a line's event means for its application; `None` where it changes nothing there.
///
/// `office_must_act` says that the reason given belongs to the office (data, biometrics), so that
/// a refused line goes back to it instead of into the next order.
pub const fn application_event(
    event: LineEvent,
    office_must_act: bool,
) -> Option<ApplicationEvent> {
    Some(match event {
        LineRejected if office_must_act => ApplicationEvent::SentBack,
        LineRejected => ApplicationEvent::RefusedTechnically,
        ProductionBegun => ApplicationEvent::ProductionStarted,
        CardMade | CardRemade => ApplicationEvent::CardProduced,
        QualityCheckFailed => ApplicationEvent::CardFailed,
        LineCancelled => ApplicationEvent::CancelConfirmed,
        CancelCameTooLate => ApplicationEvent::CancelTooLate,
        ParcelShipped => ApplicationEvent::CardShipped,
        ParcelLost | ParcelDamaged | CardReturned => ApplicationEvent::ShipmentFailed,
        CardDestroyed => ApplicationEvent::CardDestroyed,
        OfficeReceivedCard => ApplicationEvent::CardReceived,
        OfficeHandedOver => ApplicationEvent::CardHandedOver,
        OrderGivenUp => ApplicationEvent::OrderWithdrawn,
        LineReceived
        | LineAccepted
        | ParcelUndeliverable
        | CardSpoiled
        | BiometricsErased
        // Whoever gives a card up says what becomes of the application.
        | CardGivenUp => return None,
    })
}
