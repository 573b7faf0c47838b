//! What proves who is calling: certificates by the hash of their public key, API keys by the hash
//! of their secret.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::id::{CredentialId, OfficeId};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

coded! {
    /// Who may call.
    pub enum Party as "party" {
        /// A local office.
        Office = "OFFICE",
        /// The bureau.
        Bureau = "BUREAU",
        /// A payment channel.
        Channel = "CHANNEL",
        /// Back-office automation.
        Automation = "AUTOMATION",
        /// An operator, by the API.
        Operator = "OPERATOR",
    }
}

coded! {
    /// How a caller proves who it is.
    pub enum CredentialKind as "kind of credential" {
        /// A client certificate; the hash is SHA-256 of its public key (SPKI).
        Certificate = "CERTIFICATE",
        /// An API key; the hash is SHA-256 of the whole key.
        ApiKey = "API_KEY",
    }
}

/// Something that proves who is calling.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Who calls with it.
    pub party: Party,
    /// Which office, where an office calls.
    pub office: Option<OfficeId>,
    /// A name for people.
    pub label: String,
    /// What it is.
    pub kind: CredentialKind,
    /// Its hash.
    pub hash: Vec<u8>,
    /// What it may do: words separated by blanks.
    pub scopes: String,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct CredentialRow {
    id: Uuid,
    party: String,
    office_id: Option<Uuid>,
    label: String,
    kind: String,
    hash: Vec<u8>,
    scopes: String,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<CredentialRow> for Credential {
    type Error = StoreError;

    fn try_from(row: CredentialRow) -> Result<Self, StoreError> {
        Ok(Self {
            party: read_code(Party::parse(&row.party), "credentials", "party", &row.id)?,
            kind: read_code(
                CredentialKind::parse(&row.kind),
                "credentials",
                "kind",
                &row.id,
            )?,
            id: CredentialId(row.id),
            office: row.office_id.map(OfficeId),
            label: row.label,
            hash: row.hash,
            scopes: row.scopes,
            revoked_at: row.revoked_at,
        })
    }
}

/// Adds a credential; one with the same hash is left as it is. Returns whether it was added.
pub async fn insert(tx: &mut Tx, new: &Credential, at: DateTime<Utc>) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO credentials (id, party, office_id, label, kind, hash, scopes, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (hash) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.id.0,
        new.party.as_str(),
        new.office.map(|office| office.0),
        new.label.as_str(),
        new.kind.as_str(),
        new.hash.as_slice(),
        new.scopes.as_str(),
        at,
    )?;
    Ok(added == 1)
}

/// Finds a credential by its hash, also a revoked one.
pub async fn find_by_hash(tx: &mut Tx, hash: &[u8]) -> Result<Option<Credential>, StoreError> {
    const SQL: &str = "
        SELECT id, party, office_id, label, kind, hash, scopes, revoked_at
        FROM credentials
        WHERE hash = $1";
    query!(fetch_optional as CredentialRow, tx, SQL, hash)?
        .map(Credential::try_from)
        .transpose()
}

/// Lists credentials by party and label.
pub async fn list(tx: &mut Tx) -> Result<Vec<Credential>, StoreError> {
    const SQL: &str = "
        SELECT id, party, office_id, label, kind, hash, scopes, revoked_at
        FROM credentials
        ORDER BY party, label, id
        LIMIT 5000";
    query!(fetch_all as CredentialRow, tx, SQL)?
        .into_iter()
        .map(Credential::try_from)
        .collect()
}

/// Revokes a credential. Returns whether it was valid before.
pub async fn revoke(tx: &mut Tx, id: CredentialId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE credentials
        SET revoked_at = $2
        WHERE id = $1 AND revoked_at IS NULL";
    Ok(execute!(tx, SQL, id.0, at)? == 1)
}
