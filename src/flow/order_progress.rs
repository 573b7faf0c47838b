//! Moves an order as far as its lines have come.

use crate::domain::id::OrderId;
use crate::domain::order::OrderState;
use crate::domain::reason::Reason;
use crate::domain::reconciliation::LineCounts;
use crate::flow::Failure;
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::{Tx, order_lines, order_originals, orders, sealed};

/// `IMPOSSIBLE_STEP`: lines were answered in an order that cannot have been read.
const IMPOSSIBLE_STEP: u16 = Reason::IMPOSSIBLE_STEP.number();

/// Takes the steps that follow from the states of the order's lines. Once the order is settled
/// its document has no purpose any more, and the images in it are due for erasure.
pub async fn settle<R>(tx: &mut Tx, order: OrderId, note: &Note<'_>) -> Result<(), Failure<R>> {
    // Locked before its lines are counted: of two transactions that each answer one of the last two
    // lines, the later one sees both.
    let Some(order) = orders::lock(tx, order).await? else {
        return Ok(());
    };
    let tally = order_lines::tally(tx, order.id).await?;
    let count = |lines: i64| u64::try_from(lines).unwrap_or(0);
    let counts = LineCounts {
        lines: count(tally.lines),
        answered: count(tally.answered),
        ended: count(tally.ended),
    };
    let Ok(events) = counts.order_events(order.state) else {
        let hold = NewHold {
            kind: SubjectKind::Order,
            subject: order.id.0,
            number: &order.number,
            code: IMPOSSIBLE_STEP,
            detail: &format!("lines were answered while the order is {}", order.state),
        };
        holds::open(tx, &hold, note).await?;
        return Ok(());
    };
    let mut state = order.state;
    for event in events {
        state = take_step::<history::Order>(tx, order.id.0, state, event, note).await?;
    }
    if state == OrderState::Settled
        && let Some(document) = order.sealed
    {
        sealed::erase_by(tx, document, note.at).await?;
        if let Some(original) = order_originals::find(tx, order.id).await? {
            sealed::erase_by(tx, original.sealed, note.at).await?;
        }
    }
    Ok(())
}
