//! Offices' webhooks and the keys that sign what they are sent; [`push`] leases their lanes.

pub mod keys;
pub mod push;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::OfficeId;
use crate::domain::webhook::{OnExhausted, WebhookState};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// An office's webhook.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Webhook {
    /// The office.
    pub office: OfficeId,
    /// Under which history and holds know it: the id of the office's lane.
    pub id: Uuid,
    /// Its address.
    pub url: String,
    /// Whether events are pushed.
    pub state: WebhookState,
    /// The number of the reason for which it was disabled, where nobody asked for it.
    pub reason: Option<i64>,
    /// What becomes of an event that cannot be delivered.
    pub on_exhausted: OnExhausted,
    /// Messages in a second at most.
    pub rate_per_second: i64,
    /// The share of its tries, in percent, of which was warned last; 0 while all is well.
    pub warned_percent: i64,
    /// Events that the receiver refused one after the other.
    pub refused_in_row: i64,
    /// Counts the changes of what is set.
    pub version: i64,
    /// When it was set up.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct WebhookRow {
    office_id: Uuid,
    id: Uuid,
    url: String,
    state: String,
    reason: Option<i64>,
    on_exhausted: String,
    rate_per_second: i64,
    warned_percent: i64,
    refused_in_row: i64,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<WebhookRow> for Webhook {
    type Error = StoreError;

    fn try_from(row: WebhookRow) -> Result<Self, StoreError> {
        let state = WebhookState::parse(&row.state);
        let on_exhausted = OnExhausted::parse(&row.on_exhausted);
        Ok(Self {
            office: OfficeId(row.office_id),
            state: read_code(state, "webhooks", "state", &row.office_id)?,
            on_exhausted: read_code(on_exhausted, "webhooks", "on_exhausted", &row.office_id)?,
            id: row.id,
            url: row.url,
            reason: row.reason,
            rate_per_second: row.rate_per_second,
            warned_percent: row.warned_percent,
            refused_in_row: row.refused_in_row,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "
        SELECT office_id, id, url, state, reason, on_exhausted, rate_per_second, warned_percent,
               refused_in_row, version, created_at, updated_at
        FROM webhooks ",
            $rest
        )
    };
}

/// Sets up a webhook that is disabled. Returns whether there was none before.
pub async fn insert(tx: &mut Tx, new: &Webhook) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO webhooks
            (office_id, id, url, state, on_exhausted, rate_per_second, warned_percent,
             refused_in_row, version, created_at, updated_at)
        VALUES ($1, $2, $3, 'DISABLED', $4, $5, 0, 0, 1, $6, $6)
        ON CONFLICT (office_id) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.office.0,
        new.id,
        new.url.as_str(),
        new.on_exhausted.as_str(),
        new.rate_per_second,
        new.created_at,
    )?;
    Ok(added == 1)
}

/// Changes what is set of a webhook.
pub async fn update(tx: &mut Tx, webhook: &Webhook, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE webhooks
        SET url = $2, on_exhausted = $3, rate_per_second = $4, updated_at = $5,
            version = version + 1
        WHERE office_id = $1";
    execute!(
        tx,
        SQL,
        webhook.office.0,
        webhook.url.as_str(),
        webhook.on_exhausted.as_str(),
        webhook.rate_per_second,
        at,
    )?;
    Ok(())
}

/// Notes how a webhook fares: its warning, refusals in a row, and why it was disabled.
pub async fn note_trouble(
    tx: &mut Tx,
    office: OfficeId,
    warned_percent: i64,
    refused_in_row: i64,
    reason: Option<i64>,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE webhooks
        SET warned_percent = $2, refused_in_row = $3, reason = $4
        WHERE office_id = $1";
    execute!(tx, SQL, office.0, warned_percent, refused_in_row, reason)?;
    Ok(())
}

/// Finds an office's webhook.
pub async fn find(tx: &mut Tx, office: OfficeId) -> Result<Option<Webhook>, StoreError> {
    const SQL: &str = select!("WHERE office_id = $1");
    let row = query!(fetch_optional as WebhookRow, tx, SQL, office.0)?;
    row.map(Webhook::try_from).transpose()
}

/// Finds an office's webhook and locks it until the transaction ends.
pub async fn lock(tx: &mut Tx, office: OfficeId) -> Result<Option<Webhook>, StoreError> {
    const POSTGRES: &str = select!("WHERE office_id = $1 FOR UPDATE");
    const SQLITE: &str = select!("WHERE office_id = $1 AND TRUE");
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    let row = query!(fetch_optional as WebhookRow, tx, sql, office.0)?;
    row.map(Webhook::try_from).transpose()
}

/// Lists webhooks by office, after `after`.
pub async fn list(tx: &mut Tx, after: Uuid, limit: i64) -> Result<Vec<Webhook>, StoreError> {
    const SQL: &str = select!("WHERE office_id > $1 ORDER BY office_id LIMIT $2");
    let rows = query!(fetch_all as WebhookRow, tx, SQL, after, limit)?;
    rows.into_iter().map(Webhook::try_from).collect()
}

/// Removes an office's webhook and its keys. Returns whether there was one.
pub async fn delete(tx: &mut Tx, office: OfficeId) -> Result<bool, StoreError> {
    const KEYS: &str = "DELETE FROM webhook_keys WHERE office_id = $1";
    const SQL: &str = "DELETE FROM webhooks WHERE office_id = $1";
    execute!(tx, KEYS, office.0)?;
    Ok(execute!(tx, SQL, office.0)? == 1)
}
