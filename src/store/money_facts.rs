//! What the reconciliation report of payments is drawn up from: read in pages and in sums, by
//! index, never a query per row.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::calendar::bucharest_day;
use crate::domain::id::PaymentId;
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};
use crate::domain::reconciliation::money::{
    CreditSum, FileFacts, LotFacts, PaymentFacts, Sightings,
};
use crate::store::tx::query;
use crate::store::{StoreError, Tx, read_code};

/// Movements without a day that are read at most; only files without any date tell of such.
const UNDATED_MAX: i64 = 20_000;

/// Some days of a channel, as rows have them.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    /// The channel.
    pub channel: Channel,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The instant at which the first day begins.
    pub start: DateTime<Utc>,
    /// The instant at which the last day ends.
    pub end: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a row has what the query gives"
)]
struct MovementRow {
    id: Uuid,
    number: String,
    channel: String,
    external_reference: Option<String>,
    amount: i64,
    currency: String,
    credit: bool,
    reversal: bool,
    booked_on: Option<NaiveDate>,
    received_at: DateTime<Utc>,
    state: String,
    reason: Option<i64>,
    fee_due: Option<i64>,
    fee_paid: Option<i64>,
    tied: i64,
    refunded: i64,
    taken_back: i64,
    announced: bool,
    confirmed: bool,
    settled_twice: bool,
    contradicted: Option<i64>,
}

/// The columns of [`MovementRow`]. What is told within the day announces; the rest confirms.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.number, p.channel, p.external_reference, p.amount, p.currency,
                    p.credit, p.reversal, p.booked_on, p.received_at, p.state, p.reason,
                    a.fee_due, a.fee_paid,
                    (SELECT CAST(COALESCE(SUM(m.amount), 0) AS BIGINT)
                     FROM matches m
                     WHERE m.payment_id = p.id) AS tied,
                    (SELECT CAST(COALESCE(SUM(b.amount), 0) AS BIGINT)
                     FROM refunds b
                     WHERE b.payment_id = p.id
                       AND b.state IN ('PROPOSED', 'APPROVED', 'EXPORTED', 'PAID')) AS refunded,
                    (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT)
                     FROM payments r
                     WHERE r.reverses_id = p.id) AS taken_back,
                    EXISTS (SELECT 1
                            FROM observations o
                            LEFT JOIN source_files f ON f.id = o.source_file_id
                            WHERE o.payment_id = p.id AND NOT o.contradicts
                              AND (o.inbox_id IS NOT NULL OR f.format LIKE 'camt.052%'
                                   OR f.format LIKE 'camt.054%' OR f.format LIKE 'MT942%')
                           ) AS announced,
                    EXISTS (SELECT 1
                            FROM observations o
                            JOIN source_files f ON f.id = o.source_file_id
                            WHERE o.payment_id = p.id AND NOT o.contradicts
                              AND f.format NOT LIKE 'camt.052%'
                              AND f.format NOT LIKE 'camt.054%' AND f.format NOT LIKE 'MT942%'
                           ) AS confirmed,
                    p.channel = 'SELFPAY'
                        AND EXISTS (SELECT 1
                                    FROM observations o
                                    WHERE o.payment_id = p.id AND NOT o.contradicts
                                      AND o.source_file_id IS NOT NULL
                                    GROUP BY o.source_file_id
                                    HAVING COUNT(*) > 1) AS settled_twice,
                    COALESCE(
                        (SELECT MAX(o.told_minor)
                         FROM observations o
                         WHERE o.payment_id = p.id AND o.contradicts),
                        CASE WHEN EXISTS (SELECT 1
                                          FROM notifications n
                                          WHERE n.movement_key = p.movement_key AND n.changed)
                             THEN CASE WHEN p.credit THEN p.amount ELSE -p.amount END END
                    ) AS contradicted
             FROM payments p
             LEFT JOIN applications a ON a.id = p.application_id ",
            $rest
        )
    };
}

impl TryFrom<MovementRow> for PaymentFacts {
    type Error = StoreError;

    fn try_from(row: MovementRow) -> Result<Self, StoreError> {
        let channel = Channel::parse(&row.channel);
        let state = PaymentState::parse(&row.state);
        let fee = row.fee_due.zip(row.fee_paid);
        Ok(Self {
            channel: read_code(channel, "payments", "channel", &row.id)?,
            state: read_code(state, "payments", "state", &row.id)?,
            number: row.number,
            reference: row.external_reference,
            amount: Money::from_bani(row.amount),
            currency: row.currency,
            credit: row.credit,
            reversal: row.reversal,
            booked_on: row.booked_on.unwrap_or(bucharest_day(row.received_at)),
            reason: row.reason.and_then(|number| u16::try_from(number).ok()),
            tied: Money::from_bani(row.tied),
            refunded: Money::from_bani(row.refunded),
            taken_back: Money::from_bani(row.taken_back),
            fee: fee.map(|(due, paid)| (Money::from_bani(due), Money::from_bani(paid))),
            seen: Sightings {
                announced: row.announced,
                confirmed: row.confirmed,
                settled_twice: row.settled_twice,
                contradicted: row.contradicted.map(Money::from_bani),
            },
        })
    }
}

/// Lists the movements of some days of a channel after `after`, by day and in the order of their
/// recording.
pub async fn list_movements(
    tx: &mut Tx,
    days: &Days,
    after: Option<(NaiveDate, PaymentId)>,
    limit: i64,
) -> Result<Vec<(PaymentId, PaymentFacts)>, StoreError> {
    const SQL: &str = select!(
        "WHERE p.channel = $1 AND (p.booked_on, p.id) > ($2, $3) AND p.booked_on <= $4
         ORDER BY p.booked_on, p.id
         LIMIT $5"
    );
    // No identifier is nil: on the first day, everything comes after it.
    let (day, id) = after.map_or((days.from, Uuid::nil()), |(day, id)| (day, id.0));
    let channel = days.channel.as_str();
    let rows = query!(
        fetch_all as MovementRow,
        tx,
        SQL,
        channel,
        day,
        id,
        days.to,
        limit
    )?;
    rows.into_iter().map(with_id).collect()
}

/// Lists the movements of a channel that have no day and were recorded on these.
pub async fn list_undated(tx: &mut Tx, days: &Days) -> Result<Vec<PaymentFacts>, StoreError> {
    const SQL: &str = select!(
        "WHERE p.channel = $1 AND p.booked_on IS NULL AND p.received_at >= $2
           AND p.received_at < $3
         ORDER BY p.id
         LIMIT $4"
    );
    let channel = days.channel.as_str();
    let (start, end) = (days.start, days.end);
    let rows = query!(
        fetch_all as MovementRow,
        tx,
        SQL,
        channel,
        start,
        end,
        UNDATED_MAX
    )?;
    rows.into_iter().map(PaymentFacts::try_from).collect()
}

fn with_id(row: MovementRow) -> Result<(PaymentId, PaymentFacts), StoreError> {
    let id = PaymentId(row.id);
    Ok((id, PaymentFacts::try_from(row)?))
}

/// Sums up what came in on some days of a channel, per currency.
pub async fn sum_credits(tx: &mut Tx, days: &Days) -> Result<Vec<CreditSum>, StoreError> {
    const SQL: &str = "
        SELECT currency, CAST(SUM(amount) AS BIGINT), COUNT(*)
        FROM payments
        WHERE channel = $1 AND credit
          AND (booked_on BETWEEN $2 AND $3
               OR (booked_on IS NULL AND received_at >= $4 AND received_at < $5))
        GROUP BY currency
        ORDER BY currency";
    let rows = query!(
        fetch_all as (String, i64, i64),
        tx,
        SQL,
        days.channel.as_str(),
        days.from,
        days.to,
        days.start,
        days.end,
    )?;
    let sum = |(currency, bani, count): (String, i64, i64)| CreditSum {
        channel: days.channel,
        currency,
        sum: Money::from_bani(bani),
        count: u64::try_from(count).unwrap_or(0),
    };
    Ok(rows.into_iter().map(sum).collect())
}

#[derive(sqlx::FromRow)]
struct FileRow {
    channel: String,
    sha256: Vec<u8>,
    is_finished: bool,
    believed: i64,
    held: i64,
    seen: i64,
    untied: i64,
    moved: Option<i64>,
    told: i64,
}

/// Lists the files of a channel whose statements touch some days, and those whose import never
/// ended.
pub async fn list_files(tx: &mut Tx, days: &Days) -> Result<Vec<FileFacts>, StoreError> {
    // A report within the day promises no balances that tie: only those that do are compared.
    const SQL: &str = "
        SELECT f.channel, f.sha256, f.finished_at IS NOT NULL AS is_finished,
               f.entries - f.held AS believed, f.held,
               (SELECT COUNT(*)
                FROM observations o
                WHERE o.source_file_id = f.id AND NOT o.contradicts) AS seen,
               (SELECT COUNT(*)
                FROM statements s
                WHERE s.source_file_id = f.id AND NOT s.ties) AS untied,
               (SELECT CASE WHEN COUNT(*) = SUM(CASE WHEN s.ties THEN 1 ELSE 0 END)
                            THEN CAST(SUM(s.closing - s.opening) AS BIGINT) END
                FROM statements s
                WHERE s.source_file_id = f.id) AS moved,
               (SELECT CAST(COALESCE(SUM(COALESCE(
                           o.told_minor, CASE WHEN p.credit THEN p.amount ELSE -p.amount END)), 0)
                       AS BIGINT)
                FROM observations o
                JOIN payments p ON p.id = o.payment_id
                WHERE o.source_file_id = f.id AND NOT o.contradicts) AS told
        FROM source_files f
        WHERE f.channel = $1
          AND (f.finished_at IS NULL
               OR f.id IN (SELECT s.source_file_id
                           FROM statements s
                           WHERE s.booked_to >= $2 AND s.booked_from <= $3))
        ORDER BY f.received_at, f.id";
    let channel = days.channel.as_str();
    let rows = query!(fetch_all as FileRow, tx, SQL, channel, days.from, days.to)?;
    Ok(rows.into_iter().map(FileFacts::from).collect())
}

impl From<FileRow> for FileFacts {
    fn from(row: FileRow) -> Self {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let first: [u8; 6] = row.sha256.first_chunk().copied().unwrap_or_default();
        let hash = first
            .iter()
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let whole = row.is_finished && row.held == 0;
        Self {
            name: format!("{}-{hash:012x}", row.channel),
            is_finished: row.is_finished,
            believed: count(row.believed),
            seen: count(row.seen),
            untied: count(row.untied),
            moved: row.moved.filter(|_| whole).map(Money::from_bani),
            told: Money::from_bani(row.told),
        }
    }
}

/// Lists settlement lots by their last day, the one that was recorded last standing last: it may
/// correct an earlier one of the same name.
pub async fn list_lots(
    tx: &mut Tx,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<LotFacts>, StoreError> {
    const SQL: &str = "
        SELECT s.number, s.booked_to,
               (SELECT CAST(COALESCE(SUM(COALESCE(
                           o.told_minor, CASE WHEN p.credit THEN p.amount ELSE -p.amount END)), 0)
                       AS BIGINT)
                FROM observations o
                JOIN payments p ON p.id = o.payment_id
                WHERE o.source_file_id = s.source_file_id)
        FROM statements s
        JOIN source_files f ON f.id = s.source_file_id
        WHERE s.booked_to BETWEEN $1 AND $2 AND f.channel = 'SELFPAY'
        ORDER BY s.recorded_at, s.id";
    let rows = query!(fetch_all as (String, NaiveDate, i64), tx, SQL, from, to)?;
    let lot = |(lot, on, bani): (String, NaiveDate, i64)| LotFacts {
        lot,
        on,
        sum: Money::from_bani(bani),
    };
    Ok(rows.into_iter().map(lot).collect())
}

/// What the bank credited for a lot, with the evidence that names the lot.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LotCreditRow {
    /// The movement's number.
    pub number: String,
    /// The day of booking.
    pub booked_on: NaiveDate,
    /// How much, in minor units.
    pub amount: i64,
    /// Everything found in its text.
    pub evidence: String,
}

/// Lists the bank's movements of some days that have a reason: that of settlement lots.
pub async fn list_lot_credits(
    tx: &mut Tx,
    from: NaiveDate,
    to: NaiveDate,
    reason: u16,
) -> Result<Vec<LotCreditRow>, StoreError> {
    const SQL: &str = "
        SELECT number, booked_on, amount, evidence
        FROM payments
        WHERE channel = 'CEC' AND booked_on BETWEEN $1 AND $2 AND state = 'INVALID'
          AND reason = $3
        ORDER BY booked_on, id";
    let reason = i64::from(reason);
    query!(fetch_all as LotCreditRow, tx, SQL, from, to, reason)
}

/// Counts the notifications that wait to be read.
pub async fn count_unread(tx: &mut Tx) -> Result<u64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM inbox WHERE source = 'SELFPAY' AND state = 'ARRIVED'";
    let (count,) = query!(fetch_one as (i64,), tx, SQL)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Counts the applications that payments of some days lead to and whose paid sum is not that of
/// their ties.
pub async fn count_fees_apart(tx: &mut Tx, days: &Days) -> Result<u64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM applications a
        WHERE a.id IN (SELECT p.application_id
                       FROM payments p
                       WHERE p.channel = $1 AND p.booked_on BETWEEN $2 AND $3)
          AND a.fee_paid <> (SELECT COALESCE(SUM(m.amount), 0)
                             FROM matches m
                             WHERE m.application_id = a.id)";
    let channel = days.channel.as_str();
    let (count,) = query!(fetch_one as (i64,), tx, SQL, channel, days.from, days.to)?;
    Ok(u64::try_from(count).unwrap_or(0))
}
