//! Documents that would take all memory or all time of a reader without limits.
//!
//! What they cost is counted, in bytes that the reader asks for and in memory of its process;
//! a clock would measure the machine.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::process::Command;

use crate::bureau::refusal::ReadError;
use crate::bureau::tests::attacks::forgery::{Forgery, element};
use crate::bureau::tests::attacks::victims::{Kind, Victim};
use crate::bureau::tests::attacks::{ACCEPTED, Attack};
use crate::xmldsig::trust::Limits;

const EVENT: &str = "EVENT_LIMIT";
const DEPTH: &str = "DEPTH_LIMIT";
const SIGNATURE: &str = "SIGNATURE_LIMIT";

/// A reader asks for so much at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// What is allowed in the tests of endless documents.
const EVENT_BYTES: usize = 512 * 1024;
const DOCUMENT_BYTES: usize = 1024 * 1024;

/// Bombs of a certain size, in an otherwise valid document.
pub(super) fn attacks(victim: &Victim) -> Vec<Attack> {
    let mut attacks = markup_bombs(victim);
    attacks.extend(at_the_limits(victim));
    attacks.extend(in_the_signature(victim));
    attacks
}

fn numbered(count: usize, mut each: impl FnMut(usize, &mut String)) -> String {
    let mut text = String::new();
    (0..count).for_each(|number| each(number, &mut text));
    text
}

fn attributes(count: usize) -> String {
    numbered(count, |n, text| write!(text, " a{n}=\"1\"").unwrap())
}

fn markup_bombs(victim: &Victim) -> Vec<Attack> {
    let namespace = victim.kind.namespace();
    let bureau = |tag: &str| Forgery::of(victim).content("<Bureau>", tag).unsealed();
    let declarations = |count| {
        numbered(count, |n, text| {
            write!(text, " xmlns:p{n}=\"{namespace}\"").unwrap();
        })
    };
    let nested = |depth: usize| format!("{}{}<Bureau>", "<x>".repeat(depth), "</x>".repeat(depth));
    let long = "x".repeat(5_000_000);
    // In the root, in its header.
    let depth_left = Limits::default().depth - 2;
    [
        ("100,000 elements deep", DEPTH, nested(100_000)),
        ("one element too deep", DEPTH, nested(depth_left + 1)),
        ("as deep as may be", "DIGEST_MISMATCH", nested(depth_left)),
        (
            "100,000 attributes",
            "ATTRIBUTE_LIMIT",
            format!("<Bureau{}>", attributes(100_000)),
        ),
        (
            "one attribute too many",
            "ATTRIBUTE_LIMIT",
            format!("<Bureau{}>", attributes(65)),
        ),
        (
            "as many attributes as may be",
            "DIGEST_MISMATCH",
            format!("<Bureau{}>", attributes(64)),
        ),
        (
            "an attribute of 20 MB",
            EVENT,
            format!("<Bureau a=\"{}\">", "x".repeat(20_000_000)),
        ),
        (
            "an attribute name longer than an event",
            EVENT,
            format!("<Bureau {long}=\"1\">"),
        ),
        (
            "a text longer than an event",
            EVENT,
            format!("{long}<Bureau>"),
        ),
        (
            "a comment longer than an event",
            EVENT,
            format!("<!--{long}--><Bureau>"),
        ),
        (
            "a million namespaces on one element",
            EVENT,
            format!("<Bureau{}>", declarations(1).repeat(1_000_000)),
        ),
        (
            "65 namespaces on one element",
            "ATTRIBUTE_LIMIT",
            format!("<Bureau{}>", declarations(65)),
        ),
        (
            "a million namespaces, 50 on each element",
            "NAMESPACE_LIMIT",
            format!(
                "{}<Bureau>",
                format!("<x{}>", declarations(50)).repeat(20_000)
            ),
        ),
    ]
    .map(|(name, expected, tag)| Attack::new(name, expected, bureau(&tag)))
    .into()
}

fn at_the_limits(victim: &Victim) -> Vec<Attack> {
    let size = u64::try_from(victim.document.len()).unwrap();
    let document = victim.document.as_bytes();
    let of_bytes = |name: &str, expected, bytes: u64| {
        Attack::new(name, expected, document).on(move |policy| policy.limits.document_bytes = bytes)
    };
    let ids = |name: &str, expected, count: usize| {
        // The signature has four of its own.
        Attack::new(name, expected, document).on(move |policy| policy.limits.ids = count)
    };
    let long = format!("<Bureau Id=\"{}\">", "x".repeat(129));
    let long = Forgery::of(victim).content("<Bureau>", &long).sealed();
    vec![
        of_bytes("one byte too many", "DOCUMENT_LIMIT", size - 1),
        of_bytes("as many bytes as may be", ACCEPTED, size),
        ids("one identifier too many", "ID_LIMIT", 3),
        ids("as many identifiers as may be", ACCEPTED, 4),
        Attack::new("an identifier longer than any", "ID_LIMIT", long),
    ]
}

fn in_the_signature(victim: &Victim) -> Vec<Attack> {
    let signature = |from: &str, to: &str| Forgery::of(victim).signature(from, to).unsealed();
    let certificate = element(&victim.document, "<ds:X509Certificate>");
    let inside = |filling: &str| signature("<ds:X509Data>", &format!("<ds:X509Data>{filling}"));
    [
        ("300,000 spaces", SIGNATURE, inside(&" ".repeat(300_000))),
        (
            "600 elements",
            SIGNATURE,
            inside(&"<ds:X509Certificate/>".repeat(600)),
        ),
        (
            "500 certificates",
            SIGNATURE,
            inside(&certificate.repeat(500)),
        ),
        (
            "a transform of a million prefixes",
            SIGNATURE,
            signature(
                "<ds:Transforms>",
                &format!("<ds:Transforms Id=\"{}\">", "x ".repeat(1_000_000)),
            ),
        ),
        (
            "a value of 300,000 bytes",
            SIGNATURE,
            signature(
                "\"sig-value\">",
                &format!("\"sig-value\">{}", "AAAA".repeat(100_000)),
            ),
        ),
        (
            "an instant of 300,000 digits",
            SIGNATURE,
            signature(
                "<xades:SigningTime>",
                &format!("<xades:SigningTime>{}", "0".repeat(300_000)),
            ),
        ),
    ]
    .map(|(name, expected, forged)| {
        // The identifier is remembered before the signature is measured.
        let expected = if name.contains("prefixes") {
            "ID_LIMIT"
        } else {
            expected
        };
        Attack::new(name, expected, forged)
    })
    .into()
}

/// What a document goes on with, from its first round.
type More = fn(usize) -> String;

/// A document that begins well and never ends.
struct Endless {
    waiting: Vec<u8>,
    at: usize,
    round: usize,
    more: More,
    given: usize,
    given_max: usize,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.waiting.len() {
            // Many at once, so that the test spends its time in the reader.
            self.waiting.clear();
            for _ in 0..1000 {
                self.round += 1;
                self.waiting.extend((self.more)(self.round).bytes());
            }
            self.at = 0;
        }
        let count = (&self.waiting[self.at..]).read(out)?;
        self.at += count;
        self.given += count;
        assert!(
            self.given <= self.given_max,
            "asked for {} bytes",
            self.given
        );
        Ok(count)
    }
}

/// What a bomb begins with, what it goes on with, how it must end, and after how many bytes.
struct Bomb {
    begins: String,
    more: More,
    expected: &'static str,
    given_max: usize,
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn bombs(victim: &Victim) -> Vec<Bomb> {
    let root = victim.root_tag();
    let forgery = Forgery::of(victim);
    let in_signature = |until: &str| {
        let (before, _) = forgery.signature.split_once(until).unwrap();
        format!("{}{before}{until}", forgery.content)
    };
    let event = |begins: &str, more: More| (begins.to_owned(), more, EVENT, EVENT_BYTES);
    let inside = |begins: &str, more: More| (format!("{root}{begins}"), more, EVENT, EVENT_BYTES);
    let whole = |begins: String, more: More| (begins, more, "DOCUMENT_LIMIT", DOCUMENT_BYTES);
    let x: More = |_| "x".to_owned();
    let bombs: Vec<(String, More, &'static str, usize)> = vec![
        event("", |_| " ".to_owned()),
        event("<", x),
        event("<?xml ", x),
        event("<?", x),
        event("<!--", x),
        event("<!DOCTYPE ", x),
        event("<!DOCTYPE x [", |n| {
            format!("<!ENTITY e{n} \"&e{};\">", n - 1)
        }),
        inside("", x),
        inside("<", x),
        inside("</", x),
        inside("&", x),
        inside("&#", |_| "0".to_owned()),
        inside("<![CDATA[", x),
        inside("<x a=\"", x),
        inside("<x", |n| format!(" a{n}=\"1\"")),
        inside("<x", |n| format!(" xmlns:p{n}=\"urn:x\"")),
        (root.clone(), |_| "<x>".to_owned(), DEPTH, CHUNK_BYTES),
        (
            root.clone(),
            |n| format!("<x Id=\"n{n}\"/>"),
            "ID_LIMIT",
            300_000,
        ),
        whole(root.clone(), |_| "<x/>".to_owned()),
        whole(root.clone(), |_| "&amp;".to_owned()),
        whole(root.clone(), |n| {
            format!("<a{n}>&#{};</a{n}>", 32 + n % 1000)
        }),
        whole(format!("{root}<Header><MessageId>"), |_| "&#48;".to_owned()),
        whole(forgery.content.clone(), |n| {
            format!("<Entry><LineNumber>{n}</LineNumber></Entry>")
        }),
        event(&forgery.unsealed(), |_| "\n".to_owned()),
        (
            in_signature("<ds:X509Data>"),
            |_| "<ds:X509Certificate/>".to_owned(),
            SIGNATURE,
            2 * EVENT_BYTES,
        ),
        (
            in_signature("<ds:X509Data>"),
            |_| "&#32;".to_owned(),
            SIGNATURE,
            2 * EVENT_BYTES,
        ),
        (
            in_signature("<ds:X509Certificate>"),
            |_| "A".to_owned(),
            SIGNATURE,
            2 * EVENT_BYTES,
        ),
    ];
    bombs
        .into_iter()
        .map(|(begins, more, expected, bytes)| Bomb {
            given_max: begins.len() + bytes + 2 * CHUNK_BYTES,
            begins,
            more,
            expected,
        })
        .collect()
}

#[test]
fn endless_documents_are_refused_early() {
    let victim = Victim::new(Kind::Acknowledgement);
    let mut policy = victim.policy();
    policy.limits.event_bytes = u64::try_from(EVENT_BYTES).unwrap();
    policy.limits.document_bytes = u64::try_from(DOCUMENT_BYTES).unwrap();
    let mut wrong = Vec::new();
    for bomb in bombs(&victim) {
        let name = format!("{}{}…", shortened(&bomb.begins), (bomb.more)(7));
        let source = Endless {
            waiting: bomb.begins.into_bytes(),
            at: 0,
            round: 0,
            more: bomb.more,
            given: 0,
            given_max: bomb.given_max,
        };
        match victim.kind.read(source, &policy) {
            Err(ReadError::Refused(refusal)) if refusal.code == bomb.expected => {}
            other => wrong.push(format!("{name}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn shortened(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(60);
    text.chars().skip(skipped).collect()
}

/// Runs a test of this file in a process of its own that may map so much memory.
fn passes_within(test: &str, kibibytes: u32) -> bool {
    let program = std::env::current_exe().unwrap();
    let test = format!("{}::{test}", module_path!().split_once("::").unwrap().1);
    let output = Command::new("sh")
        .args([
            "-c",
            &format!("ulimit -v {kibibytes} && exec \"$0\" \"$@\""),
        ])
        .arg(program)
        .args(["--exact", &test, "--test-threads=1"])
        // Each arena of the allocator would reserve 64 MiB.
        .env("MALLOC_ARENA_MAX", "1")
        // Whoever has no memory left cannot draw a backtrace, and hangs trying.
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    output.status.success() && said.contains("1 passed")
}

#[test]
fn endless_documents_fit_into_little_memory() {
    assert!(passes_within(
        "endless_documents_are_refused_early",
        MEMORY_KIBIBYTES
    ));
}

#[test]
fn a_reader_that_takes_much_memory_would_be_found_out() {
    assert!(!passes_within("much_memory_can_be_had", MEMORY_KIBIBYTES));
}

/// Of address space, the program and its libraries included.
const MEMORY_KIBIBYTES: u32 = 128 * 1024;

#[test]
fn much_memory_can_be_had() {
    let mut much: Vec<u8> = Vec::new();
    assert!(much.try_reserve(64 * 1024 * 1024).is_ok());
}
