//! Tells who calls by the client certificate of the connection or by an API key.

use actix_web::dev::ServiceRequest;
use actix_web::http::header::AUTHORIZATION;
use openssl::sha::sha256;

use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::problems::catalogue::Entry;
use crate::http::problems::{Problem, catalogue};
use crate::store::credentials::{self, CredentialKind};

/// SHA-256 of the public key of the certificate that a connection was opened with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct PeerKey(pub(crate) [u8; 32]);

/// How API keys of test installations begin.
const TEST_PREFIX: &str = "cei_test_";
/// How API keys of production begin.
const LIVE_PREFIX: &str = "cei_live_";

/// Who a request says it is from, before anybody looked.
enum Proof {
    Certificate([u8; 32]),
    ApiKey([u8; 32]),
}

/// Tells who calls and what the caller may do, its scopes.
pub(crate) async fn identify(
    api: &Api,
    request: &ServiceRequest,
) -> Result<(Caller, String), Problem> {
    let is_test = api.gateway.config.environment.is_test();
    let proof = proof_of(request, is_test).map_err(Problem::of)?;
    let (kind, hash) = match proof {
        Proof::Certificate(hash) => (CredentialKind::Certificate, hash),
        Proof::ApiKey(hash) => (CredentialKind::ApiKey, hash),
    };
    let mut tx = api.gateway.store.read().await?;
    let found = credentials::find_by_hash(&mut tx, &hash).await?;
    let credential = found
        .filter(|credential| credential.kind == kind)
        .ok_or_else(|| Problem::of(catalogue::CREDENTIALS_UNKNOWN))?;
    if credential.revoked_at.is_some() {
        return Err(Problem::of(catalogue::CREDENTIALS_REVOKED));
    }
    let scopes = credential.scopes.clone();
    Ok((credential.into(), scopes))
}

fn proof_of(request: &ServiceRequest, is_test: bool) -> Result<Proof, &'static Entry> {
    if let Some(header) = request.headers().get(AUTHORIZATION) {
        let key = header
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "))
            .ok_or(catalogue::CREDENTIALS_UNKNOWN)?;
        return match (key.starts_with(TEST_PREFIX), key.starts_with(LIVE_PREFIX)) {
            (true, _) if is_test => Ok(Proof::ApiKey(sha256(key.as_bytes()))),
            (_, true) if !is_test => Ok(Proof::ApiKey(sha256(key.as_bytes()))),
            (false, false) => Err(catalogue::CREDENTIALS_UNKNOWN),
            _ => Err(catalogue::KEY_OF_OTHER_ENVIRONMENT),
        };
    }
    request
        .conn_data::<PeerKey>()
        .map(|key| Proof::Certificate(key.0))
        .ok_or(catalogue::CREDENTIALS_MISSING)
}
