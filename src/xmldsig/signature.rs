//! What a received signature says, if it says exactly what the profile has.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDateTime, Utc};
use openssl::hash::MessageDigest;
use openssl::x509::X509;

use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::characters::is_space;
use crate::xmldsig::node::{Node, Parts};
use crate::xmldsig::refusal::{Refusal, RefusalCode};
use crate::xmldsig::uris::{
    DS, ENVELOPED, EXCLUSIVE_C14N, SHA256, SHA384, SHA512, SIGNED_PROPERTIES, XADES,
};

/// The signer's certificate and what may lie between it and an anchor.
const CERTIFICATES_MAX: usize = 8;

/// The statements of a signature; none is verified yet.
pub(crate) struct ReceivedSignature {
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) document_digest: [u8; 32],
    pub(crate) properties_digest: [u8; 32],
    pub(crate) value: Vec<u8>,
    /// The first is the signer's.
    pub(crate) certificates: Vec<X509>,
    pub(crate) signed_at: DateTime<Utc>,
    pub(crate) certificate_digest: CertificateDigest,
}

/// The digest by which the signed properties name the signing certificate.
pub(crate) struct CertificateDigest {
    pub(crate) method: MessageDigest,
    pub(crate) value: Vec<u8>,
}

impl ReceivedSignature {
    /// Reads a `ds:Signature` of the profile and refuses any other.
    pub(crate) fn read(signature: &Node) -> Result<Self, Refusal> {
        signature.only_attributes(&["Id"])?;
        let mut parts = signature.parts()?;
        let info = SignedInfo::read(parts.take(DS, "SignedInfo")?)?;
        let value = parts.take(DS, "SignatureValue")?;
        value.only_attributes(&["Id"])?;
        let value = base64(value)?;
        let certificates = read_key_info(parts.take(DS, "KeyInfo")?)?;
        let object = parts.take(DS, "Object")?;
        parts.finish(RefusalCode::SignatureStructure)?;

        let properties = read_object(object, signature)?;
        if properties.attribute("Id") != Some(&info.properties_id) {
            return Err(properties.refuse(
                RefusalCode::ReferenceForbidden,
                "signed properties that the reference does not name",
            ));
        }
        let (signed_at, certificate_digest) = read_properties(properties, &info.document_id)?;
        Ok(Self {
            algorithm: info.algorithm,
            document_digest: info.document_digest,
            properties_digest: info.properties_digest,
            value,
            certificates,
            signed_at,
            certificate_digest,
        })
    }
}

/// What the key signed.
struct SignedInfo {
    algorithm: SignatureAlgorithm,
    document_digest: [u8; 32],
    /// The `Id` of the reference to the document, by which its format is described.
    document_id: Option<String>,
    properties_digest: [u8; 32],
    properties_id: String,
}

impl SignedInfo {
    fn read(node: &Node) -> Result<Self, Refusal> {
        node.only_attributes(&["Id"])?;
        let mut parts = node.parts()?;
        require_algorithm(
            parts.take(DS, "CanonicalizationMethod")?,
            EXCLUSIVE_C14N,
            RefusalCode::AlgorithmForbidden,
        )?;
        let method = parts.take(DS, "SignatureMethod")?;
        method.only_attributes(&["Algorithm"])?;
        method.empty(RefusalCode::AlgorithmForbidden)?;
        let algorithm = method
            .attribute("Algorithm")
            .and_then(SignatureAlgorithm::from_uri)
            .ok_or_else(|| {
                method.refuse(RefusalCode::AlgorithmForbidden, "a signature algorithm")
            })?;

        let (first, second) = (
            take_reference(&mut parts, node)?,
            take_reference(&mut parts, node)?,
        );
        parts.finish(RefusalCode::ReferenceForbidden)?;
        // The standard leaves the order open.
        let (document, properties) = match first.attribute("URI") {
            Some("") => (first, second),
            _ => (second, first),
        };
        Ok(Self {
            algorithm,
            document_digest: read_document_reference(document)?,
            document_id: document.attribute("Id").map(str::to_owned),
            properties_digest: read_properties_reference(properties)?,
            properties_id: fragment(properties)?,
        })
    }
}

fn take_reference<'a>(parts: &mut Parts<'a>, info: &Node) -> Result<&'a Node, Refusal> {
    parts.take_if(DS, "Reference").ok_or_else(|| {
        info.refuse(
            RefusalCode::ReferenceForbidden,
            "not the two references of the profile",
        )
    })
}

/// `URI=""`, the whole document without the signature.
fn read_document_reference(reference: &Node) -> Result<[u8; 32], Refusal> {
    reference.only_attributes(&["Id", "URI"])?;
    if reference.attribute("URI") != Some("") {
        return Err(reference.refuse(
            RefusalCode::ReferenceForbidden,
            "no reference to the whole document",
        ));
    }
    read_reference(reference, &[ENVELOPED, EXCLUSIVE_C14N])
}

/// `URI="#…"` with the type of signed properties.
fn read_properties_reference(reference: &Node) -> Result<[u8; 32], Refusal> {
    reference.only_attributes(&["Id", "URI", "Type"])?;
    if reference.attribute("Type") != Some(SIGNED_PROPERTIES) {
        return Err(reference.refuse(
            RefusalCode::ReferenceForbidden,
            "no reference to the signed properties",
        ));
    }
    read_reference(reference, &[EXCLUSIVE_C14N])
}

fn fragment(reference: &Node) -> Result<String, Refusal> {
    reference
        .attribute("URI")
        .and_then(|uri| uri.strip_prefix('#'))
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| {
            reference.refuse(
                RefusalCode::ReferenceForbidden,
                "a reference that is not to an identifier",
            )
        })
}

fn read_reference(reference: &Node, transforms: &[&str]) -> Result<[u8; 32], Refusal> {
    let mut parts = reference.parts()?;
    let list = parts.take_if(DS, "Transforms").ok_or_else(|| {
        reference.refuse(
            RefusalCode::TransformForbidden,
            "a reference without transforms",
        )
    })?;
    list.only_attributes(&[])?;
    let mut listed = list.parts()?;
    for uri in transforms {
        let transform = listed.take_if(DS, "Transform").ok_or_else(|| {
            list.refuse(RefusalCode::TransformForbidden, "a transform is missing")
        })?;
        require_algorithm(transform, uri, RefusalCode::TransformForbidden)?;
    }
    listed.finish(RefusalCode::TransformForbidden)?;
    require_algorithm(
        parts.take(DS, "DigestMethod")?,
        SHA256,
        RefusalCode::AlgorithmForbidden,
    )?;
    let digest = parts.take(DS, "DigestValue")?;
    digest.only_attributes(&[])?;
    let value = base64(digest)?;
    parts.finish(RefusalCode::SignatureStructure)?;
    value.try_into().map_err(|_: Vec<u8>| {
        digest.refuse(RefusalCode::ValueUnreadable, "a digest of another length")
    })
}

/// Requires one algorithm, without parameters.
fn require_algorithm(node: &Node, uri: &str, code: RefusalCode) -> Result<(), Refusal> {
    node.only_attributes(&["Algorithm"])?;
    if node.attribute("Algorithm") != Some(uri) {
        return Err(node.refuse(code, "an algorithm that the profile does not have"));
    }
    node.empty(code)
}

fn read_key_info(key_info: &Node) -> Result<Vec<X509>, Refusal> {
    key_info.only_attributes(&["Id"])?;
    let mut parts = key_info.parts()?;
    let data = parts.take(DS, "X509Data")?;
    parts.finish(RefusalCode::SignatureStructure)?;
    data.only_attributes(&[])?;
    let mut listed = data.parts()?;
    let mut certificates = Vec::new();
    while let Some(node) = listed.take_if(DS, "X509Certificate") {
        node.only_attributes(&[])?;
        let certificate = X509::from_der(&base64(node)?).map_err(|_| {
            node.refuse(
                RefusalCode::ValueUnreadable,
                "a certificate that cannot be read",
            )
        })?;
        certificates.push(certificate);
    }
    listed.finish(RefusalCode::SignatureStructure)?;
    if certificates.is_empty() || certificates.len() > CERTIFICATES_MAX {
        return Err(data.refuse(
            RefusalCode::SignatureStructure,
            "no certificate, or too many",
        ));
    }
    Ok(certificates)
}

/// Finds the signed properties in the `ds:Object`.
fn read_object<'a>(object: &'a Node, signature: &Node) -> Result<&'a Node, Refusal> {
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

fn read_properties(
    properties: &Node,
    document_id: &Option<String>,
) -> Result<(DateTime<Utc>, CertificateDigest), Refusal> {
    let mut parts = properties.parts()?;
    let signer = parts.take(XADES, "SignedSignatureProperties")?;
    let data = parts.take_if(XADES, "SignedDataObjectProperties");
    parts.finish(RefusalCode::SignatureStructure)?;

    signer.only_attributes(&["Id"])?;
    let mut parts = signer.parts()?;
    let signed_at = instant(parts.take(XADES, "SigningTime")?)?;
    let certificate = read_signing_certificate(parts.take(XADES, "SigningCertificateV2")?)?;
    // What a signer says of himself is signed and not acted upon.
    parts.take_if(XADES, "SignatureProductionPlaceV2");
    parts.take_if(XADES, "SignerRoleV2");
    parts.finish(RefusalCode::SignatureStructure)?;

    if let Some(data) = data {
        read_data_properties(data, document_id)?;
    }
    Ok((signed_at, certificate))
}

fn read_data_properties(data: &Node, document_id: &Option<String>) -> Result<(), Refusal> {
    data.only_attributes(&["Id"])?;
    let mut parts = data.parts()?;
    if let Some(format) = parts.take_if(XADES, "DataObjectFormat") {
        let named = format
            .attribute("ObjectReference")
            .and_then(|uri| uri.strip_prefix('#'));
        if named.is_none() || named != document_id.as_deref() {
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
    let value = base64(value)?;
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

/// Base64 with line breaks, as tools write it.
fn base64(node: &Node) -> Result<Vec<u8>, Refusal> {
    let text: String = node
        .leaf_text()?
        .chars()
        .filter(|c| !is_space(*c))
        .collect();
    STANDARD
        .decode(text)
        .map_err(|_| node.refuse(RefusalCode::ValueUnreadable, "a value that is not base64"))
}
