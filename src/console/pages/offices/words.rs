//! Names of what offices call with and sign with.

use crate::store::credentials::CredentialKind;
use crate::words::{Both, Named};

impl Named for CredentialKind {
    fn name(self) -> Both {
        match self {
            Self::Certificate => Both {
                ro: "Certificat",
                en: "Certificate",
            },
            Self::ApiKey => Both {
                ro: "Cheie API",
                en: "API key",
            },
        }
    }
}
