//! Every byte of a document changed, left out, doubled and cut at.

use std::fmt::Write as _;
use std::ops::Range;

use crate::bureau::refusal::ReadError;
use crate::bureau::tests::attacks::forgery::{canonical, element};
use crate::bureau::tests::attacks::lies_within;
use crate::bureau::tests::attacks::victims::{Kind, Victim};
use crate::random::Random;
use crate::xmldsig::content::{ContentFault, ContentReader, Element};
use crate::xmldsig::trust::TrustPolicy;
use crate::xmldsig::verify::{Verified, verify};

/// Writes down what a reader of the content is shown.
#[derive(Default, Eq, PartialEq)]
struct Transcript(String);

impl ContentReader for Transcript {
    fn start(&mut self, element: &Element<'_>) -> Result<(), ContentFault> {
        let (namespace, name) = (element.namespace(), element.local_name());
        write!(self.0, "<{{{namespace}}}{name}").unwrap();
        for attribute in element.attributes() {
            let (name, value) = (attribute.local_name, attribute.value);
            write!(self.0, " {{{}}}{name}={value:?}", attribute.namespace).unwrap();
        }
        self.0.push('>');
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), ContentFault> {
        self.0.push_str(text);
        Ok(())
    }

    fn end(&mut self, namespace: &str, local_name: &str) -> Result<(), ContentFault> {
        write!(self.0, "</{{{namespace}}}{local_name}>").unwrap();
        Ok(())
    }
}

/// What stays the same in every document that is accepted.
fn meaning(document: &[u8], policy: &TrustPolicy) -> (Transcript, Verified) {
    let mut transcript = Transcript::default();
    let verified = verify(document, policy, &mut transcript).expect("accepted before");
    let verified = Verified {
        sha256: [0; 32],
        size_bytes: 0,
        ..verified
    };
    (transcript, verified)
}

/// The canonical form without the signature.
fn signed_content(document: &[u8]) -> String {
    let canonical = canonical(str::from_utf8(document).unwrap());
    let canonical = String::from_utf8(canonical).unwrap();
    let signature = element(&canonical, "<ds:Signature ").to_owned();
    canonical.replacen(&signature, "", 1)
}

/// Ways to change one byte.
#[derive(Clone, Copy, Debug)]
enum Change {
    FlipOneBit,
    LeaveOut,
    PutSpaceBefore,
    PutOtherBefore,
}

impl Change {
    fn of(self, document: &[u8], place: usize, random: &Random) -> Vec<u8> {
        let mut changed = document.to_vec();
        match self {
            Self::FlipOneBit => changed[place] ^= 1 << random.below(8),
            Self::LeaveOut => drop(changed.remove(place)),
            Self::PutSpaceBefore => changed.insert(place, b' '),
            Self::PutOtherBefore => {
                changed.insert(place, u8::try_from(random.below(256)).unwrap());
            }
        }
        changed
    }
}

/// A valid document with all that a changed one is compared with.
struct Original {
    victim: Victim,
    policy: TrustPolicy,
    meaning: (Transcript, Verified),
    signed_content: String,
}

impl Original {
    fn of(victim: Victim) -> Self {
        let document = victim.document.as_bytes();
        Self {
            policy: victim.policy(),
            meaning: meaning(document, &victim.policy()),
            signed_content: signed_content(document),
            victim,
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        Victim::all().map(Self::of)
    }

    fn bytes(&self) -> &[u8] {
        self.victim.document.as_bytes()
    }

    /// Requires that a changed document is refused, at a place that it has, or means the same.
    /// Tells whether it was accepted.
    fn is_accepted_alike(&self, changed: &[u8], what: &str) -> bool {
        match self.victim.kind.read(changed, &self.policy) {
            Ok(()) => {
                assert!(meaning(changed, &self.policy) == self.meaning, "{what}");
                assert_eq!(signed_content(changed), self.signed_content, "{what}");
                true
            }
            Err(ReadError::Refused(refusal)) => {
                assert!(lies_within(&refusal, changed), "{what}: {refusal}");
                false
            }
            Err(error) => panic!("{what}: {error}"),
        }
    }
}

/// How many changes at these places were accepted because they mean nothing.
fn accepted(
    original: &Original,
    change: Change,
    places: impl Iterator<Item = usize>,
) -> (usize, usize) {
    let random = Random::seeded(11);
    let mut counts = (0, 0);
    for place in places {
        let changed = change.of(original.bytes(), place, &random);
        let what = format!("{change:?} at {place}");
        counts.0 += usize::from(original.is_accepted_alike(&changed, &what));
        counts.1 += 1;
    }
    counts
}

/// Changes every byte of the smallest document, and some of each other.
fn change_all(change: Change) -> Vec<(usize, usize)> {
    let of_kind = |kind: Kind| {
        let original = Original::of(Victim::new(kind));
        let step = match (kind, change) {
            // Those that are accepted cost much.
            (_, Change::PutSpaceBefore) => 7,
            (Kind::Receipt, _) => 1,
            (Kind::Order | Kind::Acknowledgement, _) => 5,
        };
        let places = (0..original.bytes().len()).step_by(step);
        accepted(&original, change, places)
    };
    Kind::ALL.map(of_kind).into()
}

#[test]
fn a_bit_changed_anywhere_is_refused_or_means_nothing() {
    for (accepted, _) in change_all(Change::FlipOneBit) {
        assert!(accepted < 20, "{accepted}");
    }
}

#[test]
fn a_byte_left_out_anywhere_is_refused_or_means_nothing() {
    for (accepted, _) in change_all(Change::LeaveOut) {
        assert!(accepted < 20, "{accepted}");
    }
}

#[test]
fn a_byte_put_in_anywhere_is_refused_or_means_nothing() {
    for (accepted, _) in change_all(Change::PutOtherBefore) {
        assert!(accepted < 40, "{accepted}");
    }
}

#[test]
fn a_space_put_in_anywhere_is_refused_or_means_nothing() {
    for (accepted, tried) in change_all(Change::PutSpaceBefore) {
        // Spaces within base64 and before the end of a tag mean nothing.
        assert!(
            (tried / 4..tried / 2).contains(&accepted),
            "{accepted} of {tried}"
        );
    }
}

#[test]
fn a_document_cut_anywhere_is_refused() {
    for original in Original::all() {
        let step = if original.victim.kind == Kind::Order {
            3
        } else {
            1
        };
        for length in (0..original.bytes().len()).step_by(step) {
            let cut = &original.bytes()[..length];
            let read = original.victim.kind.read(cut, &original.policy);
            let Err(ReadError::Refused(refusal)) = read else {
                panic!("{length} bytes are not refused");
            };
            assert!(lies_within(&refusal, cut), "{length}: {refusal}");
            let expected = ["TRUNCATED", "ENCODING_FORBIDDEN", "NOT_WELL_FORMED"];
            assert!(expected.contains(&refusal.code), "{length}: {refusal}");
        }
    }
}

/// Moves, repeats and leaves out longer pieces.
#[test]
fn pieces_put_elsewhere_are_refused_or_mean_nothing() {
    for original in Original::all() {
        let random = Random::seeded(12);
        let document = original.bytes();
        for round in 0..500 {
            let piece = piece(document.len(), &random);
            let mut changed = document.to_vec();
            let taken = document[piece.clone()].to_vec();
            if random.below(2) == 0 {
                changed.drain(piece);
            }
            if random.below(3) > 0 {
                let place = below(changed.len() + 1, &random);
                changed.splice(place..place, taken);
            }
            original.is_accepted_alike(&changed, &format!("round {round}"));
        }
    }
}

fn piece(length: usize, random: &Random) -> Range<usize> {
    let start = below(length, random);
    start..(start + 1 + below(300, random)).min(length)
}

fn below(bound: usize, random: &Random) -> usize {
    usize::try_from(random.below(u64::try_from(bound).unwrap())).unwrap()
}
