//! Movements of a file in bulk: payments, their keys and where they were seen, many in one
//! statement each.
//!
//! `PostgreSQL` takes the columns as arrays. SQLite takes the rows as one JSON text, which costs a
//! fifth of as many statements; blobs are written in it as hexadecimal digits.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::hex::hex;
use crate::domain::id::{PaymentId, SealedId, SourceFileId};
use crate::domain::payment::Channel;
use crate::store::tx::query;
use crate::store::{StoreError, Tx};

/// A payment that is known under a movement key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KnownMovement {
    /// The payment.
    pub payment: PaymentId,
    /// The key.
    pub movement_key: String,
    /// Keyed hash of what may not differ when it is told again.
    pub content: Vec<u8>,
}

/// What all new payments of one file have in common.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// How they were told of.
    pub channel: Channel,
    /// Where their words are sealed.
    pub sealed: SealedId,
    /// The file.
    pub file: SourceFileId,
    /// When they are recorded.
    pub at: DateTime<Utc>,
}

/// A payment that nobody knew, to be looked at by the matcher.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// Its id.
    pub id: PaymentId,
    /// Its number, as people say it.
    pub number: String,
    /// What makes it one movement and no other, within its channel.
    pub movement_key: String,
    /// Keyed hash of what may not differ when it is told again.
    pub content: [u8; 32],
    /// How much in minor units, never negative.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Whether the account grew.
    pub credit: bool,
    /// Whether it takes an earlier movement back.
    pub reversal: bool,
    /// The booking day.
    pub booked_on: Option<NaiveDate>,
    /// The bank's own reference.
    pub external_reference: Option<String>,
    /// The one payment reference that it carries.
    pub payment_reference: Option<String>,
    /// Keyed hash of the one CNP that it names.
    pub person_key: Option<Vec<u8>>,
    /// Everything found in its text, as JSON.
    pub evidence: String,
}

/// Where a payment was seen.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The row's id.
    pub id: Uuid,
    /// The payment.
    pub payment: PaymentId,
    /// The place in the file, as a reader finds it.
    pub place: String,
    /// What was told there: the effect on the account, in minor units.
    pub told_minor: i64,
    /// Whether something else was told there than the payment is known by.
    pub contradicts: bool,
}

/// Lists what is known under some movement keys of a channel, in no order.
pub async fn list_known(
    tx: &mut Tx,
    channel: Channel,
    keys: &[&str],
) -> Result<Vec<KnownMovement>, StoreError> {
    const POSTGRES: &str = "
        SELECT id, movement_key, content_sha256
        FROM payments
        WHERE channel = $1 AND movement_key = ANY($2)";
    const SQLITE: &str = "
        SELECT id, movement_key, content_sha256
        FROM payments
        WHERE channel = $1 AND movement_key IN (SELECT value FROM json_each($2))";
    type Row = (Uuid, String, Vec<u8>);
    let channel = channel.as_str();
    let rows: Vec<Row> = match tx {
        Tx::Postgres(tx, _) => {
            let query = sqlx::query_as(POSTGRES).bind(channel).bind(keys);
            query.fetch_all(&mut **tx).await?
        }
        Tx::Sqlite(tx, _) => {
            let query = sqlx::query_as(SQLITE).bind(channel).bind(json(keys)?);
            query.fetch_all(&mut **tx).await?
        }
    };
    let known = rows
        .into_iter()
        .map(|(id, movement_key, content)| KnownMovement {
            payment: PaymentId(id),
            movement_key,
            content,
        });
    Ok(known.collect())
}

/// Adds payments. Returns how many were added; fewer than were given when somebody recorded one of
/// the movements meanwhile.
pub async fn insert_payments(
    tx: &mut Tx,
    source: &Source,
    new: &[NewPayment],
) -> Result<u64, StoreError> {
    const POSTGRES: &str = "
        INSERT INTO payments
            (id, number, channel, movement_key, content_sha256, amount, currency, credit, reversal,
             booked_on, external_reference, payment_reference, person_key, evidence, sealed_id,
             state, received_at, updated_at, version)
        SELECT n.id, n.number, $1, n.movement_key, n.content, n.amount, n.currency, n.credit,
               n.reversal, n.booked_on, n.external_reference, n.payment_reference, n.person_key,
               n.evidence, $2, 'IMPORTED', $3, $3, 1
        FROM UNNEST($4::uuid[], $5::text[], $6::text[], $7::bytea[], $8::bigint[], $9::text[],
                    $10::boolean[], $11::boolean[], $12::date[], $13::text[], $14::text[],
                    $15::bytea[], $16::text[])
             AS n (id, number, movement_key, content, amount, currency, credit, reversal,
                   booked_on, external_reference, payment_reference, person_key, evidence)
        ON CONFLICT (channel, movement_key) DO NOTHING";
    const SQLITE: &str = "
        INSERT INTO payments
            (id, number, channel, movement_key, content_sha256, amount, currency, credit, reversal,
             booked_on, external_reference, payment_reference, person_key, evidence, sealed_id,
             state, received_at, updated_at, version)
        SELECT unhex(value ->> 0), value ->> 1, $1, value ->> 2, unhex(value ->> 3), value ->> 4,
               value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10,
               unhex(value ->> 11), value ->> 12, $2, 'IMPORTED', $3, $3, 1
        FROM json_each($4)
        WHERE TRUE
        ON CONFLICT (channel, movement_key) DO NOTHING";
    let (channel, sealed, at) = (source.channel.as_str(), source.sealed.0, source.at);
    let done = match tx {
        Tx::Postgres(tx, _) => {
            let done = sqlx::query(POSTGRES)
                .bind(channel)
                .bind(sealed)
                .bind(at)
                .bind(column(new, |one| one.id.0))
                .bind(column(new, |one| one.number.as_str()))
                .bind(column(new, |one| one.movement_key.as_str()))
                .bind(column(new, |one| one.content.as_slice()))
                .bind(column(new, |one| one.amount_minor))
                .bind(column(new, |one| one.currency.as_str()))
                .bind(column(new, |one| one.credit))
                .bind(column(new, |one| one.reversal))
                .bind(column(new, |one| one.booked_on))
                .bind(column(new, |one| one.external_reference.as_deref()))
                .bind(column(new, |one| one.payment_reference.as_deref()))
                .bind(column(new, |one| one.person_key.as_deref()))
                .bind(column(new, |one| one.evidence.as_str()))
                .execute(&mut **tx);
            done.await?.rows_affected()
        }
        Tx::Sqlite(tx, _) => {
            let rows = json(&column(new, payment_row))?;
            let query = sqlx::query(SQLITE).bind(channel).bind(sealed).bind(at);
            query.bind(rows).execute(&mut **tx).await?.rows_affected()
        }
    };
    Ok(done)
}

/// Adds the keys by which payments will be found; adding them again changes nothing.
pub async fn insert_keys(tx: &mut Tx, keys: &[(PaymentId, String)]) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        INSERT INTO payment_keys (key, payment_id)
        SELECT n.key, n.payment
        FROM UNNEST($1::text[], $2::uuid[]) AS n (key, payment)
        ON CONFLICT DO NOTHING";
    const SQLITE: &str = "
        INSERT INTO payment_keys (key, payment_id)
        SELECT value ->> 0, unhex(value ->> 1)
        FROM json_each($1)
        WHERE TRUE
        ON CONFLICT DO NOTHING";
    match tx {
        Tx::Postgres(tx, _) => {
            let query = sqlx::query(POSTGRES)
                .bind(column(keys, |(_, key)| key.as_str()))
                .bind(column(keys, |(payment, _)| payment.0));
            query.execute(&mut **tx).await?;
        }
        Tx::Sqlite(tx, _) => {
            let row =
                |(payment, key): &(PaymentId, String)| (key.clone(), hex(payment.0.as_bytes()));
            let query = sqlx::query(SQLITE).bind(json(&column(keys, row))?);
            query.execute(&mut **tx).await?;
        }
    }
    Ok(())
}

/// Keeps where payments were seen in a file; at one place of it each is seen once.
pub async fn insert_sightings(
    tx: &mut Tx,
    source: &Source,
    new: &[Sighting],
) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        INSERT INTO observations
            (id, payment_id, source_file_id, place, told_minor, contradicts, seen_at)
        SELECT n.id, n.payment, $1, n.place, n.told, n.contradicts, $2
        FROM UNNEST($3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::boolean[])
             AS n (id, payment, place, told, contradicts)
        ON CONFLICT DO NOTHING";
    const SQLITE: &str = "
        INSERT INTO observations
            (id, payment_id, source_file_id, place, told_minor, contradicts, seen_at)
        SELECT unhex(value ->> 0), unhex(value ->> 1), $1, value ->> 2, value ->> 3, value ->> 4, $2
        FROM json_each($3)
        WHERE TRUE
        ON CONFLICT DO NOTHING";
    let (file, at) = (source.file.0, source.at);
    match tx {
        Tx::Postgres(tx, _) => {
            let query = sqlx::query(POSTGRES)
                .bind(file)
                .bind(at)
                .bind(column(new, |one| one.id))
                .bind(column(new, |one| one.payment.0))
                .bind(column(new, |one| one.place.as_str()))
                .bind(column(new, |one| one.told_minor))
                .bind(column(new, |one| one.contradicts));
            query.execute(&mut **tx).await?;
        }
        Tx::Sqlite(tx, _) => {
            let rows = json(&column(new, sighting_row))?;
            let query = sqlx::query(SQLITE).bind(file).bind(at).bind(rows);
            query.execute(&mut **tx).await?;
        }
    }
    Ok(())
}

/// Counts the places of a file that contradict what is known.
pub async fn count_contradictions(tx: &mut Tx, file: SourceFileId) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*) FROM observations WHERE source_file_id = $1 AND contradicts";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, file.0)?;
    Ok(count)
}

/// Lists the places of a file that contradict what is known, with the number of the payment, in the
/// order of the file.
pub async fn list_contradictions(
    tx: &mut Tx,
    file: SourceFileId,
    limit: i64,
) -> Result<Vec<(String, String)>, StoreError> {
    const SQL: &str = "
        SELECT o.place, p.number
        FROM observations o
        JOIN payments p ON p.id = o.payment_id
        WHERE o.source_file_id = $1 AND o.contradicts
        ORDER BY o.id
        LIMIT $2";
    query!(fetch_all as (String, String), tx, SQL, file.0, limit)
}

fn column<'a, R, T>(rows: &'a [R], value: impl FnMut(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

/// The columns of a payment in the order in which SQLite's text takes them apart.
fn payment_row(one: &NewPayment) -> impl serde::Serialize {
    (
        hex(one.id.0.as_bytes()),
        &one.number,
        &one.movement_key,
        hex(&one.content),
        one.amount_minor,
        &one.currency,
        one.credit,
        one.reversal,
        one.booked_on.map(|day| day.to_string()),
        &one.external_reference,
        &one.payment_reference,
        one.person_key.as_deref().map(hex),
        &one.evidence,
    )
}

fn sighting_row(one: &Sighting) -> impl serde::Serialize {
    (
        hex(one.id.as_bytes()),
        hex(one.payment.0.as_bytes()),
        &one.place,
        one.told_minor,
        one.contradicts,
    )
}

fn json<T: serde::Serialize + ?Sized>(rows: &T) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|error| StoreError::Other(error.into()))
}
