//! The life of a letter: a small signed document to the bureau that is no order.

use crate::coded;
use crate::domain::step::{self, IllegalStep, Step};

use {LetterEvent::*, LetterState::*};

coded! {
    /// What a letter says.
    pub enum LetterKind as "kind of letter" {
        /// Asks whether the bureau holds an order, and what it has said of its lines.
        Inquiry = "INQUIRY",
        /// Asks it not to make cards that were ordered.
        Cancel = "CANCEL",
        /// Tells it that a card is wanting.
        Complaint = "COMPLAINT",
        /// Tells it that a document of its own could not be used.
        TechnicalError = "TECHNICAL_ERROR",
    }
}

impl LetterKind {
    /// Whether the bureau owes an answer within hours, so that its silence is noticed. A complaint
    /// is decided when it is decided; an error is never answered.
    pub const fn is_answered_soon(self) -> bool {
        matches!(self, Self::Inquiry | Self::Cancel)
    }
}

coded! {
    /// What gave rise to a letter.
    pub enum Occasion as "occasion of a letter" {
        /// Nobody knows whether the bytes of an order arrived.
        Doubt = "DOUBT",
        /// The nightly comparison of all open orders.
        Night = "NIGHT",
        /// Somebody decided it: an operator or an office.
        Decision = "DECISION",
        /// Something that the bureau sent.
        Document = "DOCUMENT",
    }
}

coded! {
    /// What has happened to a letter.
    pub enum LetterState as "letter state" {
        /// It is to be written; its content stands in the decision.
        Decided = "DECIDED",
        /// Written, signed and in the outbox; its bytes never change again.
        Queued = "QUEUED",
        /// The bureau took the bytes.
        Sent = "SENT",
        /// The bureau answered all that it asks.
        Answered = "ANSWERED",
        /// It is not sent any more, or was refused.
        GivenUp = "GIVEN_UP",
    }
}

coded! {
    /// What may happen to a letter.
    pub enum LetterEvent as "letter event" {
        /// Written, signed, and put in the outbox.
        Written = "WRITTEN",
        /// The bureau took the bytes.
        BytesDelivered = "BYTES_DELIVERED",
        /// The same bytes are sent again.
        SentAgain = "SENT_AGAIN",
        /// The bureau answered the last thing that it asks.
        AnswerCame = "ANSWER_CAME",
        /// What it is to say cannot be written: a defect, and no reason to hold up the others.
        FoundUnwritable = "FOUND_UNWRITABLE",
        /// What it asks was settled before it was written.
        FoundNeedless = "FOUND_NEEDLESS",
        /// The bureau says that it cannot use it.
        Refused = "REFUSED",
        /// It was tried as often as it may be, or will never be taken.
        Undeliverable = "UNDELIVERABLE",
    }
}

/// The life of a letter. Its answer may overtake the record of its delivery.
#[rustfmt::skip]
pub const STEPS: &[Step<LetterState, LetterEvent>] = &[
    (Decided,  Written,        Queued),
    (Queued,   BytesDelivered, Sent),
    (Sent,     AnswerCame,     Answered),

    (Decided,  FoundNeedless,  GivenUp),
    (Decided,  FoundUnwritable, GivenUp),
    (Decided,  AnswerCame,     Answered),  // What it asks was answered before it was written.
    (Queued,   AnswerCame,     Answered),  // Delivered, but the answer to that was lost.
    (GivenUp,  AnswerCame,     Answered),  // Late, and still of use.
    (Answered, AnswerCame,     Answered),  // The bureau may repeat itself.
    (Sent,     BytesDelivered, Sent),      // Sent again; the bureau took it again.
    (Answered, BytesDelivered, Answered),  // The answer overtook the record.
    (GivenUp,  BytesDelivered, GivenUp),
    (Sent,     SentAgain,      Queued),    // No answer came: the same bytes.
    (Queued,   Refused,        GivenUp),
    (Sent,     Refused,        GivenUp),
    (Answered, Refused,        Answered),  // It could after all.
    (GivenUp,  Refused,        GivenUp),
    (Queued,   Undeliverable,  GivenUp),
];

impl LetterState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: LetterEvent) -> Result<Self, IllegalStep<Self, LetterEvent>> {
        step::next(STEPS, self, event)
    }

    /// Whether it waits to be sent or to be answered, so that no second one need ask the same.
    pub const fn is_open(self) -> bool {
        matches!(self, Decided | Queued | Sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_whenever_it_comes() {
        for state in LetterState::ALL {
            assert_eq!(state.after(AnswerCame), Ok(Answered), "{state}");
        }
    }

    #[test]
    fn what_needs_no_answer_any_more_is_not_open() {
        let open: Vec<_> = LetterState::ALL
            .iter()
            .filter(|state| state.is_open())
            .collect();
        assert_eq!(open, [&Decided, &Queued, &Sent]);
    }
}
