//! Sessions of the console: on the server, so that one can be ended from anywhere. Of what the browser
//! holds only a hash is kept.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::{SessionId, UserId};
use crate::domain::sign_in::Stage;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// A session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// How far its owner has come in signing in.
    pub stage: Stage,
    /// The address that it was begun from.
    pub address: String,
    /// What the browser says that it is.
    pub agent: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When a person last asked for something, exact to the minute.
    pub seen_at: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    id: Uuid,
    user_id: Uuid,
    stage: String,
    address: String,
    agent: String,
    created_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        Ok(Self {
            stage: read_code(Stage::parse(&row.stage), "sessions", "stage", &row.id)?,
            id: SessionId(row.id),
            user: UserId(row.user_id),
            address: row.address,
            agent: row.agent,
            created_at: row.created_at,
            seen_at: row.seen_at,
            expires_at: row.expires_at,
        })
    }
}

/// Begins a session.
pub async fn insert(tx: &mut Tx, new: &Session, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO sessions
            (id, token_hash, user_id, stage, address, agent, created_at, seen_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    execute!(
        tx,
        SQL,
        new.id.0,
        token_hash.as_slice(),
        new.user.0,
        new.stage.as_str(),
        new.address.as_str(),
        new.agent.as_str(),
        new.created_at,
        new.seen_at,
        new.expires_at,
    )?;
    Ok(())
}

/// Finds the session of a token that nobody has ended.
pub async fn find(tx: &mut Tx, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
    const SQL: &str = "
        SELECT id, user_id, stage, address, agent, created_at, seen_at, expires_at
        FROM sessions
        WHERE token_hash = $1 AND ended_at IS NULL";
    query!(fetch_optional as SessionRow, tx, SQL, token_hash.as_slice())?
        .map(Session::try_from)
        .transpose()
}

/// Lists the sessions of an account that nobody has ended and that have not expired, the latest first.
pub async fn list_of(
    tx: &mut Tx,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<Session>, StoreError> {
    const SQL: &str = "
        SELECT id, user_id, stage, address, agent, created_at, seen_at, expires_at
        FROM sessions
        WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2
        ORDER BY created_at DESC, id DESC
        LIMIT 100";
    let rows = query!(fetch_all as SessionRow, tx, SQL, user.0, now)?;
    rows.into_iter().map(Session::try_from).collect()
}

/// Notes that a person uses a session.
pub async fn touch(tx: &mut Tx, id: SessionId, at: DateTime<Utc>) -> Result<(), StoreError> {
    const SQL: &str = "
        UPDATE sessions
        SET seen_at = $2
        WHERE id = $1 AND ended_at IS NULL AND seen_at < $2";
    execute!(tx, SQL, id.0, at)?;
    Ok(())
}

/// Ends a session of an account. Returns whether it was still going on.
pub async fn end(
    tx: &mut Tx,
    (user, id): (UserId, SessionId),
    by: &str,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE sessions
        SET ended_at = $4, ended_by = $3
        WHERE id = $2 AND user_id = $1 AND ended_at IS NULL";
    Ok(execute!(tx, SQL, user.0, id.0, by, at)? == 1)
}

/// Ends every session of an account but `spared`. Returns how many were going on.
pub async fn end_all(
    tx: &mut Tx,
    user: UserId,
    spared: Option<SessionId>,
    by: &str,
    at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    const SQL: &str = "
        UPDATE sessions
        SET ended_at = $4, ended_by = $3
        WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL";
    let spared = spared.map_or(Uuid::nil(), |id| id.0);
    execute!(tx, SQL, user.0, spared, by, at)
}

/// Forgets the sessions that were begun before `before`; returns how many went.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM sessions WHERE created_at < $1";
    execute!(tx, SQL, before)
}
