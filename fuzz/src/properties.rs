//! What must hold for any bytes. The gateway's own tests feed the seeds to the same functions.

use std::fmt::{Debug, Write as _};
use std::io::{BufReader, Read};
use std::sync::OnceLock;

use cei_gateway::bureau::ORDER_NAMESPACE;
use cei_gateway::bureau::acknowledgement::read_acknowledgement;
use cei_gateway::bureau::letter::{LETTER_NAMESPACES, read_letter};
use cei_gateway::bureau::message::{MESSAGE_NAMESPACES, read_message};
use cei_gateway::bureau::order::read_order;
use cei_gateway::bureau::receipt::read_receipt;
use cei_gateway::channel;
use cei_gateway::channel::selfpay::notification::Notification;
use cei_gateway::domain::cnp::Cnp;
use cei_gateway::domain::names::{Name, PrintText};
use cei_gateway::xmldsig::canonical::{CanonicalizeError, canonicalize};
use cei_gateway::xmldsig::content::{ContentFault, ContentReader, Element};
use cei_gateway::xmldsig::refusal::{Refusal, RefusalCode};
use cei_gateway::xmldsig::trust::{Limits, TrustPolicy};
use cei_gateway::xmldsig::verify::{Verified, VerifyError, verify};
use openssl::sha::sha256;
use openssl::x509::X509;

/// The authority above the signer of the seeds; its key and the signer's exist no more.
const ANCHOR: &[u8] = include_bytes!("../anchor.pem");
/// When the seeds were signed.
const SIGNED_AT: &str = "2026-03-02T10:00:00Z";
/// All that the signer of the seeds ever signed.
const SIGNED: [&[u8]; 3] = [
    include_bytes!("../corpus/verifier/order"),
    include_bytes!("../corpus/verifier/receipt"),
    include_bytes!("../corpus/verifier/acknowledgement"),
];

/// Canonical XML is its own canonical form, and does not depend on how the bytes arrive.
pub fn canonicalizer(document: &[u8]) {
    let once = canonical(document);
    let mut slowly = Vec::new();
    let outcome = canonicalize(in_pieces(document), &mut slowly, &Limits::default());
    let again = canonical_outcome(outcome, slowly);
    if std::str::from_utf8(document).is_ok() {
        same(&once, &again);
    } else {
        // Markup that does not end and bytes that are no text: which is told depends on the pieces.
        assert!(once.is_err() && again.is_err());
    }
    match once {
        Ok(once) => assert_eq!(canonical(&once), Ok(once)),
        Err(refusal) => assert_lies_within(&refusal, document),
    }
}

/// A reader is shown the same of a document and of its canonical form.
pub fn reader(document: &[u8]) {
    let mut shown = Transcript::default();
    let mut slowly = Transcript::default();
    let policy = known();
    let outcome = verify(document, policy, &mut shown);
    let again = verify(BufReader::new(in_pieces(document)), policy, &mut slowly);
    assert_eq!(told(&outcome), told(&again));
    if let Err(VerifyError::Refused(refusal)) = &outcome {
        assert_lies_within(refusal, document);
        // The only thing wrong: all of the document was shown.
        if refusal.code != RefusalCode::SignatureMissing {
            return;
        }
    }
    assert_eq!(shown.0, slowly.0);
    let canonical = canonical(document).expect("a document that was read to its end");
    let mut of_canonical = Transcript::default();
    let outcome = verify(canonical.as_slice(), policy, &mut of_canonical);
    assert!(!matches!(outcome, Err(VerifyError::Read(_))));
    assert_eq!(shown.0, of_canonical.0);
}

/// A document is valid only if it is one that was signed, whatever its bytes.
pub fn verifier(document: &[u8]) {
    let policy = known();
    let mut shown = Transcript::default();
    let outcome = verify(document, policy, &mut shown);
    let again = verify(
        BufReader::new(in_pieces(document)),
        policy,
        &mut Transcript::default(),
    );
    assert_eq!(told(&outcome), told(&again));
    match outcome {
        Ok(verified) => {
            assert_eq!(verified.sha256, sha256(document));
            assert_eq!(
                verified.document_digest,
                sha256(&without_signature(document))
            );
            let was_signed = |signed: &&[u8]| is_another_writing_of(&verified, &shown, signed);
            assert!(SIGNED.iter().any(was_signed), "a forgery");
        }
        Err(VerifyError::Refused(refusal)) => assert_lies_within(&refusal, document),
        Err(error) => panic!("{error}"),
    }
}

/// Readers do not depend on how the bytes arrive, and agree on what a document is.
pub fn documents(document: &[u8]) {
    let policy = known();
    let slowly = || BufReader::new(in_pieces(document));
    let order = same(&read_order(document, policy), &read_order(slowly(), policy));
    let receipt = same(
        &read_receipt(document, policy),
        &read_receipt(slowly(), policy),
    );
    let words = same(
        &read_acknowledgement(document, policy),
        &read_acknowledgement(slowly(), policy),
    );
    let message = same(
        &read_message(document, policy),
        &read_message(slowly(), policy),
    );
    let letter = same(
        &read_letter(document, policy),
        &read_letter(slowly(), policy),
    );
    assert!(
        [order, receipt, words, letter]
            .into_iter()
            .filter(|is_one| *is_one)
            .count()
            <= 1
    );
    // There are other messages, but these two are always some.
    assert!(message || !(receipt || words));
    assert!(!(message && order));
}

/// Files of banks are read or refused, and always alike.
pub fn statements(file: &[u8]) {
    assert_eq!(channel::read(file), channel::read(file));
    if let Ok(text) = str::from_utf8(file) {
        let settlement = channel::settlement::read_settlement(text);
        assert_eq!(settlement, channel::settlement::read_settlement(text));
    }
    if let Ok(notification) = Notification::read(file) {
        assert_eq!(notification.entry(), notification.entry());
    }
}

/// What was accepted once is accepted again, unchanged.
pub fn persons(text: &[u8]) {
    const LIMIT: usize = 60;
    let Ok(text) = str::from_utf8(text) else {
        return;
    };
    if let Ok(name) = Name::parse(text, LIMIT) {
        let again = Name::parse(name.as_str(), LIMIT).expect("a name stays a name");
        assert!(again == name, "a name changes when it is read again");
        let is_zone = |letter: char| letter.is_ascii_uppercase() || letter == '<';
        assert!(
            name.mrz().chars().all(is_zone),
            "a letter that the zone does not have"
        );
    }
    if let Ok(printed) = PrintText::parse(text, LIMIT) {
        let again = PrintText::parse(printed.as_str(), LIMIT).expect("a text stays a text");
        assert!(again == printed, "a text changes when it is read again");
    }
    if let Ok(cnp) = Cnp::parse(text) {
        assert_eq!(cnp.as_str(), text);
        if let (Some(birth_on), Some(_)) = (cnp.birth_on(), cnp.sex()) {
            assert_eq!(cnp.valid_on(birth_on), Ok(()));
        }
    }
}

/// Trusts the authority of the seeds.
fn known() -> &'static TrustPolicy {
    static KNOWN: OnceLock<TrustPolicy> = OnceLock::new();
    KNOWN.get_or_init(|| policy(ANCHOR))
}

/// Trusts an authority, for all kinds of documents, when the seeds were signed.
pub fn policy(anchor: &[u8]) -> TrustPolicy {
    let anchors = X509::stack_from_pem(anchor).expect("certificates");
    let at = SIGNED_AT.parse().expect("an instant");
    let mut policy = TrustPolicy::new(anchors, ORDER_NAMESPACE, at);
    let others = MESSAGE_NAMESPACES.iter().chain(&LETTER_NAMESPACES);
    let others = others.chain(&["urn:a", "urn:b"]);
    let others = others.map(|&namespace| namespace.to_owned());
    policy.allowed_namespaces.extend(others);
    policy
}

fn canonical(document: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut out = Vec::new();
    let outcome = canonicalize(document, &mut out, &Limits::default());
    canonical_outcome(outcome, out)
}

fn canonical_outcome(
    outcome: Result<(), CanonicalizeError>,
    out: Vec<u8>,
) -> Result<Vec<u8>, Refusal> {
    match outcome {
        Ok(()) => Ok(out),
        Err(CanonicalizeError::Refused(refusal)) => Err(refusal),
        Err(error) => panic!("{error}"),
    }
}

/// The canonical form with the signature cut out of it: what was signed, by another way than the
/// verifier's.
fn without_signature(document: &[u8]) -> Vec<u8> {
    let canonical = canonical(document).expect("a verified document");
    let canonical = String::from_utf8(canonical).expect("UTF-8");
    // Any prefix will do; what it is bound to was verified.
    let end = "Signature>";
    let until = canonical.rfind(end).expect("a signature") + end.len();
    let (before, after) = canonical.split_at(until);
    let tag = before
        .rfind("</")
        .map(|at| before.split_at(at + 2).1)
        .expect("an end tag");
    let opening = format!("<{}", tag.trim_end_matches('>'));
    // `Signature ` and `SignatureMethod`, `SignatureValue` begin alike.
    let from = before.find(&format!("{opening} ")).expect("a start tag");
    let (content, _) = before.split_at(from);
    format!("{content}{after}").into_bytes()
}

fn is_another_writing_of(verified: &Verified, shown: &Transcript, signed: &[u8]) -> bool {
    let mut original = Transcript::default();
    let honest = verify(signed, known(), &mut original).expect("a seed that is valid");
    honest.document_digest == verified.document_digest
        && honest.signed_at == verified.signed_at
        && honest.certificate_sha256 == verified.certificate_sha256
        && original.0 == shown.0
}

/// What a verdict says, to be compared.
fn told(outcome: &Result<Verified, VerifyError>) -> String {
    format!("{outcome:?}")
}

/// Requires that both outcomes are the same; tells whether it is a success.
fn same<T: Debug, E: Debug>(one: &Result<T, E>, other: &Result<T, E>) -> bool {
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
    one.is_ok()
}

fn assert_lies_within(refusal: &Refusal, document: &[u8]) {
    let line = usize::try_from(refusal.line).expect("a line");
    let found = document.split(|byte| *byte == b'\n').nth(line - 1);
    let length = found
        .unwrap_or_else(|| panic!("no such line: {refusal}"))
        .len();
    let column = usize::try_from(refusal.column).expect("a column");
    assert!(
        (1..=length + 1).contains(&column),
        "no such column: {refusal}"
    );
}

/// Gives few bytes at a time; how many depends on the document, so that a finding is repeatable.
fn in_pieces(bytes: &[u8]) -> Pieces<'_> {
    Pieces {
        bytes,
        width: 1 + bytes.len() % 13,
    }
}

struct Pieces<'a> {
    bytes: &'a [u8],
    width: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let width = self.width.min(out.len());
        let Some(room) = out.get_mut(..width) else {
            return Ok(0);
        };
        self.bytes.read(room)
    }
}

/// Writes down what a reader of the content is shown.
#[derive(Default)]
struct Transcript(String);

impl Transcript {
    fn tell(&mut self, what: std::fmt::Arguments<'_>) {
        self.0.write_fmt(what).expect("memory");
    }
}

impl ContentReader for Transcript {
    fn start(&mut self, element: &Element<'_>) -> Result<(), ContentFault> {
        let mut attributes: Vec<_> = element
            .attributes()
            .map(|attribute| (attribute.namespace, attribute.local_name, attribute.value))
            .collect();
        attributes.sort_unstable();
        let (namespace, name) = (element.namespace(), element.local_name());
        self.tell(format_args!("<{namespace:?} {name} {attributes:?}>"));
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ContentFault> {
        // Pieces of one text may be cut elsewhere.
        for letter in text.chars() {
            self.tell(format_args!("{}", letter.escape_debug()));
        }
        Ok(())
    }

    fn end(&mut self, namespace: &str, local_name: &str) -> Result<(), ContentFault> {
        self.tell(format_args!("</{namespace:?} {local_name}>"));
        Ok(())
    }
}
