//! Compares what an office counted with what the bureau told of, whenever one of them changes.

use crate::domain::id::{ConsignmentId, OrderLineId};
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::store::consignments::{self, Consignment, difference_of};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::{StoreError, Tx};

const MANIFEST_MISMATCH: u16 = Reason::MANIFEST_MISMATCH.number();
/// Holds of a consignment looked at; each count that differs otherwise makes one more.
const HOLDS_MAX: i64 = 1_000;

/// Counts anew every consignment that tells of a card of this line.
pub(crate) async fn recount_of_line<R>(
    tx: &mut Tx,
    line: OrderLineId,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    for consignment in consignments::list_of_line(tx, line).await? {
        recount(tx, consignment, note).await?;
    }
    Ok(())
}

/// Counts a consignment anew, if its office has said that it scanned everything: what differs is
/// one hold, which closes when nothing differs any more.
pub(super) async fn recount<R>(
    tx: &mut Tx,
    id: ConsignmentId,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let consignment = consignments::lock(tx, id).await?;
    let Some(consignment) = consignment.filter(|found| found.counted_at.is_some()) else {
        return Ok(());
    };
    let cards = consignments::list_cards(tx, id).await?;
    let difference = difference_of(&cards);
    let event = difference.event();
    let to = consignment.state.after(event).ok();
    if to != Some(consignment.state) {
        take_step::<history::Consignment>(tx, id.0, consignment.state, event, note).await?;
    }
    if difference.is_none() {
        let code = Some(MANIFEST_MISMATCH);
        holds::close(tx, id.0, code, "COUNT_AGREES", note).await?;
        return Ok(());
    }
    hold(tx, &consignment, &difference.in_words(), note).await?;
    Ok(())
}

/// Holds a consignment for what differs now; what differed before is history then.
async fn hold(
    tx: &mut Tx,
    consignment: &Consignment,
    words: &str,
    note: &Note<'_>,
) -> Result<(), StoreError> {
    let id = consignment.id.0;
    let open = holds::list_of(tx, id, HOLDS_MAX).await?;
    let mut open = open.iter().filter(|hold| hold.closed_at.is_none());
    let is_other = open.any(|hold| hold.detail != words);
    if is_other {
        let code = Some(MANIFEST_MISMATCH);
        holds::close(tx, id, code, "COUNTED_AGAIN", note).await?;
    }
    let hold = NewHold {
        kind: SubjectKind::Consignment,
        subject: id,
        number: &consignment.number,
        code: MANIFEST_MISMATCH,
        detail: words,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
