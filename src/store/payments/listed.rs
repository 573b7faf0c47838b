//! Payments as people look through them: by state, by day, and where each was seen. Every list is a
//! stretch of an index with a bound.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::id::PaymentId;
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};
use crate::store::payments::{Payment, PaymentRow, many};
use crate::store::tx::query;
use crate::store::{StoreError, Tx, read_code};

/// Which of the payments in a state.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Narrowed {
    /// Only those of this channel.
    pub channel: Option<Channel>,
    /// Only those with this reason.
    pub reason: Option<u16>,
}

/// Lists the payments in a state that waits for somebody, after `after`, oldest first. Narrowing walks
/// the whole state, so it is for states that few payments are in.
pub async fn list_narrowed(
    tx: &mut Tx,
    state: PaymentState,
    narrowed: Narrowed,
    after: Option<PaymentId>,
    limit: i64,
) -> Result<Vec<Payment>, StoreError> {
    const SQL: &str = select!(
        "WHERE state = $1 AND id > $2 AND (channel = $3 OR $3 = '') AND (reason = $4 OR $4 < 0)
         ORDER BY id
         LIMIT $5"
    );
    let after = after.map_or(Uuid::nil(), |id| id.0);
    many(query!(
        fetch_all as PaymentRow,
        tx,
        SQL,
        state.as_str(),
        after,
        narrowed.channel.map_or("", Channel::as_str),
        narrowed.reason.map_or(-1, i64::from),
        limit
    )?)
}

/// Lists payments in a state (or in any) before `before`, the latest first.
pub async fn list_latest(
    tx: &mut Tx,
    state: Option<PaymentState>,
    before: Option<PaymentId>,
    limit: i64,
) -> Result<Vec<Payment>, StoreError> {
    const ALL: &str = select!("WHERE id < $1 ORDER BY id DESC LIMIT $2");
    const STATE: &str = select!("WHERE state = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    let before = before.map_or(Uuid::max(), |id| id.0);
    many(match state {
        None => query!(fetch_all as PaymentRow, tx, ALL, before, limit)?,
        Some(state) => query!(
            fetch_all as PaymentRow,
            tx,
            STATE,
            state.as_str(),
            before,
            limit
        )?,
    })
}

/// Lists the payments that a channel booked on a day, in a state or in any, after `after`, in the order
/// of their recording.
pub async fn list_of_day(
    tx: &mut Tx,
    (channel, day): (Channel, NaiveDate),
    state: Option<PaymentState>,
    after: Option<PaymentId>,
    limit: i64,
) -> Result<Vec<Payment>, StoreError> {
    const SQL: &str = select!(
        "WHERE channel = $1 AND booked_on = $2 AND id > $3 AND (state = $4 OR $4 = '')
         ORDER BY id
         LIMIT $5"
    );
    let after = after.map_or(Uuid::nil(), |id| id.0);
    many(query!(
        fetch_all as PaymentRow,
        tx,
        SQL,
        channel.as_str(),
        day,
        after,
        state.map_or("", PaymentState::as_str),
        limit
    )?)
}

/// Lists the payments that bear a payment reference, oldest first.
pub async fn list_of_reference(tx: &mut Tx, reference: &str) -> Result<Vec<Payment>, StoreError> {
    const SQL: &str = select!("WHERE payment_reference = $1 ORDER BY id LIMIT 50");
    many(query!(fetch_all as PaymentRow, tx, SQL, reference)?)
}

/// Counts the payments in a state, no further than to `most`.
pub async fn count_up_to(tx: &mut Tx, state: PaymentState, most: i64) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM (SELECT 1 AS one FROM payments WHERE state = $1 LIMIT $2) AS counted";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, state.as_str(), most)?;
    Ok(count)
}

/// What a channel booked on one day and is in one state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DaySum {
    /// The day.
    pub day: NaiveDate,
    /// The state.
    pub state: PaymentState,
    /// Movements, outgoing ones too.
    pub count: i64,
    /// The lei that came in with them.
    pub sum: Money,
}

/// Sums up what a channel booked on some days, by day and state.
pub async fn sum_up_days(
    tx: &mut Tx,
    channel: Channel,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<DaySum>, StoreError> {
    const SQL: &str = "
        SELECT booked_on, state, COUNT(*),
               CAST(SUM(CASE WHEN credit AND NOT reversal AND currency = 'RON' THEN amount ELSE 0
                        END) AS BIGINT)
        FROM payments
        WHERE channel = $1 AND booked_on BETWEEN $2 AND $3
        GROUP BY booked_on, state
        ORDER BY booked_on, state";
    let rows = query!(
        fetch_all as (NaiveDate, String, i64, i64),
        tx,
        SQL,
        channel.as_str(),
        from,
        to
    )?;
    rows.into_iter()
        .map(|(day, state, count, bani)| {
            Ok(DaySum {
                day,
                state: read_code(PaymentState::parse(&state), "payments", "state", &day)?,
                count,
                sum: Money::from_bani(bani),
            })
        })
        .collect()
}

/// Where a payment was seen, as people are told.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct Sighting {
    /// The format of the channel's file; `None` for a notification.
    pub format: Option<String>,
    /// The place in the file, as a reader finds it.
    pub place: String,
    /// What was told there: the effect on the account, in minor units.
    pub told_minor: Option<i64>,
    /// Whether something else was told there than the payment is known by.
    pub contradicts: bool,
    /// When.
    pub seen_at: DateTime<Utc>,
}

/// Lists where a payment was seen, oldest first.
pub async fn list_sightings(
    tx: &mut Tx,
    payment: PaymentId,
    limit: i64,
) -> Result<Vec<Sighting>, StoreError> {
    const SQL: &str = "
        SELECT f.format, o.place, o.told_minor, o.contradicts, o.seen_at
        FROM observations o
        LEFT JOIN source_files f ON f.id = o.source_file_id
        WHERE o.payment_id = $1
        ORDER BY o.seen_at, o.id
        LIMIT $2";
    query!(fetch_all as Sighting, tx, SQL, payment.0, limit)
}
