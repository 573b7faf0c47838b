//! What people say at a counter and cashiers type: references and CNPs in every form but one.

use crate::coded;
use crate::random::Random;
use crate::simulator::draw::{between, one_of};
use crate::simulator::person::name_in_print::in_capitals;

coded! {
    /// A way of writing, or not writing, what a payment is for.
    pub enum CashierHabit as "cashier's habit" {
        /// The reference as it was printed.
        Reference = "REFERENCE",
        /// The reference in groups of four.
        ReferenceGrouped = "REFERENCE_GROUPED",
        /// The reference without its RF, in groups.
        ReferenceWithoutRf = "REFERENCE_WITHOUT_RF",
        /// The reference glued to a label.
        ReferenceGlued = "REFERENCE_GLUED",
        /// The reference in lower case.
        ReferenceLowerCase = "REFERENCE_LOWER_CASE",
        /// The reference with hyphens, and the applicant's CNP behind it.
        ReferenceAndCnp = "REFERENCE_AND_CNP",
        /// The applicant's CNP behind a label.
        Cnp = "CNP",
        /// The applicant's CNP with dots.
        CnpDotted = "CNP_DOTTED",
        /// The applicant's CNP glued to its label.
        CnpGlued = "CNP_GLUED",
        /// A parent says that it is for a child, whose name and CNP follow.
        ForChild = "FOR_CHILD",
        /// Letters O and I in the reference for its digits 0 and 1.
        LookAlikeLetters = "LOOK_ALIKE_LETTERS",
        /// One wrong digit in the reference.
        WrongDigit = "WRONG_DIGIT",
        /// The applicant's name alone.
        NameOnly = "NAME_ONLY",
        /// Nothing that helps.
        Nothing = "NOTHING",
    }
}

/// Whom a payment is for.
#[derive(Clone, Copy)]
pub struct Beneficiary<'a> {
    /// The applicant's name.
    pub name: &'a str,
    /// The applicant's CNP.
    pub cnp: &'a str,
    /// The payment reference, `RF` and 12 digits, where the payer brought one.
    pub reference: Option<&'a str>,
}

impl std::fmt::Debug for Beneficiary<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Beneficiary(…)")
    }
}

impl CashierHabit {
    /// Every habit that lets one reader find the applicant beyond doubt.
    pub const CLEAR: &'static [Self] = &[
        Self::Reference,
        Self::ReferenceGrouped,
        Self::ReferenceWithoutRf,
        Self::ReferenceGlued,
        Self::ReferenceLowerCase,
        Self::ReferenceAndCnp,
    ];

    /// A habit by how often it occurs: seven of ten write a clear reference.
    pub fn draw(random: &Random) -> Self {
        let habits = if random.below(10) < 7 {
            Self::CLEAR
        } else {
            Self::ALL
        };
        let place = usize::try_from(random.below(u64::try_from(habits.len()).unwrap_or(1)));
        let habit = place.ok().and_then(|place| habits.get(place));
        habit.copied().unwrap_or(Self::Nothing)
    }

    /// Whether this writes the payment reference.
    pub const fn needs_reference(self) -> bool {
        !matches!(
            self,
            Self::Cnp
                | Self::CnpDotted
                | Self::CnpGlued
                | Self::ForChild
                | Self::NameOnly
                | Self::Nothing
        )
    }
}

/// The details of a payment for `whom`. A payer who brought no reference says nothing that helps
/// where the habit would write one.
pub fn narrative(habit: CashierHabit, whom: Beneficiary<'_>, random: &Random) -> String {
    let Some(reference) = whom.reference else {
        return if habit.needs_reference() {
            nothing(random)
        } else {
            without_reference(habit, whom, random)
        };
    };
    let reference: String = reference.split_whitespace().collect();
    let digits = reference.trim_start_matches("RF");
    let what = one_of(random, &["taxa CEI", "taxa CI", "carte identitate", "CEI"]);
    match habit {
        CashierHabit::Reference => format!("{what} {reference}"),
        CashierHabit::ReferenceGrouped => format!("{what} {}", grouped(&reference, ' ')),
        CashierHabit::ReferenceWithoutRf => format!("{what} {}", grouped(digits, ' ')),
        CashierHabit::ReferenceGlued => {
            let label = one_of(random, &["CEI", "ref", "REF.", "nr", "cod:"]);
            format!("taxa buletin {label}{reference}")
        }
        CashierHabit::ReferenceLowerCase => format!("{} {what}", reference.to_lowercase()),
        CashierHabit::ReferenceAndCnp => {
            format!("{what} {} CNP {}", grouped(&reference, '-'), whom.cnp)
        }
        CashierHabit::LookAlikeLetters => format!("{what} {}", look_alike(&reference)),
        CashierHabit::WrongDigit => format!("{what} {}", with_wrong_digit(&reference, random)),
        _ => without_reference(habit, whom, random),
    }
}

fn without_reference(habit: CashierHabit, whom: Beneficiary<'_>, random: &Random) -> String {
    match habit {
        CashierHabit::Cnp => format!("taxa CI CNP {}", whom.cnp),
        CashierHabit::CnpDotted => format!("cnp{} taxa ci", dotted(whom.cnp)),
        CashierHabit::CnpGlued => format!("taxa buletin CNP{}", whom.cnp),
        CashierHabit::ForChild => {
            let child = one_of(random, &["copil", "copil minor", "fiul", "fiica"]);
            let name = in_capitals(whom.name);
            format!("taxa CI pentru {child} {name} {}", whom.cnp)
        }
        CashierHabit::NameOnly => format!("taxa carte identitate {}", in_capitals(whom.name)),
        _ => nothing(random),
    }
}

fn nothing(random: &Random) -> String {
    one_of(
        random,
        &[
            "contravaloare CI",
            "DEPUNERE NUMERAR taxa buletin",
            "taxa",
            "plata",
        ],
    )
    .to_owned()
}

/// In groups of four from the left: `RF29 4073 9182 64`.
fn grouped(text: &str, separator: char) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(&separator.to_string())
}

/// A CNP as some people read it aloud: `2.730806.056655`.
fn dotted(cnp: &str) -> String {
    cnp.chars()
        .enumerate()
        .flat_map(|(place, digit)| {
            let dot = matches!(place, 1 | 7).then_some('.');
            dot.into_iter().chain([digit])
        })
        .collect()
}

/// Up to four digits written as letters that look like them.
fn look_alike(reference: &str) -> String {
    let mut left = 4;
    let mut written = String::new();
    for letter in reference.chars() {
        let twin = match letter {
            '0' => Some('O'),
            '1' => Some('I'),
            '5' => Some('S'),
            _ => None,
        };
        match twin.filter(|_| left > 0) {
            Some(twin) => {
                left -= 1;
                written.push(twin);
            }
            None => written.push(letter),
        }
    }
    written
}

/// Another digit in one of the last ten places.
fn with_wrong_digit(reference: &str, random: &Random) -> String {
    let mut letters: Vec<char> = reference.chars().collect();
    let wrong_place = random.below(10);
    let shift = between(random, 1, 9);
    let place = usize::try_from(wrong_place).unwrap_or(0);
    if let Some(digit) = letters.iter_mut().rev().nth(place) {
        let other = digit.to_digit(10).map(|value| (value + shift) % 10);
        *digit = other
            .and_then(|value| char::from_digit(value, 10))
            .unwrap_or(*digit);
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOM: Beneficiary<'_> = Beneficiary {
        name: "Țurcanu Ștefan",
        cnp: "1630615123457",
        reference: Some("RF18 5390 0754 7034"),
    };

    fn check(habit: CashierHabit, part: &str) {
        let text = narrative(habit, WHOM, &Random::seeded(1));
        assert!(text.contains(part), "{habit} writes {text:?}");
    }

    #[test]
    fn habits_write_as_their_names_say() {
        check(CashierHabit::Reference, " RF18539007547034");
        check(CashierHabit::ReferenceGrouped, " RF18 5390 0754 7034");
        check(CashierHabit::ReferenceWithoutRf, " 1853 9007 5470 34");
        check(CashierHabit::ReferenceLowerCase, "rf18539007547034 ");
        check(
            CashierHabit::ReferenceAndCnp,
            "RF18-5390-0754-7034 CNP 1630",
        );
        check(CashierHabit::Cnp, "CNP 1630615123457");
        check(CashierHabit::CnpDotted, "cnp1.630615.123457 ");
        check(CashierHabit::CnpGlued, " CNP1630615123457");
        check(CashierHabit::ForChild, "TURCANU STEFAN 1630615123457");
        check(CashierHabit::LookAlikeLetters, "RFI8S39OO7547034");
        check(CashierHabit::NameOnly, "TURCANU STEFAN");
        let glued = narrative(CashierHabit::ReferenceGlued, WHOM, &Random::seeded(1));
        assert!(!glued.contains(" RF") && glued.ends_with("RF18539007547034"));
        let nothing = narrative(CashierHabit::Nothing, WHOM, &Random::seeded(1));
        assert!(!nothing.chars().any(|letter| letter.is_ascii_digit()));
    }

    #[test]
    fn a_wrong_digit_is_exactly_one() {
        let random = Random::seeded(5);
        for _ in 0..100 {
            let wrong = with_wrong_digit("RF18539007547034", &random);
            let differing = wrong.chars().zip("RF18539007547034".chars());
            assert_eq!(differing.filter(|(one, other)| one != other).count(), 1);
            assert!(wrong.starts_with("RF18"));
        }
    }

    #[test]
    fn who_brings_no_reference_pays_without_one() {
        let random = Random::seeded(2);
        let whom = Beneficiary {
            reference: None,
            ..WHOM
        };
        for habit in CashierHabit::ALL {
            let text = narrative(*habit, whom, &random);
            assert!(
                !text.is_empty() && !text.contains("7034"),
                "{habit}: {text}"
            );
        }
    }
}
