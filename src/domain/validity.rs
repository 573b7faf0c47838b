//! How long a card is valid, by the applicant's age on the day of registration.
//!
//! Under 14: DJEP Cluj, 2025. From 14 on, and 12 months when fingers are temporarily impossible:
//! HG 231/2025, as the press reported it. From which day the time runs and how "unlimited" is
//! written are not public; callers pass both. No row has a known end, nor a beginning that matters
//! for cards still to be ordered, so the rows carry no dates; a change of the law adds them.

use chrono::{Months, NaiveDate};

use crate::domain::fingerprints::FingersMissing;
use crate::domain::rule::Fact;

/// How long a card is valid.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Validity {
    /// So many calendar months.
    Months(u32),
    /// For life.
    Unlimited,
}

/// One row: up to which age, and how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ValidityRule {
    /// The rule's id.
    pub id: &'static str,
    /// The first age, in full years, to which it no longer applies; `None` for the last row.
    pub below_age: Option<u32>,
    /// How long the card is valid.
    pub validity: Validity,
}

/// Validity by age; the first row whose bound lies above the age applies.
#[rustfmt::skip]
pub const VALIDITY_RULES: &[ValidityRule] = &[
    ValidityRule { id: "V1", below_age: Some(2),  validity: Validity::Months(2 * 12) },
    ValidityRule { id: "V2", below_age: Some(14), validity: Validity::Months(4 * 12) },
    ValidityRule { id: "V3", below_age: Some(18), validity: Validity::Months(5 * 12) },
    ValidityRule { id: "V4", below_age: Some(70), validity: Validity::Months(10 * 12) },
    FOR_LIFE,
];

const FOR_LIFE: ValidityRule = ValidityRule {
    id: "V5",
    below_age: None,
    validity: Validity::Unlimited,
};

/// When fingers are temporarily impossible, whatever the age.
pub const TEMPORARY_FINGERS: ValidityRule = ValidityRule {
    id: "V6",
    below_age: None,
    validity: Validity::Months(12),
};

/// How long a card will be valid, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ValidityDecision {
    /// How long.
    pub validity: Validity,
    /// The rule's id.
    pub rule: &'static str,
    /// What was so.
    pub facts: Vec<Fact>,
}

/// Decides how long the card of an applicant of `age` is valid.
pub fn decide(age: u32, missing: Option<FingersMissing>) -> ValidityDecision {
    let by_age = VALIDITY_RULES
        .iter()
        .find(|rule| rule.below_age.is_some_and(|bound| age < bound))
        .unwrap_or(&FOR_LIFE);
    let rule = match missing {
        Some(FingersMissing::TemporarilyImpossible) => &TEMPORARY_FINGERS,
        _ => by_age,
    };
    let mut facts = vec![Fact::new("age", age)];
    facts.extend(missing.map(|reason| Fact::new("fingers_missing", reason)));
    ValidityDecision {
        validity: rule.validity,
        rule: rule.id,
        facts,
    }
}

impl Validity {
    /// The day on which a card valid from `from` expires; `None` when it never does (or the
    /// calendar ends).
    pub fn expires_on(self, from: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Months(months) => from.checked_add_months(Months::new(months)),
            Self::Unlimited => None,
        }
    }

    /// The expiry as a document writes it: `2036-01-12`, or `unlimited`, the configured code.
    pub fn expiry_text(self, from: NaiveDate, unlimited: &str) -> String {
        self.expires_on(from)
            .map_or_else(|| unlimited.to_owned(), |day| day.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rule::day;

    #[test]
    fn age_decides_how_long_a_card_is_valid() {
        for (age, rule, years) in [
            (0, "V1", Some(2)),
            (1, "V1", Some(2)),
            (2, "V2", Some(4)),
            (13, "V2", Some(4)),
            (14, "V3", Some(5)),
            (17, "V3", Some(5)),
            (18, "V4", Some(10)),
            (69, "V4", Some(10)),
            (70, "V5", None),
            (101, "V5", None),
        ] {
            let decision = decide(age, None);
            let expected = years.map_or(Validity::Unlimited, |y| Validity::Months(y * 12));
            assert_eq!(
                (decision.rule, decision.validity),
                (rule, expected),
                "{age}"
            );
            assert_eq!(decision.facts, [Fact::new("age", age)]);
        }
    }

    #[test]
    fn temporarily_impossible_fingers_give_twelve_months() {
        for age in [12, 40, 80] {
            let decision = decide(age, Some(FingersMissing::TemporarilyImpossible));
            assert_eq!(
                (decision.rule, decision.validity),
                ("V6", Validity::Months(12))
            );
        }
        let permanent = decide(40, Some(FingersMissing::PermanentlyImpossible));
        assert_eq!(permanent.rule, "V4");
    }

    #[test]
    fn an_unlimited_card_is_written_as_configured() {
        let from = day(2026, 1, 12);
        assert_eq!(
            Validity::Unlimited.expiry_text(from, "99991231"),
            "99991231"
        );
        assert_eq!(Validity::Months(120).expiry_text(from, "-"), "2036-01-12");
        let leap = day(2028, 2, 29);
        assert_eq!(
            Validity::Months(12).expires_on(leap),
            Some(day(2029, 2, 28))
        );
    }
}
