//! What is owed for an application: the life of a fee, and how much it is.

use crate::coded;
use crate::domain::money::Money;
use crate::domain::step::{self, IllegalStep, Step};

use {FeeEvent::*, FeeState::*};

coded! {
    /// What has happened to a fee.
    pub enum FeeState as "fee state" {
        /// No rule has been applied yet.
        Undecided = "UNDECIDED",
        /// A rule says that nothing is owed.
        Exempt = "EXEMPT",
        /// Owed, and nothing is paid.
        Due = "DUE",
        /// Something is paid, and not enough.
        PartlyPaid = "PARTLY_PAID",
        /// Paid to the ban.
        Paid = "PAID",
        /// More was paid than was owed.
        Overpaid = "OVERPAID",
        /// Money is to be given back.
        RefundDue = "REFUND_DUE",
        /// The money was given back.
        Refunded = "REFUNDED",
        /// Payer and bank disagree; an operator decides.
        Disputed = "DISPUTED",
    }
}

coded! {
    /// What may happen to a fee.
    pub enum FeeEvent as "fee event" {
        /// The rule says that nothing is owed.
        FoundExempt = "FOUND_EXEMPT",
        /// The rule says that money is owed.
        FoundDue = "FOUND_DUE",
        /// What is paid is now less than what is owed.
        FellShort = "FELL_SHORT",
        /// What is paid is now what is owed.
        BecamePaid = "BECAME_PAID",
        /// What is paid is now more than what is owed.
        BecameOverpaid = "BECAME_OVERPAID",
        /// Nothing is paid any more.
        BecameUnpaid = "BECAME_UNPAID",
        /// The application ended without a card, and money is held.
        RefundOwed = "REFUND_OWED",
        /// The bank's statement shows the refund.
        RefundSeen = "REFUND_SEEN",
        /// The bank's statement shows that the refund came back to us.
        RefundReturned = "REFUND_RETURNED",
        /// A payment was taken back after the card was ordered.
        DisputeOpened = "DISPUTE_OPENED",
    }
}

/// The life of a fee.
#[rustfmt::skip]
pub const STEPS: &[Step<FeeState, FeeEvent>] = &[
    (Undecided,  FoundExempt,    Exempt),
    (Undecided,  FoundDue,       Due),
    (Due,        FellShort,      PartlyPaid),
    (Due,        BecamePaid,     Paid),
    (Due,        BecameOverpaid, Overpaid),
    (PartlyPaid, FellShort,      PartlyPaid),   // Topped up, and still short.
    (PartlyPaid, BecamePaid,     Paid),
    (PartlyPaid, BecameOverpaid, Overpaid),
    (PartlyPaid, BecameUnpaid,   Due),
    (Paid,       BecameOverpaid, Overpaid),     // An operator accepted a second payment.
    (Paid,       FellShort,      PartlyPaid),   // A part was reversed.
    (Paid,       BecameUnpaid,   Due),          // Reversed before ordering.
    (Overpaid,   BecamePaid,     Paid),         // The surplus was reversed.
    (Overpaid,   FellShort,      PartlyPaid),
    (Overpaid,   BecameUnpaid,   Due),
    (Paid,       DisputeOpened,  Disputed),     // Reversed after ordering: the card is not un-ordered.
    (Overpaid,   DisputeOpened,  Disputed),
    (Disputed,   BecamePaid,     Paid),
    (Disputed,   DisputeOpened,  Disputed),
    (Due,        FoundExempt,    Exempt),       // An operator found an exemption.
    (Exempt,     FoundDue,       Due),          // The holder pays for another card.
    (PartlyPaid, RefundOwed,     RefundDue),
    (Paid,       RefundOwed,     RefundDue),
    (Overpaid,   RefundOwed,     RefundDue),
    (RefundDue,  RefundSeen,     Refunded),
    (Refunded,   RefundReturned, RefundDue),
];

impl FeeState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: FeeEvent) -> Result<Self, IllegalStep<Self, FeeEvent>> {
        step::next(STEPS, self, event)
    }

    /// Whether the card may be ordered as far as money goes.
    pub const fn is_settled(self) -> bool {
        matches!(self, Exempt | Paid | Overpaid)
    }
}

/// Names the event that leads from what was paid before to what is paid now.
///
/// `None` when nothing changes for the fee (it is exempt and stays so, or the sum is the same).
pub fn event_of_balance(due: Money, paid: Money) -> FeeEvent {
    match paid.cmp(&due) {
        _ if paid <= Money::ZERO => BecameUnpaid,
        std::cmp::Ordering::Less => FellShort,
        std::cmp::Ordering::Equal => BecamePaid,
        std::cmp::Ordering::Greater => BecameOverpaid,
    }
}
