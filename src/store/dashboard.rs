//! What the console's first page counts beside living applications, each by an index: how many came and
//! went in a time, how long the last ones took, what waits for a person, when others were last heard.
//!
//! Ids begin with their time, so that rows of a time are a stretch of an index.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::application::ApplicationState;
use crate::domain::money::Money;
use crate::store::history::SubjectKind;
use crate::store::holds::Shown;
use crate::store::tx::query;
use crate::store::{StoreError, Tx, read_code};

/// A stretch of time: from its first instant until before its second.
pub type Stretch = (DateTime<Utc>, DateTime<Utc>);

/// The smallest id that can be made at an instant (RFC 9562 §5.7: milliseconds in the first 48 bits).
fn first_id(at: DateTime<Utc>) -> Uuid {
    let milliseconds = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Uuid::from_u128(milliseconds << 80)
}

/// Counts the applications taken in within a time.
pub async fn count_received(tx: &mut Tx, time: Stretch) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM applications WHERE id >= $1 AND id < $2";
    let (from, until) = (first_id(time.0), first_id(time.1));
    let (count,) = query!(fetch_one as (i64,), tx, SQL, from, until)?;
    Ok(count)
}

/// Counts the applications whose card came to the office within a time.
pub async fn count_arrived(tx: &mut Tx, time: Stretch) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM history
        WHERE subject_kind = 'APPLICATION' AND from_state <> to_state
          AND to_state IN ('AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED',
                           'AT_OFFICE')
          AND to_state = 'AT_OFFICE' AND id >= $1 AND id < $2";
    let (from, until) = (first_id(time.0), first_id(time.1));
    let (count,) = query!(fetch_one as (i64,), tx, SQL, from, until)?;
    Ok(count)
}

/// Counts the applications that came to each stage within a time.
pub async fn count_passed(
    tx: &mut Tx,
    time: Stretch,
) -> Result<Vec<(ApplicationState, i64)>, StoreError> {
    const SQL: &str = "
        SELECT to_state, COUNT(*)
        FROM history
        WHERE subject_kind = 'APPLICATION' AND from_state <> to_state
          AND to_state IN ('AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED',
                           'AT_OFFICE')
          AND id >= $1 AND id < $2
        GROUP BY to_state";
    let (from, until) = (first_id(time.0), first_id(time.1));
    let rows = query!(fetch_all as (String, i64), tx, SQL, from, until)?;
    rows.into_iter()
        .map(|(state, count)| {
            let parsed = ApplicationState::parse(&state);
            Ok((read_code(parsed, "history", "to_state", &state)?, count))
        })
        .collect()
}

/// For the cards that came to their offices last: when, and when they had been applied for.
pub async fn list_last_arrivals(
    tx: &mut Tx,
    limit: i64,
) -> Result<Vec<(DateTime<Utc>, NaiveDate)>, StoreError> {
    const SQL: &str = "
        SELECT h.at, a.registered_on
        FROM (
            SELECT subject_id, at
            FROM history
            WHERE subject_kind = 'APPLICATION' AND from_state <> to_state
              AND to_state IN ('AWAITING_FEE', 'READY', 'ORDERED', 'IN_PRODUCTION', 'PRODUCED',
                               'AT_OFFICE')
              AND to_state = 'AT_OFFICE'
            ORDER BY id DESC
            LIMIT $1) AS h
        JOIN applications a ON a.id = h.subject_id";
    query!(fetch_all as (DateTime<Utc>, NaiveDate), tx, SQL, limit)
}

/// Counts the applications whose card lies at the office.
pub async fn count_at_office(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM applications WHERE state = 'AT_OFFICE'";
    let (count,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(count)
}

/// How much waits for one reason, on subjects other than orders.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Waiting {
    /// The number of the reason.
    pub code: i64,
    /// What waits.
    pub kind: SubjectKind,
    /// How much of it.
    pub count: i64,
    /// Since when the oldest waits.
    pub oldest: DateTime<Utc>,
}

/// Counts open holds that have no cause of failed orders, by reason and subject, the oldest first.
pub async fn list_waiting(tx: &mut Tx, shown: Shown) -> Result<Vec<Waiting>, StoreError> {
    const SQL: &str = "
        SELECT code, subject_kind, COUNT(*), MIN(opened_at)
        FROM holds
        WHERE open AND cause IS NULL
          AND (wakes_on IS NOT NULL AND wakes_on > $1) = $2
        GROUP BY code, subject_kind
        ORDER BY 4, 1";
    type Row = (i64, String, i64, DateTime<Utc>);
    let (today, resting) = (shown.today, shown.resting);
    let rows = query!(fetch_all as Row, tx, SQL, today, resting)?;
    rows.into_iter()
        .map(|(code, kind, count, oldest)| {
            Ok(Waiting {
                code,
                kind: read_code(SubjectKind::parse(&kind), "holds", "subject_kind", &kind)?,
                count,
                oldest,
            })
        })
        .collect()
}

/// Payments that have found no application.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Unmatched {
    /// How many.
    pub count: i64,
    /// What they sum up to.
    pub sum: Money,
    /// When the oldest of them came.
    pub oldest: Option<DateTime<Utc>>,
}

/// Sums up the payments that wait for a decision.
pub async fn sum_up_unmatched(tx: &mut Tx) -> Result<Unmatched, StoreError> {
    // PostgreSQL's sum of BIGINT is NUMERIC.
    const SQL: &str = "
        SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT), MIN(received_at)
        FROM payments
        WHERE state IN ('SUGGESTED', 'UNMATCHED')";
    type Row = (i64, i64, Option<DateTime<Utc>>);
    let (count, bani, oldest) = query!(fetch_one as Row, tx, SQL)?;
    Ok(Unmatched {
        count,
        sum: Money::from_bani(bani),
        oldest,
    })
}

/// When something was last heard of the others.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LastHeard {
    /// The bureau's last word on a card.
    pub bureau: Option<DateTime<Utc>>,
    /// The bank's last file.
    pub cec: Option<DateTime<Utc>>,
    /// The last notification of a payment at a station.
    pub selfpay: Option<DateTime<Utc>>,
}

/// Reads when something was last heard of the others.
pub async fn read_last_heard(tx: &mut Tx) -> Result<LastHeard, StoreError> {
    const SQL_BUREAU: &str = "SELECT stored_at FROM acknowledgements ORDER BY id DESC LIMIT 1";
    const SQL_CEC: &str = "
        SELECT received_at FROM source_files WHERE channel = 'CEC' ORDER BY id DESC LIMIT 1";
    const SQL_SELFPAY: &str =
        "SELECT received_at FROM notifications ORDER BY inbox_id DESC LIMIT 1";
    type Row = (DateTime<Utc>,);
    let bureau = query!(fetch_optional as Row, tx, SQL_BUREAU)?;
    let cec = query!(fetch_optional as Row, tx, SQL_CEC)?;
    let selfpay = query!(fetch_optional as Row, tx, SQL_SELFPAY)?;
    Ok(LastHeard {
        bureau: bureau.map(|(at,)| at),
        cec: cec.map(|(at,)| at),
        selfpay: selfpay.map(|(at,)| at),
    })
}

/// Counts the messages that died and wait for a decision.
pub async fn count_dead_letters(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM dead_letters WHERE resolved_at IS NULL";
    let (count,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn an_id_lies_between_the_first_of_its_instant_and_of_the_next() {
        let random = Random::seeded(1);
        let at = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
        let id = random.uuid(at);
        assert!(first_id(at) <= id);
        assert!(id < first_id(at + chrono::TimeDelta::milliseconds(1)));
        assert_eq!(
            first_id(DateTime::UNIX_EPOCH - chrono::TimeDelta::days(1)),
            Uuid::nil()
        );
    }
}
