//! Takes a payment back, as its channel did: its tie is undone, the application owes again, and
//! money that was one payment too many may take the place.

use anyhow::Context;

use crate::domain::id::PaymentId;
use crate::domain::matching::MatchReason;
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::flow::Failure;
use crate::flow::match_payment::offer_to_others;
use crate::flow::refund::close::take_back;
use crate::flow::tie_payment::{Untying, step, untie};
use crate::store::Tx;
use crate::store::applications::Application;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::payments::{self, Payment};

/// Lets `reversal` take `original` back. A card that is ordered stays ordered: an operator is
/// alarmed.
pub(crate) async fn reverse<R>(
    tx: &mut Tx,
    reversal: &mut Payment,
    original: PaymentId,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let original = payments::find(tx, original).await?;
    let mut original = original.context("a payment that is taken back is not there")?;
    let ordered = original.state == PaymentState::Consumed;
    step(tx, &mut original, PaymentEvent::TakenBack, note).await?;
    holds::close(tx, original.id.0, None, "TAKEN_BACK", note).await?;
    let reason = ordered.then_some(MatchReason::ReversedAfterOrder.number());
    step(tx, reversal, PaymentEvent::TakenBack, note).await?;
    payments::set_reverses(tx, reversal.id, original.id).await?;
    payments::set_application(tx, reversal.id, original.application, reason).await?;
    holds::close(tx, reversal.id.0, None, "TAKEN_BACK", note).await?;
    take_back(tx, &original, reversal, note).await?;
    let every = Untying {
        only: None,
        rule: None,
        served: ordered,
    };
    for mut loser in untie(tx, &original, every, note).await? {
        if loser.ordered {
            alarm(tx, &loser.application, reversal, note).await?;
        }
        // The reversal of a reversal does not exist: this ends here.
        Box::pin(offer_to_others(tx, &mut loser.application, None, note)).await?;
    }
    Ok(())
}

async fn alarm<R>(
    tx: &mut Tx,
    application: &Application,
    reversal: &Payment,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let hold = NewHold {
        kind: SubjectKind::Application,
        subject: application.id.0,
        number: &application.number,
        code: MatchReason::ReversedAfterOrder.number(),
        detail: &format!("reversal {}", reversal.number),
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
