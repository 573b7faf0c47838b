//! What is said about who looks after what waits.

use crate::domain::tending::{Rest, SNOOZE_DAYS_MAX, SnoozeFault};
use crate::words::{Language, count, date, noun};

/// How long something rests.
pub const fn rest(language: Language, rest: Rest) -> &'static str {
    match rest {
        Rest::Tomorrow => language.choose("tomorrow", "mâine"),
        Rest::ThreeDays => language.choose("in 3 days", "în 3 zile"),
        Rest::Week => language.choose("in a week", "peste o săptămână"),
    }
}

/// Why something cannot rest until a day.
pub fn snooze_fault(language: Language, fault: SnoozeFault) -> String {
    match (fault, language) {
        (SnoozeFault::NotToCome, Language::Romanian) => "Alegeți o zi care urmează.".to_owned(),
        (SnoozeFault::NotToCome, Language::English) => "Choose a day to come.".to_owned(),
        (SnoozeFault::TooFar { last }, _) => {
            let last = date(language, last);
            let days = i64::try_from(SNOOZE_DAYS_MAX).unwrap_or(i64::MAX);
            let days = count(language, days, noun::DAY);
            match language {
                Language::Romanian => format!("Se amână cel mult {days}, până la {last}."),
                Language::English => format!("Nothing rests for more than {days}, until {last}."),
            }
        }
        (SnoozeFault::NotWorked, Language::Romanian) => {
            "În acea zi nu se lucrează: alegeți o zi lucrătoare.".to_owned()
        }
        (SnoozeFault::NotWorked, Language::English) => {
            "Nobody works on that day: choose a working day.".to_owned()
        }
        (SnoozeFault::PastTerm { last }, Language::Romanian) => format!(
            "Termenul legal al cererii se încheie la {}: nu se amână după acea zi.",
            date(language, last)
        ),
        (SnoozeFault::PastTerm { last }, Language::English) => format!(
            "The legal term of the application ends on {}: it does not rest beyond that day.",
            date(language, last)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_in_whole_sentences() {
        let last = "2026-12-23".parse().unwrap();
        for fault in [
            SnoozeFault::NotToCome,
            SnoozeFault::TooFar { last },
            SnoozeFault::NotWorked,
            SnoozeFault::PastTerm { last },
        ] {
            let ro = snooze_fault(Language::Romanian, fault);
            let en = snooze_fault(Language::English, fault);
            assert!(ro.ends_with('.') && en.ends_with('.') && en.is_ascii());
        }
        let fault = SnoozeFault::TooFar { last };
        assert_eq!(
            snooze_fault(Language::Romanian, fault),
            "Se amână cel mult 30 de zile, până la 23.12.2026."
        );
    }
}
