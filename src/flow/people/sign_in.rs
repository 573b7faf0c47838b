//! Signing in: password, then whatever the account still lacks, then a code; each step gives the browser
//! a new token, so that one that was planted before is worth nothing after.
//!
//! Nothing tells whether an account exists: an unknown name costs the same time, the same failures and
//! the same waits. Guesses are judged one turn after the other, so that guessing at once gains nothing.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::domain::audit::Entry;
use crate::domain::id::UserId;
use crate::domain::one_time_code::{base32, device_address, grouped, typed_code};
use crate::domain::operator::Actor;
use crate::domain::sign_in::{PasswordFault, Stage, account_name};
use crate::flow::Failure;
use crate::flow::people::guesses::{self, Source, sources};
use crate::flow::people::session::{Holder, Place};
use crate::flow::people::token::new_token;
use crate::flow::people::{code, password, session};
use crate::gateway::Gateway;
use crate::store::users::{self, User};
use crate::store::{StoreError, Tx, audit, sessions, sign_in_failures};

/// Why somebody does not get further.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignInRefusal {
    /// Name or password is wrong, or the account is disabled: which of them is not said.
    #[error("the name or the password is wrong")]
    Wrong,
    /// The code is wrong, or was used already.
    #[error("the code is wrong or was used already")]
    CodeWrong,
    /// There were too many failures; nobody looked whether this is another.
    #[error("after too many failures nobody is let in until {until}")]
    Barred {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The password was given by somebody else, and its time is over.
    #[error("the one-time password has expired; ask for another")]
    TemporaryOver,
    /// The new password cannot be taken.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// The session is no longer at this stage: signing in was finished or begun anew elsewhere.
    #[error("signing in was begun anew")]
    Over,
}

/// What the browser holds from now on.
#[derive(Debug)]
pub struct Begun {
    /// The token of the session.
    pub token: Zeroizing<String>,
    /// How far signing in has come.
    pub stage: Stage,
}

/// What a device is told, once.
pub struct Enrolment {
    /// The key, in groups for typing.
    pub secret: Zeroizing<String>,
    /// The same as an address, for a picture.
    pub address: Zeroizing<String>,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

/// Takes a name and a password.
pub async fn give_password(
    gateway: &Gateway,
    (name, password): (&str, &str),
    place: &Place,
) -> Result<Begun, Failure<SignInRefusal>> {
    let turn = password::turn().await?;
    let now = gateway.clock.now();
    let name = account_name(name);
    let sources = sources(name.as_deref(), place);
    let mut tx = gateway.store.read().await?;
    refuse_barred(&mut tx, &sources, now).await?;
    let user = match &name {
        Some(name) => users::find_by_name(&mut tx, name).await?,
        None => None,
    };
    drop(tx);
    let user = user.filter(|user| user.disabled_at.is_none());
    let hash = user.as_ref().map(|user| user.password_hash.as_str());
    let is_right = password::is_right(&turn, hash, password).await?;
    let Some(mut user) = user.filter(|_| is_right) else {
        return fail(gateway, &sources, None, SignInRefusal::Wrong).await;
    };
    if user.temporary_until.is_some_and(|until| until <= now) {
        let refusal = SignInRefusal::TemporaryOver;
        return fail(gateway, &sources, Some(&user), refusal).await;
    }
    let mut tx = gateway.store.begin().await?;
    let begun = begin(gateway, &mut tx, &mut user, place).await?;
    tx.commit().await?;
    Ok(begun)
}

/// Takes the password that somebody chooses in place of the one that was given.
pub async fn choose_password(
    gateway: &Gateway,
    holder: &Holder,
    [new, again]: [&str; 2],
    place: &Place,
) -> Result<Begun, Failure<SignInRefusal>> {
    let turn = password::turn().await?;
    require(holder, Stage::NewPassword)?;
    // Hashing takes long: no transaction is open meanwhile, and the account's version tells whether
    // somebody changed it.
    let mut user = find_user(&mut gateway.store.read().await?, holder.user).await?;
    judge_new(&turn, &user, new, again).await?;
    user.password_hash = password::hash(&turn, new).await?;
    user.temporary_until = None;
    let mut tx = gateway.store.begin().await?;
    note(&mut tx, gateway, &user, "PASSWORD_CHOSEN");
    end_session(&mut tx, gateway, holder).await?;
    let begun = begin(gateway, &mut tx, &mut user, place).await?;
    tx.commit().await?;
    Ok(begun)
}

/// What the device of an account that has none yet is told.
pub async fn enrolment(
    gateway: &Gateway,
    holder: &Holder,
) -> Result<Enrolment, Failure<SignInRefusal>> {
    let mut tx = gateway.store.read().await?;
    let user = find_user(&mut tx, holder.user).await?;
    if user.code_confirmed {
        return Err(Failure::Refused(SignInRefusal::Over));
    }
    let key = code::key_of(gateway, &user)?;
    let secret = Zeroizing::new(base32(&*key));
    Ok(Enrolment {
        address: Zeroizing::new(device_address(&user.name, &secret)),
        secret: Zeroizing::new(grouped(&secret, " ")),
    })
}

/// Takes the first code of a new device, which proves that it works: the person is signed in, and is
/// shown the recovery codes, once.
pub async fn confirm_device(
    gateway: &Gateway,
    holder: &Holder,
    given: &str,
    place: &Place,
) -> Result<(Begun, Vec<Zeroizing<String>>), Failure<SignInRefusal>> {
    let _turn = password::turn().await?;
    let sources = sources(Some(&holder.name), place);
    let (mut tx, mut user) = begin_at(gateway, holder, Stage::Enrol).await?;
    refuse_barred(&mut tx, &sources, gateway.clock.now()).await?;
    let Some(step) = step_of(gateway, &user, given)? else {
        drop(tx);
        let refusal = SignInRefusal::CodeWrong;
        return fail(gateway, &sources, Some(&user), refusal).await;
    };
    user.code_confirmed = true;
    user.code_step = step;
    let (codes, hashes) = code::new_recovery_codes()?;
    users::set_recovery_codes(&mut tx, user.id, &hashes).await?;
    note(&mut tx, gateway, &user, "DEVICE_CONFIRMED");
    end_session(&mut tx, gateway, holder).await?;
    let begun = open(gateway, &mut tx, &mut user, place, &sources).await?;
    tx.commit().await?;
    Ok((begun, codes))
}

/// Takes a code of the device, or a recovery code, each once.
pub async fn give_code(
    gateway: &Gateway,
    holder: &Holder,
    given: &str,
    place: &Place,
) -> Result<Begun, Failure<SignInRefusal>> {
    let _turn = password::turn().await?;
    let now = gateway.clock.now();
    let sources = sources(Some(&holder.name), place);
    let (mut tx, mut user) = begin_at(gateway, holder, Stage::Code).await?;
    refuse_barred(&mut tx, &sources, now).await?;
    let is_right = if let Some(step) = step_of(gateway, &user, given)? {
        user.code_step = step;
        true
    } else {
        let hash = code::hash_of_recovery_code(given);
        let is_taken = users::use_recovery_code(&mut tx, user.id, &hash, now).await?;
        if is_taken {
            note(&mut tx, gateway, &user, "RECOVERY_CODE_USED");
        }
        is_taken
    };
    if !is_right {
        drop(tx);
        let refusal = SignInRefusal::CodeWrong;
        return fail(gateway, &sources, Some(&user), refusal).await;
    }
    end_session(&mut tx, gateway, holder).await?;
    let begun = open(gateway, &mut tx, &mut user, place, &sources).await?;
    tx.commit().await?;
    Ok(begun)
}

/// Ends a session, wherever it has come to.
pub async fn sign_out(
    gateway: &Gateway,
    holder: &Holder,
) -> Result<(), Failure<std::convert::Infallible>> {
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    let ended = sessions::end(&mut tx, (holder.user, holder.session), "sign-out", now).await?;
    if ended && holder.stage == Stage::Open {
        let actor = Actor::Operator(holder.name.clone());
        let entry = about(gateway, &actor, &holder.name, "SIGNED_OUT");
        audit::note(&mut tx, entry);
    }
    tx.commit().await?;
    Ok(())
}

/// Begins the session of whoever gave the right password, at what the account lacks next.
async fn begin(
    gateway: &Gateway,
    tx: &mut Tx,
    user: &mut User,
    place: &Place,
) -> Result<Begun, Failure<SignInRefusal>> {
    if user.temporary_until.is_none() {
        return ask_code(gateway, tx, user, place).await;
    }
    update(tx, gateway, user).await?;
    start(gateway, tx, (user.id, Stage::NewPassword), place).await
}

/// Begins the session of whoever is known to be the account's owner, at the code of a device, or at
/// setting one up where there is none.
pub(super) async fn ask_code(
    gateway: &Gateway,
    tx: &mut Tx,
    user: &mut User,
    place: &Place,
) -> Result<Begun, Failure<SignInRefusal>> {
    let stage = if user.code_confirmed {
        Stage::Code
    } else {
        // A key of its own for every try: what somebody saw of an earlier one is worth nothing.
        user.code_key = Some(code::new_key(gateway, user)?);
        Stage::Enrol
    };
    update(tx, gateway, user).await?;
    start(gateway, tx, (user.id, stage), place).await
}

/// Begins the session of whoever gave everything.
pub(super) async fn open(
    gateway: &Gateway,
    tx: &mut Tx,
    user: &mut User,
    place: &Place,
    sources: &[Source],
) -> Result<Begun, Failure<SignInRefusal>> {
    user.signed_in_at = Some(gateway.clock.now());
    update(tx, gateway, user).await?;
    for source in sources.iter().filter(|source| !source.is_shared) {
        sign_in_failures::clear(tx, &source.name).await?;
    }
    let mut entry = about(
        gateway,
        &Actor::Operator(user.name.clone()),
        &user.name,
        "SIGNED_IN",
    );
    entry.detail.clone_from(&place.address);
    audit::note(tx, entry);
    start(gateway, tx, (user.id, Stage::Open), place).await
}

async fn start(
    gateway: &Gateway,
    tx: &mut Tx,
    (user, stage): (UserId, Stage),
    place: &Place,
) -> Result<Begun, Failure<SignInRefusal>> {
    let token = new_token()?;
    let begun = session::begin(gateway, tx, (user, stage), &token, place).await;
    begun.map_err(Failure::without_refusal)?;
    Ok(Begun { token, stage })
}

/// Begins a transaction for a step of somebody whose session is still at `stage`.
async fn begin_at(
    gateway: &Gateway,
    holder: &Holder,
    stage: Stage,
) -> Result<(Tx, User), Failure<SignInRefusal>> {
    require(holder, stage)?;
    let mut tx = gateway.store.begin().await?;
    let user = find_user(&mut tx, holder.user).await?;
    Ok((tx, user))
}

fn require(holder: &Holder, stage: Stage) -> Result<(), Failure<SignInRefusal>> {
    if holder.stage == stage {
        Ok(())
    } else {
        Err(Failure::Refused(SignInRefusal::Over))
    }
}

async fn find_user(tx: &mut Tx, id: UserId) -> Result<User, Failure<SignInRefusal>> {
    let user = users::find(tx, id).await?;
    let user = user.filter(|user| user.disabled_at.is_none());
    user.ok_or(Failure::Refused(SignInRefusal::Over))
}

/// Ends the session of the step before; whoever comes second with it finds it ended.
async fn end_session(
    tx: &mut Tx,
    gateway: &Gateway,
    holder: &Holder,
) -> Result<(), Failure<SignInRefusal>> {
    let whose = (holder.user, holder.session);
    let now = gateway.clock.now();
    if sessions::end(tx, whose, "next step", now).await? {
        Ok(())
    } else {
        Err(Failure::Refused(SignInRefusal::Over))
    }
}

/// Writes an account, unless somebody else changed it meanwhile: a code is not used twice at once.
async fn update(tx: &mut Tx, gateway: &Gateway, user: &mut User) -> Result<(), StoreError> {
    if !users::update(tx, user, gateway.clock.now()).await? {
        return Err(StoreError::Moved { what: "user" });
    }
    user.version += 1;
    Ok(())
}

async fn judge_new(
    turn: &password::Turn,
    user: &User,
    new: &str,
    again: &str,
) -> Result<(), Failure<SignInRefusal>> {
    super::account::judge_new(turn, user, new, again)
        .await
        .map_err(|failure| failure.map(SignInRefusal::Password))
}

/// The step of the code that somebody gave, if it is a code and counts.
fn step_of(gateway: &Gateway, user: &User, given: &str) -> anyhow::Result<Option<i64>> {
    let Some(typed) = typed_code(given) else {
        return Ok(None);
    };
    let key = code::key_of(gateway, user)?;
    code::step_of_code(
        &key,
        &typed,
        gateway.clock.now().timestamp(),
        user.code_step,
    )
}

async fn refuse_barred(
    tx: &mut Tx,
    sources: &[Source],
    now: DateTime<Utc>,
) -> Result<(), Failure<SignInRefusal>> {
    match guesses::barred_until(tx, sources, now).await? {
        Some(until) => Err(Failure::Refused(SignInRefusal::Barred { until })),
        None => Ok(()),
    }
}

/// Counts a failure, and says what the visitor is told.
async fn fail<T>(
    gateway: &Gateway,
    sources: &[Source],
    user: Option<&User>,
    refusal: SignInRefusal,
) -> Result<T, Failure<SignInRefusal>> {
    guesses::count(gateway, sources, user).await?;
    Err(Failure::Refused(refusal))
}

fn note(tx: &mut Tx, gateway: &Gateway, user: &User, action: &str) {
    let actor = Actor::Operator(user.name.clone());
    audit::note(tx, about(gateway, &actor, &user.name, action));
}

/// A record about an account.
pub(super) fn about(gateway: &Gateway, actor: &Actor, name: &str, action: &str) -> Entry {
    Entry {
        at: gateway.clock.now(),
        actor: actor.to_string(),
        action: action.to_owned(),
        subject_kind: "USER".to_owned(),
        subject: name.to_owned(),
        detail: String::new(),
        reason: None,
        history: None,
    }
}
