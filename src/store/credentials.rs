//! What proves who is calling: certificates by the hash of their public key, API keys by the hash
//! of their secret.
//!
//! Whoever changes one raises the revision of all, in the same transaction: every process keeps them
//! in memory and reads again what has a later revision than what it knows.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::id::{CredentialId, OfficeId};
use crate::store::glance::glance;
use crate::store::tx::{execute, execute_rows, query};
use crate::store::{Glance, StoreError, Tx, read_code, revisions};

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

/// From when until when a credential counts, revocation aside.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Period {
    /// From this instant on; from the beginning where there is none.
    pub from: Option<DateTime<Utc>>,
    /// Until this instant, which it no longer covers; for ever where there is none.
    pub until: Option<DateTime<Utc>>,
}

/// A credential as it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// What it is.
    pub credential: Credential,
    /// When it counts.
    pub period: Period,
    /// When it was last used, to the hour.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The one that it took over from.
    pub replaces: Option<CredentialId>,
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
    valid_from: Option<DateTime<Utc>>,
    valid_until: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    replaces: Option<Uuid>,
}

impl TryFrom<CredentialRow> for Standing {
    type Error = StoreError;

    fn try_from(row: CredentialRow) -> Result<Self, StoreError> {
        let party = Party::parse(&row.party);
        let kind = CredentialKind::parse(&row.kind);
        Ok(Self {
            credential: Credential {
                party: read_code(party, "credentials", "party", &row.id)?,
                kind: read_code(kind, "credentials", "kind", &row.id)?,
                id: CredentialId(row.id),
                office: row.office_id.map(OfficeId),
                label: row.label,
                hash: row.hash,
                scopes: row.scopes,
                revoked_at: row.revoked_at,
            },
            period: Period {
                from: row.valid_from,
                until: row.valid_until,
            },
            last_used_at: row.last_used_at,
            replaces: row.replaces.map(CredentialId),
        })
    }
}

/// Adds a credential that counts at once and without an end; one with the same hash is left as it
/// is. Returns whether it was added.
pub async fn insert(tx: &mut Tx, new: &Credential, at: DateTime<Utc>) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO credentials
            (id, party, office_id, label, kind, hash, scopes, created_at, revision)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (hash) DO NOTHING";
    let revision = revisions::bump(tx, revisions::CREDENTIALS).await?;
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
        revision,
    )?;
    Ok(added == 1)
}

/// Says when a credential counts. Returns whether there is such a one that is not revoked.
pub async fn set_period(tx: &mut Tx, id: CredentialId, period: Period) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE credentials
        SET valid_from = $2, valid_until = $3, revision = $4
        WHERE id = $1 AND revoked_at IS NULL";
    let revision = revisions::bump(tx, revisions::CREDENTIALS).await?;
    Ok(execute!(tx, SQL, id.0, period.from, period.until, revision)? == 1)
}

/// Notes which credential a new one takes over from.
pub async fn set_replaces(
    tx: &mut Tx,
    id: CredentialId,
    replaced: CredentialId,
) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE credentials
        SET replaces = $2
        WHERE id = $1";
    execute!(tx, SQL, id.0, replaced.0)?;
    Ok(())
}

/// Finds a credential by its hash, also a revoked one.
pub async fn find_by_hash(at: Glance<'_>, hash: &[u8]) -> Result<Option<Standing>, StoreError> {
    const SQL: &str = "
        SELECT id, party, office_id, label, kind, hash, scopes, revoked_at, valid_from, valid_until,
               last_used_at, replaces
        FROM credentials
        WHERE hash = $1";
    glance!(fetch_optional as CredentialRow, at, SQL, hash)?
        .map(Standing::try_from)
        .transpose()
}

/// Finds a credential.
pub async fn find(tx: &mut Tx, id: CredentialId) -> Result<Option<Standing>, StoreError> {
    const SQL: &str = "
        SELECT id, party, office_id, label, kind, hash, scopes, revoked_at, valid_from, valid_until,
               last_used_at, replaces
        FROM credentials
        WHERE id = $1";
    query!(fetch_optional as CredentialRow, tx, SQL, id.0)?
        .map(Standing::try_from)
        .transpose()
}

/// Lists what has changed after a revision.
pub async fn list_changed(tx: &mut Tx, after: i64) -> Result<Vec<Standing>, StoreError> {
    const SQL: &str = "
        SELECT id, party, office_id, label, kind, hash, scopes, revoked_at, valid_from, valid_until,
               last_used_at, replaces
        FROM credentials
        WHERE revision > $1";
    query!(fetch_all as CredentialRow, tx, SQL, after)?
        .into_iter()
        .map(Standing::try_from)
        .collect()
}

/// Lists credentials by party and label.
pub async fn list(tx: &mut Tx) -> Result<Vec<Standing>, StoreError> {
    const SQL: &str = "
        SELECT id, party, office_id, label, kind, hash, scopes, revoked_at, valid_from, valid_until,
               last_used_at, replaces
        FROM credentials
        ORDER BY party, label, id
        LIMIT 5000";
    query!(fetch_all as CredentialRow, tx, SQL)?
        .into_iter()
        .map(Standing::try_from)
        .collect()
}

/// Lists the credentials of an office, revoked ones too, the newest first.
pub async fn list_of_office(tx: &mut Tx, office: OfficeId) -> Result<Vec<Standing>, StoreError> {
    const SQL: &str = "
        SELECT id, party, office_id, label, kind, hash, scopes, revoked_at, valid_from, valid_until,
               last_used_at, replaces
        FROM credentials
        WHERE office_id = $1
        ORDER BY created_at DESC, id
        LIMIT 100";
    query!(fetch_all as CredentialRow, tx, SQL, office.0)?
        .into_iter()
        .map(Standing::try_from)
        .collect()
}

/// How many credentials count at `now` and end before `before`, without one that takes over.
pub async fn count_ending(
    tx: &mut Tx,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM credentials c
        WHERE c.revoked_at IS NULL AND c.valid_until > $1 AND c.valid_until < $2
          AND NOT EXISTS (SELECT 1 FROM credentials n
                          WHERE n.replaces = c.id AND n.revoked_at IS NULL)";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, now, before)?;
    Ok(count)
}

/// Revokes a credential. Returns whether it was valid before.
pub async fn revoke(tx: &mut Tx, id: CredentialId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE credentials
        SET revoked_at = $2, revision = $3
        WHERE id = $1 AND revoked_at IS NULL";
    let revision = revisions::bump(tx, revisions::CREDENTIALS).await?;
    Ok(execute!(tx, SQL, id.0, at, revision)? == 1)
}

/// Notes that credentials were used; one that was noted within the hour before is left alone.
/// Raises no revision: who may call does not depend on it. Returns how many were noted.
pub async fn note_uses(
    tx: &mut Tx,
    uses: &[(CredentialId, DateTime<Utc>)],
) -> Result<u64, StoreError> {
    const POSTGRES: &str = "
        UPDATE credentials c
        SET last_used_at = u.at
        FROM UNNEST($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS u (id, at, hour_before)
        WHERE c.id = u.id AND (c.last_used_at IS NULL OR c.last_used_at <= u.hour_before)";
    const SQLITE: &str = "
        UPDATE credentials
        SET last_used_at = u.at
        FROM (SELECT unhex(value ->> 0) AS id, value ->> 1 AS at, value ->> 2 AS hour_before
              FROM json_each($1)) u
        WHERE credentials.id = u.id
          AND (credentials.last_used_at IS NULL OR credentials.last_used_at <= u.hour_before)";
    let hour = chrono::TimeDelta::hours(1);
    execute_rows!(tx, (POSTGRES, SQLITE), [], uses, |one| [
        one.0.0,
        one.1,
        one.1 - hour,
    ])
}
