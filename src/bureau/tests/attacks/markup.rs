//! The same content written in ways that readers understand differently.
//!
//! Where canonical XML does not see the difference the signature stays good: whoever holds a valid
//! document can make these. The others are signed again.

use crate::bureau::tests::attacks::Attack;
use crate::bureau::tests::attacks::forgery::{Forgery, digests};
use crate::bureau::tests::attacks::victims::Victim;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const TEXT: &str = ">IMPRIMERIA<";
const PREFIX: &str = "PREFIX_FORBIDDEN";
const NOT_WELL_FORMED: &str = "NOT_WELL_FORMED";
const ENCODING: &str = "ENCODING_FORBIDDEN";
const CHARACTER: &str = "CHARACTER_FORBIDDEN";

pub(super) fn attacks(victim: &Victim) -> Vec<Attack> {
    let mut attacks = truncations_of_text(victim);
    attacks.extend(doctypes(victim));
    attacks.extend(namespaces(victim));
    attacks.extend(encodings(victim));
    attacks.extend(tags(victim));
    attacks.extend(edges(victim));
    attacks
}

/// A reader that takes the first piece of a text sees less than was signed.
#[expect(clippy::too_many_lines, reason = "a table")]
fn truncations_of_text(victim: &Victim) -> Vec<Attack> {
    let text = |to: &str| Forgery::of(victim).content(TEXT, to);
    let [document, _] = digests(&victim.document);
    let (start, end) = document.split_at(10);
    let comment = format!("{start}<!-- -->{end}");
    let in_signature = |from: &str, to: &str| Forgery::of(victim).signature(from, to).unsealed();
    [
        (
            "a comment in a text",
            "COMMENT_FORBIDDEN",
            text(">IMPRI<!-- -->MERIA<").sealed(),
        ),
        (
            "a comment instead of a text",
            "COMMENT_FORBIDDEN",
            text("><!--IMPRIMERIA--><").sealed(),
        ),
        (
            "a comment between elements",
            "COMMENT_FORBIDDEN",
            Forgery::of(victim)
                .content("<Bureau>", "<!-- --><Bureau>")
                .unsealed(),
        ),
        (
            "a comment in a digest",
            "COMMENT_FORBIDDEN",
            in_signature(document, &comment),
        ),
        (
            "a comment in the signature",
            "COMMENT_FORBIDDEN",
            in_signature("<ds:KeyInfo>", "<ds:KeyInfo><!-- -->"),
        ),
        (
            "a comment in the properties",
            "COMMENT_FORBIDDEN",
            in_signature("application/xml", "application/<!-- -->xml"),
        ),
        (
            "an instruction in a text",
            "INSTRUCTION_FORBIDDEN",
            text(">IMPRI<?x?>MERIA<").sealed(),
        ),
        (
            "an instruction in the signature",
            "INSTRUCTION_FORBIDDEN",
            in_signature("<ds:KeyInfo>", "<ds:KeyInfo><?x?>"),
        ),
        (
            "a text in CDATA",
            "CDATA_FORBIDDEN",
            text("><![CDATA[IMPRIMERIA]]><").unsealed(),
        ),
        (
            "half a text in CDATA",
            "CDATA_FORBIDDEN",
            text(">IMPRI<![CDATA[MERIA]]><").unsealed(),
        ),
        (
            "an empty CDATA",
            "CDATA_FORBIDDEN",
            text(">IMPRIMERIA<![CDATA[]]><").unsealed(),
        ),
        (
            "markup in CDATA",
            "CDATA_FORBIDDEN",
            text("><![CDATA[<x>]]><").sealed(),
        ),
        (
            "a digest in CDATA",
            "CDATA_FORBIDDEN",
            in_signature(document, &format!("<![CDATA[{document}]]>")),
        ),
        (
            "a letter by its number",
            "ACCEPTED",
            text(">IMPRI&#77;ERIA<").unsealed(),
        ),
        (
            "a letter by a number that is none",
            NOT_WELL_FORMED,
            text(">IMPRI&#;ERIA<").unsealed(),
        ),
        (
            "a text changed",
            "DIGEST_MISMATCH",
            text(">MALLORY<").unsealed(),
        ),
        (
            "a space added",
            "DIGEST_MISMATCH",
            text(">IMPRIMERIA <").unsealed(),
        ),
    ]
    .map(|(name, expected, forged)| Attack::new(name, expected, forged))
    .into()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn doctypes(victim: &Victim) -> Vec<Attack> {
    const DOCTYPE: &str = "DOCTYPE_FORBIDDEN";
    let root = victim.kind.root();
    let before = |text: &str| format!("{text}{}", victim.document);
    let text = |to: &str| Forgery::of(victim).content(TEXT, to).unsealed();
    let laughs = |n: u32| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10));
    let billion = (1..10).map(laughs).collect::<Vec<_>>().concat();
    let with = |subset: &str, body: &str| format!("<!DOCTYPE {root} [{subset}]>{}", text(body));
    [
        ("a DOCTYPE", DOCTYPE, before(&format!("<!DOCTYPE {root}>"))),
        (
            "a DOCTYPE after the declaration",
            DOCTYPE,
            before(&format!("{DECLARATION}\n<!DOCTYPE {root}>")),
        ),
        (
            "a DOCTYPE elsewhere",
            DOCTYPE,
            before(&format!(
                "<!DOCTYPE {root} SYSTEM \"http://x.example/x.dtd\">"
            )),
        ),
        (
            "a DOCTYPE in small letters",
            DOCTYPE,
            before(&format!("<!doctype {root}>")),
        ),
        (
            "a DOCTYPE in the root",
            DOCTYPE,
            Forgery::of(victim)
                .content("<Bureau>", "<!DOCTYPE x><Bureau>")
                .unsealed(),
        ),
        (
            "a default attribute",
            DOCTYPE,
            with("<!ATTLIST Bureau of CDATA \"x\">", TEXT),
        ),
        (
            "an Id by declaration",
            DOCTYPE,
            with("<!ATTLIST Bureau Of ID #IMPLIED>", TEXT),
        ),
        (
            "an entity of this document",
            DOCTYPE,
            with("<!ENTITY x \"IMPRIMERIA\">", ">&x;<"),
        ),
        (
            "an entity of a file",
            DOCTYPE,
            with("<!ENTITY x SYSTEM \"file:///etc/passwd\">", ">&x;<"),
        ),
        (
            "an entity of the network",
            DOCTYPE,
            with("<!ENTITY x SYSTEM \"http://x.example/\">", ">&x;<"),
        ),
        (
            "a parameter entity",
            DOCTYPE,
            with("<!ENTITY % x SYSTEM \"http://x.example/x.dtd\"> %x;", TEXT),
        ),
        (
            "a billion laughs",
            DOCTYPE,
            with(&format!("<!ENTITY l0 \"lol\">{billion}"), ">&l9;<"),
        ),
        (
            "an entity that nobody declares",
            "ENTITY_FORBIDDEN",
            text(">&x;<"),
        ),
        ("an entity of HTML", "ENTITY_FORBIDDEN", text(">&nbsp;<")),
        (
            "an entity in an attribute",
            "ENTITY_FORBIDDEN",
            Forgery::of(victim)
                .content("<Bureau>", "<Bureau of=\"&x;\">")
                .unsealed(),
        ),
        ("a reference without an end", NOT_WELL_FORMED, text(">&x<")),
    ]
    .map(|(name, expected, forged)| Attack::new(name, expected, forged))
    .into()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn namespaces(victim: &Victim) -> Vec<Attack> {
    const FOREIGN: &str = "NAMESPACE_FORBIDDEN";
    const RELATIVE: &str = "NAMESPACE_RELATIVE";
    let namespace = victim.kind.namespace();
    let own = format!(" xmlns=\"{namespace}\"");
    let root = |to: &str| {
        Forgery::of(victim)
            .content(&own, &format!("{own}{to}"))
            .unsealed()
    };
    let bureau = |to: &str| {
        Forgery::of(victim)
            .content("<Bureau>", &format!("<Bureau{to}>"))
            .unsealed()
    };
    let two = format!(" xmlns:a=\"{namespace}\" xmlns:b=\"{namespace}\" a:x=\"1\" b:x=\"2\"");
    let signature = |from: &str, to: &str| Forgery::of(victim).signature(from, to).unsealed();
    [
        ("a relative namespace", RELATIVE, root(" xmlns:x=\"x\"")),
        (
            "a relative default namespace",
            RELATIVE,
            bureau(" xmlns=\"../x\""),
        ),
        (
            "a namespace that is only a fragment",
            RELATIVE,
            bureau(" xmlns=\"#x\""),
        ),
        (
            "a void canonical form",
            RELATIVE,
            bureau(" xmlns:x=\"./\" x:y=\"1\""),
        ),
        (
            "a foreign namespace",
            FOREIGN,
            root(" xmlns:x=\"urn:evil\""),
        ),
        (
            "a foreign default namespace",
            FOREIGN,
            bureau(" xmlns=\"urn:evil\""),
        ),
        ("no namespace", FOREIGN, bureau(" xmlns=\"\"")),
        (
            "no namespace at all",
            FOREIGN,
            Forgery::of(victim).content(&own, "").unsealed(),
        ),
        (
            "the namespace in capitals",
            FOREIGN,
            Forgery::of(victim)
                .content(&own, &own.to_uppercase().replace("XMLNS", "xmlns"))
                .unsealed(),
        ),
        (
            "another version of the document",
            FOREIGN,
            Forgery::of(victim).content(":1\"", ":2\"").sealed(),
        ),
        (
            "ds bound to something else",
            FOREIGN,
            root(" xmlns:ds=\"urn:evil\""),
        ),
        (
            "ds bound to something else in the signature",
            FOREIGN,
            signature("<ds:KeyInfo>", "<ds:KeyInfo xmlns:ds=\"urn:evil\">"),
        ),
        (
            "ds bound to the document's namespace",
            "SIGNATURE_MISPLACED",
            signature("http://www.w3.org/2000/09/xmldsig#", namespace),
        ),
        (
            "ds bound to XAdES",
            "SIGNATURE_MISPLACED",
            signature(
                "http://www.w3.org/2000/09/xmldsig#",
                "http://uri.etsi.org/01903/v1.3.2#",
            ),
        ),
        (
            "ds bound to nothing",
            PREFIX,
            signature(
                "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
                "xmlns:ds=\"\"",
            ),
        ),
        (
            "ds not bound",
            PREFIX,
            signature(" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"", ""),
        ),
        ("xml bound anew", PREFIX, root(" xmlns:xml=\"urn:evil\"")),
        (
            "xmlns bound anew",
            PREFIX,
            root(" xmlns:xmlns=\"urn:evil\""),
        ),
        (
            "another prefix bound to xml",
            PREFIX,
            root(" xmlns:x=\"http://www.w3.org/XML/1998/namespace\""),
        ),
        (
            "another prefix bound to xmlns",
            PREFIX,
            root(" xmlns:x=\"http://www.w3.org/2000/xmlns/\""),
        ),
        ("a prefix that is not bound", PREFIX, bureau(" x:y=\"1\"")),
        (
            "two prefixes for one attribute",
            "ATTRIBUTE_REPEATED",
            bureau(&two),
        ),
        (
            "one attribute twice",
            "ATTRIBUTE_REPEATED",
            bureau(" x=\"1\" x=\"1\""),
        ),
        ("one declaration twice", "ATTRIBUTE_REPEATED", root(&own)),
        (
            "a prefix for the document's own namespace, unused",
            "ACCEPTED",
            root(&format!(" xmlns:own=\"{namespace}\"")),
        ),
        (
            "a prefix for an attribute of the signature",
            "SIGNATURE_STRUCTURE",
            signature("<ds:KeyInfo>", "<ds:KeyInfo ds:x=\"1\">"),
        ),
        (
            "an attribute of the language",
            "DIGEST_MISMATCH",
            bureau(" xml:lang=\"ro\""),
        ),
    ]
    .map(|(name, expected, forged)| Attack::new(name, expected, forged))
    .into()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn encodings(victim: &Victim) -> Vec<Attack> {
    let document = &victim.document;
    let declared = |declaration: &str| format!("{declaration}{document}").into_bytes();
    let text = |bytes: &[u8]| {
        let (before, after) = document.split_once("IMPRIMERIA").unwrap();
        [before.as_bytes(), bytes, after.as_bytes()].concat()
    };
    let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        let units = document.encode_utf16().flat_map(bytes);
        mark.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    vec![
        Attack::new("a declaration", "ACCEPTED", declared(DECLARATION)),
        Attack::new(
            "XML 1.1",
            "VERSION_FORBIDDEN",
            declared("<?xml version=\"1.1\"?>"),
        ),
        Attack::new(
            "XML 2.0",
            "VERSION_FORBIDDEN",
            declared("<?xml version=\"2.0\"?>"),
        ),
        Attack::new(
            "said to be UTF-16",
            ENCODING,
            declared("<?xml version=\"1.0\" encoding=\"UTF-16\"?>"),
        ),
        Attack::new(
            "said to be Latin-2",
            ENCODING,
            declared("<?xml version=\"1.0\" encoding=\"ISO-8859-2\"?>"),
        ),
        Attack::new(
            "said to be UTF-7",
            ENCODING,
            declared("<?xml version=\"1.0\" encoding=\"UTF-7\"?>"),
        ),
        Attack::new(
            "a declaration without a version",
            NOT_WELL_FORMED,
            declared("<?xml encoding=\"UTF-8\"?>"),
        ),
        Attack::new(
            "a declaration that is not first",
            NOT_WELL_FORMED,
            declared(&format!("\n{DECLARATION}")),
        ),
        Attack::new(
            "two declarations",
            NOT_WELL_FORMED,
            declared(&DECLARATION.repeat(2)),
        ),
        Attack::new("a byte order mark", ENCODING, declared("\u{FEFF}")),
        Attack::new(
            "a byte order mark inside",
            NOT_WELL_FORMED,
            declared(&format!("{DECLARATION}\u{FEFF}")),
        ),
        Attack::new(
            "UTF-16 in truth",
            ENCODING,
            wide(&[0xFF, 0xFE], u16::to_le_bytes),
        ),
        Attack::new(
            "UTF-16 in truth, the other way",
            ENCODING,
            wide(&[0xFE, 0xFF], u16::to_be_bytes),
        ),
        Attack::new(
            "UTF-16 without a mark",
            NOT_WELL_FORMED,
            wide(&[], u16::to_be_bytes),
        ),
        Attack::new(
            "UTF-16 without a mark, the other way",
            CHARACTER,
            wide(&[], u16::to_le_bytes),
        ),
        Attack::new("an overlong slash", ENCODING, text(b"\xC0\xAF")),
        Attack::new("an overlong NUL", ENCODING, text(b"\xC0\x80")),
        Attack::new("an overlong letter", ENCODING, text(b"\xE0\x81\x89")),
        Attack::new("half a surrogate pair", ENCODING, text(b"\xED\xA0\x80")),
        Attack::new("beyond Unicode", ENCODING, text(b"\xF4\x90\x80\x80")),
        Attack::new("Latin-2", ENCODING, text(b"\xAA")),
        Attack::new("a character cut off", ENCODING, text(b"\xC8")),
        Attack::new("NUL", CHARACTER, text(b"\0")),
        Attack::new("a control character", CHARACTER, text(b"\x0B")),
        Attack::new("no character", CHARACTER, text("\u{FFFE}".as_bytes())),
        Attack::new("NUL by its number", CHARACTER, text(b"&#0;")),
        Attack::new(
            "a control character by its number",
            CHARACTER,
            text(b"&#x1F;"),
        ),
        Attack::new(
            "half a surrogate pair by its number",
            CHARACTER,
            text(b"&#xD800;"),
        ),
        Attack::new(
            "a number that no integer holds",
            CHARACTER,
            text(b"&#99999999999999999999;"),
        ),
    ]
}

/// What other parsers let pass between `<` and `>`.
fn tags(victim: &Victim) -> Vec<Attack> {
    let tag = |to: &str| Forgery::of(victim).content("<Bureau>", to).unsealed();
    let end = |to: &str| Forgery::of(victim).content("</Bureau>", to).unsealed();
    [
        (
            "no space between attributes",
            tag("<Bureau a=\"1\"b=\"2\">"),
        ),
        ("an attribute without a value", tag("<Bureau a>")),
        ("an attribute without quotes", tag("<Bureau a=1>")),
        ("an attribute without a name", tag("<Bureau =\"1\">")),
        (
            "an attribute that begins with a digit",
            tag("<Bureau 1=\"1\">"),
        ),
        ("an attribute with '<'", tag("<Bureau a=\"<\">")),
        ("a name with two colons", tag("<Bureau a:b:c=\"1\">")),
        ("a name with an empty prefix", tag("<Bureau :a=\"1\">")),
        ("a space before the name", tag("< Bureau>")),
        ("a slash in the name", tag("<Bureau/x>")),
        ("an attribute in the end tag", end("</Bureau a=\"1\">")),
        ("a space before the end's name", end("</ Bureau>")),
        ("another end", end("</Buro>")),
        ("another end by its case", end("</bureau>")),
        ("no end", end("")),
        ("one end too many", end("</Bureau></Bureau>")),
        ("the end of CDATA in a text", end("]]></Bureau>")),
        ("'--' in a comment", tag("<!-- -- --><Bureau>")),
        (
            "an instruction that is called xml",
            tag("<?xml version=\"1.0\"?><Bureau>"),
        ),
        (
            "a declaration of an element",
            tag("<!ELEMENT Bureau ANY><Bureau>"),
        ),
        ("a section of a DTD", tag("<![INCLUDE[]]><Bureau>")),
    ]
    .map(|(name, forged)| Attack::new(name, NOT_WELL_FORMED, forged))
    .into_iter()
    .chain([
        // Canonical XML sees none of these.
        Attack::new("a space at the end of a tag", "ACCEPTED", tag("<Bureau >")),
        Attack::new(
            "a line at the end of an end tag",
            "ACCEPTED",
            end("</Bureau\r\n>"),
        ),
    ])
    .collect()
}

fn edges(victim: &Victim) -> Vec<Attack> {
    let document = victim.document.as_bytes();
    let after = |bytes: &[u8]| [document, bytes].concat();
    let root = victim.kind.root();
    let end = format!("</{root}>");
    vec![
        Attack::new("a line after the root", "ACCEPTED", after(b"\r\n")),
        Attack::new("text after the root", NOT_WELL_FORMED, after(b"x")),
        Attack::new("NUL after the root", NOT_WELL_FORMED, after(b"\0")),
        Attack::new(
            "a letter of UTF-8 cut off after the root",
            ENCODING,
            after(b"\xC8"),
        ),
        Attack::new("a second root", NOT_WELL_FORMED, after(b"<x/>")),
        Attack::new("a second document", NOT_WELL_FORMED, after(document)),
        Attack::new(
            "an end after the root",
            NOT_WELL_FORMED,
            after(end.as_bytes()),
        ),
        Attack::new(
            "a reference after the root",
            NOT_WELL_FORMED,
            after(b"&#32;"),
        ),
        Attack::new(
            "CDATA after the root",
            NOT_WELL_FORMED,
            after(b"<![CDATA[]]>"),
        ),
        Attack::new(
            "a comment after the root",
            "COMMENT_FORBIDDEN",
            after(b"<!-- -->"),
        ),
        Attack::new(
            "an instruction after the root",
            "INSTRUCTION_FORBIDDEN",
            after(b"<?x?>"),
        ),
        Attack::new(
            "a comment before the root",
            "COMMENT_FORBIDDEN",
            [b"<!-- -->", document].concat(),
        ),
        Attack::new(
            "an instruction before the root",
            "INSTRUCTION_FORBIDDEN",
            [b"<?x?>", document].concat(),
        ),
        Attack::new(
            "text before the root",
            NOT_WELL_FORMED,
            [b"x", document].concat(),
        ),
        Attack::new(
            "no end of the root",
            "TRUNCATED",
            Forgery::of(victim).closing(&end, "").unsealed(),
        ),
        Attack::new(
            "half an end of the root",
            "TRUNCATED",
            Forgery::of(victim).closing(">", "").unsealed(),
        ),
        Attack::new("nothing", "TRUNCATED", Vec::new()),
        Attack::new("white space", "TRUNCATED", b" \n ".to_vec()),
        Attack::new("a comment that does not end", "TRUNCATED", after(b"<!--")),
    ]
}
