//! What the refusal codes of `xml verify` say, in both languages.

use crate::words::Both;
use crate::xmldsig::refusal::RefusalCode;

/// What a refusal is about; refusals of one family happen in one way and for one reason.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Family {
    /// How the document is written.
    Form,
    /// How large it is, or how deep.
    Limit,
    /// Its signature.
    Signature,
    /// The certificate behind the signature.
    Certificate,
}

/// The title of a code in Romanian and in English.
pub const fn titles(code: RefusalCode) -> (&'static str, &'static str) {
    match Family::of(code) {
        Family::Form => of_form(code),
        Family::Limit => of_limit(code),
        Family::Signature => of_signature(code),
        Family::Certificate => of_certificate(code),
    }
}

impl Family {
    /// The family of a code.
    pub(crate) const fn of(code: RefusalCode) -> Self {
        match code {
            RefusalCode::NotWellFormed
            | RefusalCode::Truncated
            | RefusalCode::CharacterForbidden
            | RefusalCode::EncodingForbidden
            | RefusalCode::VersionForbidden
            | RefusalCode::DoctypeForbidden
            | RefusalCode::EntityForbidden
            | RefusalCode::CommentForbidden
            | RefusalCode::InstructionForbidden
            | RefusalCode::CdataForbidden
            | RefusalCode::AttributeRepeated
            | RefusalCode::PrefixForbidden
            | RefusalCode::NamespaceRelative
            | RefusalCode::NamespaceForbidden
            | RefusalCode::IdRepeated => Self::Form,
            RefusalCode::IdLimit
            | RefusalCode::DepthLimit
            | RefusalCode::AttributeLimit
            | RefusalCode::NamespaceLimit
            | RefusalCode::EventLimit
            | RefusalCode::DocumentLimit
            | RefusalCode::SignatureLimit => Self::Limit,
            RefusalCode::CertificateUntrusted
            | RefusalCode::CertificateExpired
            | RefusalCode::CertificateNotYetValid
            | RefusalCode::CertificateNotAuthority
            | RefusalCode::CertificatePathLength
            | RefusalCode::CertificateExtension
            | RefusalCode::CertificateWeak
            | RefusalCode::CertificateRevoked
            | RefusalCode::CertificateRevokedSince
            | RefusalCode::RevocationUnknown
            | RefusalCode::RevocationExpired
            | RefusalCode::RevocationNotYetValid
            | RefusalCode::RevocationUnusable
            | RefusalCode::CertificateUsage
            | RefusalCode::CertificatePurpose
            | RefusalCode::SignerUnexpected => Self::Certificate,
            _ => Self::Signature,
        }
    }

    /// What happened to a document that is refused so.
    pub(crate) const fn happened(self) -> Both {
        match self {
            Self::Form => Both {
                ro: "Documentul a fost citit până la primul loc scris altfel decât se admite și refuzat acolo.",
                en: "The document was read up to the first place that is written otherwise than allowed, and refused there.",
            },
            Self::Limit => Both {
                ro: "Citirea s-a oprit unde documentul a depășit una dintre limitele stabilite pentru orice document.",
                en: "Reading was stopped where the document exceeded one of the limits set for every document.",
            },
            Self::Signature => Both {
                ro: "Documentul a fost citit în întregime, dar semnătura lui nu este cea pe care o cere profilul.",
                en: "The document was read, and its signature is not what the profile of signatures demands.",
            },
            Self::Certificate => Both {
                ro: "Semnătura a fost verificată, dar certificatul din spatele ei nu poate fi acceptat.",
                en: "The signature was checked, and the certificate behind it cannot be accepted.",
            },
        }
    }

    /// Why such documents are refused.
    pub(crate) const fn why(self) -> Both {
        match self {
            Self::Form => Both {
                ro: "Două programe ar putea citi diferit același text, iar semnătura n-ar mai acoperi ce se înțelege din el.",
                en: "Two programs could read the same text differently, and the signature would not cover what is understood.",
            },
            Self::Limit => Both {
                ro: "Un document făcut să ocupe toată memoria nu trebuie să oprească sistemul.",
                en: "A document that was made to fill the memory must not stop the gateway.",
            },
            Self::Signature => Both {
                ro: "Numai o semnătură care acoperă tot documentul dovedește cine l-a scris și că nu s-a schimbat.",
                en: "Only a signature over the whole document proves who wrote it and that nothing changed.",
            },
            Self::Certificate => Both {
                ro: "O semnătură valorează cât încrederea în certificatul semnatarului, în ziua semnării.",
                en: "A signature is worth as much as the trust in its signer's certificate on the day it was made.",
            },
        }
    }
}

const fn of_form(code: RefusalCode) -> (&'static str, &'static str) {
    match code {
        RefusalCode::Truncated => (
            "Documentul se termină înaintea elementului rădăcină",
            "The document ends before its root does",
        ),
        RefusalCode::CharacterForbidden => (
            "Un caracter pe care XML 1.0 nu îl permite",
            "A character that XML 1.0 forbids",
        ),
        RefusalCode::EncodingForbidden => (
            "Documentul nu este UTF-8 sau începe cu o marcă de ordine a octeților",
            "The document is not UTF-8, or begins with a byte order mark",
        ),
        RefusalCode::VersionForbidden => (
            "O altă versiune decât XML 1.0",
            "A version of XML other than 1.0",
        ),
        RefusalCode::DoctypeForbidden => (
            "O declarație DOCTYPE, care nu este admisă",
            "A document type declaration, which is not accepted",
        ),
        RefusalCode::EntityForbidden => (
            "O entitate în afara celor cinci predefinite",
            "An entity other than the five predefined ones",
        ),
        RefusalCode::CommentForbidden => (
            "Un comentariu, care nu este admis în documente semnate",
            "A comment, which signed documents may not have",
        ),
        RefusalCode::InstructionForbidden => (
            "O instrucțiune de prelucrare, care nu este admisă în documente semnate",
            "A processing instruction, which signed documents may not have",
        ),
        RefusalCode::CdataForbidden => (
            "O secțiune CDATA, care nu este admisă în documente semnate",
            "A CDATA section, which signed documents may not have",
        ),
        RefusalCode::AttributeRepeated => (
            "Un atribut scris de două ori la același element",
            "An attribute that stands twice on one element",
        ),
        RefusalCode::PrefixForbidden => (
            "Un prefix nedeclarat sau legat de un spațiu de nume nepermis",
            "A prefix that is not declared, or bound to what it may not be bound to",
        ),
        RefusalCode::NamespaceRelative => (
            "Un spațiu de nume care nu este absolut",
            "A namespace name that is not absolute",
        ),
        RefusalCode::NamespaceForbidden => (
            "Un spațiu de nume pe care acest fel de document nu îl folosește",
            "A namespace that this kind of document does not use",
        ),
        RefusalCode::IdRepeated => (
            "Două elemente cu același identificator",
            "Two elements with the same identifier",
        ),
        _ => (
            "Documentul nu este XML bine format",
            "The document is not well-formed XML",
        ),
    }
}

const fn of_limit(code: RefusalCode) -> (&'static str, &'static str) {
    match code {
        RefusalCode::IdLimit => (
            "Prea mulți identificatori sau unul prea lung",
            "Too many identifiers, or one too long",
        ),
        RefusalCode::DepthLimit => (
            "Elemente cuprinse unul în altul prea adânc",
            "Elements within elements too deep",
        ),
        RefusalCode::AttributeLimit => (
            "Un element cu prea multe atribute",
            "An element with too many attributes",
        ),
        RefusalCode::NamespaceLimit => (
            "Prea multe spații de nume declarate deodată",
            "Too many namespaces declared at once",
        ),
        RefusalCode::EventLimit => (
            "O etichetă sau un text prea lung",
            "A tag or text that is too long",
        ),
        RefusalCode::SignatureLimit => (
            "O semnătură mai mare decât orice semnătură cinstită",
            "A signature larger than any honest one",
        ),
        _ => ("Documentul este prea lung", "The document is too long"),
    }
}

const fn of_signature(code: RefusalCode) -> (&'static str, &'static str) {
    match code {
        RefusalCode::SignatureMissing => {
            ("Documentul nu este semnat", "The document has no signature")
        }
        RefusalCode::SignatureRepeated => (
            "Documentul are o a doua semnătură",
            "The document has a second signature",
        ),
        RefusalCode::SignatureMisplaced => (
            "O parte de semnătură se află în alt loc decât în semnătura rădăcinii",
            "A part of a signature stands elsewhere than in the signature of the root",
        ),
        RefusalCode::ContentAfterSignature => (
            "După semnătură urmează conținut",
            "Content follows the signature",
        ),
        RefusalCode::SignatureStructure => (
            "Părțile semnăturii nu sunt cele ale profilului",
            "The parts of the signature are not those of the profile",
        ),
        RefusalCode::ReferenceForbidden => (
            "Referințele semnăturii nu sunt cele două ale profilului",
            "The references are not the two of the profile",
        ),
        RefusalCode::TransformForbidden => (
            "O transformare pe care profilul nu o are",
            "A transform that the profile does not have",
        ),
        RefusalCode::AlgorithmForbidden => (
            "Un algoritm pe care profilul nu îl are",
            "An algorithm that the profile does not have",
        ),
        RefusalCode::ValueUnreadable => (
            "O valoare din semnătură nu poate fi citită",
            "A value of the signature cannot be read",
        ),
        RefusalCode::DigestMismatch => (
            "Documentul nu este cel care a fost semnat",
            "The document is not the one that was signed",
        ),
        RefusalCode::PropertiesDigestMismatch => (
            "Proprietățile semnate nu sunt cele care au fost semnate",
            "The signed properties are not those that were signed",
        ),
        RefusalCode::AlgorithmEnded => (
            "Un algoritm care nu mai este acceptat",
            "An algorithm that is no longer accepted",
        ),
        RefusalCode::KeyMismatch => (
            "Cheia certificatului nu este de felul cerut de algoritm",
            "The key of the certificate is not of the kind that the algorithm needs",
        ),
        RefusalCode::KeyTooSmall => (
            "O cheie RSA mai scurtă de 3072 de biți",
            "An RSA key of less than 3072 bits",
        ),
        RefusalCode::CertificateNotNamed => (
            "Certificatul nu este cel numit în proprietățile semnate",
            "The certificate is not the one that the signed properties name",
        ),
        RefusalCode::SignedInFuture => (
            "Documentul spune că a fost semnat în viitor",
            "The document says that it was signed in the future",
        ),
        _ => (
            "Semnătura nu a fost făcută cu cheia certificatului",
            "The signature was not made by the key of the certificate",
        ),
    }
}

const fn of_certificate(code: RefusalCode) -> (&'static str, &'static str) {
    match code {
        RefusalCode::CertificateExpired => {
            ("Un certificat expirat", "A certificate that has expired")
        }
        RefusalCode::CertificateNotYetValid => (
            "Un certificat care nu este încă valabil",
            "A certificate that is not yet valid",
        ),
        RefusalCode::CertificateNotAuthority => (
            "Un emitent care nu are dreptul să emită certificate",
            "An issuer that may not issue certificates",
        ),
        RefusalCode::CertificatePathLength => (
            "Prea multe certificate între semnatar și autoritate",
            "Too many certificates between the signer and the authority",
        ),
        RefusalCode::CertificateExtension => (
            "Un certificat cu o extensie critică necunoscută",
            "A certificate with an unknown critical extension",
        ),
        RefusalCode::CertificateWeak => (
            "Un certificat cu o cheie scurtă sau semnat cu un rezumat slab",
            "A certificate with a short key, or signed with a weak digest",
        ),
        RefusalCode::CertificateRevoked => (
            "Un certificat revocat la data semnării",
            "A certificate that was revoked when it signed",
        ),
        RefusalCode::CertificateRevokedSince => (
            "Un certificat revocat după data la care spune că a semnat",
            "A certificate revoked after the time at which it says it signed",
        ),
        RefusalCode::RevocationUnknown => (
            "Lipsește lista de revocare a emitentului",
            "There is no revocation list of the issuer",
        ),
        RefusalCode::RevocationExpired => (
            "Lista de revocare a emitentului a expirat",
            "The revocation list of the issuer has run out",
        ),
        RefusalCode::RevocationNotYetValid => (
            "Lista de revocare a emitentului nu este încă valabilă",
            "The revocation list of the issuer is not yet valid",
        ),
        RefusalCode::RevocationUnusable => (
            "Lista de revocare nu este a emitentului sau este numai o parte a ei",
            "The revocation list is not the issuer's, or only a part of it",
        ),
        RefusalCode::CertificateUsage => (
            "Un certificat a cărui cheie nu este pentru semnare",
            "A certificate whose key usage is not signing",
        ),
        RefusalCode::CertificatePurpose => (
            "Un certificat care nu este pentru semnarea documentelor",
            "A certificate that is not for signing documents",
        ),
        RefusalCode::SignerUnexpected => (
            "Un certificat de încredere, dar nu al unui semnatar așteptat",
            "A trusted certificate, but not one of the expected signers",
        ),
        _ => (
            "Certificatul nu duce la o autoritate de încredere",
            "The certificate does not lead to a trusted authority",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_code_has_titles_of_its_own() {
        let ro: BTreeSet<_> = RefusalCode::ALL
            .iter()
            .map(|code| titles(*code).0)
            .collect();
        let en: BTreeSet<_> = RefusalCode::ALL
            .iter()
            .map(|code| titles(*code).1)
            .collect();
        assert_eq!(ro.len(), RefusalCode::ALL.len());
        assert_eq!(en.len(), RefusalCode::ALL.len());
    }
}
