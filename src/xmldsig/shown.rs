//! What a signature says of itself, for whoever passes a document on and lets others verify it.
//! Nothing here is believed: no digest is compared, and no certificate leads anywhere.

use std::io::BufRead;

use chrono::{DateTime, Utc};
use openssl::error::ErrorStack;
use openssl::x509::X509;

use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::content::IgnoreContent;
use crate::xmldsig::pass::Pass;
use crate::xmldsig::refusal::{Flaw, RefusalCode};
use crate::xmldsig::signature::ReceivedSignature;
use crate::xmldsig::strict::StrictReader;
use crate::xmldsig::trust::Limits;
use crate::xmldsig::uris::Namespaces;
use crate::xmldsig::verify::VerifyError;

/// A signature of the profile, taken apart and not verified.
#[derive(Clone)]
pub struct ShownSignature {
    /// How it was made.
    pub algorithm: SignatureAlgorithm,
    /// When the signer says that it signed.
    pub signed_at: DateTime<Utc>,
    /// The signer's certificate, then those above it, as the signature carries them; never empty.
    pub certificates: Vec<X509>,
    /// The canonical `ds:SignedInfo`, byte by byte what the key signed. It is a document itself.
    pub signed_info: Vec<u8>,
    /// The SHA-256 of the canonical document without its signature, as the signature says.
    pub document_digest: [u8; 32],
    value: Vec<u8>,
}

impl ShownSignature {
    /// The value as `openssl dgst -verify` takes it; `None` when it is no value of the algorithm.
    pub fn openssl_value(&self) -> Result<Option<Vec<u8>>, ErrorStack> {
        self.algorithm.to_openssl(&self.value)
    }
}

impl std::fmt::Debug for ShownSignature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownSignature")
            .field("algorithm", &self.algorithm)
            .field("signed_at", &self.signed_at)
            .finish_non_exhaustive()
    }
}

/// Takes the signature of a document apart, in one pass over it.
pub fn show(document: impl BufRead) -> Result<ShownSignature, VerifyError> {
    let limits = Limits::of_any_length();
    let mut content = IgnoreContent;
    let mut reader = StrictReader::new(document, &limits, Namespaces::Any);
    let mut pass = Pass::new(&limits, &mut content);
    while !pass.step(&mut reader)? {}
    let end = reader.input().event_position();
    let Some(passed) = pass.finish() else {
        let missing = Flaw::new(RefusalCode::SignatureMissing, "no signature");
        return Err(missing.at(end).into());
    };
    let signature = passed.signature;
    let received = ReceivedSignature::read(&signature.root)?;
    Ok(ShownSignature {
        algorithm: received.algorithm,
        signed_at: received.properties.signed_at,
        certificates: received.certificates,
        signed_info: signature.signed_info,
        document_digest: received.document_digest,
        value: received.value,
    })
}

/// Takes a `ds:Signature` apart whose document is gone.
pub fn show_alone(signature: &str) -> Result<ShownSignature, VerifyError> {
    // Exclusive canonical XML looks at nothing outside, so any root around it will do.
    let document = format!("<signed xmlns=\"urn:cei-gateway:nothing\">{signature}</signed>");
    show(document.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xmldsig::fixtures::{KeyKind, Party, noon};
    use crate::xmldsig::tests::sample;

    #[test]
    fn what_is_shown_is_what_the_key_signed_also_when_the_document_is_gone() {
        for kind in [KeyKind::P256, KeyKind::P384, KeyKind::Rsa3072] {
            let party = Party::new(kind);
            let (document, written) = sample(&party.key());
            let shown = show(document.as_slice()).unwrap();
            let alone = show_alone(&written.signature).unwrap();

            assert_eq!(shown.document_digest, written.document_digest);
            assert_eq!(shown.signed_at, noon());
            assert_eq!(shown.signed_info, alone.signed_info);
            let key = alone.certificates[0].public_key().unwrap();
            let (algorithm, value) = (alone.algorithm, &alone.value);
            assert!(algorithm.verify(&key, &alone.signed_info, value).unwrap());
            let text = String::from_utf8(document).unwrap();
            assert!(text.contains(&written.signature));
        }
    }

    #[test]
    fn a_document_without_a_signature_shows_nothing() {
        let refused = show(b"<a xmlns=\"urn:x\"></a>".as_slice()).unwrap_err();
        assert!(matches!(refused, VerifyError::Refused(refusal)
            if refusal.code == RefusalCode::SignatureMissing));
    }
}
