//! Messages that could not be delivered and wait for a decision.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::MessageId;
use crate::store::outbox::{LaneKind, Message};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx};

/// Sets a message aside for an operator; its lane goes on without it.
///
/// `cause` is one of the delivery rule's words, with the HTTP status behind it where there was one
/// (`REFUSED 400`); the two are kept apart, for dead letters are grouped by them.
pub async fn bury(
    tx: &mut Tx,
    message: &Message,
    cause: &str,
    attempts: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO dead_letters
            (message_id, lane, seq, cause, attempts, died_at, lane_kind, kind, subject_id, status,
             created_at)
        SELECT $1, l.lane, $3, $4, $5, $6, l.kind, $7, $8, $9, $10
        FROM lanes l
        WHERE l.lane = $2
        ON CONFLICT (message_id) DO NOTHING";
    let (cause, status) = split_cause(cause);
    execute!(
        tx,
        SQL,
        message.message_id,
        message.lane.as_str(),
        message.seq,
        cause,
        attempts,
        at,
        message.kind.as_str(),
        message.subject_id,
        status,
        message.created_at,
    )?;
    Ok(())
}

/// The word of a cause, and the HTTP status behind it.
fn split_cause(cause: &str) -> (&str, Option<i64>) {
    let parts = cause.split_once(' ').and_then(|(word, status)| {
        let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        is_status.then(|| (word, status.parse().ok()))
    });
    parts.unwrap_or((cause, None))
}

/// A message that could not be delivered.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DeadLetter {
    /// Its id.
    pub message_id: Uuid,
    /// Its lane.
    pub lane: String,
    /// Who stands at the end of the lane.
    pub lane_kind: String,
    /// Its place.
    pub seq: i64,
    /// Why it died, in one of the delivery rule's words.
    pub cause: String,
    /// The HTTP status of the last answer, where there was one.
    pub status: Option<i64>,
    /// After how many attempts.
    pub attempts: i64,
    /// When.
    pub died_at: DateTime<Utc>,
    /// The order, letter or application that it is about.
    pub subject_id: Uuid,
    /// What it is.
    pub kind: String,
    /// When it was put into the outbox.
    pub created_at: DateTime<Utc>,
    /// When somebody decided about it.
    pub resolved_at: Option<DateTime<Utc>>,
    /// What was decided.
    pub resolution: Option<String>,
    /// The message that was sent in its place.
    pub replayed_as: Option<Uuid>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT message_id, lane, lane_kind, seq, cause, status, attempts, died_at, subject_id,
                    kind, created_at, resolved_at, resolution, replayed_as
             FROM dead_letters ",
            $rest
        )
    };
}

/// Which dead letters are meant: those to which all that is named applies.
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// This one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<Uuid>,
    /// Those whose lane ends at an office, or at the bureau.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lane_kind: Option<String>,
    /// Those of this lane.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lane: Option<String>,
    /// Those that died of this, in the delivery rule's words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cause: Option<String>,
    /// Those whose last answer had this HTTP status; 0: those without an answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<i64>,
    /// Those that died at this instant or later.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<DateTime<Utc>>,
    /// Those that died before this instant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<DateTime<Utc>>,
}

impl Selection {
    /// The dead letter of one message.
    pub fn of(message: Uuid) -> Self {
        Self {
            message: Some(message),
            ..Self::default()
        }
    }

    /// Whether nothing is named, so that all are meant.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    pub(in crate::store) fn bounds(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        // Far enough on both sides, and of the same length as text, which SQLite compares.
        const FOREVER: i64 = 253_402_300_799; // 9999-12-31
        let forever = DateTime::from_timestamp(FOREVER, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        (
            self.since.unwrap_or(DateTime::UNIX_EPOCH),
            self.until.unwrap_or(forever),
        )
    }
}

/// Lists dead letters that nobody has resolved, in the order of their death: those that follow `after`,
/// which may have been resolved meanwhile.
pub async fn list_dead(
    tx: &mut Tx,
    selection: &Selection,
    after: Option<&DeadLetter>,
    limit: i64,
) -> Result<Vec<DeadLetter>, StoreError> {
    const SQL: &str = select!(
        "WHERE resolved_at IS NULL
           AND ($1 = '' OR lane_kind = $1)
           AND ($2 = '' OR lane = $2)
           AND ($3 = '' OR cause = $3)
           AND ($4 < 0 OR COALESCE(status, 0) = $4)
           AND died_at >= $5 AND died_at < $6
           AND (CAST($7 AS BOOLEAN) OR message_id = $8)
           AND (died_at, lane, seq) > ($9, $10, $11)
         ORDER BY died_at, lane, seq
         LIMIT $12"
    );
    let (since, until) = selection.bounds();
    // No lane is without a name.
    let after = after.map_or((since, "", 0), |last| {
        (last.died_at, last.lane.as_str(), last.seq)
    });
    query!(
        fetch_all as DeadLetter,
        tx,
        SQL,
        selection.lane_kind.as_deref().unwrap_or_default(),
        selection.lane.as_deref().unwrap_or_default(),
        selection.cause.as_deref().unwrap_or_default(),
        selection.status.unwrap_or(-1),
        since,
        until,
        selection.message.is_none(),
        selection.message.unwrap_or_default(),
        after.0,
        after.1,
        after.2,
        limit,
    )
}

/// Finds a dead letter, resolved or not.
pub async fn find_dead(tx: &mut Tx, message: Uuid) -> Result<Option<DeadLetter>, StoreError> {
    const SQL: &str = select!("WHERE message_id = $1");
    query!(fetch_optional as DeadLetter, tx, SQL, message)
}

/// Like letters with one cause.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct DeadGroup {
    /// Who stands at the end of their lanes.
    pub lane_kind: String,
    /// Why they died.
    pub cause: String,
    /// The HTTP status of the last answers, where there was one.
    pub status: Option<i64>,
    /// How many there are.
    pub letters: i64,
    /// How many lanes they stand in.
    pub lanes: i64,
    /// When the first of them died.
    pub oldest: DateTime<Utc>,
    /// When the last one did.
    pub newest: DateTime<Utc>,
}

/// Groups the dead letters that nobody has resolved, the largest groups first.
pub async fn group_dead(tx: &mut Tx, selection: &Selection) -> Result<Vec<DeadGroup>, StoreError> {
    const SQL: &str = "
        SELECT lane_kind, cause, status, COUNT(*) AS letters, COUNT(DISTINCT lane) AS lanes,
               MIN(died_at) AS oldest, MAX(died_at) AS newest
        FROM dead_letters
        WHERE resolved_at IS NULL
          AND ($1 = '' OR lane_kind = $1)
          AND ($2 = '' OR lane = $2)
          AND ($3 = '' OR cause = $3)
          AND ($4 < 0 OR COALESCE(status, 0) = $4)
          AND died_at >= $5 AND died_at < $6
          AND (CAST($7 AS BOOLEAN) OR message_id = $8)
        GROUP BY lane_kind, cause, status
        ORDER BY COUNT(*) DESC, lane_kind, cause, COALESCE(status, 0)";
    let (since, until) = selection.bounds();
    query!(
        fetch_all as DeadGroup,
        tx,
        SQL,
        selection.lane_kind.as_deref().unwrap_or_default(),
        selection.lane.as_deref().unwrap_or_default(),
        selection.cause.as_deref().unwrap_or_default(),
        selection.status.unwrap_or(-1),
        since,
        until,
        selection.message.is_none(),
        selection.message.unwrap_or_default(),
    )
}

/// Resolves the dead letters of a subject: sent again as `replayed_as`, or given up. Returns how
/// many there were.
pub async fn resolve_dead(
    tx: &mut Tx,
    subject: Uuid,
    resolution: &str,
    replayed_as: Option<MessageId>,
    at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    const SQL: &str = "
        UPDATE dead_letters
        SET resolved_at = $2, resolution = $3, replayed_as = $4
        WHERE subject_id = $1 AND resolved_at IS NULL AND lane_kind = $5";
    // An application may be the subject of many events; each is decided about by itself.
    let bureau = LaneKind::Bureau.as_str();
    let replayed_as = replayed_as.map(|id| id.0);
    execute!(tx, SQL, subject, at, resolution, replayed_as, bureau)
}

/// Resolves one dead letter. Returns whether nobody had done so before.
pub async fn resolve_one_dead(
    tx: &mut Tx,
    message: Uuid,
    resolution: &str,
    replayed_as: Option<MessageId>,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE dead_letters
        SET resolved_at = $2, resolution = $3, replayed_as = $4
        WHERE message_id = $1 AND resolved_at IS NULL";
    let replayed_as = replayed_as.map(|id| id.0);
    Ok(execute!(tx, SQL, message, at, resolution, replayed_as)? == 1)
}

/// Counts the dead letters of a subject that nobody has resolved.
pub async fn count_dead(tx: &mut Tx, subject: Uuid) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM dead_letters
        WHERE subject_id = $1 AND resolved_at IS NULL";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, subject)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_split_off_its_cause_and_nothing_else_is() {
        assert_eq!(split_cause("REFUSED 400"), ("REFUSED", Some(400)));
        assert_eq!(split_cause("RETRY"), ("RETRY", None));
        for text in [
            "REFUSED 40",
            "it was 400",
            "its signed bytes were erased",
            "REFUSED +40",
        ] {
            assert_eq!(split_cause(text), (text, None));
        }
    }
}
