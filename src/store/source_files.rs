//! Files of payment channels, each kept once, and how far their import has come.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::{PaymentId, SealedId, SourceFileId};
use crate::domain::payment::Channel;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// A file of a payment channel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceFile {
    /// Its id.
    pub id: SourceFileId,
    /// Whose it is.
    pub channel: Channel,
    /// SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// Its format, with the version: `camt.053.001.08`.
    pub format: String,
    /// Where its bytes are sealed.
    pub sealed: SealedId,
    /// How many bytes it has.
    pub size_bytes: i64,
    /// What its lines came to; zeros until the import ends.
    pub tally: Tally,
    /// What an operator must look at, as JSON; `None` until the import ends.
    pub report: Option<String>,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// How many of its believed movements are recorded, in the order of the file.
    pub lines_done: i64,
    /// When its import ended; without that it was interrupted or is under way.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What the booked lines of a file came to: `entries` = `recorded` + `repeated` + `held`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Statements in the file.
    pub statements: i64,
    /// Booked movements in the file.
    pub entries: i64,
    /// Movements that were not known.
    pub recorded: i64,
    /// Movements that were known from elsewhere.
    pub repeated: i64,
    /// Movements that an operator must look at before they are believed.
    pub held: i64,
}

#[derive(sqlx::FromRow)]
struct SourceFileRow {
    id: Uuid,
    channel: String,
    sha256: Vec<u8>,
    format: String,
    sealed_id: Uuid,
    size_bytes: i64,
    statements: i64,
    entries: i64,
    recorded: i64,
    repeated: i64,
    held: i64,
    report: Option<String>,
    received_at: DateTime<Utc>,
    lines_done: i64,
    finished_at: Option<DateTime<Utc>>,
}

impl TryFrom<SourceFileRow> for SourceFile {
    type Error = StoreError;

    fn try_from(row: SourceFileRow) -> Result<Self, StoreError> {
        let channel = Channel::parse(&row.channel);
        Ok(Self {
            channel: read_code(channel, "source_files", "channel", &row.id)?,
            id: SourceFileId(row.id),
            sha256: row.sha256,
            format: row.format,
            sealed: SealedId(row.sealed_id),
            size_bytes: row.size_bytes,
            tally: Tally {
                statements: row.statements,
                entries: row.entries,
                recorded: row.recorded,
                repeated: row.repeated,
                held: row.held,
            },
            report: row.report,
            received_at: row.received_at,
            lines_done: row.lines_done,
            finished_at: row.finished_at,
        })
    }
}

/// The columns of [`SourceFileRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, channel, sha256, format, sealed_id, size_bytes, statements, entries,
                    recorded, repeated, held, report, received_at, lines_done, finished_at
             FROM source_files ",
            $rest
        )
    };
}

/// Keeps a file whose import begins. Returns `false`, having changed nothing, when the same bytes
/// are kept already.
pub async fn insert(tx: &mut Tx, new: &SourceFile) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO source_files
            (id, channel, sha256, format, sealed_id, size_bytes, statements, entries, recorded,
             repeated, held, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (sha256) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.id.0,
        new.channel.as_str(),
        new.sha256.as_slice(),
        new.format.as_str(),
        new.sealed.0,
        new.size_bytes,
        new.tally.statements,
        new.tally.entries,
        new.tally.recorded,
        new.tally.repeated,
        new.tally.held,
        new.received_at,
    )?;
    Ok(added == 1)
}

/// Finds a file by its bytes.
pub async fn find_by_digest(tx: &mut Tx, sha256: &[u8]) -> Result<Option<SourceFile>, StoreError> {
    const SQL: &str = select!("WHERE sha256 = $1");
    query!(fetch_optional as SourceFileRow, tx, SQL, sha256)?
        .map(SourceFile::try_from)
        .transpose()
}

/// Finds a file by its id.
pub async fn find(tx: &mut Tx, id: SourceFileId) -> Result<Option<SourceFile>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    query!(fetch_optional as SourceFileRow, tx, SQL, id.0)?
        .map(SourceFile::try_from)
        .transpose()
}

/// Finds the file that arrived first of those whose import never ended and has not gone on since
/// `before`.
pub async fn find_unfinished(
    tx: &mut Tx,
    before: DateTime<Utc>,
) -> Result<Option<SourceFile>, StoreError> {
    const SQL: &str = select!(
        "WHERE finished_at IS NULL AND COALESCE(progressed_at, received_at) < $1
         ORDER BY received_at
         LIMIT 1"
    );
    query!(fetch_optional as SourceFileRow, tx, SQL, before)?
        .map(SourceFile::try_from)
        .transpose()
}

/// Notes that the import has come from `lines_before` to `lines_done`, and keeps everybody else
/// from going on until the transaction ends. Returns `false` when it stands elsewhere: somebody
/// else goes on with it, or has ended it.
pub async fn advance(
    tx: &mut Tx,
    id: SourceFileId,
    lines_before: i64,
    lines_done: i64,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE source_files
        SET lines_done = $3, progressed_at = $4
        WHERE id = $1 AND lines_done = $2 AND finished_at IS NULL";
    Ok(execute!(tx, SQL, id.0, lines_before, lines_done, at)? == 1)
}

/// Ends a file's import with what it came to. Returns `false` when it had ended already.
pub async fn finish(
    tx: &mut Tx,
    id: SourceFileId,
    tally: Tally,
    report: &str,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE source_files
        SET statements = $2, entries = $3, recorded = $4, repeated = $5, held = $6, report = $7,
            finished_at = $8
        WHERE id = $1 AND finished_at IS NULL";
    let finished = execute!(
        tx,
        SQL,
        id.0,
        tally.statements,
        tally.entries,
        tally.recorded,
        tally.repeated,
        tally.held,
        report,
        at,
    )?;
    Ok(finished == 1)
}

/// Finds the place at which a payment stands in the file that was sealed as `sealed`, and how many
/// bytes that file has.
pub async fn find_place(
    tx: &mut Tx,
    payment: PaymentId,
    sealed: SealedId,
) -> Result<Option<(String, i64)>, StoreError> {
    const SQL: &str = "
        SELECT o.place, f.size_bytes
        FROM observations o
        JOIN source_files f ON f.id = o.source_file_id
        WHERE o.payment_id = $1 AND f.sealed_id = $2 AND NOT o.contradicts
        ORDER BY o.seen_at, o.place
        LIMIT 1";
    query!(
        fetch_optional as (String, i64),
        tx,
        SQL,
        payment.0,
        sealed.0
    )
}
