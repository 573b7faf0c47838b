//! Who asks, as the gate has found out.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::domain::id::{CredentialId, OfficeId};
use crate::domain::operator::Actor;
use crate::http::problems::{Problem, catalogue};
use crate::store::credentials::{Credential, Party};

/// Who asks. Only the gate makes one, so a handler that takes it is never reached by a stranger.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Caller {
    pub(crate) party: Party,
    pub(crate) office: Option<OfficeId>,
    credential: CredentialId,
    label: String,
}

impl From<Credential> for Caller {
    fn from(credential: Credential) -> Self {
        Self {
            party: credential.party,
            office: credential.office,
            credential: credential.id,
            label: credential.label,
        }
    }
}

impl Caller {
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
            (Party::Operator, None) => Actor::Operator(self.label.clone()),
            (Party::Office | Party::Automation, None) => Actor::Automation(self.label.clone()),
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
