//! How the bureau's own words relate to a word that two persons applied.
//!
//! A forced word bears no number: the bureau numbers what it says in documents, and nobody can know
//! under which number it will say, or has said, what it told on the telephone. So a forced word moves
//! the line and leaves the numbering alone, and every numbered word that comes in its turn afterwards
//! is held against it:
//!
//! - it says the same: it *confirms*, as a duplicate does; nothing moves;
//! - it stands before it on the card's way, as `IN_PRODUCTION` before `PRODUCED`: it comes late;
//! - it follows from where the forced word has led the line: it is heard as ever, and confirms;
//! - else it *contradicts*: an operator is asked, and nothing that stands is overwritten.

use crate::domain::acknowledgement::{LineEvent, LineState};

/// What a word says, without its number and its time: those differ between a call and a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Said<'a> {
    /// What happened.
    pub event: LineEvent,
    /// Why.
    pub reason: Option<i64>,
    /// The card's number.
    pub document_number: Option<&'a str>,
    /// The consignment's number.
    pub consignment: Option<&'a str>,
}

/// What a numbered word is to the forced ones.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AfterForced {
    /// It says what so many of the first forced words say, the last of them being the same; the
    /// bureau's own words lead to this state now.
    Confirms(usize, LineState),
    /// It comes before the first forced word on the way; the bureau's own words lead to this state.
    Before(LineState),
    /// It follows from the forced words.
    Follows,
    /// It cannot be true together with them.
    Contradicts,
}

/// Whether two persons may apply this for the bureau: its words, but for the one that ends the
/// keeping of images, which needs its signature.
pub const fn may_be_forced(event: LineEvent) -> bool {
    !matches!(
        event,
        LineEvent::BiometricsErased
            | LineEvent::OfficeReceivedCard
            | LineEvent::OfficeHandedOver
            | LineEvent::OrderGivenUp
    )
}

/// Holds a word against the forced ones that the bureau has not confirmed yet. `told` is where its
/// own words have led the line, `line` where the line stands.
pub fn weigh(
    line: LineState,
    told: LineState,
    forced: &[Said<'_>],
    word: &Said<'_>,
) -> AfterForced {
    let mut reached = told;
    for (said, count) in forced.iter().zip(1..) {
        reached = reached.after(said.event).unwrap_or(reached);
        if said.event == word.event {
            return if agrees(said, word) {
                AfterForced::Confirms(count, reached)
            } else {
                AfterForced::Contradicts
            };
        }
    }
    if let Some(state) = forced
        .first()
        .and_then(|first| before(told, first.event, word.event))
    {
        return AfterForced::Before(state);
    }
    if line.after(word.event).is_ok() {
        AfterForced::Follows
    } else {
        AfterForced::Contradicts
    }
}

/// Whether two words say the same; what one leaves out it does not deny.
fn agrees(one: &Said<'_>, other: &Said<'_>) -> bool {
    fn same<T: PartialEq>(one: Option<T>, other: Option<T>) -> bool {
        one.zip(other).is_none_or(|(one, other)| one == other)
    }
    same(one.reason, other.reason)
        && same(one.document_number, other.document_number)
        && same(one.consignment, other.consignment)
}

/// The state after `word`, if it stands before `forced` on the way of every card. Before an end only
/// that the line was read: whoever accepts what was told as refused may make the card.
fn before(told: LineState, forced: LineEvent, word: LineEvent) -> Option<LineState> {
    let goal = told.after(forced).ok()?;
    let is_on_the_way = match word {
        LineEvent::LineReceived => true,
        LineEvent::LineAccepted | LineEvent::ProductionBegun => goal.is_live(),
        _ => false,
    };
    let state = told.after(word).ok()?;
    (is_on_the_way && state.after(forced) == Ok(goal)).then_some(state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use {AfterForced::*, LineEvent::*, LineState::*};

    fn said(event: LineEvent) -> Said<'static> {
        Said {
            event,
            reason: None,
            document_number: None,
            consignment: None,
        }
    }

    #[test]
    fn the_same_word_confirms_and_what_stands_before_it_comes_late() {
        let forced = [said(CardMade)];
        let weighed = |told, word| weigh(Produced, told, &forced, &said(word));
        assert_eq!(weighed(Accepted, CardMade), Confirms(1, Produced));
        assert_eq!(weighed(Accepted, ProductionBegun), Before(InProduction));
        assert_eq!(weighed(InProduction, CardMade), Confirms(1, Produced));
    }

    #[test]
    fn what_follows_from_the_forced_word_is_heard() {
        let forced = [said(CardMade)];
        for word in [ParcelShipped, QualityCheckFailed, BiometricsErased] {
            assert_eq!(
                weigh(Produced, Accepted, &forced, &said(word)),
                Follows,
                "{word}"
            );
        }
        // The office has scanned the card meanwhile.
        let shipped = [said(CardMade), said(ParcelShipped)];
        let weighed = weigh(AtOffice, Accepted, &shipped, &said(ParcelShipped));
        assert_eq!(weighed, Confirms(2, Shipped));
    }

    #[test]
    fn a_contradiction_is_told() {
        for (line, told, forced, word) in [
            (Produced, Accepted, CardMade, LineRejected),
            (Produced, Accepted, CardMade, LineCancelled),
            (Rejected, Placed, LineRejected, LineAccepted),
            (Rejected, Accepted, LineRejected, ProductionBegun),
            (Cancelled, Accepted, LineCancelled, CardMade),
        ] {
            let weighed = weigh(line, told, &[said(forced)], &said(word));
            assert_eq!(weighed, Contradicts, "{forced} then {word}");
        }
        let weighed = weigh(Rejected, Placed, &[said(LineRejected)], &said(LineReceived));
        assert_eq!(weighed, Before(Received));
    }

    #[test]
    fn another_number_on_the_card_contradicts_and_a_missing_one_does_not() {
        let forced = Said {
            document_number: Some("CJ000001"),
            ..said(CardMade)
        };
        let other = Said {
            document_number: Some("CJ000002"),
            ..said(CardMade)
        };
        let weighed = |word: &Said<'_>| weigh(Produced, Accepted, &[forced], word);
        assert_eq!(weighed(&other), Contradicts);
        assert_eq!(weighed(&forced), Confirms(1, Produced));
        assert_eq!(weighed(&said(CardMade)), Confirms(1, Produced));
    }

    #[test]
    fn whatever_is_weighed_the_told_state_follows_from_its_own_words() {
        for told in LineState::ALL {
            for forced in LineEvent::ALL {
                let Ok(line) = told.after(*forced) else {
                    continue;
                };
                for word in LineEvent::ALL {
                    match weigh(line, *told, &[said(*forced)], &said(*word)) {
                        Confirms(count, state) => {
                            assert_eq!((count, state, word), (1, line, forced));
                        }
                        Before(state) => {
                            assert_eq!(told.after(*word), Ok(state));
                            assert_eq!(state.after(*forced), Ok(line));
                        }
                        Follows => assert!(line.after(*word).is_ok()),
                        Contradicts => assert!(line.after(*word).is_err()),
                    }
                }
            }
        }
    }
}
