//! Why a document is not accepted: one code per reason, and where in the document it was found.

/// A place in a document; line and column count from 1, columns in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Position {
    /// The line, from 1.
    pub line: u64,
    /// The byte of the line, from 1.
    pub column: u64,
}

impl Position {
    /// The first byte of a document.
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// The position behind `bytes`, which begin here.
    pub(crate) fn behind(self, bytes: &[u8]) -> Self {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        self.moved(Self {
            line: count(lines.clone().count()),
            column: count(lines.next_back().map_or(0, <[u8]>::len)) + 1,
        })
    }

    /// Where `place` is, if what it counts from begins here.
    fn moved(self, place: Self) -> Self {
        let column = match place.line {
            1 => self.column + place.column - 1,
            _ => place.column,
        };
        Self {
            line: self.line + place.line - 1,
            column,
        }
    }
}

crate::coded! {
    /// One reason not to accept a document.
    pub enum RefusalCode as "refusal" {
        /// The bytes are not well-formed XML 1.0 with namespaces.
        NotWellFormed = "NOT_WELL_FORMED",
        /// The document ends before its root does.
        Truncated = "TRUNCATED",
        /// A character, or a reference to one, that XML 1.0 forbids.
        CharacterForbidden = "CHARACTER_FORBIDDEN",
        /// Not UTF-8, or said to be something else, or begun with a byte order mark.
        EncodingForbidden = "ENCODING_FORBIDDEN",
        /// A version of XML other than 1.0.
        VersionForbidden = "VERSION_FORBIDDEN",
        /// A document type declaration.
        DoctypeForbidden = "DOCTYPE_FORBIDDEN",
        /// A reference to an entity other than the five predefined ones.
        EntityForbidden = "ENTITY_FORBIDDEN",
        /// A comment.
        CommentForbidden = "COMMENT_FORBIDDEN",
        /// A processing instruction.
        InstructionForbidden = "INSTRUCTION_FORBIDDEN",
        /// A CDATA section, by which the same text can be written in several ways.
        CdataForbidden = "CDATA_FORBIDDEN",
        /// An attribute that stands twice, by its name or by its expanded name.
        AttributeRepeated = "ATTRIBUTE_REPEATED",
        /// A prefix that is not declared, or `xml`, `xmlns` or their namespaces bound anew.
        PrefixForbidden = "PREFIX_FORBIDDEN",
        /// A namespace name that is not absolute.
        NamespaceRelative = "NAMESPACE_RELATIVE",
        /// A namespace that this kind of document does not use.
        NamespaceForbidden = "NAMESPACE_FORBIDDEN",
        /// Two elements with the same identifier.
        IdRepeated = "ID_REPEATED",
        /// More identifiers, or longer ones, than are kept.
        IdLimit = "ID_LIMIT",
        /// Elements within elements deeper than allowed.
        DepthLimit = "DEPTH_LIMIT",
        /// More attributes on one element than allowed.
        AttributeLimit = "ATTRIBUTE_LIMIT",
        /// More namespaces declared at once than allowed.
        NamespaceLimit = "NAMESPACE_LIMIT",
        /// One tag, text or other piece of markup longer than allowed.
        EventLimit = "EVENT_LIMIT",
        /// A document longer than allowed.
        DocumentLimit = "DOCUMENT_LIMIT",
        /// A signature larger than any honest one.
        SignatureLimit = "SIGNATURE_LIMIT",
        /// No signature.
        SignatureMissing = "SIGNATURE_MISSING",
        /// A second signature.
        SignatureRepeated = "SIGNATURE_REPEATED",
        /// An element of XML Signature or `XAdES` elsewhere than in the signature of the root.
        SignatureMisplaced = "SIGNATURE_MISPLACED",
        /// An element or text that follows the signature.
        ContentAfterSignature = "CONTENT_AFTER_SIGNATURE",
        /// The parts of the signature are not those of the profile.
        SignatureStructure = "SIGNATURE_STRUCTURE",
        /// The references are not the two of the profile.
        ReferenceForbidden = "REFERENCE_FORBIDDEN",
        /// A transform, or an order of transforms, that is not the profile's.
        TransformForbidden = "TRANSFORM_FORBIDDEN",
        /// A canonicalization, digest or signature algorithm that is not the profile's.
        AlgorithmForbidden = "ALGORITHM_FORBIDDEN",
        /// A value that cannot be read: base64, an instant, a certificate.
        ValueUnreadable = "VALUE_UNREADABLE",
        /// The document is not the one that was signed.
        DigestMismatch = "DIGEST_MISMATCH",
        /// The signed properties are not those that were signed.
        PropertiesDigestMismatch = "PROPERTIES_DIGEST_MISMATCH",
        /// An algorithm that was accepted until a day that has passed.
        AlgorithmEnded = "ALGORITHM_ENDED",
        /// The key of the certificate is not of the kind that the algorithm names.
        KeyMismatch = "KEY_MISMATCH",
        /// The key of the certificate is an RSA key of less than 3072 bits.
        KeyTooSmall = "KEY_TOO_SMALL",
        /// The signature was not made by the key of the certificate.
        SignatureWrong = "SIGNATURE_WRONG",
        /// The signing certificate is not the one that the signed properties name.
        CertificateNotNamed = "CERTIFICATE_NOT_NAMED",
        /// The certificate does not lead to a configured anchor.
        CertificateUntrusted = "CERTIFICATE_UNTRUSTED",
        /// A certificate had expired when it was used, or has expired since.
        CertificateExpired = "CERTIFICATE_EXPIRED",
        /// A certificate was not yet valid when it was used.
        CertificateNotYetValid = "CERTIFICATE_NOT_YET_VALID",
        /// An issuer on the way to the anchor may not issue certificates.
        CertificateNotAuthority = "CERTIFICATE_NOT_AUTHORITY",
        /// More certificates between the signer and the anchor than one of them, or the profile,
        /// allows.
        CertificatePathLength = "CERTIFICATE_PATH_LENGTH",
        /// A certificate has a critical extension that nobody here knows.
        CertificateExtension = "CERTIFICATE_EXTENSION",
        /// A certificate on the way to the anchor has a short key or was signed with a weak digest.
        CertificateWeak = "CERTIFICATE_WEAK",
        /// A certificate was revoked when it signed.
        CertificateRevoked = "CERTIFICATE_REVOKED",
        /// A certificate was revoked after the time at which it says it signed.
        CertificateRevokedSince = "CERTIFICATE_REVOKED_SINCE",
        /// Revocation is to be checked, and no list of the issuer is at hand.
        RevocationUnknown = "REVOCATION_UNKNOWN",
        /// The issuer's revocation list has run out, or does not say when it does.
        RevocationExpired = "REVOCATION_EXPIRED",
        /// The issuer's revocation list is not valid yet.
        RevocationNotYetValid = "REVOCATION_NOT_YET_VALID",
        /// A revocation list under the issuer's name that it did not sign, or that covers only a
        /// part of its certificates.
        RevocationUnusable = "REVOCATION_UNUSABLE",
        /// The certificate's key usage is not signing.
        CertificateUsage = "CERTIFICATE_USAGE",
        /// The certificate's extended key usage is not signing documents.
        CertificatePurpose = "CERTIFICATE_PURPOSE",
        /// The document says that it was signed later than now.
        SignedInFuture = "SIGNED_IN_FUTURE",
        /// A trusted certificate, but not one of the expected signers.
        SignerUnexpected = "SIGNER_UNEXPECTED",
    }
}

impl RefusalCode {
    /// The number of the reason that partners are told: 101 signature invalid, 102 certificate
    /// untrusted, 104 schema invalid, 107 size limit, 110 sender not authorised.
    pub const fn reason(self) -> u16 {
        match self {
            Self::NotWellFormed
            | Self::Truncated
            | Self::CharacterForbidden
            | Self::EncodingForbidden
            | Self::VersionForbidden
            | Self::DoctypeForbidden
            | Self::EntityForbidden
            | Self::CommentForbidden
            | Self::InstructionForbidden
            | Self::CdataForbidden
            | Self::AttributeRepeated
            | Self::PrefixForbidden
            | Self::NamespaceRelative
            | Self::NamespaceForbidden
            | Self::IdRepeated => 104,
            Self::IdLimit
            | Self::DepthLimit
            | Self::AttributeLimit
            | Self::NamespaceLimit
            | Self::EventLimit
            | Self::DocumentLimit
            | Self::SignatureLimit => 107,
            Self::SignatureMissing
            | Self::SignatureRepeated
            | Self::SignatureMisplaced
            | Self::ContentAfterSignature
            | Self::SignatureStructure
            | Self::ReferenceForbidden
            | Self::TransformForbidden
            | Self::AlgorithmForbidden
            | Self::ValueUnreadable
            | Self::DigestMismatch
            | Self::PropertiesDigestMismatch
            | Self::AlgorithmEnded
            | Self::KeyMismatch
            | Self::KeyTooSmall
            | Self::SignatureWrong
            | Self::CertificateNotNamed
            | Self::SignedInFuture => 101,
            Self::CertificateUntrusted
            | Self::CertificateExpired
            | Self::CertificateNotYetValid
            | Self::CertificateNotAuthority
            | Self::CertificatePathLength
            | Self::CertificateExtension
            | Self::CertificateWeak
            | Self::CertificateRevoked
            | Self::CertificateRevokedSince
            | Self::RevocationUnknown
            | Self::RevocationExpired
            | Self::RevocationNotYetValid
            | Self::RevocationUnusable
            | Self::CertificateUsage
            | Self::CertificatePurpose => 102,
            Self::SignerUnexpected => 110,
        }
    }
}

/// A refused document: why, and where the reason stands. Carries nothing of the content.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{code} at line {line}, column {column}: {detail}")]
pub struct Refusal {
    /// The reason.
    pub code: RefusalCode,
    /// The reason in words, without personal data.
    pub detail: String,
    /// The line, from 1.
    pub line: u64,
    /// The byte of the line, from 1.
    pub column: u64,
}

/// A reason found by a function that does not know where in the document it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Flaw {
    pub(crate) code: RefusalCode,
    pub(crate) detail: &'static str,
    /// Where, counted from the start of what the function looked at.
    place: Position,
}

impl Flaw {
    pub(crate) const fn new(code: RefusalCode, detail: &'static str) -> Self {
        Self {
            code,
            detail,
            place: Position::START,
        }
    }

    /// The same flaw in a text that has `before` in front of what was looked at.
    pub(crate) fn behind(self, before: &str) -> Self {
        Self {
            place: Position::START.behind(before.as_bytes()).moved(self.place),
            ..self
        }
    }

    /// The refusal of a document in which what was looked at begins at `position`.
    pub(crate) fn at(self, position: Position) -> Refusal {
        let Position { line, column } = position.moved(self.place);
        Refusal {
            code: self.code,
            detail: self.detail.to_owned(),
            line,
            column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flaw_is_told_by_its_place_in_the_document() {
        let flaw = Flaw::new(RefusalCode::NotWellFormed, "a flaw");
        let place = |flaw: Flaw| {
            let refusal = flaw.at(Position { line: 7, column: 5 });
            (refusal.line, refusal.column)
        };
        assert_eq!(place(flaw), (7, 5));
        assert_eq!(place(flaw.behind("ș")), (7, 7));
        assert_eq!(place(flaw.behind("a\n")), (8, 1));
        assert_eq!(place(flaw.behind("b").behind("a\n\nbc")), (9, 4));
        assert_eq!(place(flaw.behind("b\n").behind("abc")), (8, 1));
    }

    #[test]
    fn every_code_reads_back_and_has_a_reason_of_the_catalogue() {
        for code in RefusalCode::ALL {
            assert_eq!(RefusalCode::parse(code.as_str()), Ok(*code));
            assert!([101, 102, 104, 107, 110].contains(&code.reason()));
        }
    }
}
