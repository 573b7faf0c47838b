//! The keys that sign what a webhook is sent. Secrets are sealed under the vault's master key.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::OfficeId;
use crate::domain::webhook::KeyKind;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// A key of a webhook.
#[derive(Clone, Eq, PartialEq)]
pub struct Key {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub kind: KeyKind,
    /// The secret, readable with the master key only.
    pub secret: Vec<u8>,
    /// What the receiver verifies with, where it is no secret (`whpk_…`).
    pub public_key: Option<String>,
    /// Since when it signs.
    pub valid_from: DateTime<Utc>,
    /// Until when; `None`: for good.
    pub valid_until: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({} {}, …)", self.kind, self.id)
    }
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: Uuid,
    kind: String,
    secret: Vec<u8>,
    public_key: Option<String>,
    valid_from: DateTime<Utc>,
    valid_until: Option<DateTime<Utc>>,
}

impl TryFrom<KeyRow> for Key {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        Ok(Self {
            kind: read_code(KeyKind::parse(&row.kind), "webhook_keys", "kind", &row.id)?,
            id: row.id,
            secret: row.secret,
            public_key: row.public_key,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
        })
    }
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, office: OfficeId, new: &Key) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO webhook_keys (id, office_id, kind, secret, public_key, valid_from, valid_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    execute!(
        tx,
        SQL,
        new.id,
        office.0,
        new.kind.as_str(),
        new.secret.as_slice(),
        new.public_key.as_deref(),
        new.valid_from,
        new.valid_until,
    )?;
    Ok(())
}

/// Lists the keys of a webhook that have not run out at `at`, oldest first.
pub async fn list_valid(
    tx: &mut Tx,
    office: OfficeId,
    at: DateTime<Utc>,
) -> Result<Vec<Key>, StoreError> {
    const SQL: &str = "
        SELECT id, kind, secret, public_key, valid_from, valid_until
        FROM webhook_keys
        WHERE office_id = $1 AND (valid_until IS NULL OR valid_until > $2)
        ORDER BY id";
    let rows = query!(fetch_all as KeyRow, tx, SQL, office.0, at)?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Ends every key of a webhook but one at `until`, unless it ends before. Returns how many there were.
pub async fn end_others(
    tx: &mut Tx,
    office: OfficeId,
    kept: Uuid,
    until: DateTime<Utc>,
) -> Result<u64, StoreError> {
    const SQL: &str = "
        UPDATE webhook_keys
        SET valid_until = $3
        WHERE office_id = $1 AND id <> $2 AND (valid_until IS NULL OR valid_until > $3)";
    execute!(tx, SQL, office.0, kept, until)
}

/// Ends one key at once. Returns whether there was one that had not ended.
pub async fn end(
    tx: &mut Tx,
    office: OfficeId,
    id: Uuid,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE webhook_keys
        SET valid_until = $3
        WHERE office_id = $1 AND id = $2 AND (valid_until IS NULL OR valid_until > $3)";
    Ok(execute!(tx, SQL, office.0, id, at)? == 1)
}
