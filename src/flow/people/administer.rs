//! What administrators do with accounts: add, disable, enable, give roles, and help whoever lost a
//! password or a device.

use chrono::TimeDelta;
use zeroize::Zeroizing;

use crate::domain::id::UserId;
use crate::domain::operator::Actor;
use crate::domain::operator::role::{Role, Roles};
use crate::domain::sign_in::{TEMPORARY_PASSWORD_HOURS, account_name};
use crate::flow::Failure;
use crate::flow::people::guesses::Source;
use crate::flow::people::password;
use crate::flow::people::sign_in::about;
use crate::gateway::Gateway;
use crate::store::users::{self, User};
use crate::store::{Tx, audit, sessions, sign_in_failures};

/// Why accounts stay as they are.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AdministrationRefusal {
    /// That cannot be the name of an account.
    #[error("{0:?} cannot be a name: 2 to 40 small letters, digits, and . - _ between them")]
    Name(String),
    /// There is one of this name.
    #[error("there is a user {0} already")]
    Taken(String),
    /// There is none of this name.
    #[error("there is no user {0}")]
    Unknown(String),
    /// Somebody who may do nothing needs no account.
    #[error("give at least one role")]
    NoRole,
    /// Nobody would be left who looks after accounts.
    #[error("{0} is the last administrator; make somebody else one first")]
    LastAdministrator(String),
    /// The account is what was asked for already.
    #[error("the user {0} is so already")]
    Already(String),
    /// There is no provider of single sign-on.
    #[error("there is no single sign-on: console.oidc.issuer is empty")]
    NoProvider,
    /// That cannot be what a provider calls somebody.
    #[error("a subject has 1 to 255 characters, without spaces around them")]
    Subject,
    /// The account is somebody's already.
    #[error("the user {0} is linked already; unlink it first")]
    Linked(String),
    /// The person has another account.
    #[error("this subject is linked to the user {0}")]
    SubjectTaken(String),
    /// Somebody changed the account since it was looked at.
    #[error("the user {0} has changed meanwhile")]
    Changed(String),
}

pub(super) type Outcome<T> = Result<T, Failure<AdministrationRefusal>>;

/// Who changes an account, and why.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// Why.
    pub reason: Option<&'a str>,
    /// The version of the account that the person looked at; `None` changes it however it stands.
    pub seen: Option<i64>,
}

/// Adds an account and returns the password that its owner changes at the first use; it is shown once.
pub async fn add(
    gateway: &Gateway,
    name: &str,
    roles: &Roles,
    by: By<'_>,
) -> Outcome<Zeroizing<String>> {
    let mut user = new_user(gateway, name, roles)?;
    let (given, hash) = temporary().await?;
    user.password_hash = hash;
    user.temporary_until = Some(user.created_at + TimeDelta::hours(TEMPORARY_PASSWORD_HOURS));
    let mut tx = gateway.store.begin().await?;
    insert(&mut tx, gateway, (&user, roles), by).await?;
    tx.commit().await?;
    Ok(given)
}

/// An account as it begins, without a password.
pub(super) fn new_user(gateway: &Gateway, name: &str, roles: &Roles) -> Outcome<User> {
    let refused = |refusal| Err(Failure::Refused(refusal));
    let Some(name) = account_name(name) else {
        return refused(AdministrationRefusal::Name(name.chars().take(60).collect()));
    };
    if roles.is_empty() {
        return refused(AdministrationRefusal::NoRole);
    }
    let now = gateway.clock.now();
    Ok(User {
        id: UserId(gateway.random.uuid(now)),
        name,
        password_hash: String::new(),
        temporary_until: None,
        code_key: None,
        code_confirmed: false,
        code_step: 0,
        disabled_at: None,
        signed_in_at: None,
        created_at: now,
        version: 1,
    })
}

pub(super) async fn insert(
    tx: &mut Tx,
    gateway: &Gateway,
    (user, roles): (&User, &Roles),
    by: By<'_>,
) -> Outcome<()> {
    if !users::insert(tx, user).await? {
        let name = user.name.clone();
        return Err(Failure::Refused(AdministrationRefusal::Taken(name)));
    }
    users::set_roles(tx, user.id, roles).await?;
    let detail = roles.to_string();
    note(tx, gateway, (&user.name, "USER_ADDED"), &detail, by);
    Ok(())
}

/// Lets nobody sign in with an account any more, and ends its sessions.
pub async fn disable(gateway: &Gateway, name: &str, by: By<'_>) -> Outcome<()> {
    let (mut tx, mut user) = begin(gateway, name, by).await?;
    if user.disabled_at.is_some() {
        return Err(Failure::Refused(AdministrationRefusal::Already(user.name)));
    }
    let roles = users::roles(&mut tx, user.id).await?;
    keep_an_administrator(&mut tx, &user, &roles, &Roles::default()).await?;
    user.disabled_at = Some(gateway.clock.now());
    end_sessions(&mut tx, gateway, &user, by).await?;
    finish(gateway, tx, &user, "USER_DISABLED", by).await
}

/// Lets somebody sign in with an account again.
pub async fn enable(gateway: &Gateway, name: &str, by: By<'_>) -> Outcome<()> {
    let (tx, mut user) = begin(gateway, name, by).await?;
    if user.disabled_at.take().is_none() {
        return Err(Failure::Refused(AdministrationRefusal::Already(user.name)));
    }
    finish(gateway, tx, &user, "USER_ENABLED", by).await
}

/// Gives an account a password for one use in place of its own, ends its sessions, and lifts a bar that
/// failures have set.
pub async fn reset_password(
    gateway: &Gateway,
    name: &str,
    by: By<'_>,
) -> Outcome<Zeroizing<String>> {
    let (given, hash) = temporary().await?;
    let (mut tx, mut user) = begin(gateway, name, by).await?;
    user.password_hash = hash;
    let until = gateway.clock.now() + TimeDelta::hours(TEMPORARY_PASSWORD_HOURS);
    user.temporary_until = Some(until);
    sign_in_failures::clear(&mut tx, &Source::of_name(&user.name).name).await?;
    end_sessions(&mut tx, gateway, &user, by).await?;
    finish(gateway, tx, &user, "PASSWORD_RESET", by).await?;
    Ok(given)
}

/// Takes the device and the recovery codes of an account out of use: with the next right password, its
/// owner sets up another. Ends its sessions.
pub async fn reset_device(gateway: &Gateway, name: &str, by: By<'_>) -> Outcome<()> {
    let mut tx = gateway.store.begin().await?;
    let user = take_device(&mut tx, gateway, name, by.actor).await?;
    note(&mut tx, gateway, (&user.name, "DEVICE_RESET"), "", by);
    tx.commit().await?;
    Ok(())
}

/// [`reset_device`] in the caller's transaction, without its record.
pub(super) async fn take_device(
    tx: &mut Tx,
    gateway: &Gateway,
    name: &str,
    actor: &Actor,
) -> Outcome<User> {
    let mut user = find(tx, name).await?;
    user.code_confirmed = false;
    user.code_key = None;
    users::set_recovery_codes(tx, user.id, &[]).await?;
    sign_in_failures::clear(tx, &Source::of_name(&user.name).name).await?;
    let by = By {
        actor,
        reason: None,
        seen: None,
    };
    end_sessions(tx, gateway, &user, by).await?;
    update(gateway, tx, &user).await?;
    Ok(user)
}

/// Gives an account exactly these roles; they count from its next page on.
pub async fn set_roles(gateway: &Gateway, name: &str, roles: &Roles, by: By<'_>) -> Outcome<()> {
    if roles.is_empty() {
        return Err(Failure::Refused(AdministrationRefusal::NoRole));
    }
    let (mut tx, user) = begin(gateway, name, by).await?;
    let before = users::roles(&mut tx, user.id).await?;
    if before == *roles {
        return Err(Failure::Refused(AdministrationRefusal::Already(user.name)));
    }
    if user.disabled_at.is_none() {
        keep_an_administrator(&mut tx, &user, &before, roles).await?;
    }
    users::set_roles(&mut tx, user.id, roles).await?;
    let detail = format!("{before} → {roles}");
    note(&mut tx, gateway, (&user.name, "ROLES_CHANGED"), &detail, by);
    update(gateway, &mut tx, &user).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends every session of an account.
pub async fn end_all_sessions(gateway: &Gateway, name: &str, by: By<'_>) -> Outcome<()> {
    let (mut tx, user) = begin(gateway, name, by).await?;
    end_sessions(&mut tx, gateway, &user, by).await?;
    finish(gateway, tx, &user, "SESSIONS_ENDED", by).await
}

/// A password for one use, and its hash.
async fn temporary() -> anyhow::Result<(Zeroizing<String>, String)> {
    let given = password::new_password()?;
    let turn = password::turn().await?;
    let hash = password::hash(&turn, &given).await?;
    Ok((given, hash))
}

pub(super) async fn begin(gateway: &Gateway, name: &str, by: By<'_>) -> Outcome<(Tx, User)> {
    let mut tx = gateway.store.begin().await?;
    let user = find(&mut tx, name).await?;
    if by.seen.is_some_and(|seen| seen != user.version) {
        return Err(Failure::Refused(AdministrationRefusal::Changed(user.name)));
    }
    Ok((tx, user))
}

async fn find(tx: &mut Tx, name: &str) -> Outcome<User> {
    let wanted = account_name(name).unwrap_or_default();
    let user = users::find_by_name(tx, &wanted).await?;
    let unknown = || AdministrationRefusal::Unknown(name.chars().take(60).collect());
    user.ok_or_else(|| Failure::Refused(unknown()))
}

/// Refuses what would leave nobody who looks after accounts.
async fn keep_an_administrator(
    tx: &mut Tx,
    user: &User,
    before: &Roles,
    after: &Roles,
) -> Outcome<()> {
    let is_lost = before.contains(Role::Administrator) && !after.contains(Role::Administrator);
    if is_lost && users::count_holders(tx, Role::Administrator).await? <= 1 {
        let name = user.name.clone();
        return Err(Failure::Refused(AdministrationRefusal::LastAdministrator(
            name,
        )));
    }
    Ok(())
}

pub(super) async fn end_sessions(
    tx: &mut Tx,
    gateway: &Gateway,
    user: &User,
    by: By<'_>,
) -> Outcome<()> {
    let (actor, now) = (by.actor.to_string(), gateway.clock.now());
    sessions::end_all(tx, user.id, None, &actor, now).await?;
    Ok(())
}

async fn update(gateway: &Gateway, tx: &mut Tx, user: &User) -> Outcome<()> {
    if users::update(tx, user, gateway.clock.now()).await? {
        return Ok(());
    }
    Err(crate::store::StoreError::Moved { what: "user" }.into())
}

pub(super) async fn finish(
    gateway: &Gateway,
    mut tx: Tx,
    user: &User,
    action: &str,
    by: By<'_>,
) -> Outcome<()> {
    update(gateway, &mut tx, user).await?;
    note(&mut tx, gateway, (&user.name, action), "", by);
    tx.commit().await?;
    Ok(())
}

pub(super) fn note(
    tx: &mut Tx,
    gateway: &Gateway,
    (name, action): (&str, &str),
    detail: &str,
    by: By<'_>,
) {
    let mut entry = about(gateway, by.actor, name, action);
    detail.clone_into(&mut entry.detail);
    entry.reason = by.reason.map(str::to_owned);
    audit::note(tx, entry);
}
