//! What a received signature says, if it says exactly what the profile has.

use openssl::x509::X509;

use crate::xmldsig::algorithm::SignatureAlgorithm;
use crate::xmldsig::node::{Node, Parts};
use crate::xmldsig::refusal::{Refusal, RefusalCode};
use crate::xmldsig::signed_properties::{SignedProperties, find_signed_properties};
use crate::xmldsig::uris::{DS, ENVELOPED, EXCLUSIVE_C14N, SHA256, SIGNED_PROPERTIES};

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
    pub(crate) properties: SignedProperties,
}

impl ReceivedSignature {
    /// Reads a `ds:Signature` of the profile and refuses any other.
    pub(crate) fn read(signature: &Node) -> Result<Self, Refusal> {
        signature.only_attributes(&["Id"])?;
        let mut parts = signature.parts()?;
        let info = SignedInfo::read(parts.take(DS, "SignedInfo")?)?;
        let value = parts.take(DS, "SignatureValue")?;
        value.only_attributes(&["Id"])?;
        let value = value.base64()?;
        let certificates = read_key_info(parts.take(DS, "KeyInfo")?)?;
        let object = parts.take(DS, "Object")?;
        parts.finish(RefusalCode::SignatureStructure)?;

        let properties = find_signed_properties(object, signature)?;
        if properties.attribute("Id") != Some(&info.properties_id) {
            return Err(properties.refuse(
                RefusalCode::ReferenceForbidden,
                "signed properties that the reference does not name",
            ));
        }
        let properties = SignedProperties::read(properties, info.document_id.as_deref())?;
        Ok(Self {
            algorithm: info.algorithm,
            document_digest: info.document_digest,
            properties_digest: info.properties_digest,
            value,
            certificates,
            properties,
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
        // The standard leaves their order open.
        let (document, properties) = match first.attribute("Type") {
            Some(SIGNED_PROPERTIES) => (second, first),
            _ => (first, second),
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
    if reference.attribute("URI") != Some("") {
        return Err(reference.refuse(
            RefusalCode::ReferenceForbidden,
            "no reference to the whole document",
        ));
    }
    reference.only_attributes(&["Id", "URI"])?;
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
    let value = digest.base64()?;
    parts.finish(RefusalCode::SignatureStructure)?;
    <[u8; 32]>::try_from(value)
        .ok()
        .ok_or_else(|| digest.refuse(RefusalCode::ValueUnreadable, "a digest of another length"))
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
        certificates.push(read_certificate(node)?);
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

/// OpenSSL reads a certificate and ignores what follows it, so its bytes are compared again.
fn read_certificate(node: &Node) -> Result<X509, Refusal> {
    let der = node.base64()?;
    X509::from_der(&der)
        .ok()
        .filter(|certificate| certificate.to_der().is_ok_and(|read| read == der))
        .ok_or_else(|| {
            node.refuse(
                RefusalCode::ValueUnreadable,
                "a certificate that cannot be read",
            )
        })
}
