//! The record of what people did: a chain of hashes that only grows.
//!
//! Records are written by the commit itself ([`super::later`]): the row where the chain ends is the last
//! that a transaction locks, so that deciding is not held up by others who decide. What the history says
//! of a person's step becomes a record without anybody writing it a second time.

use chrono::{DateTime, NaiveDate, Utc};
use openssl::sha::Sha256;
use uuid::Uuid;

use crate::domain::audit::Entry;
use crate::store::tx::{execute, execute_rows, query};
use crate::store::{StoreError, Tx, later};

/// A hash of the chain.
pub type Hash = [u8; 32];

/// What stands before the first record.
pub const BEGINNING: Hash = [0; 32];

/// A record in its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// Its number, from 1 on.
    pub seq: i64,
    /// What it says.
    pub entry: Entry,
    /// The hash of the record before.
    pub previous_hash: Vec<u8>,
    /// Its own.
    pub hash: Vec<u8>,
}

/// The hash of record number `seq` behind one whose hash is `previous`.
pub fn hash_of(previous: &[u8], seq: i64, entry: &Entry) -> Hash {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(&entry.canonical(seq));
    hash.finish()
}

/// How a record tells the states before and after a step.
pub fn detail_of(from: &str, to: &str) -> String {
    format!("{from} → {to}")
}

/// Lets an entry be written at the end of the chain when the transaction commits.
pub fn note(tx: &mut Tx, entry: Entry) {
    later::note_audit(tx, entry);
}

/// Writes entries at the end of the chain.
pub(super) async fn append(tx: &mut Tx, entries: Vec<Entry>) -> Result<(), StoreError> {
    // Locks the end: whoever comes second goes on from what this transaction leaves.
    const SQL_TAKE: &str = "
        UPDATE audit_chain
        SET seq = seq + $1
        WHERE id = 1
        RETURNING seq, hash";
    const SQL_LEAVE: &str = "UPDATE audit_chain SET hash = $1 WHERE id = 1";
    let count = i64::try_from(entries.len()).map_err(|error| StoreError::Other(error.into()))?;
    let (last, mut hash) = query!(fetch_one as (i64, Vec<u8>), tx, SQL_TAKE, count)?;
    let mut records = Vec::with_capacity(entries.len());
    for (seq, entry) in (last - count + 1..).zip(entries) {
        let next = hash_of(&hash, seq, &entry).to_vec();
        let previous_hash = std::mem::replace(&mut hash, next.clone());
        records.push(Record {
            seq,
            entry,
            previous_hash,
            hash: next,
        });
    }
    insert(tx, &records).await?;
    execute!(tx, SQL_LEAVE, hash.as_slice())?;
    Ok(())
}

async fn insert(tx: &mut Tx, records: &[Record]) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        INSERT INTO audit_records
            (seq, at, actor, action, subject_kind, subject, detail, reason, history_id,
             previous_hash, hash)
        SELECT *
        FROM UNNEST($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[],
                    $7::text[], $8::text[], $9::uuid[], $10::bytea[], $11::bytea[])";
    const SQLITE: &str = "
        INSERT INTO audit_records
            (seq, at, actor, action, subject_kind, subject, detail, reason, history_id,
             previous_hash, hash)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
               value ->> 6, value ->> 7, unhex(value ->> 8), unhex(value ->> 9), unhex(value ->> 10)
        FROM json_each($1)";
    execute_rows!(tx, (POSTGRES, SQLITE), [], records, |record| [
        record.seq,
        record.entry.at,
        record.entry.actor.as_str(),
        record.entry.action.as_str(),
        record.entry.subject_kind.as_str(),
        record.entry.subject.as_str(),
        record.entry.detail.as_str(),
        record.entry.reason.as_deref(),
        record.entry.history,
        record.previous_hash.as_slice(),
        record.hash.as_slice(),
    ])?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct RecordRow {
    seq: i64,
    at: DateTime<Utc>,
    actor: String,
    action: String,
    subject_kind: String,
    subject: String,
    detail: String,
    reason: Option<String>,
    history_id: Option<Uuid>,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl From<RecordRow> for Record {
    fn from(row: RecordRow) -> Self {
        Self {
            seq: row.seq,
            entry: Entry {
                at: row.at,
                actor: row.actor,
                action: row.action,
                subject_kind: row.subject_kind,
                subject: row.subject,
                detail: row.detail,
                reason: row.reason,
                history: row.history_id,
            },
            previous_hash: row.previous_hash,
            hash: row.hash,
        }
    }
}

/// The columns of [`RecordRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT seq, at, actor, action, subject_kind, subject, detail, reason, history_id,
                    previous_hash, hash
             FROM audit_records ",
            $rest
        )
    };
}

/// Lists records in their order, those after number `after`.
pub async fn list(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Record>, StoreError> {
    const SQL: &str = select!("WHERE seq > $1 ORDER BY seq LIMIT $2");
    let rows = query!(fetch_all as RecordRow, tx, SQL, after, limit)?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// What is looked for in the record; an empty text stands for anything.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sought {
    /// Who did it.
    pub actor: String,
    /// What it was done to.
    pub subject: String,
}

/// Lists records, the latest first, those before number `before`.
pub async fn list_latest(
    tx: &mut Tx,
    sought: &Sought,
    before: i64,
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    const SQL: &str = select!("WHERE seq < $1 ORDER BY seq DESC LIMIT $2");
    const SQL_OF_ACTOR: &str = select!("WHERE actor = $3 AND seq < $1 ORDER BY seq DESC LIMIT $2");
    const SQL_OF_SUBJECT: &str =
        select!("WHERE subject = $3 AND seq < $1 ORDER BY seq DESC LIMIT $2");
    const SQL_OF_BOTH: &str =
        select!("WHERE subject = $4 AND actor = $3 AND seq < $1 ORDER BY seq DESC LIMIT $2");
    let (actor, subject) = (sought.actor.as_str(), sought.subject.as_str());
    let rows = match (actor, subject) {
        ("", "") => query!(fetch_all as RecordRow, tx, SQL, before, limit)?,
        (_, "") => query!(
            fetch_all as RecordRow,
            tx,
            SQL_OF_ACTOR,
            before,
            limit,
            actor
        )?,
        ("", _) => query!(
            fetch_all as RecordRow,
            tx,
            SQL_OF_SUBJECT,
            before,
            limit,
            subject
        )?,
        _ => query!(
            fetch_all as RecordRow,
            tx,
            SQL_OF_BOTH,
            before,
            limit,
            actor,
            subject
        )?,
    };
    Ok(rows.into_iter().map(Record::from).collect())
}

/// Where the chain ends: the number and the hash of its last record.
pub async fn end(tx: &mut Tx) -> Result<(i64, Vec<u8>), StoreError> {
    const SQL: &str = "SELECT seq, hash FROM audit_chain WHERE id = 1";
    query!(fetch_one as (i64, Vec<u8>), tx, SQL)
}

/// Finds the last record that was written before an instant.
pub async fn last_before(tx: &mut Tx, at: DateTime<Utc>) -> Result<Option<Record>, StoreError> {
    const SQL: &str = select!("WHERE at < $1 ORDER BY at DESC, seq DESC LIMIT 1");
    let row = query!(fetch_optional as RecordRow, tx, SQL, at)?;
    Ok(row.map(Record::from))
}

/// Of these rows of the history, those that are there: id, kind, subject, the three words, actor, note,
/// time.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Told {
    /// The record that is to say the same.
    pub seq: i64,
    /// What it is about.
    pub subject_kind: Option<String>,
    /// Its id.
    pub subject_id: Option<Uuid>,
    /// The state before.
    pub from_state: Option<String>,
    /// What happened.
    pub event: Option<String>,
    /// The state after.
    pub to_state: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
    /// Why.
    pub note: Option<String>,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// Lists what the history says of the records after number `after` up to `last` that name a row of it.
pub async fn list_told(tx: &mut Tx, after: i64, last: i64) -> Result<Vec<Told>, StoreError> {
    const SQL: &str = "
        SELECT r.seq, h.subject_kind, h.subject_id, h.from_state, h.event, h.to_state, h.actor, h.note,
               h.at
        FROM audit_records r
        LEFT JOIN history h ON h.id = r.history_id
        WHERE r.seq > $1 AND r.seq <= $2 AND r.history_id IS NOT NULL
        ORDER BY r.seq";
    query!(fetch_all as Told, tx, SQL, after, last)
}

/// The end of a day's records, signed.
#[derive(Clone, Debug, Eq, PartialEq, sqlx::FromRow)]
pub struct Head {
    /// The day in Romania.
    pub day: NaiveDate,
    /// Its last record.
    pub seq: i64,
    /// That record's hash.
    pub hash: Vec<u8>,
    /// The signed document that says so.
    pub document: Vec<u8>,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
}

/// Keeps a signed head. Returns `false`, having changed nothing, where the day has one.
pub async fn insert_head(tx: &mut Tx, head: &Head) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO audit_heads (day, seq, hash, document, signed_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (day) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        head.day,
        head.seq,
        head.hash.as_slice(),
        head.document.as_slice(),
        head.signed_at,
    )?;
    Ok(added == 1)
}

/// Finds the last head that was signed.
pub async fn last_head(tx: &mut Tx) -> Result<Option<Head>, StoreError> {
    const SQL: &str = "
        SELECT day, seq, hash, document, signed_at
        FROM audit_heads
        ORDER BY day DESC
        LIMIT 1";
    query!(fetch_optional as Head, tx, SQL)
}

/// Lists signed heads by their days, those after `after`.
pub async fn list_heads(
    tx: &mut Tx,
    after: NaiveDate,
    limit: i64,
) -> Result<Vec<Head>, StoreError> {
    const SQL: &str = "
        SELECT day, seq, hash, document, signed_at
        FROM audit_heads
        WHERE day > $1
        ORDER BY day
        LIMIT $2";
    query!(fetch_all as Head, tx, SQL, after, limit)
}
