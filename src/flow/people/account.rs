//! What people do with their own accounts: another password, other recovery codes, another device, an
//! end to a session that is not theirs.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::domain::id::SessionId;
use crate::domain::one_time_code::typed_code;
use crate::domain::operator::Actor;
use crate::domain::sign_in::{PasswordFault, judge_password};
use crate::flow::Failure;
use crate::flow::people::guesses::{self, Source};
use crate::flow::people::session::Holder;
use crate::flow::people::sign_in::about;
use crate::flow::people::{code, password};
use crate::gateway::Gateway;
use crate::store::users::{self, User};
use crate::store::{Tx, audit, sessions};

/// Why an account stays as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AccountRefusal {
    /// The present password is wrong.
    #[error("the present password is wrong")]
    Wrong,
    /// The code is wrong, or was used already.
    #[error("the code is wrong or was used already")]
    CodeWrong,
    /// The new password cannot be taken.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// The account was changed since the form was opened, by its owner elsewhere or by somebody else.
    #[error("the account was changed meanwhile")]
    Stale,
    /// There were too many wrong guesses; nobody looked whether this is another.
    #[error("after too many failures nobody is listened to until {until}")]
    Barred {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// There is no such session, or it has ended.
    #[error("there is no such session")]
    NoSuchSession,
}

/// Gives an account another password, and ends its other sessions.
pub async fn change_password(
    gateway: &Gateway,
    (holder, version): (&Holder, i64),
    present: &str,
    [new, again]: [&str; 2],
) -> Result<(), Failure<AccountRefusal>> {
    let turn = password::turn().await?;
    let mut user = find(gateway, holder, version).await?;
    prove_password(gateway, &turn, &user, present).await?;
    judge_new(&turn, &user, new, again)
        .await
        .map_err(|failure| failure.map(AccountRefusal::Password))?;
    user.password_hash = password::hash(&turn, new).await?;
    let mut tx = gateway.store.begin().await?;
    finish(gateway, &mut tx, &user, holder, "PASSWORD_CHANGED").await?;
    end_others(gateway, &mut tx, holder).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives an account other recovery codes, which are shown once.
pub async fn renew_recovery_codes(
    gateway: &Gateway,
    (holder, version): (&Holder, i64),
    given: &str,
) -> Result<Vec<Zeroizing<String>>, Failure<AccountRefusal>> {
    let _turn = password::turn().await?;
    let mut user = find(gateway, holder, version).await?;
    prove_device(gateway, &mut user, given).await?;
    let (codes, hashes) = code::new_recovery_codes()?;
    let mut tx = gateway.store.begin().await?;
    users::set_recovery_codes(&mut tx, user.id, &hashes).await?;
    finish(gateway, &mut tx, &user, holder, "RECOVERY_CODES_RENEWED").await?;
    tx.commit().await?;
    Ok(codes)
}

/// Takes the device of an account out of use, as one of its last codes proves; the person signs in again
/// with another device.
pub async fn leave_device(
    gateway: &Gateway,
    (holder, version): (&Holder, i64),
    present: &str,
    given: &str,
) -> Result<(), Failure<AccountRefusal>> {
    let turn = password::turn().await?;
    let mut user = find(gateway, holder, version).await?;
    prove_password(gateway, &turn, &user, present).await?;
    prove_device(gateway, &mut user, given).await?;
    user.code_confirmed = false;
    user.code_key = None;
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    finish(gateway, &mut tx, &user, holder, "DEVICE_LEFT").await?;
    sessions::end_all(&mut tx, user.id, None, &user.name, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends one of the account's other sessions.
pub async fn end_session(
    gateway: &Gateway,
    holder: &Holder,
    session: SessionId,
) -> Result<(), Failure<AccountRefusal>> {
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    if !sessions::end(&mut tx, (holder.user, session), &holder.name, now).await? {
        return Err(Failure::Refused(AccountRefusal::NoSuchSession));
    }
    let actor = Actor::Operator(holder.name.clone());
    let mut entry = about(gateway, &actor, &holder.name, "SESSION_ENDED");
    entry.detail = session.to_string();
    audit::note(&mut tx, entry);
    tx.commit().await?;
    Ok(())
}

/// Judges a new password of an account: what it must be, and that it is another one.
pub(super) async fn judge_new(
    turn: &password::Turn,
    user: &User,
    new: &str,
    again: &str,
) -> Result<(), Failure<PasswordFault>> {
    if new != again {
        return Err(Failure::Refused(PasswordFault::Differ));
    }
    judge_password(&user.name, new).map_err(Failure::Refused)?;
    if password::is_right(turn, Some(&user.password_hash), new).await? {
        return Err(Failure::Refused(PasswordFault::SameAsBefore));
    }
    Ok(())
}

/// Finds the account, if it is still the one that the form was made for. Its version is asked again by
/// whoever writes it.
async fn find(
    gateway: &Gateway,
    holder: &Holder,
    version: i64,
) -> Result<User, Failure<AccountRefusal>> {
    let user = users::find(&mut gateway.store.read().await?, holder.user).await?;
    let user = user.filter(|user| user.version == version && user.disabled_at.is_none());
    let user = user.ok_or(Failure::Refused(AccountRefusal::Stale))?;
    // A session that was left open must not be a place to guess at leisure.
    let mut tx = gateway.store.read().await?;
    let sources = [Source::of_name(&user.name)];
    match guesses::barred_until(&mut tx, &sources, gateway.clock.now()).await? {
        Some(until) => Err(Failure::Refused(AccountRefusal::Barred { until })),
        None => Ok(user),
    }
}

async fn prove_password(
    gateway: &Gateway,
    turn: &password::Turn,
    user: &User,
    present: &str,
) -> Result<(), Failure<AccountRefusal>> {
    if password::is_right(turn, Some(&user.password_hash), present).await? {
        return Ok(());
    }
    guesses::count(gateway, &[Source::of_name(&user.name)], Some(user)).await?;
    Err(Failure::Refused(AccountRefusal::Wrong))
}

/// Uses a code of the account's device up.
async fn prove_device(
    gateway: &Gateway,
    user: &mut User,
    given: &str,
) -> Result<(), Failure<AccountRefusal>> {
    let step = match typed_code(given) {
        Some(typed) => {
            let key = code::key_of(gateway, user)?;
            let seconds = gateway.clock.now().timestamp();
            code::step_of_code(&key, &typed, seconds, user.code_step)?
        }
        None => None,
    };
    if let Some(step) = step {
        user.code_step = step;
        return Ok(());
    }
    guesses::count(gateway, &[Source::of_name(&user.name)], Some(user)).await?;
    Err(Failure::Refused(AccountRefusal::CodeWrong))
}

async fn finish(
    gateway: &Gateway,
    tx: &mut Tx,
    user: &User,
    holder: &Holder,
    action: &str,
) -> Result<(), Failure<AccountRefusal>> {
    if !users::update(tx, user, gateway.clock.now()).await? {
        return Err(Failure::Refused(AccountRefusal::Stale));
    }
    let actor = Actor::Operator(holder.name.clone());
    audit::note(tx, about(gateway, &actor, &user.name, action));
    Ok(())
}

async fn end_others(
    gateway: &Gateway,
    tx: &mut Tx,
    holder: &Holder,
) -> Result<(), Failure<AccountRefusal>> {
    let (spared, now) = (Some(holder.session), gateway.clock.now());
    sessions::end_all(tx, holder.user, spared, &holder.name, now).await?;
    Ok(())
}
