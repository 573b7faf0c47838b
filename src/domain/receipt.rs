//! The bureau's technical word on a whole order: "we hold your file", or "we cannot read it".

use uuid::Uuid;

use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::reconciliation::HoldReason;
use crate::domain::step::IllegalStep;

/// What a receipt says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ReceiptFacts<'a> {
    /// The order's number as the bureau writes it.
    pub order_number: &'a str,
    /// SHA-256 of the bytes that the bureau holds.
    pub digest: [u8; 32],
    /// The identifier of the document that it answers; `None` where it could not be read.
    pub in_reply_to: Option<Uuid>,
    /// How many lines the bureau counted; `None` where it could not.
    pub line_count: Option<u32>,
    /// Whether it could read them.
    pub answer: Answer,
}

/// Whether the bureau could read a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It holds the order and will answer its lines.
    Positive,
    /// It refuses the file as a whole, for the reason with this number.
    Negative(u16),
}

/// The order that a receipt seems to be about, found by number or else by digest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KnownOrder<'a> {
    /// Its number.
    pub number: &'a str,
    /// SHA-256 of the bytes that were signed and sent.
    pub digest: [u8; 32],
    /// The identifier of its document.
    pub message_id: Uuid,
    /// How many lines it has.
    pub line_count: u32,
    /// Where it stands.
    pub state: OrderState,
}

/// What a receipt means for its order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReceiptVerdict {
    /// It takes the order a step further.
    Applies {
        /// The step.
        event: OrderEvent,
        /// Why the file was refused, by the catalogue of reasons.
        reason: Option<u16>,
    },
    /// It says what was known; nothing changes.
    Repeated,
    /// No order has this number or this digest: quarantined, never thrown away.
    UnknownOrder,
    /// The bureau holds other bytes under our number: an alarm.
    OtherBytes,
    /// The bureau holds our bytes under another number: an alarm.
    OtherNumber,
    /// The bureau holds our bytes and reads something else in them: an alarm.
    OtherContent,
    /// It contradicts what the bureau said before, or the order was never sent: an operator.
    Impossible(IllegalStep<OrderState, OrderEvent>),
}

impl ReceiptVerdict {
    /// Returns the number of the reason for the hold that this verdict opens, if it opens one;
    /// for a refused file that is the bureau's own.
    pub const fn hold(&self) -> Option<u16> {
        match self {
            Self::Applies { reason, .. } => *reason,
            Self::Repeated => None,
            Self::UnknownOrder => Some(HoldReason::UnknownOrderOrLine.number()),
            Self::OtherBytes | Self::OtherNumber | Self::OtherContent => {
                Some(HoldReason::AcknowledgementConflict.number())
            }
            Self::Impossible(_) => Some(HoldReason::ImpossibleStep.number()),
        }
    }
}

/// Tells what a receipt means for the order that it seems to be about.
pub fn judge(known: Option<KnownOrder<'_>>, receipt: &ReceiptFacts<'_>) -> ReceiptVerdict {
    let Some(order) = known else {
        return ReceiptVerdict::UnknownOrder;
    };
    match (
        order.number == receipt.order_number,
        order.digest == receipt.digest,
    ) {
        (true, true) if reads_otherwise(&order, receipt) => ReceiptVerdict::OtherContent,
        (true, true) => apply(order.state, receipt.answer),
        (true, false) => ReceiptVerdict::OtherBytes,
        (false, true) => ReceiptVerdict::OtherNumber,
        (false, false) => ReceiptVerdict::UnknownOrder,
    }
}

/// Whether a receipt names another document, or counts other lines, than the file has.
fn reads_otherwise(order: &KnownOrder<'_>, receipt: &ReceiptFacts<'_>) -> bool {
    receipt.in_reply_to.is_some_and(|id| id != order.message_id)
        || receipt
            .line_count
            .is_some_and(|count| count != order.line_count)
}

fn apply(state: OrderState, answer: Answer) -> ReceiptVerdict {
    let (event, reason) = match answer {
        Answer::Positive => (OrderEvent::ReceiptPositive, None),
        Answer::Negative(reason) => (OrderEvent::ReceiptNegative, Some(reason)),
    };
    match state.after(event) {
        Ok(same) if same == state => ReceiptVerdict::Repeated,
        Ok(_) => ReceiptVerdict::Applies { event, reason },
        Err(illegal) => ReceiptVerdict::Impossible(illegal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: KnownOrder<'_> = KnownOrder {
        number: "CEI-O-2026-000017",
        digest: [7; 32],
        message_id: Uuid::from_u128(1),
        line_count: 3,
        state: OrderState::Sent,
    };

    fn receipt(answer: Answer) -> ReceiptFacts<'static> {
        ReceiptFacts {
            order_number: ORDER.number,
            digest: ORDER.digest,
            in_reply_to: Some(ORDER.message_id),
            line_count: Some(ORDER.line_count),
            answer,
        }
    }

    fn judge_in(state: OrderState, answer: Answer) -> ReceiptVerdict {
        judge(Some(KnownOrder { state, ..ORDER }), &receipt(answer))
    }

    #[test]
    fn a_positive_receipt_confirms_the_order() {
        assert_eq!(
            judge(Some(ORDER), &receipt(Answer::Positive)),
            ReceiptVerdict::Applies {
                event: OrderEvent::ReceiptPositive,
                reason: None
            }
        );
    }

    #[test]
    fn a_negative_receipt_carries_its_reason() {
        let verdict = judge(Some(ORDER), &receipt(Answer::Negative(101)));
        assert_eq!(
            verdict,
            ReceiptVerdict::Applies {
                event: OrderEvent::ReceiptNegative,
                reason: Some(101)
            }
        );
        assert_eq!(verdict.hold(), Some(101));
    }

    #[test]
    fn a_repeated_receipt_changes_nothing() {
        for state in [
            OrderState::ReceiptOk,
            OrderState::PartlyAnswered,
            OrderState::AllAnswered,
            OrderState::Settled,
        ] {
            assert_eq!(judge_in(state, Answer::Positive), ReceiptVerdict::Repeated);
        }
        assert_eq!(
            judge_in(OrderState::ReceiptRejected, Answer::Negative(101)),
            ReceiptVerdict::Repeated
        );
    }

    #[test]
    fn a_receipt_may_overtake_the_record_of_delivery() {
        assert!(matches!(
            judge_in(OrderState::Queued, Answer::Positive),
            ReceiptVerdict::Applies { .. }
        ));
    }

    #[test]
    fn a_receipt_that_contradicts_an_earlier_one_goes_to_an_operator() {
        for (state, answer) in [
            (OrderState::ReceiptOk, Answer::Negative(104)),
            (OrderState::ReceiptRejected, Answer::Positive),
            (OrderState::Closed, Answer::Positive),
        ] {
            let verdict = judge_in(state, answer);
            assert!(matches!(verdict, ReceiptVerdict::Impossible(_)), "{state}");
            assert_eq!(verdict.hold(), Some(807));
        }
    }

    #[test]
    fn other_bytes_under_our_number_are_never_taken_for_ours() {
        let mut receipt = receipt(Answer::Positive);
        receipt.digest = [8; 32];
        let verdict = judge(Some(ORDER), &receipt);
        assert_eq!(verdict, ReceiptVerdict::OtherBytes);
        assert_eq!(verdict.hold(), Some(802));
    }

    #[test]
    fn our_bytes_under_another_number_are_an_alarm() {
        let receipt = ReceiptFacts {
            order_number: "CEI-O-2026-000018",
            ..receipt(Answer::Positive)
        };
        assert_eq!(judge(Some(ORDER), &receipt), ReceiptVerdict::OtherNumber);
    }

    #[test]
    fn our_bytes_that_are_read_otherwise_are_an_alarm() {
        let whole = receipt(Answer::Positive);
        for receipt in [
            ReceiptFacts {
                in_reply_to: Some(Uuid::from_u128(2)),
                ..whole
            },
            ReceiptFacts {
                line_count: Some(2),
                ..whole
            },
        ] {
            let verdict = judge(Some(ORDER), &receipt);
            assert_eq!(verdict, ReceiptVerdict::OtherContent);
            assert_eq!(verdict.hold(), Some(802));
        }
        let unread = ReceiptFacts {
            in_reply_to: None,
            line_count: None,
            ..receipt(Answer::Negative(104))
        };
        let verdict = judge(Some(ORDER), &unread);
        assert!(matches!(verdict, ReceiptVerdict::Applies { .. }));
    }

    #[test]
    fn a_receipt_for_an_unknown_order_is_quarantined() {
        let verdict = judge(None, &receipt(Answer::Positive));
        assert_eq!(verdict, ReceiptVerdict::UnknownOrder);
        assert_eq!(verdict.hold(), Some(108));
    }
}
