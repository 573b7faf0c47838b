//! What a signer says about a signature, read by the profile.

use chrono::{DateTime, NaiveDateTime, Utc};
use openssl::hash::MessageDigest;

use crate::xmldsig::node::Node;
use crate::xmldsig::refusal::{Refusal, RefusalCode};
use crate::xmldsig::uris::{DS, SHA256, SHA384, SHA512, XADES};

/// Finds the signed properties in the `ds:Object`.
pub(crate) fn find_signed_properties<'a>(
    object: &'a Node,
    signature: &Node,
) -> Result<&'a Node, Refusal> {
    object.only_attributes(&["Id"])?;
    let mut parts = object.parts()?;
    let qualifying = parts.take(XADES, "QualifyingProperties")?;
    parts.finish(RefusalCode::SignatureStructure)?;
    qualifying.only_attributes(&["Id", "Target"])?;
    let target = qualifying
        .attribute("Target")
        .and_then(|uri| uri.strip_prefix('#'));
    if target.is_none() || target != signature.attribute("Id") {
        return Err(qualifying.refuse(
            RefusalCode::ReferenceForbidden,
            "properties that are not of this signature",
        ));
    }
    // UnsignedProperties, where timestamps will stand, is not part of B-B.
    let mut parts = qualifying.parts()?;
    let properties = parts.take(XADES, "SignedProperties")?;
    parts.finish(RefusalCode::SignatureStructure)?;
    properties.only_attributes(&["Id"])?;
    Ok(properties)
}

/// What the signer says about the signature.
pub(crate) struct SignedProperties {
    pub(crate) signed_at: DateTime<Utc>,
    pub(crate) certificate_digest: CertificateDigest,
}

/// The digest by which the signed properties name the signing certificate.
pub(crate) struct CertificateDigest {
    pub(crate) method: MessageDigest,
    pub(crate) value: Vec<u8>,
}

impl SignedProperties {
    /// Reads them; `document_id` is the `Id` of the reference to the document.
    pub(crate) fn read(properties: &Node, document_id: Option<&str>) -> Result<Self, Refusal> {
        let mut parts = properties.parts()?;
        let signer = parts.take(XADES, "SignedSignatureProperties")?;
        let data = parts.take_if(XADES, "SignedDataObjectProperties");
        parts.finish(RefusalCode::SignatureStructure)?;
        if let Some(data) = data {
            check_data_properties(data, document_id)?;
        }

        signer.only_attributes(&["Id"])?;
        let mut parts = signer.parts()?;
        let signed_at = instant(parts.take(XADES, "SigningTime")?)?;
        let certificate = parts.take(XADES, "SigningCertificateV2")?;
        // What a signer says of himself is signed and not acted upon.
        parts.take_if(XADES, "SignatureProductionPlaceV2");
        parts.take_if(XADES, "SignerRoleV2");
        parts.finish(RefusalCode::SignatureStructure)?;
        Ok(Self {
            signed_at,
            certificate_digest: read_signing_certificate(certificate)?,
        })
    }
}

fn check_data_properties(data: &Node, document_id: Option<&str>) -> Result<(), Refusal> {
    data.only_attributes(&["Id"])?;
    let mut parts = data.parts()?;
    if let Some(format) = parts.take_if(XADES, "DataObjectFormat") {
        let named = format
            .attribute("ObjectReference")
            .and_then(|uri| uri.strip_prefix('#'));
        if named.is_none() || named != document_id {
            return Err(format.refuse(
                RefusalCode::ReferenceForbidden,
                "a format of something other than the document",
            ));
        }
    }
    parts.take_if(XADES, "CommitmentTypeIndication");
    parts.finish(RefusalCode::SignatureStructure)
}

/// The first certificate named is the signer's (EN 319 132-1 §5.2.2); others only accompany it.
fn read_signing_certificate(node: &Node) -> Result<CertificateDigest, Refusal> {
    node.only_attributes(&[])?;
    let mut certificates = node.parts()?;
    let mut first = certificates.take(XADES, "Cert")?.parts()?;
    let mut digest = first.take(XADES, "CertDigest")?.parts()?;
    first.take_if(XADES, "IssuerSerialV2");
    first.finish(RefusalCode::SignatureStructure)?;
    while certificates.take_if(XADES, "Cert").is_some() {}
    certificates.finish(RefusalCode::SignatureStructure)?;

    let method = digest.take(DS, "DigestMethod")?;
    let value = digest.take(DS, "DigestValue")?;
    digest.finish(RefusalCode::SignatureStructure)?;
    method.empty(RefusalCode::AlgorithmForbidden)?;
    let method = match method.attribute("Algorithm") {
        Some(SHA256) => MessageDigest::sha256(),
        Some(SHA384) => MessageDigest::sha384(),
        Some(SHA512) => MessageDigest::sha512(),
        _ => {
            return Err(method.refuse(
                RefusalCode::AlgorithmForbidden,
                "a digest that the profile does not have",
            ));
        }
    };
    let value = value.base64()?;
    Ok(CertificateDigest { method, value })
}

/// `xs:dateTime` in UTC with `Z` and whole seconds.
fn instant(node: &Node) -> Result<DateTime<Utc>, Refusal> {
    node.only_attributes(&[])?;
    let text = node.leaf_text()?;
    // chrono also reads signs, and fields with fewer digits.
    let shape = "0000-00-00T00:00:00Z";
    let fits = text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(found, expected)| {
            found == expected || (expected == b'0' && found.is_ascii_digit())
        });
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ")
        .ok()
        .filter(|_| fits)
        .map(|instant| instant.and_utc())
        .ok_or_else(|| {
            node.refuse(
                RefusalCode::ValueUnreadable,
                "an instant that is not in UTC and whole seconds",
            )
        })
}
