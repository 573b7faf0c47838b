//! One session with a token: opened, logged in, the key found.

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, CertificateType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::Ulong;
use openssl::x509::X509;

use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::token::{TokenError, TokenPlace};

/// What stands before a SHA-256 in a PKCS#1 v1.5 signature (RFC 8017 §9.2, note 1).
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
/// RSA-PSS as the profile has it.
const PSS: PkcsPssParams = PkcsPssParams {
    hash_alg: MechanismType::SHA256,
    mgf: PkcsMgfType::MGF1_SHA256,
    s_len: Ulong::new(32),
};

/// A session that is logged in, and the key in it.
pub(super) struct OpenToken {
    session: Session,
    key: ObjectHandle,
}

impl OpenToken {
    pub(super) fn open(place: &TokenPlace) -> Result<Self, TokenError> {
        Self::open_in(&load(place)?, place)
    }

    /// As [`OpenToken::open`]; if it fails, once more with the module set up anew, without which
    /// some notice neither a token that came back nor a server that was restarted.
    pub(super) fn open_anew(place: &TokenPlace) -> Result<Self, TokenError> {
        let module = load(place)?;
        match Self::open_in(&module, place) {
            Ok(open) => Ok(open),
            Err(refused @ TokenError::PinRefused { .. }) => Err(refused),
            Err(_) => {
                module.finalize()?;
                Self::open_in(&load(place)?, place)
            }
        }
    }

    fn open_in(module: &Pkcs11, place: &TokenPlace) -> Result<Self, TokenError> {
        let slot = find_token(module, place)?;
        let session = module.open_ro_session(slot)?;
        log_in(&session, place)?;
        let key = find_key(&session, place)?;
        Ok(Self { session, key })
    }

    /// Signs a digest of the algorithm's kind; ECDSA values are r and s in fixed width, which is
    /// how PKCS#11 has them too.
    pub(super) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, TokenError> {
        let sign = |mechanism, data| self.session.sign(&mechanism, self.key, data);
        let value = match algorithm {
            SignatureAlgorithm::EcdsaSha256 | SignatureAlgorithm::EcdsaSha384 => {
                sign(Mechanism::Ecdsa, digest)
            }
            SignatureAlgorithm::RsaPssSha256 => sign(Mechanism::RsaPkcsPss(PSS), digest),
            SignatureAlgorithm::RsaPkcs1Sha256 => {
                let info = [SHA256_DIGEST_INFO.as_slice(), digest].concat();
                sign(Mechanism::RsaPkcs, &info)
            }
        };
        Ok(value?)
    }

    /// The certificate in the token that has the identifier of the key.
    pub(super) fn certificate(&self) -> Result<X509, TokenError> {
        let id = attribute(&self.session, self.key, AttributeType::Id)?;
        let wanted = [
            Attribute::Class(ObjectClass::CERTIFICATE),
            Attribute::CertificateType(CertificateType::X_509),
            Attribute::Id(id),
        ];
        let found = self.session.find_objects(&wanted)?;
        let [certificate] = found.as_slice() else {
            return Err(TokenError::NoCertificate);
        };
        let der = attribute(&self.session, *certificate, AttributeType::Value)?;
        X509::from_der(&der).map_err(|error| TokenError::Failed(error.to_string()))
    }
}

/// Loads the module; a process does this once, and asking again does no harm.
fn load(place: &TokenPlace) -> Result<Pkcs11, TokenError> {
    let fault = |error: Error| TokenError::Module {
        path: place.module.clone(),
        answer: told(&error),
    };
    let module = Pkcs11::new(&place.module).map_err(fault)?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(module),
        Err(error) => Err(fault(error)),
    }
}

fn find_token(module: &Pkcs11, place: &TokenPlace) -> Result<Slot, TokenError> {
    let mut found = Vec::new();
    for slot in module.get_slots_with_token()? {
        // A slot whose token cannot be asked is not the one that is looked for.
        let Ok(token) = module.get_token_info(slot) else {
            continue;
        };
        let is = |wanted: &Option<String>, actual: &str| {
            wanted
                .as_deref()
                .is_none_or(|wanted| wanted == actual.trim_end())
        };
        if is(&place.token_label, token.label()) && is(&place.token_serial, token.serial_number()) {
            found.push(slot);
        }
    }
    let wanted = || described(place.token_label.as_deref(), place.token_serial.as_deref());
    match found.as_slice() {
        [slot] => Ok(*slot),
        [] => Err(TokenError::NoToken { wanted: wanted() }),
        _ => Err(TokenError::SeveralTokens { wanted: wanted() }),
    }
}

fn log_in(session: &Session, place: &TokenPlace) -> Result<(), TokenError> {
    match session.login(UserType::User, Some(&place.pin.0)) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(Error::Pkcs11(
            refused @ (RvError::PinIncorrect
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinExpired
            | RvError::PinLocked
            | RvError::UserPinNotInitialized),
            _,
        )) => Err(TokenError::PinRefused {
            answer: format!("{refused:?}"),
        }),
        Err(error) => Err(error.into()),
    }
}

fn find_key(session: &Session, place: &TokenPlace) -> Result<ObjectHandle, TokenError> {
    let label = place
        .key_label
        .as_ref()
        .map(|label| label.as_bytes().to_vec());
    let wanted: Vec<_> = [
        Some(Attribute::Class(ObjectClass::PRIVATE_KEY)),
        label.map(Attribute::Label),
        place.key_id.clone().map(Attribute::Id),
    ]
    .into_iter()
    .flatten()
    .collect();
    let found = session.find_objects(&wanted)?;
    let wanted = || {
        let id = place.key_id.as_ref().map(|id| format!("{id:02x?}"));
        described(place.key_label.as_deref(), id.as_deref())
    };
    match found.as_slice() {
        [key] => Ok(*key),
        [] => Err(TokenError::NoKey { wanted: wanted() }),
        _ => Err(TokenError::SeveralKeys { wanted: wanted() }),
    }
}

/// An attribute that is bytes.
fn attribute(
    session: &Session,
    object: ObjectHandle,
    kind: AttributeType,
) -> Result<Vec<u8>, TokenError> {
    let found = session.get_attributes(object, &[kind])?;
    match found.into_iter().next() {
        Some(Attribute::Id(bytes) | Attribute::Value(bytes)) => Ok(bytes),
        _ => Err(TokenError::Failed(format!("an object has no {kind:?}"))),
    }
}

fn described(label: Option<&str>, other: Option<&str>) -> String {
    let names: Vec<_> = [label, other].into_iter().flatten().collect();
    format!("`{}`", names.join("` / `"))
}

impl From<Error> for TokenError {
    fn from(error: Error) -> Self {
        Self::Failed(told(&error))
    }
}

/// What the token said, by its name in the standard; the crate's words explain it at length.
fn told(error: &Error) -> String {
    match error {
        Error::Pkcs11(answer, function) => format!("{function:?}: {answer:?}"),
        other => other.to_string(),
    }
}
