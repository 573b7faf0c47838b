//! The life of an application, and the words it is described with.

use crate::coded;
use crate::domain::step::{self, IllegalStep, Step};

use {ApplicationEvent::*, ApplicationState::*};

coded! {
    /// What has happened to an application.
    pub enum ApplicationState as "application state" {
        /// The office handed it in; nothing has been checked.
        Received = "RECEIVED",
        /// Every check at intake passed.
        Approved = "APPROVED",
        /// A fee is owed and not yet paid in full.
        AwaitingFee = "AWAITING_FEE",
        /// Nothing is owed; waits to be put in an order.
        Ready = "READY",
        /// A line of an order asks for its card.
        Ordered = "ORDERED",
        /// The bureau works on the card.
        InProduction = "IN_PRODUCTION",
        /// The bureau says the card exists.
        Produced = "PRODUCED",
        /// The card is on its way to the office.
        Shipped = "SHIPPED",
        /// The county's bureau validated the card on its way (optional).
        CountyValidated = "COUNTY_VALIDATED",
        /// The office holds the card.
        AtOffice = "AT_OFFICE",
        /// The applicant holds the card.
        HandedOver = "HANDED_OVER",
        /// Back at the office, which must correct data or biometrics.
        Returned = "RETURNED",
        /// Waits for an operator.
        OnHold = "ON_HOLD",
        /// The bureau was asked to cancel the line.
        CancelRequested = "CANCEL_REQUESTED",
        /// Ended without a card.
        Cancelled = "CANCELLED",
        /// Nobody came for the card within the term.
        Unclaimed = "UNCLAIMED",
        /// The card was destroyed.
        Destroyed = "DESTROYED",
    }
}

coded! {
    /// What may happen to an application.
    pub enum ApplicationEvent as "application event" {
        /// All checks at intake passed.
        ChecksPassed = "CHECKS_PASSED",
        /// The fee rule says that money is owed.
        FeeFoundDue = "FEE_FOUND_DUE",
        /// Nothing is owed: exempt, or paid in full.
        FeeSettled = "FEE_SETTLED",
        /// A payment was taken back before the card was ordered.
        FeeReopened = "FEE_REOPENED",
        /// A line of an order was written for it.
        PutInOrder = "PUT_IN_ORDER",
        /// Its order will not be sent, or was refused as a file; it may be ordered again.
        OrderWithdrawn = "ORDER_WITHDRAWN",
        /// The bureau has begun.
        ProductionStarted = "PRODUCTION_STARTED",
        /// The bureau says that the card exists.
        CardProduced = "CARD_PRODUCED",
        /// The bureau found the card wanting and makes it again.
        CardFailed = "CARD_FAILED",
        /// The card left the bureau.
        CardShipped = "CARD_SHIPPED",
        /// The parcel was lost, damaged or came back.
        ShipmentFailed = "SHIPMENT_FAILED",
        /// The county's bureau validated the card.
        CountyPassed = "COUNTY_PASSED",
        /// The office says that it holds the card.
        CardReceived = "CARD_RECEIVED",
        /// The office says that the applicant holds the card.
        CardHandedOver = "CARD_HANDED_OVER",
        /// The office or the bureau found a fault that the office must correct.
        SentBack = "SENT_BACK",
        /// The office corrected it.
        Resubmitted = "RESUBMITTED",
        /// The bureau refused the line for a technical reason.
        RefusedTechnically = "REFUSED_TECHNICALLY",
        /// An operator must decide.
        Held = "HELD",
        /// An operator decided that it may be ordered.
        ReleasedReady = "RELEASED_READY",
        /// An operator decided that the order stands.
        ReleasedOrdered = "RELEASED_ORDERED",
        /// Somebody with the right asked for the end.
        CancelAsked = "CANCEL_ASKED",
        /// The end is certain: nothing was ordered, or the bureau cancelled.
        CancelConfirmed = "CANCEL_CONFIRMED",
        /// The bureau could no longer cancel.
        CancelTooLate = "CANCEL_TOO_LATE",
        /// The term for collecting the card passed.
        TermPassed = "TERM_PASSED",
        /// The card was destroyed.
        CardDestroyed = "CARD_DESTROYED",
        /// The card is ordered anew, from the images that are still kept.
        RemakeOrdered = "REMAKE_ORDERED",
        /// The card is to be made anew, and the office must take the images again.
        RecaptureNeeded = "RECAPTURE_NEEDED",
        /// An operator decided that no card will be made.
        CardAbandoned = "CARD_ABANDONED",
    }
}

/// The life of an application. No other place may say which step follows which.
#[rustfmt::skip]
pub const STEPS: &[Step<ApplicationState, ApplicationEvent>] = &[
    (Received,        ChecksPassed,       Approved),        // All faults are told at once, or there are none.
    (Approved,        FeeFoundDue,        AwaitingFee),
    (Approved,        FeeSettled,         Ready),           // Exempt, or the payment came first.
    (AwaitingFee,     FeeSettled,         Ready),
    (Ready,           PutInOrder,         Ordered),
    (Ordered,         ProductionStarted,  InProduction),
    (Ordered,         CardProduced,       Produced),        // A bureau may not tell of its beginning.
    (InProduction,    ProductionStarted,  InProduction),    // Or tell of it again, after a remake.
    (InProduction,    CardProduced,       Produced),
    (Produced,        CardShipped,        Shipped),
    (Shipped,         CountyPassed,       CountyValidated),
    (Shipped,         CardReceived,       AtOffice),
    (CountyValidated, CardReceived,       AtOffice),
    (AtOffice,        CardReceived,       AtOffice),        // Offices scan twice.
    (AtOffice,        CardHandedOver,     HandedOver),
    (HandedOver,      CardHandedOver,     HandedOver),      // And report twice.

    (Ready,           FeeReopened,        AwaitingFee),     // Reversed before ordering.
    (Ordered,         OrderWithdrawn,     Ready),           // The file was refused or never sent.
    (Ordered,         RefusedTechnically, Ready),           // The line's fault is not the office's.
    (Ordered,         SentBack,           Returned),        // Data or biometrics: the office corrects.
    (InProduction,    SentBack,           Returned),
    (Returned,        Resubmitted,        Received),        // As a new revision, checked again.
    (Ordered,         CardFailed,         InProduction),
    (InProduction,    CardFailed,         InProduction),    // The bureau remakes it at its own cost.
    (Produced,        CardFailed,         InProduction),    // Failed a later inspection.
    (Shipped,         ShipmentFailed,     InProduction),    // Lost or damaged: made again.
    (CountyValidated, ShipmentFailed,     InProduction),
    (AtOffice,        SentBack,           InProduction),    // The county or the office refused the card.

    (InProduction,    RemakeOrdered,      Ready),           // Lost, spoiled, returned: ordered anew.
    (OnHold,          RemakeOrdered,      Ready),
    (Shipped,         RemakeOrdered,      Ready),
    (CountyValidated, RemakeOrdered,      Ready),
    (AtOffice,        RemakeOrdered,      Ready),           // A complaint was admitted.
    (HandedOver,      RemakeOrdered,      Ready),
    (InProduction,    RecaptureNeeded,    Returned),        // The same, once the images are erased.
    (OnHold,          RecaptureNeeded,    Returned),
    (Shipped,         RecaptureNeeded,    Returned),
    (CountyValidated, RecaptureNeeded,    Returned),
    (AtOffice,        RecaptureNeeded,    Returned),
    (HandedOver,      RecaptureNeeded,    Returned),
    (InProduction,    CardAbandoned,      Cancelled),
    (OnHold,          CardAbandoned,      Cancelled),
    (Shipped,         CardAbandoned,      Cancelled),
    (CountyValidated, CardAbandoned,      Cancelled),

    (Received,        Held,               OnHold),
    (AwaitingFee,     Held,               OnHold),
    (Ready,           Held,               OnHold),
    (Ordered,         Held,               OnHold),
    (InProduction,    Held,               OnHold),
    (OnHold,          ReleasedReady,      Ready),
    (OnHold,          ReleasedOrdered,    Ordered),
    (OnHold,          SentBack,           Returned),
    (OnHold,          CancelAsked,        Cancelled),

    (AwaitingFee,     CancelAsked,        Cancelled),       // Nothing was ordered yet.
    (Ready,           CancelAsked,        Cancelled),
    (Returned,        CancelAsked,        Cancelled),
    (Ordered,         CancelAsked,        CancelRequested),
    (InProduction,    CancelAsked,        CancelRequested),
    (CancelRequested, CancelConfirmed,    Cancelled),
    (CancelRequested, CancelTooLate,      InProduction),    // The card will come.
    (CancelRequested, CardProduced,       Produced),        // It was made before the question came.
    (Ordered,         CancelConfirmed,    Cancelled),       // The bureau cancels of itself.
    (InProduction,    CancelConfirmed,    Cancelled),

    (AtOffice,        TermPassed,         Unclaimed),
    (Unclaimed,       CardHandedOver,     HandedOver),      // Late, but before it was destroyed.
    (Unclaimed,       ShipmentFailed,     Unclaimed),       // It went back, to be destroyed.
    (Unclaimed,       CardDestroyed,      Destroyed),
    (Produced,        CardDestroyed,      Destroyed),
];

impl ApplicationState {
    /// Returns the state that follows on `event`.
    pub fn after(
        self,
        event: ApplicationEvent,
    ) -> Result<Self, IllegalStep<Self, ApplicationEvent>> {
        step::next(STEPS, self, event)
    }

    /// Whether nothing more is to be done: the person may apply again for the same product.
    pub const fn is_ended(self) -> bool {
        matches!(self, HandedOver | Cancelled | Destroyed)
    }

    /// Whether an application in this state keeps the instant since which it has waited to be
    /// ordered: one that comes out of an order which is not made, or out of a hold, has waited all
    /// the while. What must first be paid or corrected begins to wait anew.
    pub const fn keeps_waiting_since(self) -> bool {
        !matches!(self, Received | Approved | AwaitingFee | Returned)
    }
}

coded! {
    /// A kind of document; orders hold one kind each.
    pub enum Product as "product" {
        /// The electronic identity card.
        Cei = "CEI",
    }
}

coded! {
    /// Why a card is asked for (OUG 97/2005, art. 19 (1)).
    pub enum CardReason as "reason for a card" {
        /// The old document expired.
        Expiry = "EXPIRY",
        /// Name or civil status changed.
        CivilStatusChange = "CIVIL_STATUS_CHANGE",
        /// The applicant moved.
        DomicileChange = "DOMICILE_CHANGE",
        /// The street was renamed or renumbered.
        StreetRenamed = "STREET_RENAMED",
        /// A new CNP was given.
        NewCnp = "NEW_CNP",
        /// The document was damaged.
        Damage = "DAMAGE",
        /// The document was lost or stolen.
        LossTheft = "LOSS_THEFT",
        /// The face changed.
        FaceChanged = "FACE_CHANGED",
        /// The sex changed.
        SexChange = "SEX_CHANGE",
        /// The document was annulled.
        Annulment = "ANNULMENT",
        /// The old model is exchanged for the electronic one.
        ExchangeOldModel = "EXCHANGE_OLD_MODEL",
        /// The first document, on turning 14.
        FirstAt14 = "FIRST_AT_14",
        /// Asked for, for a child under 14.
        OptionalUnder14 = "OPTIONAL_UNDER_14",
    }
}
