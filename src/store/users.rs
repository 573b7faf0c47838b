//! The accounts of the people who use the console, with their roles and recovery codes.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::id::UserId;
use crate::domain::operator::role::{Role, Roles};
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// An account.
#[derive(Clone, Eq, PartialEq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its name, in small letters; what the history calls the person.
    pub name: String,
    /// Argon2id of the password, as a PHC string; empty where the account has none.
    pub password_hash: String,
    /// Until when a password that somebody else gave can be used; `None` once the person chose one.
    pub temporary_until: Option<DateTime<Utc>>,
    /// The wrapped key of the codes.
    pub code_key: Option<Vec<u8>>,
    /// Whether a code of that key was given once, so that it counts.
    pub code_confirmed: bool,
    /// The step of the last code that was used.
    pub code_step: i64,
    /// Since when nobody may sign in with it.
    pub disabled_at: Option<DateTime<Utc>>,
    /// When the person signed in last.
    pub signed_in_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "User({}, …)", self.id)
    }
}

#[derive(sqlx::FromRow)]
struct UserRow {
    id: Uuid,
    name: String,
    password_hash: String,
    temporary_until: Option<DateTime<Utc>>,
    code_key: Option<Vec<u8>>,
    code_confirmed: bool,
    code_step: i64,
    disabled_at: Option<DateTime<Utc>>,
    signed_in_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    version: i64,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId(row.id),
            name: row.name,
            password_hash: row.password_hash,
            temporary_until: row.temporary_until,
            code_key: row.code_key,
            code_confirmed: row.code_confirmed,
            code_step: row.code_step,
            disabled_at: row.disabled_at,
            signed_in_at: row.signed_in_at,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

/// The columns of [`UserRow`], for every SELECT of this file.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, password_hash, temporary_until, code_key, code_confirmed, code_step,
                    disabled_at, signed_in_at, created_at, version
             FROM users ",
            $rest
        )
    };
}

/// Adds an account. Returns `false`, having changed nothing, when there is one of the same name.
pub async fn insert(tx: &mut Tx, new: &User) -> Result<bool, StoreError> {
    const SQL: &str = "
        INSERT INTO users (id, name, password_hash, temporary_until, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $5)
        ON CONFLICT (name) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.id.0,
        new.name.as_str(),
        new.password_hash.as_str(),
        new.temporary_until,
        new.created_at,
    )?;
    Ok(added == 1)
}

/// Finds an account by its id.
pub async fn find(tx: &mut Tx, id: UserId) -> Result<Option<User>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    Ok(query!(fetch_optional as UserRow, tx, SQL, id.0)?.map(User::from))
}

/// Finds an account by its name.
pub async fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<User>, StoreError> {
    const SQL: &str = select!("WHERE name = $1");
    Ok(query!(fetch_optional as UserRow, tx, SQL, name)?.map(User::from))
}

/// Lists the accounts by their names, those after `after`.
pub async fn list(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<User>, StoreError> {
    const SQL: &str = select!("WHERE name > $1 ORDER BY name LIMIT $2");
    let rows = query!(fetch_all as UserRow, tx, SQL, after, limit)?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Writes what of an account can change, if it is still of the version that was read. Returns whether
/// it was.
pub async fn update(tx: &mut Tx, user: &User, at: DateTime<Utc>) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE users
        SET password_hash = $3, temporary_until = $4, code_key = $5, code_confirmed = $6,
            code_step = $7, disabled_at = $8, signed_in_at = $9, updated_at = $10,
            version = version + 1
        WHERE id = $1 AND version = $2";
    let changed = execute!(
        tx,
        SQL,
        user.id.0,
        user.version,
        user.password_hash.as_str(),
        user.temporary_until,
        user.code_key.as_deref(),
        user.code_confirmed,
        user.code_step,
        user.disabled_at,
        user.signed_in_at,
        at,
    )?;
    Ok(changed == 1)
}

/// Lists the roles of an account.
pub async fn roles(tx: &mut Tx, id: UserId) -> Result<Roles, StoreError> {
    const SQL: &str = "SELECT role FROM user_roles WHERE user_id = $1";
    let rows = query!(fetch_all as (String,), tx, SQL, id.0)?;
    let read = |(role,): (String,)| read_code(Role::parse(&role), "user_roles", "role", &id);
    let roles: Vec<Role> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Roles::new(roles))
}

/// Gives an account exactly these roles.
pub async fn set_roles(tx: &mut Tx, id: UserId, roles: &Roles) -> Result<(), StoreError> {
    const SQL_CLEAR: &str = "DELETE FROM user_roles WHERE user_id = $1";
    const SQL_ADD: &str = "INSERT INTO user_roles (user_id, role) VALUES ($1, $2)";
    execute!(tx, SQL_CLEAR, id.0)?;
    for role in roles.iter() {
        execute!(tx, SQL_ADD, id.0, role.as_str())?;
    }
    Ok(())
}

/// Counts the accounts that hold a role and may sign in.
pub async fn count_holders(tx: &mut Tx, role: Role) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM user_roles r
        JOIN users u ON u.id = r.user_id
        WHERE r.role = $1 AND u.disabled_at IS NULL";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, role.as_str())?;
    Ok(count)
}

/// Replaces the recovery codes of an account by these hashes.
pub async fn set_recovery_codes(
    tx: &mut Tx,
    id: UserId,
    hashes: &[[u8; 32]],
) -> Result<(), StoreError> {
    const SQL_CLEAR: &str = "DELETE FROM recovery_codes WHERE user_id = $1";
    const SQL_ADD: &str = "INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)";
    execute!(tx, SQL_CLEAR, id.0)?;
    for hash in hashes {
        execute!(tx, SQL_ADD, id.0, hash.as_slice())?;
    }
    Ok(())
}

/// Uses a recovery code up. Returns whether there was such a one that was unused.
pub async fn use_recovery_code(
    tx: &mut Tx,
    id: UserId,
    hash: &[u8; 32],
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE recovery_codes
        SET used_at = $3
        WHERE user_id = $1 AND hash = $2 AND used_at IS NULL";
    Ok(execute!(tx, SQL, id.0, hash.as_slice(), at)? == 1)
}

/// Counts the recovery codes of an account that are left.
pub async fn count_recovery_codes(tx: &mut Tx, id: UserId) -> Result<i64, StoreError> {
    const SQL: &str = "
        SELECT COUNT(*)
        FROM recovery_codes
        WHERE user_id = $1 AND used_at IS NULL";
    let (count,) = query!(fetch_one as (i64,), tx, SQL, id.0)?;
    Ok(count)
}
