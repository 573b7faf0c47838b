//! Holds a word of the bureau against those that two persons applied on its line.

use crate::domain::reconciliation::{AfterForced, Judgement, Said, weigh};
use crate::flow::Failure;
use crate::store::Tx;
use crate::store::acknowledgements::Word;
use crate::store::forced_words::{self, ForcedWord};
use crate::store::history::{self, Note, SubjectKind};
use crate::store::order_lines::{self, OrderLine};

/// Judges a word whose turn has come on a line that was forced; `None` when it is to be judged as
/// ever.
pub(crate) async fn weigh_word<R>(
    tx: &mut Tx,
    line: &mut OrderLine,
    word: &Word,
    note: &Note<'_>,
) -> Result<Option<Judgement>, Failure<R>> {
    let mut standing = forced_words::list_of_line(tx, line.id).await?;
    standing.retain(|forced| forced.standing);
    standing.sort_by_key(|forced| forced.ended_at);
    let told = standing.first().and_then(|first| first.told_state);
    let Some((told, first)) = told.zip(standing.first().cloned()) else {
        return Ok(None);
    };
    let said: Vec<Said<'_>> = standing.iter().map(said_of).collect();
    let heard = Said {
        event: word.status,
        reason: word.reason,
        document_number: word.document_number.as_deref(),
        consignment: word.consignment.as_deref(),
    };
    match weigh(line.state, told, &said, &heard) {
        AfterForced::Confirms(count, state) => {
            confirm(tx, line, standing.get(..count).unwrap_or_default(), note).await?;
            match standing.get(count) {
                Some(next) => forced_words::set_told(tx, next.id, state, true).await?,
                None => stand_alone(tx, line).await?,
            }
            Ok(Some(Judgement::Overtaken))
        }
        AfterForced::Before(state) => {
            forced_words::set_told(tx, first.id, state, true).await?;
            Ok(Some(Judgement::Overtaken))
        }
        AfterForced::Follows => {
            confirm(tx, line, &standing, note).await?;
            stand_alone(tx, line).await?;
            Ok(None)
        }
        AfterForced::Contradicts => Ok(Some(Judgement::AgainstForced)),
    }
}

fn said_of(forced: &ForcedWord) -> Said<'_> {
    Said {
        event: forced.status,
        reason: forced.reason,
        document_number: forced.document_number.as_deref(),
        consignment: forced.consignment.as_deref(),
    }
}

async fn confirm<R>(
    tx: &mut Tx,
    line: &OrderLine,
    words: &[ForcedWord],
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    for word in words {
        let told = word.told_state.unwrap_or(line.state);
        forced_words::set_told(tx, word.id, told, false).await?;
        let state = line.state.as_str();
        let words = [state, "WORD_CONFIRMED", state];
        history::record(tx, SubjectKind::OrderLine, line.id.0, words, note).await?;
    }
    Ok(())
}

async fn stand_alone<R>(tx: &mut Tx, line: &mut OrderLine) -> Result<(), Failure<R>> {
    order_lines::set_forced(tx, line.id, false).await?;
    line.forced = false;
    Ok(())
}
