//! Which payment a reversal takes back.

use crate::domain::matching::{EarlierPayment, Evidence, MatchReason, Verdict};
use crate::domain::payment::PaymentState;

/// Finds the payment: by the channel's reference of the original, else by payment reference; the
/// amount must be the same to the ban, for a part taken back is an operator's case.
///
/// Of several, one that is tied to a fee goes before one that is not, and a later one before an
/// earlier one: a surplus payment left over can take the place of the one taken back.
/// None found is no fault of the reversal, which may have overtaken its payment: it waits.
pub(crate) fn find_undone(evidence: &Evidence<'_>, payments: &[EarlierPayment<'_>]) -> Verdict {
    let fitting: Vec<&EarlierPayment<'_>> = payments
        .iter()
        .filter(|payment| payment.amount == evidence.amount && payment.can_be_taken_back())
        .collect();
    let references = evidence.typed_references();
    let latest = |fits: &dyn Fn(&EarlierPayment<'_>) -> bool| {
        fitting
            .iter()
            .copied()
            .filter(|payment| fits(payment))
            .max_by_key(|payment| (is_tied(payment.state), payment.booked_on, payment.payment))
    };
    let by_original = latest(&|payment| {
        evidence.original.is_some() && payment.channel_reference == evidence.original
    });
    let by_reference = || {
        latest(&|payment| {
            payment
                .references
                .iter()
                .any(|reference| references.contains(reference))
        })
    };
    match by_original.or_else(by_reference) {
        Some(found) => Verdict::Reverses {
            payment: found.payment,
            application: found.application,
            after_order: found.state == PaymentState::Consumed,
        },
        None => Verdict::Unmatched {
            reason: MatchReason::ReversalWithoutPayment,
        },
    }
}

const fn is_tied(state: PaymentState) -> bool {
    matches!(state, PaymentState::Matched | PaymentState::Consumed)
}
