//! The identifiers that the profile allows, each with the document that defines it.

/// Namespaces in XML 1.0 §3: bound to the prefix `xml`, always.
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Namespaces in XML 1.0 §3: what `xmlns` itself is bound to; nothing may be bound to it.
pub(crate) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// XML Signature 1.1 §1.3.
pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// ETSI EN 319 132-1 §4.2.
pub(crate) const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";

/// Exclusive XML Canonicalization 1.0 §4, without comments.
pub(crate) const EXCLUSIVE_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// XML Signature 1.1 §6.6.4.
pub(crate) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// XML Encryption 1.1 §5.9.
pub(crate) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
/// RFC 9231 §2.1.3.
pub(crate) const SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#sha384";
/// XML Encryption 1.1 §5.9.
pub(crate) const SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";
/// ETSI EN 319 132-1 §4.4.2: the type carries no version.
pub(crate) const SIGNED_PROPERTIES: &str = "http://uri.etsi.org/01903#SignedProperties";

/// Which namespaces may be declared.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Namespaces<'p> {
    Any,
    /// These and those of the signature.
    Only(&'p [String]),
}

impl Namespaces<'_> {
    /// Tells whether `uri` is one of them.
    pub(crate) fn allow(self, uri: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(allowed) => {
                uri == DS || uri == XADES || allowed.iter().any(|one| one == uri)
            }
        }
    }
}
