//! Each attack is a valid document with one thing changed, and names the code it must get.

use super::*;

const DS_DECLARED: &str = "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";

/// A valid document in three parts.
struct Parts {
    /// With the start tag of the root.
    content: String,
    signature: String,
    closing: String,
}

impl Parts {
    fn of(document: &str) -> Self {
        let signature = element(document, "<ds:Signature ");
        let (content, closing) = document.split_once(signature).expect("a signature");
        Self {
            content: content.to_owned(),
            signature: signature.to_owned(),
            closing: closing.to_owned(),
        }
    }

    fn whole(&self) -> String {
        format!("{}{}{}", self.content, self.signature, self.closing)
    }
}

fn signed() -> (Party, String) {
    let party = Party::new(KeyKind::P256);
    let (document, _) = sample(&party.key());
    (party, String::from_utf8(document).expect("UTF-8"))
}

/// Replaces the one occurrence of `from`.
fn swapped(document: &str, from: &str, to: &str) -> String {
    assert_eq!(document.matches(from).count(), 1, "{from} in {document}");
    document.replace(from, to)
}

#[test]
fn a_changed_document_is_refused() {
    let (party, document) = signed();
    let policy = party.policy();
    let mut answers = Answers::by(&policy);
    let changes = [
        ("number=\"7\"", "number=\"8\"", "DIGEST_MISMATCH"),
        ("number=\"7\"", "number=\"7\" more=\"1\"", "DIGEST_MISMATCH"),
        ("number=\"7\"", "number=\"7\" id=\"sig\"", "ID_REPEATED"),
        (
            "number=\"7\"",
            "number=\"7\" xml:id=\"xades-sp\"",
            "ID_REPEATED",
        ),
        (
            "number=\"7\"",
            "number=\"7\" xmlns:x=\"urn:evil\"",
            "NAMESPACE_FORBIDDEN",
        ),
        (
            "number=\"7\"",
            "number=\"7\" xmlns:x=\"evil\"",
            "NAMESPACE_RELATIVE",
        ),
        (
            "number=\"7\"",
            "number=\"7\" xmlns:ds=\"urn:evil\"",
            "NAMESPACE_FORBIDDEN",
        ),
        (" xmlns=\"urn:test:1\"", "", "NAMESPACE_FORBIDDEN"),
        (
            " xmlns=\"urn:test:1\"",
            " xmlns=\"urn:evil\"",
            "NAMESPACE_FORBIDDEN",
        ),
        ("Ștefania", "Stefania", "DIGEST_MISMATCH"),
        ("Ștefania", "Ștef<!-- -->ania", "COMMENT_FORBIDDEN"),
        ("Ștefania", "Ștef<?x?>ania", "INSTRUCTION_FORBIDDEN"),
        ("Ștefania", "<![CDATA[Ștefania]]>", "CDATA_FORBIDDEN"),
        ("Ștefania", "&Ștefania;", "ENTITY_FORBIDDEN"),
        ("Ștefania", "Ștefania\u{1}", "CHARACTER_FORBIDDEN"),
        ("Ștefania", "<ds:Object/>", "PREFIX_FORBIDDEN"),
        ("<empty></empty>", "", "DIGEST_MISMATCH"),
        ("<empty></empty>", "<empty> </empty>", "DIGEST_MISMATCH"),
        ("<empty></empty>", "<Empty></Empty>", "DIGEST_MISMATCH"),
        ("\n</order>", "</order>", "DIGEST_MISMATCH"),
        ("\n</order>", "\nx</order>", "CONTENT_AFTER_SIGNATURE"),
        ("\n</order>", "\n&#32;</order>", "DIGEST_MISMATCH"),
        (
            "\n</order>",
            "\n<empty/></order>",
            "CONTENT_AFTER_SIGNATURE",
        ),
        ("\n</order>", "\n</order><order/>", "NOT_WELL_FORMED"),
        ("\n</order>", "\n</order>x", "NOT_WELL_FORMED"),
        ("\n</order>", "\n</order><!-- x -->", "COMMENT_FORBIDDEN"),
        ("\n</order>", "\n</order><?x?>", "INSTRUCTION_FORBIDDEN"),
        ("\n</order>", "\n</order>\0", "NOT_WELL_FORMED"),
        ("\n</order>", "", "TRUNCATED"),
    ];
    for (from, to, expected) in changes {
        answers.expect(
            expected,
            &format!("{from} → {to}"),
            &swapped(&document, from, to),
        );
    }
    answers.settle();
}

#[test]
fn what_stands_before_the_root_is_refused_or_signed() {
    let (party, document) = signed();
    let policy = party.policy();
    let mut answers = Answers::by(&policy);
    let entity = "<!DOCTYPE order [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    for (before, expected) in [
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "VERIFIED"),
        ("<?xml version=\"1.1\"?>", "VERSION_FORBIDDEN"),
        (
            "<?xml version=\"1.0\" encoding=\"UTF-16\"?>",
            "ENCODING_FORBIDDEN",
        ),
        ("\u{FEFF}", "ENCODING_FORBIDDEN"),
        ("<!DOCTYPE order>", "DOCTYPE_FORBIDDEN"),
        (
            "<!DOCTYPE order SYSTEM \"http://x.example/\">",
            "DOCTYPE_FORBIDDEN",
        ),
        (
            "<!DOCTYPE order [<!ATTLIST order test CDATA \"true\">]>",
            "DOCTYPE_FORBIDDEN",
        ),
        (entity, "DOCTYPE_FORBIDDEN"),
        ("<!-- x -->", "COMMENT_FORBIDDEN"),
        ("<?x y?>", "INSTRUCTION_FORBIDDEN"),
    ] {
        let document = format!("{before}{document}");
        answers.expect(expected, before, &document);
    }
    answers.settle();
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_changed_signature_is_refused() {
    let (party, document) = signed();
    let policy = party.policy();
    let mut answers = Answers::by(&policy);
    let c14n =
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";
    let method =
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
    let enveloped = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>";
    let transform = |uri: &str| format!("<ds:Transform Algorithm=\"{uri}\"/>");
    let c14n_method = |uri: &str| format!("<ds:CanonicalizationMethod Algorithm=\"{uri}\">");
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>true()</ds:XPath></ds:Transform>";
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let with_comments = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
    let xslt = "http://www.w3.org/TR/1999/REC-xslt-19991116";
    let base64 = "http://www.w3.org/2000/09/xmldsig#base64";
    let ecdsa = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
    let (after_enveloped, before_c14n) =
        (format!("{enveloped}{c14n}"), format!("{c14n}{enveloped}"));
    let parameter = format!(
        "{method}<x:InclusiveNamespaces xmlns:x=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"ds\"/>"
    );
    let reference = " URI=\"#xades-sp\"";
    let more: [(&str, String, &str); 42] = [
        (&after_enveloped, before_c14n, "TRANSFORM_FORBIDDEN"),
        (&after_enveloped, c14n.to_owned(), "TRANSFORM_FORBIDDEN"),
        (
            &after_enveloped,
            enveloped.to_owned(),
            "TRANSFORM_FORBIDDEN",
        ),
        (
            &after_enveloped,
            format!("{after_enveloped}{xpath}"),
            "TRANSFORM_FORBIDDEN",
        ),
        (enveloped, xpath.to_owned(), "TRANSFORM_FORBIDDEN"),
        (enveloped, transform(xslt), "TRANSFORM_FORBIDDEN"),
        (enveloped, transform(base64), "TRANSFORM_FORBIDDEN"),
        (
            &after_enveloped,
            format!("{enveloped}{}", transform(inclusive)),
            "TRANSFORM_FORBIDDEN",
        ),
        (
            &after_enveloped,
            format!("{enveloped}{}", transform(with_comments)),
            "TRANSFORM_FORBIDDEN",
        ),
        (method, c14n_method(inclusive), "ALGORITHM_FORBIDDEN"),
        (method, c14n_method(with_comments), "ALGORITHM_FORBIDDEN"),
        (method, parameter, "NAMESPACE_FORBIDDEN"),
        (
            ecdsa,
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1".to_owned(),
            "ALGORITHM_FORBIDDEN",
        ),
        (
            ecdsa,
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256".to_owned(),
            "ALGORITHM_FORBIDDEN",
        ),
        (
            ecdsa,
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1".to_owned(),
            "ALGORITHM_FORBIDDEN",
        ),
        (
            ecdsa,
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384".to_owned(),
            "KEY_MISMATCH",
        ),
        (
            ecdsa,
            "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1".to_owned(),
            "KEY_MISMATCH",
        ),
        (
            ecdsa,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256".to_owned(),
            "ALGORITHM_FORBIDDEN",
        ),
        (" URI=\"\"", String::new(), "REFERENCE_FORBIDDEN"),
        (
            " URI=\"\"",
            " URI=\"#order\"".to_owned(),
            "REFERENCE_FORBIDDEN",
        ),
        (
            " URI=\"\"",
            " URI=\"http://x.example/\"".to_owned(),
            "REFERENCE_FORBIDDEN",
        ),
        (
            " URI=\"\"",
            " URI=\"#xpointer(/)\"".to_owned(),
            "REFERENCE_FORBIDDEN",
        ),
        (
            " URI=\"\"",
            " URI=\"\" Type=\"urn:x\"".to_owned(),
            "SIGNATURE_STRUCTURE",
        ),
        (reference, " URI=\"#sig\"".to_owned(), "REFERENCE_FORBIDDEN"),
        (reference, " URI=\"\"".to_owned(), "REFERENCE_FORBIDDEN"),
        (reference, String::new(), "REFERENCE_FORBIDDEN"),
        (
            "http://uri.etsi.org/01903#SignedProperties",
            "http://www.w3.org/2000/09/xmldsig#Manifest".to_owned(),
            "REFERENCE_FORBIDDEN",
        ),
        (
            "Target=\"#sig\"",
            "Target=\"#other\"".to_owned(),
            "REFERENCE_FORBIDDEN",
        ),
        ("Target=\"#sig\"", String::new(), "REFERENCE_FORBIDDEN"),
        (" Id=\"sig\"", String::new(), "REFERENCE_FORBIDDEN"),
        (" Id=\"sig-value\"", " Id=\"sig\"".to_owned(), "ID_REPEATED"),
        (
            " Id=\"sig-value\"",
            " Id=\"xades-sp\"".to_owned(),
            "ID_REPEATED",
        ),
        (
            " Id=\"xades-sp\"",
            " Id=\"elsewhere\"".to_owned(),
            "REFERENCE_FORBIDDEN",
        ),
        (
            "ObjectReference=\"#ref-document\"",
            "ObjectReference=\"#sig\"".to_owned(),
            "REFERENCE_FORBIDDEN",
        ),
        (
            "2026-03-02T10:00:00Z",
            "2026-03-02T10:00:01Z".to_owned(),
            "PROPERTIES_DIGEST_MISMATCH",
        ),
        (
            "2026-03-02T10:00:00Z",
            "2026-03-02T12:00:00+02:00".to_owned(),
            "VALUE_UNREADABLE",
        ),
        (
            "2026-03-02T10:00:00Z",
            "2026-02-30T10:00:00Z".to_owned(),
            "VALUE_UNREADABLE",
        ),
        (
            "application/xml",
            "text/plain".to_owned(),
            "PROPERTIES_DIGEST_MISMATCH",
        ),
        (
            "application/xml",
            "application/<!-- -->xml".to_owned(),
            "COMMENT_FORBIDDEN",
        ),
        (
            "<ds:KeyInfo>",
            "<ds:KeyInfo><ds:KeyName>Test signer</ds:KeyName>".to_owned(),
            "SIGNATURE_STRUCTURE",
        ),
        (
            "</ds:SignedInfo>",
            "</ds:SignedInfo><ds:SignedInfo></ds:SignedInfo>".to_owned(),
            "SIGNATURE_STRUCTURE",
        ),
        (
            "</ds:Object>",
            "</ds:Object><ds:Object></ds:Object>".to_owned(),
            "SIGNATURE_STRUCTURE",
        ),
    ];
    for (from, to, expected) in more {
        let changed = swapped(&document, from, &to);
        answers.expect(expected, &format!("{from} → {to}"), &changed);
    }
    answers.settle();
}

/// The text from the first `opening` to the end of the element that it opens.
fn element<'a>(document: &'a str, opening: &str) -> &'a str {
    let (_, from) = document.split_at(document.find(opening).expect("a start"));
    let name = opening.trim_start_matches('<').split([' ', '>']).next();
    let close = format!("</{}>", name.expect("a name"));
    let (whole, _) = from.split_at(from.find(&close).expect("an end") + close.len());
    whole
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn parts_of_the_signature_cannot_be_left_out_or_repeated() {
    let (party, document) = signed();
    let policy = party.policy();
    let mut answers = Answers::by(&policy);
    for (name, without, twice) in [
        (
            "ds:SignedInfo",
            "SIGNATURE_STRUCTURE",
            "SIGNATURE_STRUCTURE",
        ),
        (
            "ds:SignatureMethod",
            "SIGNATURE_STRUCTURE",
            "REFERENCE_FORBIDDEN",
        ),
        (
            "ds:Transforms",
            "TRANSFORM_FORBIDDEN",
            "SIGNATURE_STRUCTURE",
        ),
        (
            "ds:DigestMethod",
            "SIGNATURE_STRUCTURE",
            "SIGNATURE_STRUCTURE",
        ),
        (
            "ds:DigestValue",
            "SIGNATURE_STRUCTURE",
            "SIGNATURE_STRUCTURE",
        ),
        ("ds:Reference Id", "REFERENCE_FORBIDDEN", "ID_REPEATED"),
        (
            "ds:Reference Type",
            "REFERENCE_FORBIDDEN",
            "REFERENCE_FORBIDDEN",
        ),
        ("ds:SignatureValue", "SIGNATURE_STRUCTURE", "ID_REPEATED"),
        ("ds:KeyInfo", "SIGNATURE_STRUCTURE", "SIGNATURE_STRUCTURE"),
        ("ds:Object", "SIGNATURE_STRUCTURE", "ID_REPEATED"),
        (
            "xades:SignedProperties",
            "SIGNATURE_STRUCTURE",
            "ID_REPEATED",
        ),
        (
            "xades:SigningTime",
            "SIGNATURE_STRUCTURE",
            "SIGNATURE_STRUCTURE",
        ),
        (
            "xades:SigningCertificateV2",
            "SIGNATURE_STRUCTURE",
            "SIGNATURE_STRUCTURE",
        ),
        (
            "xades:Cert>",
            "SIGNATURE_STRUCTURE",
            "PROPERTIES_DIGEST_MISMATCH",
        ),
        (
            "xades:SignedDataObjectProperties",
            "PROPERTIES_DIGEST_MISMATCH",
            "SIGNATURE_STRUCTURE",
        ),
    ] {
        let part = element(&document, &format!("<{name}"));
        let without_it = document.replacen(part, "", 1);
        let with_two = document.replacen(part, &part.repeat(2), 1);
        answers.expect(without, &format!("{name} left out"), &without_it);
        answers.expect(twice, &format!("{name} twice"), &with_two);
    }
    answers.settle();
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_signature_elsewhere_is_refused() {
    let (party, document) = signed();
    let policy = party.policy();
    let mut answers = Answers::by(&policy);
    let pieces = Parts::of(&document);
    let Parts {
        content,
        signature,
        closing,
    } = &pieces;
    let root = "<order xmlns=\"urn:test:1\" number=\"7\">";
    let original = document.replace("xmlns=\"urn:test:1\" ", "");
    let evil = "<name>Mallory</name>";
    let object_with = |inside: &str| {
        swapped(
            signature,
            "</ds:Signature>",
            &format!("<ds:Object>{inside}</ds:Object></ds:Signature>"),
        )
    };
    let unprefixed = signature
        .replace("<ds:", "<")
        .replace("</ds:", "</")
        .replace("xmlns:ds", "xmlns");
    let other_ids = [
        "\"sig",
        "#sig",
        "\"ref-document",
        "#ref-document",
        "\"xades",
        "#xades",
    ]
    .iter()
    .fold(signature.clone(), |text, id| {
        text.replace(id, &format!("{id}-2"))
    });
    for (name, forged, expected) in [
        (
            "nobody's",
            format!("{content}{closing}"),
            "SIGNATURE_MISSING",
        ),
        ("the root", signature.clone(), "SIGNATURE_MISPLACED"),
        (
            "first",
            content.replace(root, &format!("{root}{signature}")) + closing,
            "CONTENT_AFTER_SIGNATURE",
        ),
        (
            "nested",
            format!("{content}<line>{signature}</line>{closing}"),
            "SIGNATURE_MISPLACED",
        ),
        (
            "two",
            format!("{content}{signature}{signature}{closing}"),
            "ID_REPEATED",
        ),
        (
            "two with other Ids",
            format!("{content}{signature}{other_ids}{closing}"),
            "SIGNATURE_REPEATED",
        ),
        (
            "a part before it",
            format!("{content}<ds:Object {DS_DECLARED}></ds:Object>{signature}{closing}"),
            "SIGNATURE_MISPLACED",
        ),
        (
            "a part after it",
            format!("{content}{signature}<ds:Object {DS_DECLARED}></ds:Object>{closing}"),
            "SIGNATURE_MISPLACED",
        ),
        (
            "properties outside",
            format!(
                "{content}<x:SignedProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\"/>{signature}{closing}"
            ),
            "SIGNATURE_MISPLACED",
        ),
        // The nine places of "On Breaking SAML" (XSW1–8), for a signature over the whole root.
        (
            "wrapped root",
            format!("{root}{original}</order>"),
            "SIGNATURE_MISPLACED",
        ),
        (
            "wrapped root and signature",
            format!("{root}{evil}{content}{closing}{signature}</order>"),
            "DIGEST_MISMATCH",
        ),
        (
            "original beside evil",
            format!("{root}{evil}{content}{closing}{signature}\n</order>").replacen(
                " number=\"7\"",
                "",
                1,
            ),
            "DIGEST_MISMATCH",
        ),
        (
            "original in an object",
            format!(
                "{root}{evil}{}\n</order>",
                object_with(&format!("{content}{closing}"))
            ),
            "SIGNATURE_STRUCTURE",
        ),
        (
            "original with signature in an object",
            format!("{root}{evil}{}\n</order>", object_with(&document)),
            "ID_REPEATED",
        ),
        (
            "original after the signature",
            format!("{root}{evil}{signature}{content}{closing}</order>"),
            "CONTENT_AFTER_SIGNATURE",
        ),
        (
            "original in the key",
            format!(
                "{root}{evil}{}\n</order>",
                swapped(
                    signature,
                    "<ds:X509Data>",
                    &format!("<ds:X509Data>{content}{closing}")
                )
            ),
            "SIGNATURE_STRUCTURE",
        ),
        (
            "original in the properties",
            format!(
                "{root}{evil}{}\n</order>",
                swapped(
                    signature,
                    "<xades:SignedProperties ",
                    &format!("{content}{closing}<xades:SignedProperties ")
                )
            ),
            "SIGNATURE_STRUCTURE",
        ),
        (
            "evil beside the rest",
            content.replace("<line ", &format!("{evil}<line ")) + signature + closing,
            "DIGEST_MISMATCH",
        ),
        (
            "another namespace's Signature",
            format!("{content}<Signature/>{closing}"),
            "SIGNATURE_MISSING",
        ),
        (
            "a signature without prefix",
            format!("{content}{unprefixed}{closing}"),
            "PROPERTIES_DIGEST_MISMATCH",
        ),
    ] {
        answers.expect(expected, name, &forged);
    }
    answers.settle();
    assert_eq!(
        refusal_code(pieces.whole().as_bytes(), &party.policy()),
        "VERIFIED"
    );
}

#[test]
fn a_document_cut_anywhere_is_refused() {
    let (party, document) = signed();
    for length in 0..document.len() {
        let code = refusal_code(&document.as_bytes()[..length], &party.policy());
        assert!(
            ["TRUNCATED", "ENCODING_FORBIDDEN", "NOT_WELL_FORMED"].contains(&code),
            "{length}: {code}"
        );
    }
}

#[test]
fn a_byte_changed_anywhere_is_refused_unless_it_changes_nothing() {
    let (party, document) = signed();
    let policy = party.policy();
    let original = canonical(document.as_bytes());
    // The value's identifier is not signed, and nothing refers to it.
    let unsigned = document.find("sig-value").expect("an identifier");
    let unsigned = unsigned..unsigned + "sig-value".len();
    let mut accepted = 0;
    for place in (0..document.len()).filter(|place| !unsigned.contains(place)) {
        let flip = 1 << (place % 8);
        let mut changed = document.clone().into_bytes();
        changed[place] ^= flip;
        if refusal_code(&changed, &policy) == "VERIFIED" {
            let same = canonical(&changed) == original;
            assert!(same, "byte {place} ^ {flip}");
            accepted += 1;
        }
    }
    // References may be written in small letters: &#xd; &#xa;, and hexadecimal digits.
    assert!(accepted < 12, "{accepted}");
}

fn canonical(document: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let limits = crate::xmldsig::trust::Limits::default();
    crate::xmldsig::canonical::canonicalize(document, &mut out, &limits).expect("canonical");
    out
}

#[test]
fn a_signature_of_unreasonable_size_is_refused() {
    let (party, document) = signed();
    let spaces = " ".repeat(300_000);
    let elements = "<ds:X509Certificate/>".repeat(600);
    for filling in [spaces, elements] {
        let changed = swapped(
            &document,
            "<ds:X509Data>",
            &format!("<ds:X509Data>{filling}"),
        );
        assert_eq!(
            refusal_code(changed.as_bytes(), &party.policy()),
            "SIGNATURE_LIMIT"
        );
    }
}

#[test]
fn a_document_longer_than_allowed_is_refused() {
    let (party, document) = signed();
    let mut policy = party.policy();
    policy.limits.document_bytes = u64::try_from(document.len()).unwrap();
    assert_eq!(refusal_code(document.as_bytes(), &policy), "VERIFIED");
    policy.limits.document_bytes -= 1;
    assert_eq!(refusal_code(document.as_bytes(), &policy), "DOCUMENT_LIMIT");
}

#[test]
fn more_identifiers_than_are_kept_are_refused() {
    let party = Party::new(KeyKind::P256);
    let key = party.key();
    let mut writer = SignedWriter::new(Vec::new(), &key, "order", NS, &[]).expect("a root");
    for number in 0..20 {
        writer
            .element("line", &[("id", &format!("n{number}"))], "")
            .expect("a line");
    }
    let (document, _) = writer.finish(noon(), "application/xml").expect("signed");
    let mut policy = party.policy();
    policy.limits.ids = 24;
    assert_eq!(refusal_code(&document, &policy), "VERIFIED");
    policy.limits.ids = 23;
    assert_eq!(refusal_code(&document, &policy), "ID_LIMIT");
}
