//! Words on lines that the bureau told by other means than a signed document: proposed by one
//! person, applied by another, and kept beside the bureau's own words, never among them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::id::{ForcedWordId, OrderId, OrderLineId};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

coded! {
    /// How a proposal ended.
    pub enum ForcedOutcome as "outcome of a forced word" {
        /// A second person approved it, and it moved the line.
        Applied = "APPLIED",
        /// Somebody took it back.
        Withdrawn = "WITHDRAWN",
        /// Nobody approved it in time.
        Expired = "EXPIRED",
    }
}

/// A word that the bureau told by other means.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ForcedWord {
    /// Its id.
    pub id: ForcedWordId,
    /// The line.
    pub line: OrderLineId,
    /// What happened.
    pub status: LineEvent,
    /// The reason that the bureau gave.
    pub reason: Option<i64>,
    /// The card's number.
    pub document_number: Option<String>,
    /// The consignment's number.
    pub consignment: Option<String>,
    /// When it happened at the bureau.
    pub occurred_at: DateTime<Utc>,
    /// By what the bureau told it: a call, a letter, with date and name of its paper.
    pub evidence: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Why.
    pub why: String,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Until when it may be approved.
    pub expires_at: DateTime<Utc>,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<DateTime<Utc>>,
    /// How; `None` while it waits.
    pub outcome: Option<ForcedOutcome>,
    /// Where the bureau's own words had led the line when it was applied, and lead it since.
    pub told_state: Option<LineState>,
    /// Whether it was applied and the bureau has not confirmed it yet.
    pub standing: bool,
}

#[derive(sqlx::FromRow)]
struct ForcedRow {
    id: Uuid,
    order_line_id: Uuid,
    status: String,
    reason: Option<i64>,
    document_number: Option<String>,
    consignment: Option<String>,
    occurred_at: DateTime<Utc>,
    evidence: String,
    proposed_by: String,
    why: String,
    proposed_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_by: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
    told_state: Option<String>,
    standing: bool,
}

/// The columns of [`ForcedRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, order_line_id, status, reason, document_number, consignment, occurred_at,
                    evidence, proposed_by, why, proposed_at, expires_at, ended_by, ended_at, outcome,
                    told_state, standing
             FROM forced_words ",
            $rest
        )
    };
}

impl TryFrom<ForcedRow> for ForcedWord {
    type Error = StoreError;

    fn try_from(row: ForcedRow) -> Result<Self, StoreError> {
        const TABLE: &str = "forced_words";
        let outcome =
            |text: String| read_code(ForcedOutcome::parse(&text), TABLE, "outcome", &row.id);
        let state = |text: String| read_code(LineState::parse(&text), TABLE, "told_state", &row.id);
        Ok(Self {
            status: read_code(LineEvent::parse(&row.status), TABLE, "status", &row.id)?,
            outcome: row.outcome.map(outcome).transpose()?,
            told_state: row.told_state.map(state).transpose()?,
            id: ForcedWordId(row.id),
            line: OrderLineId(row.order_line_id),
            reason: row.reason,
            document_number: row.document_number,
            consignment: row.consignment,
            occurred_at: row.occurred_at,
            evidence: row.evidence,
            proposed_by: row.proposed_by,
            why: row.why,
            proposed_at: row.proposed_at,
            expires_at: row.expires_at,
            ended_by: row.ended_by,
            ended_at: row.ended_at,
            standing: row.standing,
        })
    }
}

/// Adds a proposal. A second one that waits on the same line is refused by the schema; returns
/// whether it was added.
pub async fn insert(tx: &mut Tx, new: &ForcedWord) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO forced_words
            (id, order_line_id, status, reason, document_number, consignment, occurred_at, evidence,
             proposed_by, why, proposed_at, expires_at, standing)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, FALSE)
        ON CONFLICT (order_line_id) WHERE outcome IS NULL DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.id.0,
        new.line.0,
        new.status.as_str(),
        new.reason,
        new.document_number.as_deref(),
        new.consignment.as_deref(),
        new.occurred_at,
        new.evidence.as_str(),
        new.proposed_by.as_str(),
        new.why.as_str(),
        new.proposed_at,
        new.expires_at,
    )?;
    Ok(added == 1)
}

/// Finds a word by its id.
pub async fn find(tx: &mut Tx, id: ForcedWordId) -> Result<Option<ForcedWord>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    query!(fetch_optional as ForcedRow, tx, SQL, id.0)?
        .map(ForcedWord::try_from)
        .transpose()
}

/// Lists the proposals that wait, after `after`, oldest first.
pub async fn list_waiting(
    tx: &mut Tx,
    after: Option<ForcedWordId>,
    limit: i64,
) -> Result<Vec<ForcedWord>, StoreError> {
    const SQL: &str = select!("WHERE outcome IS NULL AND id > $1 ORDER BY id LIMIT $2");
    let after = after.map_or(Uuid::nil(), |id| id.0);
    many(query!(fetch_all as ForcedRow, tx, SQL, after, limit)?)
}

/// A proposal that another person is to approve, with the line that it is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ToApprove {
    /// The proposal.
    pub id: ForcedWordId,
    /// The order's number.
    pub order: String,
    /// The line's place in it.
    pub line_no: i64,
    /// What happened.
    pub status: LineEvent,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: DateTime<Utc>,
    /// Until when it may be approved.
    pub expires_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct ToApproveRow {
    id: Uuid,
    number: String,
    line_no: i64,
    status: String,
    proposed_by: String,
    proposed_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// Lists the proposals that may be approved at `now`, oldest first.
pub async fn list_to_approve(
    tx: &mut Tx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<ToApprove>, StoreError> {
    const SQL: &str = "
        SELECT w.id, o.number, l.line_no, w.status, w.proposed_by, w.proposed_at, w.expires_at
        FROM forced_words w
        JOIN order_lines l ON l.id = w.order_line_id
        JOIN orders o ON o.id = l.order_id
        WHERE w.outcome IS NULL AND w.expires_at > $1
        ORDER BY w.id
        LIMIT $2";
    let rows = query!(fetch_all as ToApproveRow, tx, SQL, now, limit)?;
    rows.into_iter()
        .map(|row| {
            let status = LineEvent::parse(&row.status);
            Ok(ToApprove {
                status: read_code(status, "forced_words", "status", &row.id)?,
                id: ForcedWordId(row.id),
                order: row.number,
                line_no: row.line_no,
                proposed_by: row.proposed_by,
                proposed_at: row.proposed_at,
                expires_at: row.expires_at,
            })
        })
        .collect()
}

/// Counts the proposals that may be approved at `now`, no further than to `most`.
pub async fn count_to_approve(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM (SELECT 1 AS one
              FROM forced_words
              WHERE outcome IS NULL AND expires_at > $1
              LIMIT $2) AS counted";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, now, most)?;
    Ok(count)
}

/// Lists the proposals that wait on lines of an order, with the lines' places, in the order of their
/// proposal.
pub async fn list_waiting_of_order(
    tx: &mut Tx,
    order: OrderId,
    limit: i64,
) -> Result<Vec<(i64, ForcedWord)>, StoreError> {
    const SQL: &str = "
        SELECT l.line_no, w.id
        FROM order_lines l
        JOIN forced_words w ON w.order_line_id = l.id
        WHERE l.order_id = $1 AND w.outcome IS NULL
        ORDER BY w.id
        LIMIT $2";
    let rows = query!(fetch_all as (i64, Uuid), tx, SQL, order.0, limit)?;
    let mut found = Vec::new();
    for (line_no, id) in rows {
        let word = find(tx, ForcedWordId(id)).await?;
        found.extend(word.map(|word| (line_no, word)));
    }
    Ok(found)
}

/// Lists the words on a line, in the order of their proposal.
pub async fn list_of_line(tx: &mut Tx, line: OrderLineId) -> Result<Vec<ForcedWord>, StoreError> {
    const SQL: &str = select!("WHERE order_line_id = $1 ORDER BY id LIMIT 200");
    many(query!(fetch_all as ForcedRow, tx, SQL, line.0)?)
}

fn many(rows: Vec<ForcedRow>) -> Result<Vec<ForcedWord>, StoreError> {
    rows.into_iter().map(ForcedWord::try_from).collect()
}

/// Ends a proposal that waits. Returns whether it waited.
pub async fn end(
    tx: &mut Tx,
    id: ForcedWordId,
    outcome: ForcedOutcome,
    by: &str,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE forced_words
        SET outcome = $2, ended_by = $3, ended_at = $4
        WHERE id = $1 AND outcome IS NULL";
    let ended = execute!(tx, SQL, id.0, outcome.as_str(), by, at)?;
    Ok(ended == 1)
}

/// Writes down where the bureau's own words lead the line, and whether the word still stands on two
/// persons alone.
pub async fn set_told(
    tx: &mut Tx,
    id: ForcedWordId,
    told: LineState,
    standing: bool,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE forced_words SET told_state = $2, standing = $3 WHERE id = $1";
    execute!(tx, SQL, id.0, told.as_str(), standing)?;
    Ok(())
}
