//! Sessions of the console: found by what a browser holds, ended by time, by their owner, or by whoever
//! looks after accounts.

use std::convert::Infallible;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::id::{SessionId, UserId};
use crate::domain::operator::role::Roles;
use crate::domain::sign_in::{FAILURES_FORGOTTEN, SIGN_IN_MINUTES, Stage};
use crate::flow::Failure;
use crate::flow::people::token::hash_of;
use crate::gateway::Gateway;
use crate::store::sessions::{self, Session};
use crate::store::{Tx, four_eyes_requests, provider_trips, sign_in_failures, users};

/// Seconds for which a session's last use may be out of date.
const SEEN_EXACT: TimeDelta = TimeDelta::seconds(60);

/// Who comes with a token.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The session.
    pub session: SessionId,
    /// The account.
    pub user: UserId,
    /// The account's name.
    pub name: String,
    /// The account's roles.
    pub roles: Roles,
    /// How far signing in has come.
    pub stage: Stage,
}

/// Where a session is begun.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The address.
    pub address: String,
    /// What the browser says that it is.
    pub agent: String,
}

/// Finds out who comes with a token; `None` for a token that is unknown, ended, expired or idle, and for
/// an account that was disabled. `by_person` says whether a person asks, which keeps the session
/// alive, or a page that refreshes itself.
pub async fn find(
    gateway: &Gateway,
    token: &str,
    by_person: bool,
) -> Result<Option<Holder>, Failure<Infallible>> {
    let now = gateway.clock.now();
    let mut tx = gateway.store.read().await?;
    let Some(session) = sessions::find(&mut tx, &hash_of(token)).await? else {
        return Ok(None);
    };
    let user = users::find(&mut tx, session.user).await?;
    let roles = users::roles(&mut tx, session.user).await?;
    drop(tx);
    let Some(user) = user.filter(|user| user.disabled_at.is_none()) else {
        return Ok(None);
    };
    if is_over(gateway, &session, now) {
        return Ok(None);
    }
    if by_person && now - session.seen_at >= SEEN_EXACT {
        let mut tx = gateway.store.begin().await?;
        sessions::touch(&mut tx, session.id, now).await?;
        tx.commit().await?;
    }
    Ok(Some(Holder {
        session: session.id,
        user: user.id,
        name: user.name,
        roles,
        stage: session.stage,
    }))
}

/// Whether the time of a session is over.
pub fn is_over(gateway: &Gateway, session: &Session, now: DateTime<Utc>) -> bool {
    let idle = TimeDelta::minutes(gateway.config.console.idle_minutes.into());
    now >= session.expires_at || now - session.seen_at >= idle
}

/// Begins a session of an account at a stage; `token` is what the browser will hold.
pub async fn begin(
    gateway: &Gateway,
    tx: &mut Tx,
    (user, stage): (UserId, Stage),
    token: &str,
    place: &Place,
) -> Result<SessionId, Failure<Infallible>> {
    let now = gateway.clock.now();
    let life = match stage {
        Stage::Open => TimeDelta::hours(gateway.config.console.session_hours.into()),
        Stage::NewPassword | Stage::Enrol | Stage::Code => TimeDelta::minutes(SIGN_IN_MINUTES),
    };
    let session = Session {
        id: SessionId(gateway.random.uuid(now)),
        user,
        stage,
        address: place.address.clone(),
        agent: place.agent.clone(),
        created_at: now,
        seen_at: now,
        expires_at: now + life,
    };
    sessions::insert(tx, &session, &hash_of(token)).await?;
    Ok(session.id)
}

/// Days for which sessions that ended can be looked at.
const SESSION_DAYS: i64 = 90;

/// Forgets old sessions, failures to sign in that count no more and ways to the provider that nobody came
/// back from, and ends requests that nobody decided.
pub async fn forget_sessions(gateway: &Gateway) -> Result<(), Failure<Infallible>> {
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    sessions::forget(&mut tx, now - TimeDelta::days(SESSION_DAYS)).await?;
    sign_in_failures::forget(&mut tx, now - FAILURES_FORGOTTEN).await?;
    provider_trips::forget(&mut tx, now).await?;
    four_eyes_requests::expire(&mut tx, now).await?;
    tx.commit().await?;
    Ok(())
}
