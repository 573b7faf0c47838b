//! When a suggestion may be followed for many payments at once, without somebody looking at each.

use crate::domain::id::ApplicationId;
use crate::domain::matching::{Clue, MatchReason, Suggestion, Verdict};
use crate::domain::money::Money;

/// How sure somebody wants to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sureness {
    /// As sure as the rules that tie money by themselves.
    ByRule,
    /// The only candidate, with at least this score, and nothing that speaks against it.
    OnlyCandidate {
        /// The score, 0 to 100.
        at_least: u8,
    },
}

/// The scores that may be asked for: a name, the amount and the date are the least.
pub const SCORES: [u8; 3] = [90, 75, 60];

/// Why money is not tied without somebody looking at it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Doubt {
    /// Nothing points at an application.
    NoCandidate,
    /// More than one application may be meant, or one sum may be for several.
    Several,
    /// The text speaks of somebody else.
    AnotherPerson,
    /// A reference was typed that no application has yet.
    ReferenceUnknown,
    /// The amount is not what is still owed.
    Amount,
    /// Registration and payment lie too far apart.
    Date,
    /// The score is lower than was asked for.
    Score(u8),
    /// Only a candidate, where a rule was asked for.
    NoRule,
    /// An operator has undone the same tie before.
    Undone,
}

/// The application whose fee the money pays, where that is sure enough; never one of several.
pub fn sure(verdict: &Verdict, wanted: Sureness) -> Result<ApplicationId, Doubt> {
    match verdict {
        Verdict::Match {
            application,
            excess: Money::ZERO,
            ..
        } => Ok(*application),
        Verdict::Match { .. } | Verdict::Partial { .. } | Verdict::RefundCandidate { .. } => {
            Err(Doubt::Amount)
        }
        Verdict::Suggest { candidates, reason } => {
            let only = only(candidates, *reason)?;
            match wanted {
                Sureness::ByRule => Err(Doubt::NoRule),
                Sureness::OnlyCandidate { at_least } if only.score < at_least => {
                    Err(Doubt::Score(only.score))
                }
                Sureness::OnlyCandidate { .. } => Ok(only.application),
            }
        }
        Verdict::Unmatched {
            reason: MatchReason::ReferenceUnknown,
        } => Err(Doubt::ReferenceUnknown),
        _ => Err(Doubt::NoCandidate),
    }
}

/// The only candidate, if nothing speaks against it.
fn only(candidates: &[Suggestion], reason: MatchReason) -> Result<&Suggestion, Doubt> {
    let [only] = candidates else {
        return Err(if candidates.is_empty() {
            Doubt::NoCandidate
        } else {
            Doubt::Several
        });
    };
    match reason {
        MatchReason::SeveralCandidates => return Err(Doubt::Several),
        // Who is named as the beneficiary is that other person.
        MatchReason::OtherPersonSuspected if !only.clues.contains(&Clue::Name) => {
            return Err(Doubt::AnotherPerson);
        }
        // Its application may yet come: nothing else may claim the money.
        MatchReason::ReferenceUnknown => return Err(Doubt::ReferenceUnknown),
        _ => (),
    }
    let speaks_against = only.clues.iter().any(|clue| clue.points() < 0);
    if speaks_against || !only.clues.contains(&Clue::Amount) {
        return Err(Doubt::Amount);
    }
    if !only.clues.contains(&Clue::Date) {
        return Err(Doubt::Date);
    }
    Ok(only)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::matching::MatchRule;

    const LIKELY: Sureness = Sureness::OnlyCandidate { at_least: 60 };

    fn id(number: u128) -> ApplicationId {
        ApplicationId(Uuid::from_u128(number))
    }

    fn one(number: u128, clues: &[Clue]) -> Suggestion {
        let points: i16 = clues.iter().map(|clue| clue.points()).sum();
        Suggestion {
            application: id(number),
            score: u8::try_from(points.clamp(0, 100)).unwrap(),
            clues: clues.to_vec(),
        }
    }

    fn suggested(candidates: Vec<Suggestion>, reason: MatchReason) -> Verdict {
        Verdict::Suggest { candidates, reason }
    }

    const NAMED: &[Clue] = &[Clue::Name, Clue::Amount, Clue::Date];

    #[test]
    fn the_only_candidate_is_followed_from_the_score_that_was_asked_for() {
        let verdict = suggested(vec![one(1, NAMED)], MatchReason::ReferenceMissing);
        assert_eq!(sure(&verdict, LIKELY), Ok(id(1)));
        let high = Sureness::OnlyCandidate { at_least: 75 };
        assert_eq!(sure(&verdict, high), Err(Doubt::Score(60)));
        assert_eq!(sure(&verdict, Sureness::ByRule), Err(Doubt::NoRule));
    }

    #[test]
    fn nothing_ambiguous_is_followed_however_likely() {
        let sure_of = |verdict| sure(&verdict, Sureness::OnlyCandidate { at_least: 0 });
        let all = &[
            Clue::RepairedReference,
            Clue::Person,
            Clue::Name,
            Clue::Amount,
            Clue::Date,
        ];
        let missing = MatchReason::ReferenceMissing;
        let two = vec![one(1, all), one(2, NAMED)];
        assert_eq!(sure_of(suggested(two, missing)), Err(Doubt::Several));
        for (reason, doubt) in [
            (MatchReason::SeveralCandidates, Doubt::Several),
            (MatchReason::ReferenceUnknown, Doubt::ReferenceUnknown),
        ] {
            assert_eq!(sure_of(suggested(vec![one(1, all)], reason)), Err(doubt));
        }
        assert_eq!(
            sure_of(suggested(Vec::new(), missing)),
            Err(Doubt::NoCandidate)
        );
    }

    #[test]
    fn the_other_person_of_whom_a_text_speaks_may_be_the_one_it_names() {
        let suspected = MatchReason::OtherPersonSuspected;
        let payers_own = &[Clue::Person, Clue::Amount, Clue::Date];
        let verdict = suggested(vec![one(1, payers_own)], suspected);
        assert_eq!(sure(&verdict, LIKELY), Err(Doubt::AnotherPerson));
        let verdict = suggested(vec![one(1, NAMED)], suspected);
        assert_eq!(sure(&verdict, LIKELY), Ok(id(1)));
    }

    #[test]
    fn no_clue_may_speak_against_it() {
        let missing = MatchReason::ReferenceMissing;
        for (clues, doubt) in [
            (&[Clue::Person, Clue::Name, Clue::Date][..], Doubt::Amount),
            (
                &[Clue::Person, Clue::Name, Clue::Date, Clue::NothingOwed],
                Doubt::Amount,
            ),
            (&[Clue::Person, Clue::Name, Clue::Amount], Doubt::Date),
        ] {
            let verdict = suggested(vec![one(1, clues)], missing);
            assert_eq!(sure(&verdict, LIKELY), Err(doubt), "{clues:?}");
        }
    }

    #[test]
    fn what_a_rule_would_tie_is_sure_to_the_ban() {
        let tied = |excess| Verdict::Match {
            application: id(1),
            rule: MatchRule::Person,
            excess,
        };
        assert_eq!(sure(&tied(Money::ZERO), Sureness::ByRule), Ok(id(1)));
        assert_eq!(sure(&tied(Money::ZERO), LIKELY), Ok(id(1)));
        let more = tied(Money::from_bani(1));
        assert_eq!(sure(&more, Sureness::ByRule), Err(Doubt::Amount));
    }
}
