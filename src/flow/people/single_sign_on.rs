//! Signing in through a provider: the way there, the way back, and the account of whom it vouches for.
//!
//! A way is begun with a random token in the browser's cookie and a random salt in the database; state,
//! nonce and verifier are made from the two, so that neither alone gives any of them. Whoever comes back
//! is let in by the browser that left, and once.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use openssl::sha::Sha256;
use zeroize::Zeroizing;

use crate::domain::audit::Entry;
use crate::domain::operator::Actor;
use crate::domain::single_sign_on::{Proven, SecondFactor};
use crate::flow::Failure;
use crate::flow::people::guesses::{self, Source, sources};
use crate::flow::people::link::hash_of as hash_of_subject;
use crate::flow::people::session::{Holder, Place};
use crate::flow::people::sign_in::{self, Begun, SignInRefusal, about};
use crate::flow::people::token::{hash_of, is_same, new_token};
use crate::gateway::Gateway;
use crate::store::provider_trips::{self, Trip};
use crate::store::users::{self, User};
use crate::store::{StoreError, Tx, audit, sessions, user_subjects};

/// Within which somebody must have come back.
pub const TRIP_MINUTES: i64 = 10;

/// How many may be under way from one address: a whole institution that begins its day, and no more.
const TRIPS_MAX: i64 = 200;

/// The secrets of one way to the provider and back.
pub struct Secrets {
    /// What the browser holds.
    pub token: Zeroizing<String>,
    /// What the answer must carry.
    pub state: Zeroizing<String>,
    /// What the provider's token must carry.
    pub nonce: Zeroizing<String>,
    /// What proves that the code is ours (PKCE).
    pub verifier: Zeroizing<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    fn of(token: &str, salt: &[u8]) -> Self {
        let part = |label: &[u8]| {
            let mut hash = Sha256::new();
            for piece in [label, b"\0", salt, token.as_bytes()] {
                hash.update(piece);
            }
            Zeroizing::new(URL_SAFE_NO_PAD.encode(hash.finish()))
        };
        Self {
            token: Zeroizing::new(token.to_owned()),
            state: part(b"cei-gateway state"),
            nonce: part(b"cei-gateway nonce"),
            verifier: part(b"cei-gateway verifier"),
        }
    }
}

/// Why somebody does not leave for the provider, or is not taken back.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TripRefusal {
    /// There were too many failures from this address.
    #[error("after too many failures nobody is let in until {until}")]
    Barred {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Too many are under way from this address.
    #[error("too many are under way to the provider from this address")]
    TooMany,
    /// This browser did not leave, or was taken back before, or came back too late.
    #[error("nobody is expected back with this browser")]
    NotExpected,
    /// The answer belongs to another way than the browser's.
    #[error("the answer belongs to another way to the provider")]
    OtherState,
}

/// Why somebody whom the provider vouches for is not let in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ArrivalRefusal {
    /// No account is linked to the person.
    #[error("no account is linked to this person")]
    Stranger,
    /// The account is disabled.
    #[error("the account is disabled")]
    Disabled,
    /// The provider does not say that it asked for a second factor.
    #[error("the provider does not say that it asked for a second factor")]
    OneFactor,
}

impl ArrivalRefusal {
    /// As the record says it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Stranger => "provider: no account",
            Self::Disabled => "provider: account disabled",
            Self::OneFactor => "provider: no second factor",
        }
    }
}

/// Notes that somebody leaves for the provider, to go on to `next` afterwards.
pub async fn leave(
    gateway: &Gateway,
    next: &str,
    place: &Place,
) -> Result<Secrets, Failure<TripRefusal>> {
    let now = gateway.clock.now();
    let token = new_token()?;
    let mut salt = [0; 32];
    openssl::rand::rand_bytes(&mut salt).context("asking for random bytes")?;
    let trip = Trip {
        token_hash: hash_of(&token),
        salt,
        next: next.to_owned(),
        address: place.address.clone(),
        expires_at: now + TimeDelta::minutes(TRIP_MINUTES),
    };
    let mut tx = gateway.store.begin().await?;
    refuse_barred(&mut tx, place, now).await?;
    if !provider_trips::insert(&mut tx, &trip, TRIPS_MAX, now).await? {
        return Err(Failure::Refused(TripRefusal::TooMany));
    }
    tx.commit().await?;
    Ok(Secrets::of(&token, &salt))
}

/// Takes back whoever left with `token` and comes with `state`; returns the secrets of the way, and where
/// the person wanted to go. Nobody is taken back twice.
pub async fn come_back(
    gateway: &Gateway,
    token: &str,
    state: &str,
    place: &Place,
) -> Result<(Secrets, String), Failure<TripRefusal>> {
    let (now, hash) = (gateway.clock.now(), hash_of(token));
    let mut tx = gateway.store.begin().await?;
    refuse_barred(&mut tx, place, now).await?;
    let found = provider_trips::find(&mut tx, &hash, now).await?;
    let back = match found {
        None => Err(TripRefusal::NotExpected),
        Some((salt, next)) => {
            let secrets = Secrets::of(token, &salt);
            // Another's answer does not end the way of whoever is still expected.
            if !is_same(&secrets.state, state) {
                Err(TripRefusal::OtherState)
            } else if provider_trips::take(&mut tx, &hash).await? {
                Ok((secrets, next))
            } else {
                Err(TripRefusal::NotExpected)
            }
        }
    };
    // Nothing is counted here: another site could send somebody's browser with answers that are none.
    let back = back.map_err(Failure::Refused)?;
    tx.commit().await?;
    Ok(back)
}

/// Lets in whom the provider vouches for: at the code of the person's device, or all the way where the
/// provider has asked for a second factor. `former` is the session that the browser held.
pub async fn arrive(
    gateway: &Gateway,
    person: &Proven,
    former: Option<&Holder>,
    place: &Place,
) -> Result<Begun, Failure<ArrivalRefusal>> {
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    let user = find(gateway, &mut tx, person).await?;
    let refusal = match &user {
        None => Some(ArrivalRefusal::Stranger),
        Some(user) if user.disabled_at.is_some() => Some(ArrivalRefusal::Disabled),
        Some(_) if !has_second_factor(gateway, person) => Some(ArrivalRefusal::OneFactor),
        Some(_) => None,
    };
    let mut user = match (user, refusal) {
        (Some(user), None) => user,
        (user, refusal) => {
            drop(tx);
            let refusal = refusal.unwrap_or(ArrivalRefusal::Stranger);
            note_failure(gateway, user.as_ref(), refusal.as_str(), place).await?;
            return Err(Failure::Refused(refusal));
        }
    };
    if let Some(former) = former {
        let whose = (former.user, former.session);
        sessions::end(&mut tx, whose, "signed in anew", now).await?;
    }
    let actor = Actor::Operator(user.name.clone());
    let mut entry = about(gateway, &actor, &user.name, "IDENTIFIED");
    entry.detail.clone_from(&person.issuer);
    audit::note(&mut tx, entry);
    let begun = match gateway.config.console.oidc.second_factor {
        SecondFactor::Gateway => sign_in::ask_code(gateway, &mut tx, &mut user, place).await,
        SecondFactor::Provider => {
            let sources = sources(Some(&user.name), place);
            sign_in::open(gateway, &mut tx, &mut user, place, &sources).await
        }
    };
    let begun = begun.map_err(unrefused)?;
    tx.commit().await?;
    Ok(begun)
}

/// Writes down that the provider's answer let nobody in, and why, in a word; counts it against the
/// address.
pub async fn note_failure(
    gateway: &Gateway,
    user: Option<&User>,
    why: &str,
    place: &Place,
) -> Result<(), StoreError> {
    let mut tx = gateway.store.begin().await?;
    let actor = Actor::Gateway("console");
    let name = user.map_or("", |user| user.name.as_str());
    let mut entry = about(gateway, &actor, name, "SIGN_IN_FAILED");
    if user.is_none() {
        say_provider(gateway, &mut entry);
    }
    why.clone_into(&mut entry.detail);
    audit::note(&mut tx, entry);
    tx.commit().await?;
    count(gateway, place).await
}

/// Counts a failure against the address that it came from.
pub async fn count(gateway: &Gateway, place: &Place) -> Result<(), StoreError> {
    let source = Source::of_address(&place.address);
    guesses::count(gateway, &[source], None).await
}

/// A record that is about nobody whom we know is about the provider.
fn say_provider(gateway: &Gateway, entry: &mut Entry) {
    "PROVIDER".clone_into(&mut entry.subject_kind);
    let issuer = gateway.config.console.oidc.issuer.as_deref();
    issuer.unwrap_or_default().clone_into(&mut entry.subject);
}

async fn find(gateway: &Gateway, tx: &mut Tx, person: &Proven) -> Result<Option<User>, StoreError> {
    let hash = hash_of_subject(gateway, &person.issuer, &person.subject);
    match user_subjects::find_user(tx, &person.issuer, &hash).await? {
        Some(id) => users::find(tx, id).await,
        None => Ok(None),
    }
}

fn has_second_factor(gateway: &Gateway, person: &Proven) -> bool {
    let oidc = &gateway.config.console.oidc;
    match oidc.second_factor {
        SecondFactor::Gateway => true,
        SecondFactor::Provider => person.shows_second_factor(&oidc.acr_values),
    }
}

async fn refuse_barred(
    tx: &mut Tx,
    place: &Place,
    now: DateTime<Utc>,
) -> Result<(), Failure<TripRefusal>> {
    let sources = [Source::of_address(&place.address)];
    match guesses::barred_until(tx, &sources, now).await? {
        Some(until) => Err(Failure::Refused(TripRefusal::Barred { until })),
        None => Ok(()),
    }
}

/// Neither asking for a code nor opening a session refuses anything.
fn unrefused<R>(failure: Failure<SignInRefusal>) -> Failure<R> {
    match failure {
        Failure::Refused(refusal) => Failure::Broken(anyhow::Error::new(refusal)),
        Failure::Broken(error) => Failure::Broken(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_of_a_way_differ_and_need_both_the_browser_and_the_database() {
        let all = |secrets: &Secrets| {
            [&secrets.state, &secrets.nonce, &secrets.verifier].map(|one| one.to_string())
        };
        let mut seen: Vec<String> = Vec::new();
        for (token, salt) in [("a", b"1"), ("b", b"1"), ("a", b"2")] {
            seen.extend(all(&Secrets::of(token, salt)));
        }
        assert_eq!(all(&Secrets::of("a", b"1")), seen[..3]);
        assert!(seen.iter().all(|one| one.len() == 43), "{seen:?}");
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }
}
