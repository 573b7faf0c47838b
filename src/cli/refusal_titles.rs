//! What the refusal codes of `xml verify` say, in both languages.

use crate::xmldsig::refusal::RefusalCode;

/// The title of a code in Romanian and in English.
pub(crate) const fn titles(code: RefusalCode) -> (&'static str, &'static str) {
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
        | RefusalCode::IdRepeated => of_form(code),
        RefusalCode::IdLimit
        | RefusalCode::DepthLimit
        | RefusalCode::AttributeLimit
        | RefusalCode::NamespaceLimit
        | RefusalCode::EventLimit
        | RefusalCode::DocumentLimit
        | RefusalCode::SignatureLimit => of_limit(code),
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
        | RefusalCode::SignerUnexpected => of_certificate(code),
        _ => of_signature(code),
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
