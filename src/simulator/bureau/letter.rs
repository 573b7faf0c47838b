//! The documents of the bureau on their way to the gateway, and those that go astray with them.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use crate::bureau::acknowledgement::Acknowledgement;
use crate::bureau::writer::DocumentError;
use crate::simulator::bureau::forge;
use crate::simulator::bureau::misbehaviour::Misbehaviour;
use crate::simulator::bureau::papers::Papers;

/// How long after a stray document the honest one follows, or the other way round.
pub(super) const SOON: TimeDelta = TimeDelta::minutes(5);
/// How long a document is kept back so that later ones overtake it.
const OVERTAKEN: TimeDelta = TimeDelta::hours(3);

/// One document on its way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Letter {
    pub(super) kind: LetterKind,
    pub(super) bytes: Bytes,
}

/// What a document is to the bureau.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum LetterKind {
    /// An acknowledgement, with the name of its copy.
    Acknowledgement(String),
    /// A shipment notice or a confirmation of erasures, with the name of its copy.
    Notice(String),
    /// A receipt or an answer that was not given on the same connection.
    Answer,
    /// What an honest bureau would not post; whether the gateway takes it does not matter.
    Stray,
}

/// The letters that carry an acknowledgement, and when they leave: the honest one, which is always
/// among them, and what the misbehaviour adds.
pub(super) fn letters_for(
    papers: &Papers,
    document: &Acknowledgement,
    copy_name: String,
    misbehaviour: Option<Misbehaviour>,
) -> Result<Vec<(DateTime<Utc>, Letter)>, DocumentError> {
    let bytes = papers.sealed(document)?;
    let stray = |bytes| Letter {
        kind: LetterKind::Stray,
        bytes,
    };
    let honest = Letter {
        kind: LetterKind::Acknowledgement(copy_name),
        bytes: bytes.clone(),
    };
    let now = document.created_at;
    let soon = now + SOON;
    Ok(match misbehaviour {
        Some(Misbehaviour::RepeatDocument) => vec![(now, honest), (soon, stray(bytes))],
        Some(Misbehaviour::ReorderDocuments) => vec![(now + OVERTAKEN, honest)],
        Some(Misbehaviour::TruncateDocument) => {
            let half = bytes.slice(..bytes.len() / 2);
            vec![(now, stray(half)), (soon, honest)]
        }
        Some(Misbehaviour::WrongSignature) => {
            let forged = papers.signed_by_stranger(document)?;
            vec![(now, stray(forged)), (soon, honest)]
        }
        Some(Misbehaviour::WrongTestFlag) => {
            let other = papers.sealed(&papers.of_other_environment(document))?;
            vec![(now, stray(other)), (soon, honest)]
        }
        Some(Misbehaviour::UnknownLine) => {
            let unknown = papers.sealed(&papers.about_unknown_order(document))?;
            vec![(now, honest), (soon, stray(unknown))]
        }
        Some(Misbehaviour::ConflictingWord) => {
            let other = papers.sealed(&papers.contradicting(document))?;
            vec![(now, honest), (soon, stray(other))]
        }
        Some(Misbehaviour::MiscountDocument) => {
            let wrong = forge::miscounted(&bytes, &papers.seal, now)?;
            vec![(now, stray(wrong.unwrap_or_default())), (soon, honest)]
        }
        // The rest has its occasion elsewhere.
        _ => vec![(now, honest)],
    })
}
