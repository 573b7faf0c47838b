//! What an operator is offered when no rule decides.

use crate::domain::matching::{
    Candidate, Clue, Evidence, MatchReason, SUGGESTIONS_MAX, Standing, Suggestion, Verdict,
};

/// How far registration and payment may lie apart to speak for each other, in days: the term in
/// which a card is to be issued (OUG 97/2005, art. 15 (5)).
const NEAR_DAYS: u64 = 30;

/// Offers the candidates that share a key with the movement, the likeliest first; without any,
/// the movement waits, for `reason` or for want of a key.
pub(crate) fn offer(
    evidence: &Evidence<'_>,
    candidates: &[Candidate<'_>],
    reason: MatchReason,
) -> Verdict {
    let mut offered: Vec<Suggestion> = candidates
        .iter()
        .filter(|candidate| candidate.standing() != Standing::NotYet)
        .map(|candidate| (candidate, clues(evidence, candidate)))
        .filter(|(_, clues)| clues.iter().any(|clue| is_key(*clue)))
        .map(|(candidate, clues)| Suggestion {
            application: candidate.application,
            score: score(&clues),
            clues,
        })
        .collect();
    if offered.is_empty() {
        return Verdict::Unmatched {
            reason: missed(evidence),
        };
    }
    offered.sort_by_key(|one| (std::cmp::Reverse(one.score), one.application));
    offered.truncate(SUGGESTIONS_MAX);
    Verdict::Suggest {
        candidates: offered,
        reason,
    }
}

/// Tells what was looked for in vain.
fn missed(evidence: &Evidence<'_>) -> MatchReason {
    if !evidence.typed_references().is_empty() {
        MatchReason::ReferenceUnknown
    } else if evidence.speaks_of_another_person {
        MatchReason::OtherPersonSuspected
    } else {
        MatchReason::ReferenceMissing
    }
}

fn clues(evidence: &Evidence<'_>, candidate: &Candidate<'_>) -> Vec<Clue> {
    let has = |references: &[&str]| {
        candidate
            .reference
            .is_some_and(|own| references.contains(&own))
    };
    let owes = candidate.owes();
    let apart = candidate
        .opened_on
        .signed_duration_since(evidence.booked_on)
        .num_days()
        .unsigned_abs();
    [
        (has(&evidence.typed_references()), Clue::Reference),
        (
            evidence.application_numbers.contains(&candidate.number),
            Clue::ApplicationNumber,
        ),
        (has(&evidence.repaired_references), Clue::RepairedReference),
        (has(&evidence.slipped_references), Clue::SlippedReference),
        (evidence.people.contains(&candidate.person), Clue::Person),
        (candidate.name_is_alike, Clue::Name),
        (evidence.payer == Some(candidate.person), Clue::Payer),
        (owes == Some(evidence.amount), Clue::Amount),
        (apart <= NEAR_DAYS, Clue::Date),
        (candidate.chosen_before, Clue::ChosenBefore),
        (owes.is_none(), Clue::NothingOwed),
    ]
    .into_iter()
    .filter_map(|(there, clue)| there.then_some(clue))
    .collect()
}

/// Whether a clue points at one person or application; amount and date fit too many.
const fn is_key(clue: Clue) -> bool {
    !matches!(clue, Clue::Amount | Clue::Date | Clue::NothingOwed)
}

fn score(clues: &[Clue]) -> u8 {
    let points: i16 = clues.iter().map(|clue| clue.points()).sum();
    u8::try_from(points.clamp(0, 100)).unwrap_or(0)
}
