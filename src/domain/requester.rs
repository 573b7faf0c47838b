//! Who may ask for a card: the applicant, or others for a minor or a person under guardianship.
//!
//! The capacities for a child under 14 are those that the county directorate lists (OUG 97/2005);
//! from 14 to 18 the minor applies together with one parent or legal representative.

use chrono::NaiveDate;

use crate::coded;
use crate::domain::cnp::Cnp;
use crate::domain::names::PrintText;

coded! {
    /// In what capacity somebody asks for a card.
    pub enum Capacity as "capacity of the requester" {
        /// The applicant; from 14 to 18 together with one parent or legal representative.
        Applicant = "SELF",
        /// Both parents, both present.
        BothParents = "BOTH_PARENTS",
        /// One parent with the other's declaration; only where the policy allows it.
        OneParentWithDeclaration = "ONE_PARENT_WITH_DECLARATION",
        /// The parent who survives the other.
        SurvivingParent = "SURVIVING_PARENT",
        /// The parent to whom the child was entrusted by a final judgment.
        EntrustedParent = "ENTRUSTED_PARENT",
        /// The parent exercising authority alone by a final judgment.
        SoleAuthorityJudgment = "SOLE_AUTHORITY_JUDGMENT",
        /// The same by a presidential ordinance, which must expressly cover the card.
        SoleAuthorityOrdinance = "SOLE_AUTHORITY_ORDINANCE",
        /// The legal representative: a guardian, also of an adult.
        LegalRepresentative = "LEGAL_REPRESENTATIVE",
        /// The person with whom the child was placed.
        PlacementPerson = "PLACEMENT_PERSON",
        /// The person designated by the social service where the child is.
        SocialServiceDelegate = "SOCIAL_SERVICE_DELEGATE",
        /// A parent, by a final judgment that settles the parents' disagreement.
        CourtDecision = "COURT_DECISION",
    }
}

/// What a capacity needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CapacityRule {
    /// The capacity.
    pub capacity: Capacity,
    /// For which ages of the applicant, in full years, both ends included.
    pub ages: (u32, u32),
    /// How many requesters beside the applicant, at least and at most.
    pub requesters: (usize, usize),
    /// The paper it rests on.
    pub document: DocumentNeed,
}

/// What paper a capacity rests on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DocumentNeed {
    /// None, or one that the office sees among the other papers.
    None,
    /// A judgment, decision, delegation or declaration, by number and date.
    Needed,
    /// The same, and it must expressly cover asking for an electronic identity card.
    NeededExpress,
}

use {Capacity::*, DocumentNeed::*};

/// More years than anybody has: an open end.
const ANY_AGE: u32 = 200;

/// Every capacity by age. A capacity may stand in several rows with different ages.
#[rustfmt::skip]
pub const CAPACITIES: &[CapacityRule] = &[
    row(Applicant,                (14, 17),      (1, 1), None),   // With a parent or representative.
    row(Applicant,                (18, ANY_AGE), (0, 0), None),
    row(BothParents,              (0, 17),       (2, 2), None),
    row(OneParentWithDeclaration, (0, 17),       (1, 1), Needed),
    row(SurvivingParent,          (0, 17),       (1, 1), None),
    row(EntrustedParent,          (0, 17),       (1, 1), Needed),
    row(SoleAuthorityJudgment,    (0, 17),       (1, 1), Needed),
    row(SoleAuthorityOrdinance,   (0, 17),       (1, 1), NeededExpress),
    row(LegalRepresentative,      (0, 17),       (1, 1), None),
    row(LegalRepresentative,      (18, ANY_AGE), (1, 1), Needed), // The judgment on guardianship.
    row(PlacementPerson,          (0, 17),       (1, 1), Needed),
    row(SocialServiceDelegate,    (0, 17),       (1, 1), Needed),
    row(CourtDecision,            (0, 17),       (1, 2), Needed),
];

const fn row(
    capacity: Capacity,
    ages: (u32, u32),
    requesters: (usize, usize),
    document: DocumentNeed,
) -> CapacityRule {
    CapacityRule {
        capacity,
        ages,
        requesters,
        document,
    }
}

/// Number and date of the paper a capacity rests on. Hidden from `Debug`.
#[derive(Clone, Eq, PartialEq)]
pub struct CapacityDocument {
    /// Its number, as written on it.
    pub number: PrintText,
    /// What the right to ask depends on.
    pub facts: DocumentFacts,
}

/// What the right to ask depends on in a paper.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DocumentFacts {
    /// Its date.
    pub issued_on: NaiveDate,
    /// Whether it expressly covers asking for an electronic identity card.
    pub covers_card_expressly: bool,
}

/// Who asks for a card. Hidden from `Debug`.
#[derive(Clone, Eq, PartialEq)]
pub struct Requester {
    /// In what capacity.
    pub capacity: Capacity,
    /// The requesters beside the applicant.
    pub cnps: Vec<Cnp>,
    /// The paper it rests on.
    pub document: Option<CapacityDocument>,
}

/// Why a requester may not ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequesterFault {
    /// The policy does not admit the capacity.
    #[error("the capacity {0} is not admitted")]
    NotAdmitted(Capacity),
    /// The capacity is not for an applicant of this age.
    #[error("the capacity {0} is not for an applicant of this age")]
    NotForAge(Capacity),
    /// Too few or too many requesters.
    #[error("{given} requesters are given where {least} to {most} are asked for")]
    Count {
        /// How many are given beside the applicant.
        given: usize,
        /// At least so many must be.
        least: usize,
        /// At most so many may be.
        most: usize,
    },
    /// The paper is missing.
    #[error("the paper that the capacity rests on is missing")]
    DocumentMissing,
    /// The paper bears a date after the registration.
    #[error("the paper that the capacity rests on is dated after the registration")]
    DocumentFromFuture,
    /// The ordinance does not expressly cover the card.
    #[error("the ordinance does not expressly cover asking for the card")]
    NotExpress,
}

/// What is known of a request when it is judged.
#[derive(Clone, Copy)]
pub struct RequestFacts {
    /// In what capacity.
    pub capacity: Capacity,
    /// How many requesters beside the applicant.
    pub requesters: usize,
    /// The paper given.
    pub document: Option<DocumentFacts>,
    /// The applicant's age on the day of registration.
    pub age: u32,
    /// The day of registration.
    pub registered_on: NaiveDate,
    /// Whether [`Capacity::OneParentWithDeclaration`] is admitted.
    pub one_parent_with_declaration: bool,
}

/// Lists every reason why these requesters may not ask; empty when they may.
pub fn faults(facts: &RequestFacts) -> Vec<RequesterFault> {
    if facts.capacity == OneParentWithDeclaration && !facts.one_parent_with_declaration {
        return vec![RequesterFault::NotAdmitted(facts.capacity)];
    }
    let Some(rule) = rule_for(facts.capacity, facts.age) else {
        return vec![RequesterFault::NotForAge(facts.capacity)];
    };
    let mut faults = Vec::new();
    let (least, most) = rule.requesters;
    if !(least..=most).contains(&facts.requesters) {
        faults.push(RequesterFault::Count {
            given: facts.requesters,
            least,
            most,
        });
    }
    faults.extend(document_faults(rule.document, facts));
    faults
}

fn rule_for(capacity: Capacity, age: u32) -> Option<&'static CapacityRule> {
    CAPACITIES
        .iter()
        .find(|rule| rule.capacity == capacity && (rule.ages.0..=rule.ages.1).contains(&age))
}

fn document_faults(need: DocumentNeed, facts: &RequestFacts) -> Vec<RequesterFault> {
    let mut faults = Vec::new();
    match facts.document {
        Option::None if need == Needed || need == NeededExpress => {
            faults.push(RequesterFault::DocumentMissing);
        }
        Option::None => {}
        Some(document) => {
            if document.issued_on > facts.registered_on {
                faults.push(RequesterFault::DocumentFromFuture);
            }
            if need == NeededExpress && !document.covers_card_expressly {
                faults.push(RequesterFault::NotExpress);
            }
        }
    }
    faults
}

impl std::fmt::Debug for CapacityDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CapacityDocument(…)")
    }
}

impl std::fmt::Debug for Requester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Requester(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rule::day;

    const REGISTERED: NaiveDate = day(2026, 1, 12);

    fn asked(
        capacity: Capacity,
        requesters: usize,
        age: u32,
        document: Option<DocumentFacts>,
    ) -> Vec<RequesterFault> {
        faults(&RequestFacts {
            capacity,
            requesters,
            document,
            age,
            registered_on: REGISTERED,
            one_parent_with_declaration: false,
        })
    }

    fn paper(issued_on: NaiveDate, covers_card_expressly: bool) -> DocumentFacts {
        DocumentFacts {
            issued_on,
            covers_card_expressly,
        }
    }

    #[test]
    fn an_adult_asks_alone_and_a_minor_from_14_with_one_parent() {
        assert_eq!(asked(Applicant, 0, 18, Option::None), []);
        assert_eq!(asked(Applicant, 1, 17, Option::None), []);
        assert_eq!(asked(Applicant, 1, 14, Option::None), []);
        assert_eq!(
            asked(Applicant, 0, 17, Option::None),
            [RequesterFault::Count {
                given: 0,
                least: 1,
                most: 1
            }]
        );
        assert_eq!(
            asked(Applicant, 1, 13, Option::None),
            [RequesterFault::NotForAge(Applicant)]
        );
    }

    #[test]
    fn both_parents_are_two() {
        assert_eq!(asked(BothParents, 2, 3, Option::None), []);
        assert!(matches!(
            asked(BothParents, 1, 3, Option::None)[..],
            [RequesterFault::Count { .. }]
        ));
        assert_eq!(
            asked(BothParents, 2, 18, Option::None),
            [RequesterFault::NotForAge(BothParents)]
        );
    }

    #[test]
    fn every_capacity_but_the_applicants_own_serves_a_child() {
        let judgment = paper(REGISTERED, true);
        for capacity in Capacity::ALL {
            let found = faults(&RequestFacts {
                capacity: *capacity,
                requesters: if *capacity == BothParents { 2 } else { 1 },
                document: Some(judgment),
                age: 8,
                registered_on: REGISTERED,
                one_parent_with_declaration: true,
            });
            assert_eq!(found.is_empty(), *capacity != Applicant, "{capacity}");
        }
    }

    #[test]
    fn one_parent_with_a_declaration_is_a_matter_of_policy() {
        let declaration = paper(REGISTERED, false);
        assert_eq!(
            asked(OneParentWithDeclaration, 1, 8, Some(declaration)),
            [RequesterFault::NotAdmitted(OneParentWithDeclaration)]
        );
    }

    #[test]
    fn an_ordinance_must_cover_the_card_and_a_judgment_need_not() {
        let silent = paper(REGISTERED, false);
        assert_eq!(
            asked(SoleAuthorityOrdinance, 1, 8, Some(silent)),
            [RequesterFault::NotExpress]
        );
        assert_eq!(asked(SoleAuthorityJudgment, 1, 8, Some(silent)), []);
        assert_eq!(
            asked(SoleAuthorityOrdinance, 1, 8, Option::None),
            [RequesterFault::DocumentMissing]
        );
    }

    #[test]
    fn all_faults_of_a_request_are_told_at_once() {
        let tomorrow = paper(day(2026, 1, 13), false);
        assert_eq!(
            asked(SoleAuthorityOrdinance, 0, 8, Some(tomorrow)),
            [
                RequesterFault::Count {
                    given: 0,
                    least: 1,
                    most: 1
                },
                RequesterFault::DocumentFromFuture,
                RequesterFault::NotExpress,
            ]
        );
    }

    #[test]
    fn a_guardian_asks_for_an_adult_by_judgment() {
        assert_eq!(
            asked(LegalRepresentative, 1, 40, Option::None),
            [RequesterFault::DocumentMissing]
        );
        assert_eq!(asked(LegalRepresentative, 1, 17, Option::None), []);
    }
}
