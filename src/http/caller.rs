//! Who asks, as the gate has found out.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::domain::id::{CredentialId, OfficeId};
use crate::domain::operator::Actor;
use crate::http::identity::known::Hash;
use crate::http::problems::{Problem, catalogue};
use crate::store::credentials::{Credential, Party};

/// Who asks. Only the gate makes one, so a handler that takes it is never reached by a stranger.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Caller {
    pub(crate) party: Party,
    pub(crate) office: Option<OfficeId>,
    credential: CredentialId,
    hash: Hash,
    label: Arc<str>,
}

impl Caller {
    /// Whoever calls with this credential, which is found by `hash`.
    pub(crate) fn new(credential: Credential, hash: Hash) -> Self {
        Self {
            party: credential.party,
            office: credential.office,
            credential: credential.id,
            hash,
            label: credential.label.into(),
        }
    }

    /// The credential by which it was let in.
    pub(crate) const fn credential(&self) -> CredentialId {
        self.credential
    }

    /// What that credential is found by.
    pub(crate) const fn hash(&self) -> &Hash {
        &self.hash
    }

    /// The office that asks.
    pub(crate) fn office(&self) -> Result<OfficeId, Problem> {
        self.office
            .ok_or_else(|| Problem::of(catalogue::PARTY_NOT_ALLOWED))
    }

    /// Whose requests share one set of idempotency keys: an office that changes its certificate
    /// repeats its requests all the same.
    pub(crate) fn name(&self) -> String {
        match self.office {
            Some(office) => format!("office:{office}"),
            None => format!("{}:{}", self.party, self.credential),
        }
    }

    /// The name under which history keeps what the caller does.
    pub(crate) fn actor(&self) -> Actor {
        match (self.party, self.office) {
            (_, Some(office)) => Actor::Office(office),
            (Party::Bureau, None) => Actor::Bureau,
            (Party::Channel, None) => Actor::Channel,
            (Party::Operator, None) => Actor::Operator(self.label.to_string()),
            (Party::Office | Party::Automation, None) => Actor::Automation(self.label.to_string()),
        }
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().cloned();
        ready(known.ok_or_else(|| Problem::of(catalogue::CREDENTIALS_MISSING)))
    }
}
