//! Tells who calls by the client certificate of the connection or by an API key.
//!
//! Owns what is kept in memory for it: the credentials that were seen ([`known`]), who guesses
//! ([`guesses`]), what an office may still ask ([`allowance`]), and the failures that are to be
//! written ([`failures`]).

pub(crate) mod allowance;
pub(crate) mod failures;
pub(crate) mod guesses;
pub(crate) mod known;
mod ticks;
mod waiting;

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::AUTHORIZATION;
use chrono::{DateTime, Utc};
use openssl::sha::Sha256;

use crate::clock::Clock;
use crate::config::Config;
use crate::http::api::Api;
use crate::http::connections::Peer;
use crate::http::identity::allowance::{Allowances, OfficeRate};
use crate::http::identity::failures::{GatheredFailures, Shown};
use crate::http::identity::guesses::{Guesses, Source};
use crate::http::identity::known::{Hash, Known, KnownCredentials};
use crate::http::problems::catalogue::Entry;
use crate::http::problems::{Problem, catalogue};
use crate::store::authentication_failures::FailureCause;
use crate::store::credentials::CredentialKind;

pub(crate) use crate::http::identity::waiting::until_refused;

/// How API keys of test installations begin.
const TEST_PREFIX: &str = "cei_test_";
/// How API keys of production begin.
const LIVE_PREFIX: &str = "cei_live_";

/// What a process knows of those who call.
#[derive(Debug)]
pub(crate) struct Identities {
    pub(crate) credentials: KnownCredentials,
    pub(crate) guesses: Guesses,
    pub(crate) failures: GatheredFailures,
}

impl Identities {
    /// Nobody yet.
    pub(crate) fn new(config: &Config, clock: &Clock) -> Self {
        let limits = &config.limits;
        let rate = NonZeroU32::new(limits.office_requests_per_second)
            .zip(NonZeroU32::new(limits.office_requests_burst))
            .map(|(per_second, burst)| OfficeRate { per_second, burst });
        let failures = NonZeroU32::new(limits.failures_per_minute);
        Self {
            credentials: KnownCredentials::new(Allowances::new(rate, clock.clone())),
            guesses: Guesses::new(failures, clock.clone()),
            failures: GatheredFailures::default(),
        }
    }
}

/// Who a request says it is from, before anybody looked. Another way to prove it, such as the access
/// token of an OAuth 2.0 client (RFC 6749 section 4.4), is another variant here: [`proof_of`] reads
/// it, and [`KnownCredentials`] tells which credential it stands for.
#[derive(Clone, Copy)]
enum Proof<'a> {
    Certificate(Hash),
    ApiKey(&'a str),
}

impl Proof<'_> {
    const fn kind(self) -> CredentialKind {
        match self {
            Self::Certificate(_) => CredentialKind::Certificate,
            Self::ApiKey(_) => CredentialKind::ApiKey,
        }
    }

    fn hash(self) -> Hash {
        match self {
            Self::Certificate(hash) => hash,
            Self::ApiKey(key) => {
                // The one-shot function of OpenSSL 3 looks the algorithm up at every call.
                let mut hash = Sha256::new();
                hash.update(key.as_bytes());
                hash.finish()
            }
        }
    }
}

/// Tells who calls.
pub(crate) async fn identify(
    api: &Api,
    request: &ServiceRequest,
    now: DateTime<Utc>,
) -> Result<Arc<Known>, Problem> {
    let is_test = api.gateway.config.environment.is_test();
    let proof = proof_of(request, is_test, now).map_err(Problem::of)?;
    let hash = proof.hash();
    let identities = &api.identities;
    let store = &api.gateway.store;
    let at_hand = identities.credentials.at_hand(store, &hash, now);
    let found = if at_hand.is_some() {
        at_hand
    } else {
        let barred = identities.guesses.barred(&sources(request, proof), now);
        if let Some(wait) = barred {
            return Err(Problem::of(catalogue::AUTHENTICATION_LIMITED).retry_after(wait));
        }
        // Boxed, so that a request that waits does not hold room for a look all the time.
        Box::pin(identities.credentials.look_up(store, &hash, now)).await?
    };
    let checked = match &found {
        Some(known) => known.check(proof.kind(), now),
        None => Err(FailureCause::Unknown),
    };
    match (found, checked) {
        (Some(known), Ok(())) => {
            identities.credentials.note_use(&known, now);
            Ok(known)
        }
        (found, cause) => {
            note_shown(request, proof, found.as_deref());
            let cause = cause.err().unwrap_or(FailureCause::Unknown);
            let wait = identities.guesses.count(&sources(request, proof), now);
            Err(match wait {
                Some(wait) => Problem::of(catalogue::AUTHENTICATION_LIMITED).retry_after(wait),
                None => Problem::of(entry_of(cause)),
            })
        }
    }
}

/// The sources to which a failure of this proof is counted.
fn sources(request: &ServiceRequest, proof: Proof<'_>) -> Vec<Source> {
    match proof {
        Proof::Certificate(hash) => vec![Source::Certificate(hash)],
        Proof::ApiKey(key) => {
            let address = request.peer_addr().map(|peer| Source::at(peer.ip()));
            let beginning = Some(Source::of_key(key));
            [address, beginning].into_iter().flatten().collect()
        }
    }
}

/// Leaves with the request what it showed, for the record of its failure.
pub(crate) fn note_known(request: &ServiceRequest, known: &Known) {
    let shown = Shown::Credential(known.caller.credential());
    request.extensions_mut().insert(shown);
}

fn note_shown(request: &ServiceRequest, proof: Proof<'_>, found: Option<&Known>) {
    match (found, proof) {
        (Some(known), _) => note_known(request, known),
        (None, Proof::Certificate(hash)) => {
            request.extensions_mut().insert(Shown::Certificate(hash));
        }
        (None, Proof::ApiKey(_)) => (),
    }
}

/// The problem that tells of a cause.
fn entry_of(cause: FailureCause) -> &'static Entry {
    match cause {
        FailureCause::Revoked => catalogue::CREDENTIALS_REVOKED,
        FailureCause::Expired => catalogue::CREDENTIALS_EXPIRED,
        FailureCause::NotYetValid => catalogue::CREDENTIALS_NOT_YET_VALID,
        _ => catalogue::CREDENTIALS_UNKNOWN,
    }
}

fn proof_of(
    request: &ServiceRequest,
    is_test: bool,
    now: DateTime<Utc>,
) -> Result<Proof<'_>, &'static Entry> {
    if let Some(header) = request.headers().get(AUTHORIZATION) {
        let key = header
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "))
            .ok_or(catalogue::CREDENTIALS_UNKNOWN)?;
        return match (key.starts_with(TEST_PREFIX), key.starts_with(LIVE_PREFIX)) {
            (true, _) if is_test => Ok(Proof::ApiKey(key)),
            (_, true) if !is_test => Ok(Proof::ApiKey(key)),
            (false, false) => Err(catalogue::CREDENTIALS_UNKNOWN),
            _ => Err(catalogue::KEY_OF_OTHER_ENVIRONMENT),
        };
    }
    let peer = request
        .conn_data::<Peer>()
        .ok_or(catalogue::CREDENTIALS_MISSING)?;
    if !peer.is_trusted(now) {
        let shown = Shown::Certificate(peer.key);
        request.extensions_mut().insert(shown);
        return Err(catalogue::CERTIFICATE_REFUSED);
    }
    Ok(Proof::Certificate(peer.key))
}
