//! What one person asked for and another decides: kept with its end.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::four_eyes::{FourEyesAction, RequestOutcome};
use crate::domain::id::RequestId;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// A request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// What is asked for.
    pub action: FourEyesAction,
    /// What it is about, as people read it aloud.
    pub subject: String,
    /// The state in which the subject was.
    pub subject_state: String,
    /// Who asked.
    pub asked_by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Until when it may be decided.
    pub expires_at: DateTime<Utc>,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// Why.
    pub ended_reason: Option<String>,
    /// When.
    pub ended_at: Option<DateTime<Utc>>,
    /// How; `None` while it waits.
    pub outcome: Option<RequestOutcome>,
}

#[derive(sqlx::FromRow)]
struct RequestRow {
    id: Uuid,
    action: String,
    subject: String,
    subject_state: String,
    asked_by: String,
    reason: String,
    asked_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_by: Option<String>,
    ended_reason: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
}

impl TryFrom<RequestRow> for Request {
    type Error = StoreError;

    fn try_from(row: RequestRow) -> Result<Self, StoreError> {
        const TABLE: &str = "four_eyes_requests";
        let action = FourEyesAction::parse(&row.action);
        let outcome =
            |text: String| read_code(RequestOutcome::parse(&text), TABLE, "outcome", &row.id);
        Ok(Self {
            action: read_code(action, TABLE, "action", &row.id)?,
            outcome: row.outcome.map(outcome).transpose()?,
            id: RequestId(row.id),
            subject: row.subject,
            subject_state: row.subject_state,
            asked_by: row.asked_by,
            reason: row.reason,
            asked_at: row.asked_at,
            expires_at: row.expires_at,
            ended_by: row.ended_by,
            ended_reason: row.ended_reason,
            ended_at: row.ended_at,
        })
    }
}

/// The columns of [`RequestRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, action, subject, subject_state, asked_by, reason, asked_at, expires_at, ended_by,
                    ended_reason, ended_at, outcome
             FROM four_eyes_requests ",
            $rest
        )
    };
}

/// Adds a request. Returns `false`, having changed nothing, while the same waits already.
pub async fn insert(tx: &mut Tx, new: &Request) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO four_eyes_requests
            (id, action, subject, subject_state, asked_by, reason, asked_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (action, subject) WHERE outcome IS NULL DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.id.0,
        new.action.as_str(),
        new.subject.as_str(),
        new.subject_state.as_str(),
        new.asked_by.as_str(),
        new.reason.as_str(),
        new.asked_at,
        new.expires_at,
    )?;
    Ok(added == 1)
}

/// Finds a request.
pub async fn find(tx: &mut Tx, id: RequestId) -> Result<Option<Request>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    query!(fetch_optional as RequestRow, tx, SQL, id.0)?
        .map(Request::try_from)
        .transpose()
}

/// Lists the requests that may be decided at `now`, in the order of action and subject: that of the
/// index of what waits, whatever has piled up behind it.
pub async fn list_waiting(
    tx: &mut Tx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Request>, StoreError> {
    const SQL: &str =
        select!("WHERE outcome IS NULL AND expires_at > $1 ORDER BY action, subject LIMIT $2");
    let rows = query!(fetch_all as RequestRow, tx, SQL, now, limit)?;
    rows.into_iter().map(Request::try_from).collect()
}

/// Counts the requests that may be decided at `now`, no further than to `most`.
pub async fn count_waiting(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM (SELECT 1 AS one
              FROM four_eyes_requests
              WHERE outcome IS NULL AND expires_at > $1
              LIMIT $2) AS counted";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, now, most)?;
    Ok(count)
}

/// Lists requests, the latest first, those before `before`.
pub async fn list_latest(
    tx: &mut Tx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Request>, StoreError> {
    const SQL: &str = select!("WHERE asked_at < $1 ORDER BY asked_at DESC, id DESC LIMIT $2");
    let rows = query!(fetch_all as RequestRow, tx, SQL, before, limit)?;
    rows.into_iter().map(Request::try_from).collect()
}

/// How a request ends.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// How.
    pub outcome: RequestOutcome,
    /// By whom.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

/// Ends a request that waits. Returns whether it waited.
pub async fn end(tx: &mut Tx, id: RequestId, ending: Ending<'_>) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE four_eyes_requests
        SET outcome = $2, ended_by = $3, ended_reason = $4, ended_at = $5
        WHERE id = $1 AND outcome IS NULL";
    let (outcome, by) = (ending.outcome.as_str(), ending.by);
    Ok(execute!(tx, SQL, id.0, outcome, by, ending.reason, ending.at)? == 1)
}

/// Ends every request that waited too long. Returns how many there were.
pub async fn expire(tx: &mut Tx, now: DateTime<Utc>) -> Result<u64, StoreError> {
    const SQL: &str = "
        UPDATE four_eyes_requests
        SET outcome = 'EXPIRED', ended_by = 'gateway', ended_reason = '', ended_at = $1
        WHERE outcome IS NULL AND expires_at <= $1";
    execute!(tx, SQL, now)
}
