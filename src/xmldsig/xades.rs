//! The text of a `ds:Signature` of the profile, ready to stand in a document.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use openssl::x509::X509;

use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::canonical::Canonicalizer;
use crate::xmldsig::characters::push_canonical_text;
use crate::xmldsig::event::Kind;
use crate::xmldsig::strict::{StrictError, StrictReader};
use crate::xmldsig::trust::Limits;
use crate::xmldsig::uris;
use crate::xmldsig::uris::Namespaces;

/// What the signer says about the signature, besides the document.
pub(crate) struct Statement<'a> {
    /// The media type of the document.
    pub(crate) mime: &'a str,
    pub(crate) signed_at: DateTime<Utc>,
    /// Of the signing certificate, in DER.
    pub(crate) certificate_sha256: [u8; 32],
}

/// Writes the `ds:Object` with the signed properties, as it stands in the signature.
pub(crate) fn object(statement: &Statement<'_>) -> String {
    let mut mime = Vec::new();
    push_canonical_text(statement.mime, &mut mime);
    let mime = String::from_utf8_lossy(&mime);
    let signed_at = statement.signed_at.format("%Y-%m-%dT%H:%M:%SZ");
    let certificate = digest(&statement.certificate_sha256);
    let xades = uris::XADES;
    format!(
        "<ds:Object>\
         <xades:QualifyingProperties xmlns:xades=\"{xades}\" Target=\"#sig\">\
         <xades:SignedProperties Id=\"xades-sp\">\
         <xades:SignedSignatureProperties>\
         <xades:SigningTime>{signed_at}</xades:SigningTime>\
         <xades:SigningCertificateV2><xades:Cert><xades:CertDigest>{certificate}\
         </xades:CertDigest></xades:Cert></xades:SigningCertificateV2>\
         </xades:SignedSignatureProperties>\
         <xades:SignedDataObjectProperties>\
         <xades:DataObjectFormat ObjectReference=\"#ref-document\">\
         <xades:MimeType>{mime}</xades:MimeType>\
         </xades:DataObjectFormat>\
         </xades:SignedDataObjectProperties>\
         </xades:SignedProperties>\
         </xades:QualifyingProperties>\
         </ds:Object>"
    )
}

/// Writes the `ds:SignedInfo`, as it stands in the signature.
pub(crate) fn signed_info(
    algorithm: SignatureAlgorithm,
    document: &[u8; 32],
    properties: &[u8; 32],
) -> String {
    let method = algorithm.uri();
    let (document, properties) = (digest(document), digest(properties));
    let (c14n, enveloped) = (uris::EXCLUSIVE_C14N, uris::ENVELOPED);
    let kind = uris::SIGNED_PROPERTIES;
    format!(
        "<ds:SignedInfo>\
         <ds:CanonicalizationMethod Algorithm=\"{c14n}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{method}\"></ds:SignatureMethod>\
         <ds:Reference Id=\"ref-document\" URI=\"\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{enveloped}\"></ds:Transform>\
         <ds:Transform Algorithm=\"{c14n}\"></ds:Transform>\
         </ds:Transforms>{document}</ds:Reference>\
         <ds:Reference Type=\"{kind}\" URI=\"#xades-sp\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{c14n}\"></ds:Transform>\
         </ds:Transforms>{properties}</ds:Reference>\
         </ds:SignedInfo>"
    )
}

/// Puts the signature together.
pub(crate) fn signature(
    signed_info: &str,
    value: &[u8],
    certificates: &[Vec<u8>],
    object: &str,
) -> String {
    let value = STANDARD.encode(value);
    let listed: Vec<String> = certificates
        .iter()
        .map(|der| STANDARD.encode(der))
        .collect();
    let certificates = listed.join("</ds:X509Certificate><ds:X509Certificate>");
    format!(
        "{OPENING}{signed_info}\
         <ds:SignatureValue Id=\"sig-value\">{value}</ds:SignatureValue>\
         <ds:KeyInfo><ds:X509Data>\
         <ds:X509Certificate>{certificates}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
         {object}</ds:Signature>"
    )
}

/// The identifiers that a signature has, and nothing else in its document may have.
pub(crate) const IDS: [&str; 4] = ["sig", "sig-value", "ref-document", "xades-sp"];

const OPENING: &str = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"sig\">";

/// The canonical form of the first element with this name in a part of the signature: what is
/// hashed, because canonical XML moves declarations of namespaces.
pub(crate) fn canonical_part(part: &str, local_name: &str) -> Result<Vec<u8>, StrictError> {
    let limits = Limits::default();
    let document = format!("{OPENING}{part}</ds:Signature>");
    let mut reader = StrictReader::new(document.as_bytes(), &limits, Namespaces::Any);
    let mut canonicalizer = Canonicalizer::default();
    let mut out = Vec::new();
    let mut depth = 0_usize;
    while !reader.next(|event| {
        let (opens, closes) = match event.kind {
            Kind::Start(element) => (depth > 0 || element.local_name() == local_name, false),
            Kind::End(_) => (false, depth > 0),
            Kind::EndOfDocument => return true,
            Kind::Text { .. }
            | Kind::Base64(_)
            | Kind::Instruction { .. }
            | Kind::Comment(_)
            | Kind::Outside => (false, false),
        };
        depth += usize::from(opens);
        if depth > 0 {
            canonicalizer.push(event, &mut out);
        }
        depth -= usize::from(closes);
        closes && depth == 0
    })? {}
    Ok(out)
}

fn digest(value: &[u8; 32]) -> String {
    let (method, value) = (uris::SHA256, STANDARD.encode(value));
    format!(
        "<ds:DigestMethod Algorithm=\"{method}\"></ds:DigestMethod>\
         <ds:DigestValue>{value}</ds:DigestValue>"
    )
}

/// The certificates in DER, in their order.
pub(crate) fn to_der(certificates: &[X509]) -> Result<Vec<Vec<u8>>, openssl::error::ErrorStack> {
    certificates.iter().map(|one| one.to_der()).collect()
}
