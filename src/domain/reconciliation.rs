//! What the bureau's word on a line means, given what is known of the line.
//!
//! Words are numbered per line from 1 and heard in that order: each at most once, none before
//! the one ahead of it, and none moves a state back. A state follows from evidence alone. So the
//! order in which documents arrive, and how often, changes nothing in the end.

mod counts;
mod follow;
mod forced;
pub mod money;
mod night;

use crate::coded;
use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::step::IllegalStep;

pub use counts::LineCounts;
pub use follow::catch_up;
pub use forced::{AfterForced, Said, may_be_forced, weigh};
pub use night::{Account, Difference, LineDifference, OurLine, SaidWord, compare};

/// How often a card may be made again before an operator must look at it.
pub const REMAKES_MAX: u32 = 2;

/// What is known of a line before a word on it is judged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LineKnowledge {
    /// Where the line stands.
    pub state: LineState,
    /// Where its application stands.
    pub application: ApplicationState,
    /// The number of the last word heard; 0 before the first.
    pub last_sequence: u32,
    /// The digest of the word that is already kept under the number now judged, heard or waiting.
    pub stored: Option<[u8; 32]>,
    /// How often its card had to be made again so far.
    pub remakes: u32,
}

/// One word of the bureau on a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EntryFacts {
    /// Its number, from 1.
    pub sequence: u32,
    /// The digest of what it says.
    pub hash: [u8; 32],
    /// What happened.
    pub event: LineEvent,
    /// Why, by the catalogue of reasons.
    pub reason: Option<u16>,
    /// Whether that reason belongs to the office: data or biometrics to be corrected there.
    pub office_must_act: bool,
}

coded! {
    /// Why an order or a line waits for an operator.
    pub enum HoldReason as "reason for a hold" {
        /// No such order or line was ever sent.
        UnknownOrderOrLine = "UNKNOWN_ORDER_OR_LINE",
        /// The bureau says two different things under one number.
        AcknowledgementConflict = "ACKNOWLEDGEMENT_CONFLICT",
        /// A word is missing before this one.
        SequenceGap = "SEQUENCE_GAP",
        /// The card failed too often.
        TooManyRemakes = "TOO_MANY_REMAKES",
        /// The bureau spoiled or destroyed the card and makes no other: somebody orders it anew.
        CardSpoiled = "CARD_SPOILED",
        /// What the bureau says cannot have happened to what is known.
        ImpossibleStep = "IMPOSSIBLE_STEP",
    }
}

impl HoldReason {
    /// Returns the stable number in the catalogue of reasons.
    pub const fn number(self) -> u16 {
        match self {
            Self::UnknownOrderOrLine => 108,
            Self::AcknowledgementConflict => 802,
            Self::SequenceGap => 803,
            Self::TooManyRemakes => 804,
            Self::ImpossibleStep => 807,
            Self::CardSpoiled => 809,
        }
    }
}

/// What a word means. Whatever it means, it is kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Judgement {
    /// Heard or kept before, to the letter: answered as before, nothing changes.
    Duplicate,
    /// Another word is kept under this number: an operator.
    Conflict,
    /// Its turn is past: kept, and moves nothing.
    Late,
    /// Its turn has not come: kept until the words before it have arrived.
    Waits {
        /// The first number that is missing.
        missing_from: u32,
    },
    /// Heard.
    Applies(Applied),
    /// Heard, and it cannot be: the state stays, an operator is told, later words may follow.
    Impossible(IllegalStep<LineState, LineEvent>),
    /// Heard; what two persons applied said it before, or more: nothing moves.
    Overtaken,
    /// Heard; it cannot be true together with what two persons applied: an operator is told.
    AgainstForced,
    /// About a line that was never ordered: quarantined, never thrown away.
    UnknownLine,
}

/// What a word that is heard changes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Applied {
    /// What happened to the line.
    pub line_event: LineEvent,
    /// Where the line stands now.
    pub line_state: LineState,
    /// What follows for the application, each possible after the one before; often one, or none.
    pub application_events: Vec<ApplicationEvent>,
    /// How often its card had to be made again by now.
    pub remakes: u32,
    /// Why an operator must look at it all the same.
    pub hold: Option<HoldReason>,
}

impl Judgement {
    /// Returns the number of the last word heard after this one, `last` having been it before.
    pub const fn sequence_after(&self, last: u32) -> u32 {
        match self {
            Self::Applies(_) | Self::Impossible(_) | Self::Overtaken | Self::AgainstForced => {
                last.saturating_add(1)
            }
            Self::Duplicate
            | Self::Conflict
            | Self::Late
            | Self::Waits { .. }
            | Self::UnknownLine => last,
        }
    }

    /// Returns why an operator must look at it, if one must. A gap usually closes by itself, so
    /// its hold is to be opened only when it has lasted.
    pub const fn hold(&self) -> Option<HoldReason> {
        match self {
            Self::Duplicate | Self::Late | Self::Overtaken => None,
            Self::Conflict | Self::AgainstForced => Some(HoldReason::AcknowledgementConflict),
            Self::Waits { .. } => Some(HoldReason::SequenceGap),
            Self::Applies(applied) => applied.hold,
            Self::Impossible(_) => Some(HoldReason::ImpossibleStep),
            Self::UnknownLine => Some(HoldReason::UnknownOrderOrLine),
        }
    }
}

/// Tells what a word means for the line it is about.
pub fn judge(known: Option<&LineKnowledge>, entry: &EntryFacts) -> Judgement {
    let Some(line) = known else {
        return Judgement::UnknownLine;
    };
    let next = line.last_sequence.saturating_add(1);
    match line.stored {
        Some(hash) if hash != entry.hash => Judgement::Conflict,
        // A word that waited is judged again when its turn comes.
        Some(_) if entry.sequence != next => Judgement::Duplicate,
        _ if entry.sequence < next => Judgement::Late,
        _ if entry.sequence > next => Judgement::Waits { missing_from: next },
        _ => hear(line, entry),
    }
}

/// Returns the words whose turn has come after word number `last` was heard, in their order,
/// each number once; `waiting` are the words kept for the line.
pub fn now_due(last: u32, waiting: &[EntryFacts]) -> Vec<EntryFacts> {
    let mut sorted: Vec<EntryFacts> = waiting
        .iter()
        .filter(|entry| entry.sequence > last)
        .copied()
        .collect();
    sorted.sort_by_key(|entry| entry.sequence);
    sorted.dedup_by_key(|entry| entry.sequence);
    (last..=u32::MAX)
        .skip(1)
        .zip(sorted)
        .take_while(|(turn, entry)| *turn == entry.sequence)
        .map(|(_, entry)| entry)
        .collect()
}

fn hear(line: &LineKnowledge, entry: &EntryFacts) -> Judgement {
    let event = entry.event;
    let step = if is_bureaus_word(event) {
        line.state.after(event)
    } else {
        Err(IllegalStep {
            state: line.state,
            event,
        })
    };
    let line_state = match step {
        Ok(state) => state,
        Err(illegal) => return Judgement::Impossible(illegal),
    };
    let remakes = line
        .remakes
        .saturating_add(u32::from(must_be_made_again(event)));
    // What becomes of a card that was given up is told for the record; its application goes on
    // without it.
    let was_live = line.state.is_live();
    let follows = if was_live {
        follow::what_follows(line.application, entry, line_state)
    } else {
        Some(Vec::new())
    };
    let fits = follows.is_some();
    let application_events = follows.unwrap_or_default();
    let hold = if must_be_made_again(event) && was_live && remakes > REMAKES_MAX {
        Some(HoldReason::TooManyRemakes)
    } else if was_live && is_lost_for_good(event, fits) {
        Some(HoldReason::CardSpoiled)
    } else {
        (!fits).then_some(HoldReason::ImpossibleStep)
    };
    Judgement::Applies(Applied {
        line_event: event,
        line_state,
        application_events,
        remakes,
        hold,
    })
}

/// Whether there is no card and the bureau makes no other, while its application waits for one.
const fn is_lost_for_good(event: LineEvent, fits: bool) -> bool {
    match event {
        LineEvent::CardSpoiled => true,
        LineEvent::CardDestroyed => !fits,
        _ => false,
    }
}

/// Whether the card has to be made once more because of this.
const fn must_be_made_again(event: LineEvent) -> bool {
    matches!(
        event,
        LineEvent::QualityCheckFailed | LineEvent::ParcelLost | LineEvent::ParcelDamaged
    )
}

/// Whether the bureau may say this: what the office or the gateway says has no number.
const fn is_bureaus_word(event: LineEvent) -> bool {
    !matches!(
        event,
        LineEvent::OfficeReceivedCard
            | LineEvent::OfficeHandedOver
            | LineEvent::OrderGivenUp
            | LineEvent::CardGivenUp
    )
}

#[cfg(test)]
mod tests;
