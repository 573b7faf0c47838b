//! Ways to deceive a reader, tried on a valid document of each kind.
//!
//! Each attack is such a document with one thing changed, and names the code that it must get.
//! Where the attacker is thought to hold a key, the changed document is signed again with it, so
//! that nothing but the attack itself can be at fault.

mod algorithms;
mod bombs;
mod bytes;
mod content;
mod forgery;
mod markup;
mod placement;
mod references;
mod signers;
mod victims;

use std::collections::BTreeSet;

use crate::bureau::refusal::{ContentCode, DocumentRefusal, ReadError};
use crate::bureau::tests::attacks::victims::{Kind, Victim};
use crate::xmldsig::refusal::RefusalCode;
use crate::xmldsig::trust::TrustPolicy;

/// Makes a reader's policy another one than usual.
type Amendment = Box<dyn Fn(&mut TrustPolicy)>;

/// One way to deceive a reader.
struct Attack {
    name: String,
    document: Vec<u8>,
    amendment: Option<Amendment>,
    /// The code that it must get, or [`ACCEPTED`].
    expected: &'static str,
}

/// What is expected of the harmless sibling of an attack.
const ACCEPTED: &str = "ACCEPTED";

impl Attack {
    fn new(name: impl Into<String>, expected: &'static str, document: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            document: document.into(),
            amendment: None,
            expected,
        }
    }

    /// The same on a reader with another policy.
    fn on(mut self, amend: impl Fn(&mut TrustPolicy) + 'static) -> Self {
        self.amendment = Some(Box::new(amend));
        self
    }

    /// What is wrong with the answer that the attack gets.
    fn fault(&self, victim: &Victim) -> Option<String> {
        let mut policy = victim.policy();
        if let Some(amend) = &self.amendment {
            amend(&mut policy);
        }
        let answer = match victim.kind.read(self.document.as_slice(), &policy) {
            Ok(()) => ACCEPTED,
            Err(ReadError::Refused(refusal)) if !lies_within(&refusal, &self.document) => {
                return Some(format!("{}: {refusal}, which is outside", self.name));
            }
            Err(ReadError::Refused(refusal)) => refusal.code,
            Err(error) => panic!("{}: {error}", self.name),
        };
        let (name, expected) = (&self.name, self.expected);
        (answer != expected).then(|| format!("{name}: {answer}, not {expected}"))
    }
}

/// Whether a refusal tells of a place that the document has; the end is one.
fn lies_within(refusal: &DocumentRefusal, document: &[u8]) -> bool {
    let Some(line) = usize::try_from(refusal.line)
        .ok()
        .and_then(|n| n.checked_sub(1))
    else {
        return false;
    };
    let found = document.split(|byte| *byte == b'\n').nth(line);
    found.is_some_and(|line| {
        u64::try_from(line.len() + 1).is_ok_and(|end| (1..=end).contains(&refusal.column))
    })
}

/// A family of attacks.
type Family = fn(&Victim) -> Vec<Attack>;

const FAMILIES: [(&str, Family); 8] = [
    ("placement", placement::attacks),
    ("parts", placement::parts),
    ("references", references::attacks),
    ("algorithms", algorithms::attacks),
    ("signers", signers::attacks),
    ("markup", markup::attacks),
    ("limits", bombs::attacks),
    ("content", content::attacks),
];

/// Codes that no document gets, each with its reason.
const UNREACHED: [(&str, &str); 0] = [];

/// Attacks that got another answer than they must get.
fn failures(kind: Kind) -> Vec<String> {
    let victim = Victim::new(kind);
    let faults = |(family, attacks): (&str, Family)| {
        let faults: Vec<_> = attacks(&victim)
            .iter()
            .filter_map(|attack| attack.fault(&victim))
            .map(|fault| format!("{family}: {fault}"))
            .collect();
        faults
    };
    FAMILIES.into_iter().flat_map(faults).collect()
}

#[test]
fn no_attack_on_an_order_succeeds() {
    assert_eq!(failures(Kind::Order), [""; 0]);
}

#[test]
fn no_attack_on_a_receipt_succeeds() {
    assert_eq!(failures(Kind::Receipt), [""; 0]);
}

#[test]
fn no_attack_on_an_acknowledgement_succeeds() {
    assert_eq!(failures(Kind::Acknowledgement), [""; 0]);
}

#[test]
fn every_code_is_reached_by_an_attack() {
    let mut expected = BTreeSet::new();
    for victim in Victim::all() {
        for (_, attacks) in FAMILIES {
            expected.extend(attacks(&victim).iter().map(|attack| attack.expected));
        }
    }
    let codes = RefusalCode::ALL.iter().map(|code| code.as_str());
    let codes: BTreeSet<_> = codes
        .chain(ContentCode::ALL.iter().map(|code| code.as_str()))
        .collect();
    let excused = UNREACHED.map(|(code, _)| code).into();
    let unreached: BTreeSet<_> = codes.difference(&expected).copied().collect();
    assert_eq!(unreached, excused);
}

#[test]
fn an_attack_that_succeeds_is_told() {
    let victim = Victim::all().next().unwrap();
    let unharmed = Attack::new("none", "TRUNCATED", victim.document.as_bytes());
    assert_eq!(
        unharmed.fault(&victim).as_deref(),
        Some("none: ACCEPTED, not TRUNCATED")
    );
    let refusal = |line, column| DocumentRefusal {
        code: "TRUNCATED",
        reason: 104,
        detail: String::new(),
        line,
        column,
    };
    for (line, column, expected) in [
        (1, 1, true),
        (2, 4, true),
        (3, 1, true),
        (0, 1, false),
        (1, 0, false),
        (2, 5, false),
        (4, 1, false),
    ] {
        assert_eq!(
            lies_within(&refusal(line, column), b"a\nbcd\n"),
            expected,
            "{line} {column}"
        );
    }
}
