//! Which fee a movement of money pays.
//!
//! A ladder: the first rule that leads to exactly one open application wins, tolerance is zero,
//! and the amount alone is never a key. Everything else goes to an operator with the likeliest
//! candidates, or waits.
//!
//! 1. Seen before: settled by the movement's key when it is recorded, before this is asked.
//! 2. The reference in its own field; 3. the one reference in the text.
//! 4. The right reference with another amount: tied all the same; no card while short.
//! 5. The one person named, with one open application and the exact amount, where nothing speaks
//!    of somebody else (a switch).
//! 6. The one application number, with the exact amount.
//! 7. Mended references, names, past choices: suggestions only.
//! 8. Several references or persons, or a multiple of the fee: one sum for several; an operator.
//! 9. Nothing: it waits, and is offered again.
//!
//! The same function serves both ways round. When a payment arrives, its keys lead to
//! applications and it is judged. When an application opens (or owes again after a reversal), its
//! keys lead to the payments that wait, and each of them is judged with *all* its candidates, the
//! new one among them. So the answer does not depend on which came first.

mod balance;
mod evidence;
pub mod legs;
mod reversal;
mod suggestion;
pub mod sure;
mod verdict;

#[cfg(test)]
mod tests;

use crate::domain::money::Money;

pub use balance::{application_after, fee_after};
use evidence::Standing;
pub use evidence::{Candidate, EarlierPayment, Evidence, Known, Movement, PersonKey};
pub use verdict::{Clue, MatchReason, MatchRule, Suggestion, Verdict};

/// How many candidates an operator is offered at most.
pub const SUGGESTIONS_MAX: usize = 5;

/// What the ladder depends on besides the movement.
#[derive(Clone, Debug)]
pub struct MatchingRule {
    /// Whether a CNP and the exact amount are enough without a reference (rung 5).
    pub person_is_enough: bool,
    /// The fees of other documents, for telling a wrong product from a wrong amount.
    pub other_product_fees: Vec<Money>,
    /// What this document costs or cost, by any tariff: an amount that is one of these and short
    /// is the price of another time.
    pub earlier_fees: Vec<Money>,
}

impl MatchingRule {
    /// Tells what is to be done with a movement that was not seen before.
    pub fn judge(&self, evidence: &Evidence<'_>, known: Known<'_>) -> Verdict {
        let invalid = |reason| Verdict::Invalid { reason };
        match evidence.movement {
            Movement::Charge | Movement::Debit | Movement::DebitReversed => {
                invalid(MatchReason::NotAFee)
            }
            _ if !evidence.currency_is_ron => invalid(MatchReason::OtherCurrency),
            _ if evidence.amount <= Money::ZERO => invalid(MatchReason::NotAFee),
            Movement::SettlementLot => invalid(MatchReason::SettlementLot),
            Movement::Reversal => reversal::find_undone(evidence, known.payments),
            Movement::Credit => self.place(evidence, known.applications),
        }
    }

    fn place(&self, evidence: &Evidence<'_>, candidates: &[Candidate<'_>]) -> Verdict {
        self.by_reference(evidence, candidates)
            .or_else(|| self.by_person(evidence, candidates))
            .or_else(|| by_number(evidence, candidates))
            .unwrap_or_else(|| {
                suggestion::offer(evidence, candidates, self.why(evidence, candidates))
            })
    }

    /// Rungs 2 to 4. A typed reference decides alone: while no application has it, neither the
    /// payer's CNP nor anything else may claim the money, for its application may yet come.
    fn by_reference(
        &self,
        evidence: &Evidence<'_>,
        candidates: &[Candidate<'_>],
    ) -> Option<Verdict> {
        let typed = evidence.typed_references();
        let reference = match typed.as_slice() {
            [] => return None,
            [one] => *one,
            _ => {
                let reason = MatchReason::SeveralCandidates;
                return Some(suggestion::offer(evidence, candidates, reason));
            }
        };
        let rule = if evidence.structured_reference.is_some() {
            MatchRule::StructuredReference
        } else {
            MatchRule::Reference
        };
        let reason = match only(candidates, |one| one.reference == Some(reference)) {
            Only::One(candidate) => return Some(self.tie(candidate, rule, evidence.amount)),
            Only::None => MatchReason::ReferenceUnknown,
            Only::Several => MatchReason::SeveralCandidates,
        };
        Some(suggestion::offer(evidence, candidates, reason))
    }

    /// Ties an amount to the application that its payer certainly meant.
    fn tie(&self, candidate: &Candidate<'_>, rule: MatchRule, amount: Money) -> Verdict {
        let application = candidate.application;
        match candidate.standing() {
            Standing::Owes(rest) if amount < rest => Verdict::Partial {
                application,
                rule,
                missing: rest.checked_sub(amount).unwrap_or(rest),
                reason: self.why_short(amount),
            },
            Standing::Owes(rest) => Verdict::Match {
                application,
                rule,
                excess: amount.checked_sub(rest).unwrap_or(Money::ZERO),
            },
            Standing::OwesNothing(reason) => Verdict::RefundCandidate {
                application,
                reason,
            },
            Standing::NotYet => Verdict::Unmatched {
                reason: MatchReason::ReferenceUnknown,
            },
        }
    }

    fn why_short(&self, amount: Money) -> MatchReason {
        if self.earlier_fees.contains(&amount) {
            MatchReason::OldTariff
        } else if self.other_product_fees.contains(&amount) {
            MatchReason::OtherProduct
        } else {
            MatchReason::Underpaid
        }
    }

    /// Rung 5. The only CNP anywhere is the beneficiary's, unless the text speaks of another
    /// person or something in it, though mistyped, points at another application.
    fn by_person(&self, evidence: &Evidence<'_>, candidates: &[Candidate<'_>]) -> Option<Verdict> {
        if !self.person_is_enough || evidence.speaks_of_another_person {
            return None;
        }
        let everybody = evidence.everybody();
        let [person] = everybody.as_slice() else {
            return None;
        };
        let of_person = |one: &Candidate<'_>| one.person == *person && one.owes().is_some();
        let Only::One(candidate) = only(candidates, of_person) else {
            return None;
        };
        let own_number = |number: &&str| *number == candidate.number;
        let own_reference = |reference: &&str| candidate.reference == Some(*reference);
        let nothing_else_meant = evidence.application_numbers.iter().all(own_number)
            && evidence.corrected_references().iter().all(own_reference);
        (nothing_else_meant && candidate.owes() == Some(evidence.amount)).then_some(
            Verdict::Match {
                application: candidate.application,
                rule: MatchRule::Person,
                excess: Money::ZERO,
            },
        )
    }

    /// Tells why no rung decided, the weightiest cause first.
    fn why(&self, evidence: &Evidence<'_>, candidates: &[Candidate<'_>]) -> MatchReason {
        if !evidence.corrected_references().is_empty() {
            MatchReason::ReferenceRepaired
        } else if evidence.speaks_of_another_person {
            MatchReason::OtherPersonSuspected
        } else if evidence.everybody().len() > 1 || evidence.numbers().len() > 1 {
            MatchReason::SeveralCandidates
        } else {
            self.why_not_tied(evidence, candidates)
        }
    }

    /// Tells why no rung decided although at most one person and one number are named.
    fn why_not_tied(&self, evidence: &Evidence<'_>, candidates: &[Candidate<'_>]) -> MatchReason {
        let everybody = evidence.everybody();
        let named = |one: &&Candidate<'_>| {
            everybody.contains(&one.person) || evidence.application_numbers.contains(&one.number)
        };
        let named: Vec<&Candidate<'_>> = candidates.iter().filter(named).collect();
        let mut open = named.iter().filter(|one| one.owes().is_some());
        match (open.next(), open.next(), named.as_slice()) {
            (Some(_), Some(_), _) => MatchReason::SeveralCandidates,
            (Some(one), None, _) => self.why_not_exact(one, evidence.amount),
            (None, _, [one]) => match one.standing() {
                Standing::OwesNothing(reason) => reason,
                Standing::Owes(_) | Standing::NotYet => MatchReason::ReferenceMissing,
            },
            (None, _, _) => MatchReason::ReferenceMissing,
        }
    }

    fn why_not_exact(&self, candidate: &Candidate<'_>, amount: Money) -> MatchReason {
        match candidate.owes() {
            Some(rest) if amount < rest => self.why_short(amount),
            Some(rest) if amount > rest && amount.bani() % rest.bani() == 0 => {
                MatchReason::SeveralCandidates
            }
            Some(rest) if amount > rest => MatchReason::Overpaid,
            _ => MatchReason::ReferenceMissing,
        }
    }
}

/// Rung 6. A CNP typed beside the number must be the applicant's.
fn by_number(evidence: &Evidence<'_>, candidates: &[Candidate<'_>]) -> Option<Verdict> {
    let numbers = evidence.numbers();
    let [number] = numbers.as_slice() else {
        return None;
    };
    let Only::One(candidate) = only(candidates, |one| one.number == *number) else {
        return None;
    };
    let contradicted = evidence
        .people
        .iter()
        .any(|person| *person != candidate.person);
    let corrected_otherwise = evidence
        .corrected_references()
        .iter()
        .any(|reference| candidate.reference != Some(*reference));
    if contradicted || corrected_otherwise {
        return None;
    }
    let application = candidate.application;
    match candidate.standing() {
        Standing::Owes(rest) if rest == evidence.amount => Some(Verdict::Match {
            application,
            rule: MatchRule::ApplicationNumber,
            excess: Money::ZERO,
        }),
        Standing::OwesNothing(reason) => Some(Verdict::RefundCandidate {
            application,
            reason,
        }),
        Standing::Owes(_) | Standing::NotYet => None,
    }
}

/// How many candidates a question fits.
enum Only<'c, 'a> {
    None,
    One(&'c Candidate<'a>),
    Several,
}

fn only<'c, 'a>(
    candidates: &'c [Candidate<'a>],
    fits: impl Fn(&Candidate<'a>) -> bool,
) -> Only<'c, 'a> {
    let mut fitting = candidates
        .iter()
        .filter(|one| one.standing() != Standing::NotYet && fits(one));
    match (fitting.next(), fitting.next()) {
        (None, _) => Only::None,
        (Some(one), None) => Only::One(one),
        (Some(_), Some(_)) => Only::Several,
    }
}
