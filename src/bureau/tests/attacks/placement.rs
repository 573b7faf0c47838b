//! Signatures where they should not be, or not as they should be: wrapping, repeating, leaving out.

use crate::bureau::tests::attacks::Attack;
use crate::bureau::tests::attacks::forgery::{DS, Forgery, XADES, element};
use crate::bureau::tests::attacks::victims::Victim;

/// What the attacker wants read instead of the original.
const EVIL: &str = "<Header><Bureau>MALLORY</Bureau></Header>";

/// The signature or the original elsewhere. Unsigned: the attacker has only the valid document.
pub(super) fn attacks(victim: &Victim) -> Vec<Attack> {
    let mut attacks = wrappings(victim);
    attacks.extend(displacements(victim));
    attacks.extend(repetitions(victim));
    attacks
}

/// The positions of "On Breaking SAML: Be Whoever You Want to Be" (Somorovsky and others, 2012),
/// numbered as there, for a signature that covers the whole root; and around the root.
#[expect(clippy::too_many_lines, reason = "a table")]
fn wrappings(victim: &Victim) -> Vec<Attack> {
    let Forgery {
        content,
        signature,
        closing,
        ..
    } = &Forgery::of(victim);
    let (document, root) = (&victim.document, victim.root_tag());
    let end = format!("</{}>", victim.kind.root());
    let original = format!("{content}{closing}");
    let within = |opening: &str, inside: &str| {
        let mut forgery = Forgery::of(victim);
        forgery = forgery.signature(opening, &format!("{opening}{inside}"));
        forgery.signature
    };
    let object = |inside: &str| format!("<ds:Object>{inside}</ds:Object></ds:Signature>");
    let in_object = |inside: &str| {
        let forgery = Forgery::of(victim);
        forgery
            .signature("</ds:Signature>", &object(inside))
            .signature
    };
    [
        // The original signature covers the evil root, with the original beside it or in it.
        (
            "XSW1: the original in the signature of an evil root",
            "SIGNATURE_STRUCTURE",
            format!("{root}{EVIL}{}{end}", in_object(&original)),
        ),
        (
            "XSW2: the original before the signature in an evil root",
            "DIGEST_MISMATCH",
            format!("{root}{EVIL}{original}{signature}{end}"),
        ),
        (
            "XSW3: evil before the original, which keeps its signature",
            "SIGNATURE_MISPLACED",
            format!("{root}{EVIL}{document}{end}"),
        ),
        (
            "XSW4: the original within evil content",
            "SIGNATURE_MISPLACED",
            format!("{root}<Header>{document}</Header>{end}"),
        ),
        (
            "XSW5: the original after the signature",
            "CONTENT_AFTER_SIGNATURE",
            format!("{root}{EVIL}{signature}{original}{end}"),
        ),
        (
            "XSW6: the whole original in the signature of an evil root",
            "ID_REPEATED",
            format!("{root}{EVIL}{}{end}", in_object(document)),
        ),
        (
            "XSW7: the original in an extension beside evil content",
            "DIGEST_MISMATCH",
            format!("{root}<Extensions>{original}</Extensions>{EVIL}{signature}{end}"),
        ),
        (
            "XSW8: the original in a first object of the signature",
            "SIGNATURE_STRUCTURE",
            format!("{root}{EVIL}{}{end}", within("<ds:Object>", &original)),
        ),
        (
            "XSW9: evil content beside the original's own",
            "DIGEST_MISMATCH",
            format!(
                "{}{signature}{closing}",
                content.replacen(&root, &format!("{root}{EVIL}"), 1)
            ),
        ),
        (
            "the original in the key",
            "SIGNATURE_STRUCTURE",
            format!("{root}{EVIL}{}{end}", within("<ds:X509Data>", &original)),
        ),
        (
            "the original in the properties",
            "SIGNATURE_STRUCTURE",
            format!("{root}{EVIL}{}{end}", within("Target=\"#sig\">", &original)),
        ),
        (
            "around the root",
            "SIGNATURE_MISPLACED",
            in_object(&original),
        ),
        (
            "around the root, enveloping",
            "SIGNATURE_MISPLACED",
            format!(
                "<ds:Signature xmlns:ds=\"{DS}\"><ds:Object>{document}</ds:Object></ds:Signature>"
            ),
        ),
    ]
    .map(|(name, expected, forged)| Attack::new(name, expected, forged))
    .into()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn displacements(victim: &Victim) -> Vec<Attack> {
    let forgery = Forgery::of(victim);
    let Forgery {
        content,
        signature,
        closing,
        ..
    } = &forgery;
    let root = victim.root_tag();
    let unprefixed = signature
        .replace("<ds:", "<")
        .replace("</ds:", "</")
        .replace("xmlns:ds", "xmlns");
    let first = content.replacen(&root, &format!("{root}{signature}"), 1);
    let part = |namespace: &str, name: &str| format!("<x:{name} xmlns:x=\"{namespace}\"/>");
    [
        (
            "no signature",
            "SIGNATURE_MISSING",
            format!("{content}{closing}"),
        ),
        (
            "the signature alone",
            "SIGNATURE_MISPLACED",
            signature.clone(),
        ),
        (
            "the signature first",
            "CONTENT_AFTER_SIGNATURE",
            format!("{first}{closing}"),
        ),
        (
            "the signature before the root",
            "SIGNATURE_MISPLACED",
            format!("{signature}{content}{closing}"),
        ),
        (
            "the signature after the root",
            "NOT_WELL_FORMED",
            format!("{content}{closing}{signature}"),
        ),
        (
            "the signature nested",
            "SIGNATURE_MISPLACED",
            format!("{content}<Header>{signature}</Header>{closing}"),
        ),
        (
            "a part of a signature before it",
            "SIGNATURE_MISPLACED",
            format!("{content}{}{signature}{closing}", part(DS, "Object")),
        ),
        (
            "a part of a signature after it",
            "SIGNATURE_MISPLACED",
            format!("{content}{signature}{}{closing}", part(DS, "Object")),
        ),
        (
            "signed properties outside",
            "SIGNATURE_MISPLACED",
            format!(
                "{content}{}{signature}{closing}",
                part(XADES, "SignedProperties")
            ),
        ),
        (
            "a Signature of no namespace of signatures",
            "SIGNATURE_MISSING",
            format!("{content}<Signature/>{closing}"),
        ),
        (
            "a Signature of another version of XAdES",
            "NAMESPACE_FORBIDDEN",
            format!(
                "{content}{}{signature}{closing}",
                part(
                    "http://uri.etsi.org/01903/v1.4.1#",
                    "TimeStampValidationData"
                )
            ),
        ),
        (
            "content after it",
            "CONTENT_AFTER_SIGNATURE",
            format!("{content}{signature}<Header/>{closing}"),
        ),
        (
            "text after it",
            "CONTENT_AFTER_SIGNATURE",
            format!("{content}{signature}x{closing}"),
        ),
        (
            "white space after it",
            "DIGEST_MISMATCH",
            format!("{content}{signature} {closing}"),
        ),
        (
            "other prefixes, signed by nobody",
            "PROPERTIES_DIGEST_MISMATCH",
            format!("{content}{unprefixed}{closing}"),
        ),
    ]
    .map(|(name, expected, forged)| Attack::new(name, expected, forged))
    .into()
}

fn repetitions(victim: &Victim) -> Vec<Attack> {
    let forgery = Forgery::of(victim);
    let Forgery {
        content,
        signature,
        closing,
        ..
    } = &forgery;
    let own_ids = [
        "\"sig",
        "#sig",
        "\"ref-document",
        "#ref-document",
        "\"xades",
        "#xades",
    ];
    let renamed = own_ids.iter().fold(signature.clone(), |text, id| {
        text.replace(id, &format!("{id}-2"))
    });
    let id = |attribute: &str| {
        forgery
            .clone()
            .content("<Bureau>", &format!("<Bureau {attribute}>"))
    };
    vec![
        Attack::new(
            "two signatures",
            "ID_REPEATED",
            format!("{content}{signature}{signature}{closing}"),
        ),
        Attack::new(
            "two signatures with Ids of their own",
            "SIGNATURE_REPEATED",
            format!("{content}{signature}{renamed}{closing}"),
        ),
        Attack::new(
            "a signature within the signature",
            "SIGNATURE_STRUCTURE",
            forgery
                .clone()
                .signature("<ds:KeyInfo>", &format!("{renamed}<ds:KeyInfo>"))
                .sealed(),
        ),
        Attack::new(
            "an Id of the signature in the content",
            "ID_REPEATED",
            id("Id=\"sig\"").sealed(),
        ),
        Attack::new("the same as ID", "ID_REPEATED", id("ID=\"sig\"").sealed()),
        Attack::new(
            "the same as id",
            "ID_REPEATED",
            id("id=\"xades-sp\"").sealed(),
        ),
        Attack::new(
            "the same as xml:id",
            "ID_REPEATED",
            id("xml:id=\"ref-document\"").sealed(),
        ),
        Attack::new(
            "an Id twice in the signature",
            "ID_REPEATED",
            forgery
                .clone()
                .signature("Id=\"sig-value\"", "Id=\"xades-sp\"")
                .unsealed(),
        ),
    ]
}

/// Parts of the signature left out or repeated, and signed again.
pub(super) fn parts(victim: &Victim) -> Vec<Attack> {
    const STRUCTURE: &str = "SIGNATURE_STRUCTURE";
    const REFERENCE: &str = "REFERENCE_FORBIDDEN";
    const REPEATED: &str = "ID_REPEATED";
    let mut attacks = Vec::new();
    for (opening, left_out, repeated) in [
        ("<ds:CanonicalizationMethod", STRUCTURE, STRUCTURE),
        ("<ds:SignatureMethod", STRUCTURE, REFERENCE),
        ("<ds:Reference Id", REFERENCE, REPEATED),
        ("<ds:Reference Type", REFERENCE, REFERENCE),
        ("<ds:Transforms", "TRANSFORM_FORBIDDEN", STRUCTURE),
        (
            "<ds:Transform ",
            "TRANSFORM_FORBIDDEN",
            "TRANSFORM_FORBIDDEN",
        ),
        ("<ds:DigestMethod", STRUCTURE, STRUCTURE),
        ("<ds:DigestValue", STRUCTURE, STRUCTURE),
        ("<ds:SignatureValue", STRUCTURE, REPEATED),
        ("<ds:KeyInfo", STRUCTURE, STRUCTURE),
        ("<ds:X509Data", STRUCTURE, STRUCTURE),
        ("<ds:Object", STRUCTURE, REPEATED),
        ("<xades:QualifyingProperties", STRUCTURE, REPEATED),
        ("<xades:SignedSignatureProperties", STRUCTURE, STRUCTURE),
        ("<xades:SigningTime", STRUCTURE, STRUCTURE),
        ("<xades:SigningCertificateV2", STRUCTURE, STRUCTURE),
        ("<xades:Cert>", STRUCTURE, "ACCEPTED"),
        ("<xades:CertDigest", STRUCTURE, STRUCTURE),
        ("<xades:SignedDataObjectProperties", "ACCEPTED", STRUCTURE),
        ("<xades:DataObjectFormat", "ACCEPTED", STRUCTURE),
    ] {
        let forgery = Forgery::of(victim);
        let part = element(&forgery.signature, opening).to_owned();
        let without = forgery.clone().signature(&part, "").sealed();
        attacks.push(Attack::new(format!("without {opening}"), left_out, without));
        let twice = forgery.signature(&part, &part.repeat(2)).sealed();
        attacks.push(Attack::new(format!("{opening} twice"), repeated, twice));
    }
    // Of these, `sealed` needs one that it can sign.
    let forgery = Forgery::of(victim);
    for (opening, repeated) in [
        ("<ds:SignedInfo", STRUCTURE),
        ("<xades:SignedProperties", REPEATED),
    ] {
        let part = element(&forgery.signature, opening).to_owned();
        let twice = forgery.clone().signature(&part, &part.repeat(2)).unsealed();
        attacks.push(Attack::new(format!("{opening} twice"), repeated, twice));
        let without = forgery.clone().signature(&part, "").unsealed();
        attacks.push(Attack::new(
            format!("without {opening}"),
            STRUCTURE,
            without,
        ));
    }
    let empty = format!("{opening}></ds:SignedInfo>", opening = "<ds:SignedInfo");
    let second = |before: &str, after: &str| {
        let to = format!("{before}<ds:SignatureValue{after}");
        forgery
            .clone()
            .signature("<ds:SignatureValue", &to)
            .sealed()
    };
    attacks.push(Attack::new(
        "a second SignedInfo without Ids",
        STRUCTURE,
        second(&empty, ""),
    ));
    attacks
}
