//! Steps of many subjects at once: the same check and the same history as of one, in one statement.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::application::ApplicationState;
use crate::store::history::{
    Application, Note, OrderLine, Payment, StepError, Subject, record, step,
};
use crate::store::tx::execute_rows;
use crate::store::{StoreError, Tx};

/// The steps that one subject takes, one after the other.
#[derive(Clone, Debug)]
pub struct Walk<S: Subject> {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub from: S::State,
    /// What happens to it.
    pub events: Vec<S::Event>,
}

/// From where to where a subject walks.
type Move<S> = (Uuid, <S as Subject>::State, <S as Subject>::State);

/// A noun of which many may be moved at once.
pub trait Together: Subject {
    /// Moves rows from one state to another each; returns how many rows were in the first.
    fn write_all(
        tx: &mut Tx,
        moves: &[Move<Self>],
        at: DateTime<Utc>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send
    where
        Self: Sized;
}

/// Takes the steps of every walk and writes them into the history. A subject has one walk at most.
///
/// Fails with [`StoreError::Moved`], having decided nothing, when any row was not where its walk
/// begins.
pub async fn take_all<S: Together>(
    tx: &mut Tx,
    walks: &[Walk<S>],
    note: &Note<'_>,
) -> Result<(), StepError<S::State, S::Event>> {
    if walks.is_empty() {
        return Ok(());
    }
    let mut moves: Vec<Move<S>> = Vec::with_capacity(walks.len());
    for walk in walks {
        let mut state = walk.from;
        for event in &walk.events {
            let to = step::next(S::STEPS, state, *event)?;
            let words = [state.to_string(), event.to_string(), to.to_string()];
            let words = words.each_ref().map(String::as_str);
            record(tx, S::KIND, walk.id, words, note).await?;
            state = to;
        }
        moves.push((walk.id, walk.from, state));
    }
    let written = S::write_all(tx, &moves, note.at).await?;
    if usize::try_from(written) != Ok(moves.len()) {
        return Err(StoreError::Moved { what: S::WHAT }.into());
    }
    Ok(())
}

impl Together for Application {
    async fn write_all(
        tx: &mut Tx,
        moves: &[Move<Self>],
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        const POSTGRES: &str = "
            UPDATE applications a
            SET state = n.after, open = n.open,
                ready_since = CASE WHEN n.waits_on THEN COALESCE(a.ready_since, n.since) END,
                updated_at = $1, version = version + 1
            FROM UNNEST($2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::boolean[],
                        $7::timestamptz[]) AS n (id, before, after, open, waits_on, since)
            WHERE a.id = n.id AND a.state = n.before";
        const SQLITE: &str = "
            UPDATE applications AS a
            SET state = n.value ->> 2, open = n.value ->> 3,
                ready_since = CASE WHEN n.value ->> 4
                                   THEN COALESCE(a.ready_since, n.value ->> 5) END,
                updated_at = $1, version = version + 1
            FROM json_each($2) AS n
            WHERE a.id = unhex(n.value ->> 0) AND a.state = n.value ->> 1";
        execute_rows!(tx, (POSTGRES, SQLITE), [at], moves, |one| [
            one.0,
            one.1.as_str(),
            one.2.as_str(),
            !one.2.is_ended(),
            one.2.keeps_waiting_since(),
            (one.2 == ApplicationState::Ready).then_some(at),
        ])
    }
}

impl Together for OrderLine {
    async fn write_all(
        tx: &mut Tx,
        moves: &[Move<Self>],
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        const POSTGRES: &str = "
            UPDATE order_lines l
            SET state = n.after, live = n.live, answered = n.answered, ended = n.ended,
                updated_at = $1, version = version + 1
            FROM UNNEST($2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::boolean[],
                        $7::boolean[]) AS n (id, before, after, live, answered, ended)
            WHERE l.id = n.id AND l.state = n.before";
        const SQLITE: &str = "
            UPDATE order_lines AS l
            SET state = n.value ->> 2, live = n.value ->> 3, answered = n.value ->> 4,
                ended = n.value ->> 5, updated_at = $1, version = version + 1
            FROM json_each($2) AS n
            WHERE l.id = unhex(n.value ->> 0) AND l.state = n.value ->> 1";
        execute_rows!(tx, (POSTGRES, SQLITE), [at], moves, |one| [
            one.0,
            one.1.as_str(),
            one.2.as_str(),
            one.2.is_live(),
            one.2.is_answered(),
            one.2.is_ended(),
        ])
    }
}

impl Together for Payment {
    async fn write_all(
        tx: &mut Tx,
        moves: &[Move<Self>],
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        const POSTGRES: &str = "
            UPDATE payments p
            SET state = n.after, updated_at = $1, version = version + 1
            FROM UNNEST($2::uuid[], $3::text[], $4::text[]) AS n (id, before, after)
            WHERE p.id = n.id AND p.state = n.before";
        const SQLITE: &str = "
            UPDATE payments AS p
            SET state = n.value ->> 2, updated_at = $1, version = version + 1
            FROM json_each($2) AS n
            WHERE p.id = unhex(n.value ->> 0) AND p.state = n.value ->> 1";
        execute_rows!(tx, (POSTGRES, SQLITE), [at], moves, |one| [
            one.0,
            one.1.as_str(),
            one.2.as_str(),
        ])
    }
}
