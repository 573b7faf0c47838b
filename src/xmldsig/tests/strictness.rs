use crate::xmldsig::canonical::{CanonicalizeError, canonicalize};
use crate::xmldsig::trust::Limits;

fn outcome(document: &[u8]) -> &'static str {
    let limits = Limits {
        event_bytes: 2000,
        ..Limits::default()
    };
    match canonicalize(document, std::io::sink(), &limits) {
        Ok(()) => "ACCEPTED",
        Err(CanonicalizeError::Refused(refusal)) => refusal.code.as_str(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn documents_that_are_not_well_formed_are_refused() {
    for (document, expected) in [
        ("", "TRUNCATED"),
        (" ", "TRUNCATED"),
        ("<a>", "TRUNCATED"),
        ("<a", "TRUNCATED"),
        ("<a b='", "TRUNCATED"),
        ("<a></a", "TRUNCATED"),
        ("<a><!-- ", "TRUNCATED"),
        ("<a/><b/>", "NOT_WELL_FORMED"),
        ("<a/>x", "NOT_WELL_FORMED"),
        ("x<a/>", "NOT_WELL_FORMED"),
        ("<a/>&amp;", "NOT_WELL_FORMED"),
        ("<a/><![CDATA[]]>", "NOT_WELL_FORMED"),
        ("<a/>\0", "NOT_WELL_FORMED"),
        ("</a>", "NOT_WELL_FORMED"),
        ("<a></b>", "NOT_WELL_FORMED"),
        ("<a></ a>", "NOT_WELL_FORMED"),
        ("<a></a b='1'>", "NOT_WELL_FORMED"),
        ("<a><b></a></b>", "NOT_WELL_FORMED"),
        ("< a/>", "NOT_WELL_FORMED"),
        ("<a / >", "NOT_WELL_FORMED"),
        ("<a b='1'c='2'/>", "NOT_WELL_FORMED"),
        ("<a b=1/>", "NOT_WELL_FORMED"),
        ("<a b/>", "NOT_WELL_FORMED"),
        ("<a b='<'/>", "NOT_WELL_FORMED"),
        ("<a>]]></a>", "NOT_WELL_FORMED"),
        ("<a>&</a>", "NOT_WELL_FORMED"),
        ("<a>&amp</a>", "NOT_WELL_FORMED"),
        ("<a>& amp;</a>", "ENTITY_FORBIDDEN"),
        ("<a>&eacute;</a>", "ENTITY_FORBIDDEN"),
        ("<a b='&e;'/>", "ENTITY_FORBIDDEN"),
        ("<a>&#1;</a>", "CHARACTER_FORBIDDEN"),
        ("<a>&#xFFFF;</a>", "CHARACTER_FORBIDDEN"),
        ("<a>\u{1}</a>", "CHARACTER_FORBIDDEN"),
        ("<a>\0</a>", "CHARACTER_FORBIDDEN"),
        ("<a>\u{FFFE}</a>", "CHARACTER_FORBIDDEN"),
        ("<a b='\u{B}'/>", "CHARACTER_FORBIDDEN"),
        ("<a><![CDATA[\u{C}]]></a>", "CHARACTER_FORBIDDEN"),
        ("<a><!--\u{1F}--></a>", "CHARACTER_FORBIDDEN"),
        ("<a><!-- -- --></a>", "NOT_WELL_FORMED"),
        ("<a><!-- ---></a>", "NOT_WELL_FORMED"),
        ("<a><!ELEMENT b></a>", "NOT_WELL_FORMED"),
        ("<a><![cdata[]]></a>", "NOT_WELL_FORMED"),
        ("<a><?xml version='1.0'?></a>", "NOT_WELL_FORMED"),
        (" <?xml version='1.0'?><a/>", "NOT_WELL_FORMED"),
        ("<?XML version='1.0'?><a/>", "NOT_WELL_FORMED"),
        ("<a><?1?></a>", "NOT_WELL_FORMED"),
        ("<a><??></a>", "NOT_WELL_FORMED"),
        ("<a><?p:q?></a>", "NOT_WELL_FORMED"),
        ("<?xml version='1.1'?><a/>", "VERSION_FORBIDDEN"),
        (
            "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
            "ENCODING_FORBIDDEN",
        ),
        ("<!DOCTYPE a><a/>", "DOCTYPE_FORBIDDEN"),
        (
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            "DOCTYPE_FORBIDDEN",
        ),
        (
            "<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>",
            "DOCTYPE_FORBIDDEN",
        ),
        ("<a b='1' b='2'/>", "ATTRIBUTE_REPEATED"),
        (
            "<a xmlns:p='urn:1' xmlns:q='urn:1' p:b='1' q:b='2'/>",
            "ATTRIBUTE_REPEATED",
        ),
        ("<a xmlns='urn:1' xmlns='urn:1'/>", "ATTRIBUTE_REPEATED"),
        ("<p:a/>", "PREFIX_FORBIDDEN"),
        ("<a p:b='1'/>", "PREFIX_FORBIDDEN"),
        ("<a xmlns:p=''/>", "PREFIX_FORBIDDEN"),
        ("<a xmlns:xml='urn:1'/>", "PREFIX_FORBIDDEN"),
        (
            "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
            "PREFIX_FORBIDDEN",
        ),
        (
            "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
            "PREFIX_FORBIDDEN",
        ),
        ("<a xmlns:xmlns='urn:1'/>", "PREFIX_FORBIDDEN"),
        ("<xmlns:a/>", "NOT_WELL_FORMED"),
        ("<a:b:c xmlns:a='urn:1'/>", "NOT_WELL_FORMED"),
        ("<a xmlns:b:c='urn:1'/>", "NOT_WELL_FORMED"),
        ("<a xmlns='relative'/>", "NAMESPACE_RELATIVE"),
        ("<a xmlns:p='../up'/>", "NAMESPACE_RELATIVE"),
        ("<a xmlns:p='#x'/>", "NAMESPACE_RELATIVE"),
        // One mark is no part of the document; a second one would be.
        ("\u{FEFF}<a/>", "ACCEPTED"),
        ("\u{FEFF}\u{FEFF}<a/>", "ENCODING_FORBIDDEN"),
        (
            "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='ro'/>",
            "ACCEPTED",
        ),
        ("<?xml version='1.0'?>\r\n<a\n>\t&#x20;</a\t>\n", "ACCEPTED"),
    ] {
        assert_eq!(outcome(document.as_bytes()), expected, "{document:?}");
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    for (document, expected) in [
        (&b"<a>\xC0\xAF</a>"[..], "ENCODING_FORBIDDEN"),
        (b"<a>\xC0\x80</a>", "ENCODING_FORBIDDEN"),
        (b"<a>\xED\xA0\x80</a>", "ENCODING_FORBIDDEN"),
        (b"<a>\xFF</a>", "ENCODING_FORBIDDEN"),
        (b"<a b='\xE9'/>", "ENCODING_FORBIDDEN"),
        (b"\xFF\xFE<\0a\0/\0>\0", "ENCODING_FORBIDDEN"),
        (b"\xFE\xFF\0<\0a\0/\0>", "ENCODING_FORBIDDEN"),
        (b"<\0a\0/\0>\0", "CHARACTER_FORBIDDEN"),
    ] {
        assert_eq!(outcome(document), expected, "{document:?}");
    }
}

#[test]
fn limits_stop_what_is_too_large_before_it_is_kept() {
    let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    let listed =
        |each: &dyn Fn(usize) -> String, count| (0..count).map(each).collect::<Vec<_>>().concat();
    let attributes = |count| listed(&|n| format!(" a{n}='1'"), count);
    let declarations = |count| listed(&|n| format!(" xmlns:p{n}='urn:1'"), count);
    for (document, expected) in [
        (deep(32), "ACCEPTED"),
        (deep(33), "DEPTH_LIMIT"),
        (deep(100_000), "DEPTH_LIMIT"),
        (format!("<a{}/>", attributes(64)), "ACCEPTED"),
        (format!("<a{}/>", attributes(65)), "ATTRIBUTE_LIMIT"),
        (format!("<a{}/>", attributes(100_000)), "EVENT_LIMIT"),
        (format!("<a{}/>", declarations(1_000_000)), "EVENT_LIMIT"),
        (
            format!("<a{}><b xmlns:z='urn:1'/></a>", declarations(63)),
            "NAMESPACE_LIMIT",
        ),
        (
            format!("<a b='{}'/>", "x".repeat(20_000_000)),
            "EVENT_LIMIT",
        ),
        (format!("<a b='{}'/>", "x".repeat(1990)), "ACCEPTED"),
        (format!("<a b='{}'/>", "x".repeat(1993)), "EVENT_LIMIT"),
        (format!("<a>{}</a>", "x".repeat(2001)), "EVENT_LIMIT"),
        (format!("<a>{}</a>", "x".repeat(1_000_000)), "EVENT_LIMIT"),
        (
            format!("<!--{}--><a/>", "x".repeat(1_000_000)),
            "EVENT_LIMIT",
        ),
    ] {
        assert_eq!(outcome(document.as_bytes()), expected, "{}", document.len());
    }
}

#[test]
fn a_refusal_says_where() {
    let error = canonicalize(
        &b"<a>\n  <b>\n\xC8\x99</b><c d='&no;'/></a>"[..],
        std::io::sink(),
        &Limits::default(),
    );
    let Err(CanonicalizeError::Refused(refusal)) = error else {
        panic!("{error:?}")
    };
    assert_eq!((refusal.line, refusal.column), (3, 13));
    assert_eq!(
        refusal.to_string(),
        "ENTITY_FORBIDDEN at line 3, column 13: a reference to an entity that XML does not predefine"
    );
}
