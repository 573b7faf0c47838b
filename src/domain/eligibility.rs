//! Who may get an electronic identity card, where and since when: dated rules E1 to E4.
//!
//! E1 the pilot (Cluj-Napoca from 02.08.2021, DJEP Cluj from 02.08.2022); E2 everybody from 14
//! (20.03.2025, DJEP Cluj); E3 children, optionally (02.06.2025, DJEP Cluj); E4 any office may take
//! the request and hand the card over (01.08.2025, press). Asked on the day of registration, and
//! again when the card is ordered.

use chrono::NaiveDate;

use crate::domain::application::CardReason;
use crate::domain::calendar::age_on;
use crate::domain::county::County;
use crate::domain::office::{Office, OfficeKind};
use crate::domain::rule::{Fact, Period, day};

/// From this age the card is no option but the rule.
const OWN_CARD_AGE: u32 = 14;

/// E1 was for adults.
const PILOT_AGE: u32 = 18;

/// E2.
const FROM_14: Period = Period::since(day(2025, 3, 20));

/// E3.
const UNDER_14: Period = Period::since(day(2025, 6, 2));

/// E4.
const ANY_OFFICE: Period = Period::since(day(2025, 8, 1));

/// One office of the pilot.
struct PilotOffice {
    kind: OfficeKind,
    siruta: u32,
    period: Period,
}

/// E1 ended where E2 began.
const PILOT: &[PilotOffice] = &[
    PilotOffice {
        kind: OfficeKind::Local,
        siruta: 54_975,
        period: Period::between(day(2021, 8, 2), day(2025, 3, 19)),
    },
    PilotOffice {
        kind: OfficeKind::County,
        siruta: 54_975,
        period: Period::between(day(2022, 8, 2), day(2025, 3, 19)),
    },
];

/// What eligibility depends on.
#[derive(Clone, Copy)]
pub struct EligibilityFacts<'a> {
    /// The day of registration, or of ordering.
    pub on: NaiveDate,
    /// When the applicant was born.
    pub birth_on: NaiveDate,
    /// Why the card is asked for.
    pub reason: CardReason,
    /// The office that takes the request.
    pub office: &'a Office,
    /// The county of the applicant's domicile.
    pub domicile: County,
    /// Whether the office has seen proof of a residence in its area.
    pub residence_attested: bool,
    /// Whether the card is to be collected at another office.
    pub collected_elsewhere: bool,
}

/// That somebody may get a card, by which rule and on which facts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EligibilityDecision {
    /// The rule's id: `E1`, `E2`, `E3`.
    pub rule: &'static str,
    /// What was so; no personal datum beside the age and the county.
    pub facts: Vec<Fact>,
}

/// Why somebody may not get a card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Ineligible {
    /// This office issued no electronic cards on that day.
    #[error("the office issued no electronic cards on that day")]
    NotYetIssued,
    /// On that day the card was for people of another age.
    #[error("on that day the card was issued from the age of {least}")]
    TooYoung {
        /// The age from which it was issued.
        least: u32,
    },
    /// The pilot was for people of Cluj county.
    #[error("the pilot was for people with domicile in Cluj county")]
    OutsidePilotCounty,
    /// The pilot was for people whose document had expired.
    #[error("the pilot was for people whose identity document had expired")]
    OutsidePilotReason,
    /// The reason for the card does not fit the applicant's age.
    #[error("the reason for the card does not fit the age")]
    ReasonNotForAge,
    /// Before 01.08.2025 the office had to be that of domicile or residence.
    #[error("on that day only the office of domicile or residence took the request")]
    OtherOffice,
    /// Before 01.08.2025 the card was collected where it was asked for.
    #[error("on that day a card was collected where it was asked for")]
    CollectedElsewhere,
}

/// Decides whether the applicant may get a card, or lists every reason why not.
pub fn decide(facts: &EligibilityFacts<'_>) -> Result<EligibilityDecision, Vec<Ineligible>> {
    let age = age_on(facts.birth_on, facts.on);
    let rule = rule_for(age, facts);
    let mut reasons: Vec<Ineligible> = rule.err().into_iter().collect();
    if rule == Ok("E1") {
        reasons.extend(outside_pilot(age, facts));
    }
    if !reason_fits(facts.reason, age, facts) {
        reasons.push(Ineligible::ReasonNotForAge);
    }
    reasons.extend(wrong_place(facts));
    match rule {
        Ok(rule) if reasons.is_empty() => Ok(EligibilityDecision {
            rule,
            facts: written_down(age, facts),
        }),
        _ => Err(reasons),
    }
}

fn rule_for(age: u32, facts: &EligibilityFacts<'_>) -> Result<&'static str, Ineligible> {
    if !FROM_14.contains(facts.on) {
        return if is_in_pilot(facts.office, facts.on) {
            Ok("E1")
        } else {
            Err(Ineligible::NotYetIssued)
        };
    }
    match age {
        OWN_CARD_AGE.. => Ok("E2"),
        _ if UNDER_14.contains(facts.on) => Ok("E3"),
        _ => Err(Ineligible::TooYoung {
            least: OWN_CARD_AGE,
        }),
    }
}

fn is_in_pilot(office: &Office, on: NaiveDate) -> bool {
    PILOT.iter().any(|pilot| {
        pilot.kind == office.kind
            && pilot.siruta == office.siruta.number()
            && pilot.period.contains(on)
    })
}

fn outside_pilot(age: u32, facts: &EligibilityFacts<'_>) -> Vec<Ineligible> {
    let too_young = Ineligible::TooYoung { least: PILOT_AGE };
    [
        (age < PILOT_AGE).then_some(too_young),
        (facts.domicile != County::Cluj).then_some(Ineligible::OutsidePilotCounty),
        (facts.reason != CardReason::Expiry).then_some(Ineligible::OutsidePilotReason),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `FIRST_AT_14` from 30 days before the birthday on, as the free first card; `OPTIONAL_UNDER_14`
/// before the birthday.
fn reason_fits(reason: CardReason, age: u32, facts: &EligibilityFacts<'_>) -> bool {
    match reason {
        CardReason::OptionalUnder14 => age < OWN_CARD_AGE,
        CardReason::FirstAt14 => facts
            .on
            .checked_add_days(chrono::Days::new(30))
            .is_some_and(|soon| age_on(facts.birth_on, soon) >= OWN_CARD_AGE),
        _ => true,
    }
}

fn wrong_place(facts: &EligibilityFacts<'_>) -> Vec<Ineligible> {
    if ANY_OFFICE.contains(facts.on) {
        return Vec::new();
    }
    let is_near = facts.domicile == facts.office.county || facts.residence_attested;
    [
        (!is_near).then_some(Ineligible::OtherOffice),
        (facts.collected_elsewhere).then_some(Ineligible::CollectedElsewhere),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn written_down(age: u32, facts: &EligibilityFacts<'_>) -> Vec<Fact> {
    let mut written = vec![
        Fact::new("on", facts.on),
        Fact::new("age", age),
        Fact::new("reason", facts.reason),
        Fact::new("office", &facts.office.code),
        Fact::new("domicile_county", facts.domicile),
    ];
    if facts.domicile != facts.office.county {
        let by = if ANY_OFFICE.contains(facts.on) {
            "E4"
        } else {
            "residence"
        };
        written.push(Fact::new("taken_by_another_office", by));
    }
    if facts.collected_elsewhere {
        written.push(Fact::new("collected_elsewhere", "E4"));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OfficeId;
    use crate::domain::office::CLUJ;
    use uuid::Uuid;

    const ADULT: NaiveDate = day(1990, 5, 17);

    fn office(at: usize) -> Office {
        CLUJ[at].office(OfficeId(Uuid::nil())).unwrap()
    }

    fn facts(office: &Office, on: NaiveDate, birth_on: NaiveDate) -> EligibilityFacts<'_> {
        EligibilityFacts {
            on,
            birth_on,
            reason: CardReason::Expiry,
            office,
            domicile: County::Cluj,
            residence_attested: false,
            collected_elsewhere: false,
        }
    }

    fn rule(facts: &EligibilityFacts<'_>) -> Result<&'static str, Vec<Ineligible>> {
        decide(facts).map(|decision| decision.rule)
    }

    #[test]
    fn each_pilot_office_began_on_its_own_day() {
        let (county, town, dej) = (office(0), office(1), office(3));
        for (office, on, expected) in [
            (&town, day(2021, 8, 1), Err(vec![Ineligible::NotYetIssued])),
            (&town, day(2021, 8, 2), Ok("E1")),
            (
                &county,
                day(2022, 8, 1),
                Err(vec![Ineligible::NotYetIssued]),
            ),
            (&county, day(2022, 8, 2), Ok("E1")),
            (&dej, day(2025, 3, 19), Err(vec![Ineligible::NotYetIssued])),
            (&county, day(2025, 3, 19), Ok("E1")),
            (&county, day(2025, 3, 20), Ok("E2")),
            (&dej, day(2025, 3, 20), Ok("E2")),
        ] {
            assert_eq!(
                rule(&facts(office, on, ADULT)),
                expected,
                "{on} {}",
                office.name
            );
        }
    }

    #[test]
    fn the_pilot_was_for_adults_of_cluj_with_an_expired_document() {
        let town = office(1);
        let on = day(2024, 5, 17);
        let eighteen = facts(&town, on, day(2006, 5, 17));
        assert_eq!(rule(&eighteen), Ok("E1"));
        let everything_wrong = EligibilityFacts {
            birth_on: day(2006, 5, 18),
            reason: CardReason::Damage,
            domicile: County::Bihor,
            residence_attested: true,
            ..eighteen
        };
        assert_eq!(
            rule(&everything_wrong),
            Err(vec![
                Ineligible::TooYoung { least: 18 },
                Ineligible::OutsidePilotCounty,
                Ineligible::OutsidePilotReason,
            ])
        );
    }

    #[test]
    fn fourteen_is_enough_from_the_birthday_on() {
        let dej = office(3);
        let birthday = day(2011, 4, 15);
        assert_eq!(
            rule(&facts(&dej, day(2025, 4, 14), birthday)),
            Err(vec![Ineligible::TooYoung { least: 14 }])
        );
        assert_eq!(rule(&facts(&dej, day(2025, 4, 15), birthday)), Ok("E2"));
    }

    #[test]
    fn children_may_have_one_from_june_2025() {
        let dej = office(3);
        let child = |on| EligibilityFacts {
            reason: CardReason::OptionalUnder14,
            ..facts(&dej, on, day(2020, 1, 1))
        };
        assert_eq!(
            rule(&child(day(2025, 6, 1))),
            Err(vec![Ineligible::TooYoung { least: 14 }])
        );
        assert_eq!(rule(&child(day(2025, 6, 2))), Ok("E3"));
    }

    #[test]
    fn before_august_2025_only_the_own_office_served() {
        let dej = office(3);
        let stranger = |on| EligibilityFacts {
            domicile: County::Bihor,
            collected_elsewhere: true,
            ..facts(&dej, on, ADULT)
        };
        assert_eq!(
            rule(&stranger(day(2025, 7, 31))),
            Err(vec![
                Ineligible::OtherOffice,
                Ineligible::CollectedElsewhere
            ])
        );
        let decision = decide(&stranger(day(2025, 8, 1))).unwrap();
        assert_eq!(decision.rule, "E2");
        assert!(
            decision
                .facts
                .contains(&Fact::new("taken_by_another_office", "E4"))
        );
        let resident = EligibilityFacts {
            residence_attested: true,
            collected_elsewhere: false,
            ..stranger(day(2025, 7, 31))
        };
        let decision = decide(&resident).unwrap();
        assert!(
            decision
                .facts
                .contains(&Fact::new("taken_by_another_office", "residence"))
        );
    }

    #[test]
    fn the_reason_must_fit_the_age() {
        let dej = office(3);
        let on = day(2026, 1, 12);
        for (reason, birth_on, fits) in [
            (CardReason::OptionalUnder14, day(2012, 1, 13), true),
            (CardReason::OptionalUnder14, day(2012, 1, 12), false),
            (CardReason::FirstAt14, day(2012, 1, 12), true),
            (CardReason::FirstAt14, day(2012, 2, 11), true),
            (CardReason::FirstAt14, day(2012, 2, 12), false),
            (CardReason::LossTheft, day(2020, 1, 1), true),
        ] {
            let asked = EligibilityFacts {
                reason,
                ..facts(&dej, on, birth_on)
            };
            assert_eq!(decide(&asked).is_ok(), fits, "{reason} {birth_on}");
        }
    }
}
