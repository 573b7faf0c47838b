//! Taking a valid document apart, changing it, and signing it again where the attacker can.

use openssl::base64::encode_block;
use openssl::sha::sha256;

use crate::bureau::tests::attacks::victims::Victim;
use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::canonical::canonicalize;
use crate::xmldsig::trust::Limits;

pub(super) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(super) const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";

/// A valid document in three parts, to be changed.
#[derive(Clone)]
pub(super) struct Forgery<'v> {
    victim: &'v Victim,
    /// All before the signature, with the start tag of the root.
    pub(super) content: String,
    pub(super) signature: String,
    /// All after the signature.
    pub(super) closing: String,
}

impl<'v> Forgery<'v> {
    pub(super) fn of(victim: &'v Victim) -> Self {
        let signature = element(&victim.document, "<ds:Signature ");
        let (content, closing) = victim.document.split_once(signature).unwrap();
        Self {
            victim,
            content: content.to_owned(),
            signature: signature.to_owned(),
            closing: closing.to_owned(),
        }
    }

    /// Replaces the first `from` of the content.
    pub(super) fn content(mut self, from: &str, to: &str) -> Self {
        self.content = replaced(&self.content, from, to);
        self
    }

    /// Replaces the first `from` of the signature.
    pub(super) fn signature(mut self, from: &str, to: &str) -> Self {
        self.signature = replaced(&self.signature, from, to);
        self
    }

    /// Replaces the first `from` after the signature.
    pub(super) fn closing(mut self, from: &str, to: &str) -> Self {
        self.closing = replaced(&self.closing, from, to);
        self
    }

    /// As an attacker without a key leaves it.
    pub(super) fn unsealed(&self) -> String {
        format!("{}{}{}", self.content, self.signature, self.closing)
    }

    /// As the right signer would have signed it.
    pub(super) fn sealed(&self) -> String {
        let key = &self.victim.party.signer.key;
        self.sealed_by(|bytes| SignatureAlgorithm::EcdsaSha256.sign(key, bytes).unwrap())
    }

    /// As some signer would have signed it: digests and value are of what it says now.
    pub(super) fn sealed_by(&self, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
        let honest = Self::of(self.victim).signature;
        let [document_digest, properties_digest] = digests(&honest);
        let document = format!("{}{}", self.content, self.closing);
        let document = encode_block(&sha256(&canonical(&document)));
        let mut signature = self.signature.replace(document_digest, &document);
        if signature.contains("<xades:SignedProperties") {
            let properties = canonical_part(&signature, "<xades:SignedProperties");
            let properties = encode_block(&sha256(&properties));
            signature = signature.replace(properties_digest, &properties);
        }
        let value = encode_block(&sign(&canonical_part(&signature, "<ds:SignedInfo")));
        signature = signature.replace(value_of(&honest), &value);
        format!("{}{signature}{}", self.content, self.closing)
    }
}

/// The element that begins with `opening`, up to the first end tag of its name.
pub(super) fn element<'a>(text: &'a str, opening: &str) -> &'a str {
    let (_, from) = text.split_at(text.find(opening).expect(opening));
    let name = opening.trim_start_matches('<').split([' ', '>']).next();
    let close = format!("</{}>", name.unwrap());
    let (whole, _) = from.split_at(from.find(&close).expect(&close) + close.len());
    whole
}

/// Replaces the first `from`, which must be there.
pub(super) fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is not in {text}");
    text.replacen(from, to, 1)
}

/// The two digests of an honest signature: of the document, and of the properties.
pub(super) fn digests(signature: &str) -> [&str; 2] {
    let mut found = signature.split("<ds:DigestValue>").skip(1);
    let mut next = || found.next().unwrap().split('<').next().unwrap();
    [next(), next()]
}

/// The signature value of an honest signature.
pub(super) fn value_of(signature: &str) -> &str {
    let (_, from) = signature.split_once("\"sig-value\">").unwrap();
    from.split('<').next().unwrap()
}

/// The canonical form of one element of a signature, which uses the prefixes of the profile.
fn canonical_part(signature: &str, opening: &str) -> Vec<u8> {
    let part = element(signature, opening);
    let declared = format!("{opening} xmlns:ds=\"{DS}\" xmlns:xades=\"{XADES}\"");
    canonical(&replaced(part, opening, &declared))
}

pub(super) fn canonical(document: &str) -> Vec<u8> {
    let mut out = Vec::new();
    canonicalize(document.as_bytes(), &mut out, &Limits::default()).expect(document);
    out
}

#[test]
fn an_unchanged_document_can_be_sealed_again() {
    for victim in Victim::all() {
        let forgery = Forgery::of(&victim);
        assert_eq!(forgery.unsealed(), victim.document);
        let sealed = forgery.sealed();
        assert_ne!(sealed, victim.document);
        victim
            .kind
            .read(sealed.as_bytes(), &victim.policy())
            .unwrap();
    }
}
