//! Payments: one real movement of money each, and where it was seen.
//!
//! Texts and payers lie in sealed content; a row holds keys that tell nothing about a person.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::id::{ApplicationId, InboxId, PaymentId, SealedId, SourceFileId};
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// A payment as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Its number, as people say it.
    pub number: String,
    /// How it was told of.
    pub channel: Channel,
    /// What makes it one movement and no other, within its channel.
    pub movement_key: String,
    /// SHA-256 of all that the channel said, to tell a repetition from a contradiction.
    pub content_sha256: Vec<u8>,
    /// How much, never negative.
    pub amount: Money,
    /// ISO 4217 code.
    pub currency: String,
    /// Whether the account grew.
    pub credit: bool,
    /// Whether it takes an earlier movement back.
    pub reversal: bool,
    /// The booking day, or the day of payment at a station.
    pub booked_on: Option<NaiveDate>,
    /// The bank's or the station's own reference.
    pub external_reference: Option<String>,
    /// The one payment reference that it carries, compact (`RF…`).
    pub payment_reference: Option<String>,
    /// Keyed hash of the one CNP that it names.
    pub person_key: Option<Vec<u8>>,
    /// Everything found in its text, as JSON of references and keyed hashes.
    pub evidence: String,
    /// Where its text is sealed.
    pub sealed: Option<SealedId>,
    /// What has happened to it.
    pub state: PaymentState,
    /// The number of the reason for its state, where it is an unhappy one.
    pub reason: Option<i64>,
    /// The application to which it is tied.
    pub application: Option<ApplicationId>,
    /// The movement that it takes back.
    pub reverses: Option<PaymentId>,
    /// When it was recorded.
    pub received_at: DateTime<Utc>,
    /// Counts changes.
    pub version: i64,
}

#[derive(sqlx::FromRow)]
struct PaymentRow {
    id: Uuid,
    number: String,
    channel: String,
    movement_key: String,
    content_sha256: Vec<u8>,
    amount: i64,
    currency: String,
    credit: bool,
    reversal: bool,
    booked_on: Option<NaiveDate>,
    external_reference: Option<String>,
    payment_reference: Option<String>,
    person_key: Option<Vec<u8>>,
    evidence: String,
    sealed_id: Option<Uuid>,
    state: String,
    reason: Option<i64>,
    application_id: Option<Uuid>,
    reverses_id: Option<Uuid>,
    received_at: DateTime<Utc>,
    version: i64,
}

/// The columns of [`PaymentRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, channel, movement_key, content_sha256, amount, currency, credit,
                    reversal, booked_on, external_reference, payment_reference, person_key,
                    evidence, sealed_id, state, reason, application_id, reverses_id, received_at,
                    version
             FROM payments ",
            $rest
        )
    };
}

// After the macro, which it uses.
mod listed;

pub use listed::{
    DaySum, Narrowed, Sighting, count_up_to, list_latest, list_narrowed, list_of_day,
    list_of_reference, list_sightings, sum_up_days,
};

impl TryFrom<PaymentRow> for Payment {
    type Error = StoreError;

    fn try_from(row: PaymentRow) -> Result<Self, StoreError> {
        Ok(Self {
            channel: read_code(Channel::parse(&row.channel), "payments", "channel", &row.id)?,
            state: read_code(
                PaymentState::parse(&row.state),
                "payments",
                "state",
                &row.id,
            )?,
            id: PaymentId(row.id),
            number: row.number,
            movement_key: row.movement_key,
            content_sha256: row.content_sha256,
            amount: Money::from_bani(row.amount),
            currency: row.currency,
            credit: row.credit,
            reversal: row.reversal,
            booked_on: row.booked_on,
            external_reference: row.external_reference,
            payment_reference: row.payment_reference,
            person_key: row.person_key,
            evidence: row.evidence,
            sealed: row.sealed_id.map(SealedId),
            reason: row.reason,
            application: row.application_id.map(ApplicationId),
            reverses: row.reverses_id.map(PaymentId),
            received_at: row.received_at,
            version: row.version,
        })
    }
}

/// Adds a payment. Returns `false`, having changed nothing, when the channel told of the same
/// movement before.
pub async fn insert(tx: &mut Tx, new: &Payment) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO payments
            (id, number, channel, movement_key, content_sha256, amount, currency, credit, reversal,
             booked_on, external_reference, payment_reference, person_key, evidence, sealed_id,
             state, reason, application_id, reverses_id, received_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                $19, $20, $21, $22)
        ON CONFLICT (channel, movement_key) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.id.0,
        new.number.as_str(),
        new.channel.as_str(),
        new.movement_key.as_str(),
        new.content_sha256.as_slice(),
        new.amount.bani(),
        new.currency.as_str(),
        new.credit,
        new.reversal,
        new.booked_on,
        new.external_reference.as_deref(),
        new.payment_reference.as_deref(),
        new.person_key.as_deref(),
        new.evidence.as_str(),
        new.sealed.map(|id| id.0),
        new.state.as_str(),
        new.reason,
        new.application.map(|id| id.0),
        new.reverses.map(|id| id.0),
        new.received_at,
        new.received_at,
        new.version,
    )?;
    Ok(added == 1)
}

fn one(row: Option<PaymentRow>) -> Result<Option<Payment>, StoreError> {
    row.map(Payment::try_from).transpose()
}

fn many(rows: Vec<PaymentRow>) -> Result<Vec<Payment>, StoreError> {
    rows.into_iter().map(Payment::try_from).collect()
}

/// Finds a payment by its id.
pub async fn find(tx: &mut Tx, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    one(query!(fetch_optional as PaymentRow, tx, SQL, id.0)?)
}

/// Finds a payment by its id and locks it until the transaction ends, so that of two who decide
/// about it the slower one sees what the faster one decided.
pub async fn lock(tx: &mut Tx, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    const POSTGRES: &str = select!("WHERE id = $1 FOR UPDATE");
    const SQLITE: &str = select!("WHERE id = $1 AND TRUE");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    one(query!(fetch_optional as PaymentRow, tx, sql, id.0)?)
}

/// Finds a payment by its number.
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<Payment>, StoreError> {
    const SQL: &str = select!("WHERE number = $1");
    one(query!(fetch_optional as PaymentRow, tx, SQL, number)?)
}

/// Finds the payment that a channel told of under a movement key.
pub async fn find_by_movement(
    tx: &mut Tx,
    channel: Channel,
    movement_key: &str,
) -> Result<Option<Payment>, StoreError> {
    const SQL: &str = select!("WHERE channel = $1 AND movement_key = $2");
    one(query!(
        fetch_optional as PaymentRow,
        tx,
        SQL,
        channel.as_str(),
        movement_key
    )?)
}

/// Finds the payment that has waited longest to be looked at, and keeps other replicas off it
/// until the transaction ends.
pub async fn claim_imported(tx: &mut Tx) -> Result<Option<Payment>, StoreError> {
    const POSTGRES: &str =
        select!("WHERE state = 'IMPORTED' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED");
    const SQLITE: &str = select!("WHERE state = 'IMPORTED' ORDER BY id LIMIT 1");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    one(query!(fetch_optional as PaymentRow, tx, sql)?)
}

/// Lists payments in a state (or in any), after `after`, in the order of their recording.
pub async fn list(
    tx: &mut Tx,
    state: Option<PaymentState>,
    after: Option<PaymentId>,
    limit: i64,
) -> Result<Vec<Payment>, StoreError> {
    const ALL: &str = select!("WHERE id > $1 ORDER BY id LIMIT $2");
    const STATE: &str = select!("WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3");
    let after = after.map_or(Uuid::nil(), |id| id.0);
    many(match state {
        None => query!(fetch_all as PaymentRow, tx, ALL, after, limit)?,
        Some(state) => query!(
            fetch_all as PaymentRow,
            tx,
            STATE,
            state.as_str(),
            after,
            limit
        )?,
    })
}

/// Lists the payments of an application, oldest first: those that are its alone or were meant for
/// it, and those of which a part is tied to it.
pub async fn list_of_application(
    tx: &mut Tx,
    application: ApplicationId,
) -> Result<Vec<Payment>, StoreError> {
    // A UNION and no OR: each half is an index range.
    const SQL: &str = select!(
        "WHERE id IN (
             SELECT id FROM payments WHERE application_id = $1
             UNION
             SELECT m.payment_id
             FROM matches m
             WHERE m.application_id = $1 AND m.undoes_id IS NULL
               AND NOT EXISTS (SELECT 1 FROM matches u WHERE u.undoes_id = m.id))
         ORDER BY id
         LIMIT 200"
    );
    many(query!(fetch_all as PaymentRow, tx, SQL, application.0)?)
}

/// Lists the credits with a key (see [`matching_keys`]) that wait for an application, and those
/// that are to be given back only because the application `surplus_of` was paid twice (whose
/// reason is `surplus`) and of which no refund is under way, oldest first.
///
/// [`matching_keys`]: crate::store::matching_keys
pub async fn list_waiting(
    tx: &mut Tx,
    key: &str,
    surplus_of: ApplicationId,
    surplus: u16,
) -> Result<Vec<Payment>, StoreError> {
    const SQL: &str = select!(
        "WHERE id IN (SELECT payment_id FROM payment_keys WHERE key = $1)
           AND credit AND NOT reversal
           AND (state IN ('UNMATCHED', 'SUGGESTED')
                OR (state = 'REFUND_DUE' AND application_id = $2 AND reason = $3
                    AND NOT EXISTS (SELECT 1
                                    FROM refunds r
                                    WHERE r.payment_id = payments.id
                                      AND r.state IN ('PROPOSED', 'APPROVED', 'EXPORTED',
                                                      'PAID'))))
         ORDER BY id
         LIMIT 200"
    );
    let reason = i64::from(surplus);
    many(query!(
        fetch_all as PaymentRow,
        tx,
        SQL,
        key,
        surplus_of.0,
        reason
    )?)
}

/// Lists the reversals with a key that have not found their payment, oldest first.
pub async fn list_waiting_reversals(tx: &mut Tx, key: &str) -> Result<Vec<Payment>, StoreError> {
    const SQL: &str = select!(
        "WHERE id IN (SELECT payment_id FROM payment_keys WHERE key = $1)
           AND reversal AND NOT credit AND state = 'UNMATCHED'
         ORDER BY id
         LIMIT 200"
    );
    many(query!(fetch_all as PaymentRow, tx, SQL, key)?)
}

/// Lists the credits with a key that a reversal on the same channel may take back, the latest
/// first.
pub async fn list_reversible(
    tx: &mut Tx,
    channel: Channel,
    key: &str,
) -> Result<Vec<Payment>, StoreError> {
    // Without the COALESCE, SQLite would walk all payments of the channel instead of the key's few.
    const SQL: &str = select!(
        "WHERE id IN (SELECT payment_id FROM payment_keys WHERE key = $2)
           AND COALESCE(channel, '') = $1 AND credit AND NOT reversal AND state <> 'REVERSED'
         ORDER BY id DESC
         LIMIT 200"
    );
    many(query!(
        fetch_all as PaymentRow,
        tx,
        SQL,
        channel.as_str(),
        key
    )?)
}

/// Records to which application a payment is tied (or that it is tied to none), and the reason of
/// its state.
pub async fn set_application(
    tx: &mut Tx,
    id: PaymentId,
    application: Option<ApplicationId>,
    reason: Option<u16>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE payments SET application_id = $2, reason = $3 WHERE id = $1";
    execute!(
        tx,
        SQL,
        id.0,
        application.map(|id| id.0),
        reason.map(i64::from)
    )?;
    Ok(())
}

/// Records which movement a reversal takes back.
pub async fn set_reverses(
    tx: &mut Tx,
    id: PaymentId,
    original: PaymentId,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE payments SET reverses_id = $2 WHERE id = $1";
    execute!(tx, SQL, id.0, original.0)?;
    Ok(())
}

/// Where a payment was seen.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// The row's id.
    pub id: Uuid,
    /// The payment.
    pub payment: PaymentId,
    /// The channel's file, for statements.
    pub source_file: Option<SourceFileId>,
    /// The notification, for stations.
    pub inbox: Option<InboxId>,
    /// The place in the file, as a reader finds it.
    pub place: &'a str,
    /// What was told there: the effect on the account, in minor units.
    pub told_minor: i64,
    /// Whether something else was told there than the payment is known by.
    pub contradicts: bool,
    /// When.
    pub seen_at: DateTime<Utc>,
}

/// Keeps where a payment was seen; it may be seen many times, and once at one place of a file.
pub async fn insert_observation(tx: &mut Tx, new: &Observation<'_>) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO observations
            (id, payment_id, source_file_id, inbox_id, place, told_minor, contradicts, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT DO NOTHING";
    execute!(
        tx,
        SQL,
        new.id,
        new.payment.0,
        new.source_file.map(|id| id.0),
        new.inbox.map(|id| id.0),
        new.place,
        new.told_minor,
        new.contradicts,
        new.seen_at,
    )?;
    Ok(())
}

/// Counts the movements that a file was the first to tell of, by what was sealed with it.
pub async fn count_told_first(tx: &mut Tx, sealed: SealedId) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM payments WHERE sealed_id = $1";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, sealed.0)?;
    Ok(count)
}

/// Counts payments by state.
pub async fn count_by_state(tx: &mut Tx) -> Result<Vec<(PaymentState, i64)>, StoreError> {
    const SQL: &str = "SELECT state, COUNT(*) FROM payments GROUP BY state ORDER BY state";
    query!(fetch_all as (String, i64), tx, SQL)?
        .into_iter()
        .map(|(state, count)| {
            Ok((
                read_code(PaymentState::parse(&state), "payments", "state", &state)?,
                count,
            ))
        })
        .collect()
}
