//! The life of a payment: one real movement of money that a channel says has happened.

use crate::coded;
use crate::domain::step::{self, IllegalStep, Step};

use {PaymentEvent::*, PaymentState::*};

coded! {
    /// A way money arrives.
    pub enum Channel as "payment channel" {
        /// CEC Bank's counters, told by its statements.
        Cec = "CEC",
        /// SelfPay's stations, told by its notifications and settlement files.
        SelfPay = "SELFPAY",
    }
}

coded! {
    /// What has happened to a payment.
    pub enum PaymentState as "payment state" {
        /// Recorded, not yet looked at.
        Imported = "IMPORTED",
        /// Tied to the fee of an application.
        Matched = "MATCHED",
        /// A likely application is named; an operator confirms.
        Suggested = "SUGGESTED",
        /// Nothing fits yet; offered again whenever an application opens.
        Unmatched = "UNMATCHED",
        /// Not money for a card: the channel's own charges, a settlement lot, another currency.
        Invalid = "INVALID",
        /// The card that it paid for is ordered.
        Consumed = "CONSUMED",
        /// Taken back by the channel.
        Reversed = "REVERSED",
        /// To be given back.
        RefundDue = "REFUND_DUE",
        /// Given back, as a statement shows.
        Refunded = "REFUNDED",
    }
}

coded! {
    /// What may happen to a payment.
    pub enum PaymentEvent as "payment event" {
        /// Tied to one application, by a rule or by an operator.
        MatchMade = "MATCH_MADE",
        /// A rule names candidates, none of them certain.
        MatchSuggested = "MATCH_SUGGESTED",
        /// No rule finds an application.
        MatchMissed = "MATCH_MISSED",
        /// The tie was undone by an operator.
        MatchUndone = "MATCH_UNDONE",
        /// A part of it was tied to one more application, by an operator.
        PartMade = "PART_MADE",
        /// The tie of one part was undone by an operator; others stand.
        PartUndone = "PART_UNDONE",
        /// It is no payment of a fee.
        FoundInvalid = "FOUND_INVALID",
        /// Its application was put in an order.
        CardOrdered = "CARD_ORDERED",
        /// The order's line ended without a card; the money is free again.
        CardNotMade = "CARD_NOT_MADE",
        /// The channel took the money back.
        TakenBack = "TAKEN_BACK",
        /// The money is to be given back.
        RefundOwed = "REFUND_OWED",
        /// A statement shows that it was given back.
        RefundSeen = "REFUND_SEEN",
        /// A statement shows that what was given back came back to us.
        RefundReturned = "REFUND_RETURNED",
        /// A part of it is set aside to be given back; the rest stays what it is.
        PartSetAside = "PART_SET_ASIDE",
        /// A part that was set aside is not given back.
        PartFreed = "PART_FREED",
    }
}

/// The life of a payment.
#[rustfmt::skip]
pub const STEPS: &[Step<PaymentState, PaymentEvent>] = &[
    (Imported,  MatchMade,      Matched),
    (Imported,  MatchSuggested, Suggested),
    (Imported,  MatchMissed,    Unmatched),
    (Imported,  FoundInvalid,   Invalid),
    (Suggested, MatchMade,      Matched),     // The operator agreed, or named another.
    (Suggested, MatchSuggested, Suggested),   // Looked at again, with the same answer.
    (Suggested, MatchMissed,    Unmatched),
    (Unmatched, MatchMade,      Matched),     // The application came later.
    (Unmatched, MatchSuggested, Suggested),
    (Unmatched, MatchMissed,    Unmatched),
    (Matched,   CardOrdered,    Consumed),
    (Matched,   MatchUndone,    Unmatched),
    (Consumed,  CardNotMade,    Matched),
    (Matched,   PartMade,       Matched),     // One sum for several applications.
    (Consumed,  PartMade,       Consumed),
    (Matched,   PartUndone,     Matched),
    (Consumed,  PartUndone,     Consumed),    // The card of that part is not ordered.

    (Imported,  TakenBack,      Reversed),
    (Suggested, TakenBack,      Reversed),
    (Unmatched, TakenBack,      Reversed),
    (Matched,   TakenBack,      Reversed),
    (Consumed,  TakenBack,      Reversed),    // Raises an alarm; the card is never un-ordered.
    (Imported,  RefundOwed,     RefundDue),
    (Suggested, RefundOwed,     RefundDue),
    (Unmatched, RefundOwed,     RefundDue),
    (Matched,   RefundOwed,     RefundDue),   // Its application ended without a card.
    (Consumed,  RefundOwed,     RefundDue),   // Another payment pays for the card.
    (Invalid,   RefundOwed,     RefundDue),   // Not in lei: it pays no fee, and is the payer's.
    (RefundDue, RefundSeen,     Refunded),
    (Refunded,  RefundReturned, RefundDue),   // The payer's account did not take it.
    (Matched,   PartSetAside,   Matched),     // What was paid beyond the fee.
    (Consumed,  PartSetAside,   Consumed),
    (RefundDue, PartSetAside,   RefundDue),
    (Matched,   PartFreed,      Matched),
    (Consumed,  PartFreed,      Consumed),
    (RefundDue, PartFreed,      RefundDue),
    (RefundDue, TakenBack,      Reversed),
    (RefundDue, MatchMade,      Matched),     // Somebody found whose it is.
    (Suggested, FoundInvalid,   Invalid),
    (Unmatched, FoundInvalid,   Invalid),
];

impl PaymentState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: PaymentEvent) -> Result<Self, IllegalStep<Self, PaymentEvent>> {
        step::next(STEPS, self, event)
    }
}
