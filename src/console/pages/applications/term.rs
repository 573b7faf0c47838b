//! How an application stands to its legal term, in words.

use chrono::{Days, NaiveDate};

use crate::console::look::badge::Badge;
use crate::console::pages::dashboard::RISK_DAYS;
use crate::store::applications::Application;
use crate::store::applications::unfinished::UNFINISHED;
use crate::words::{Language, count, date, noun};

/// How an application stands to its term.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct TermView {
    /// The day of the term: `12 / 30`; empty for what is not under way.
    pub(crate) day: String,
    /// The last day.
    pub(crate) last: String,
    /// What is left of it, or how long it is over; no badge for what is not under way.
    pub(crate) left: Option<Badge>,
}

impl TermView {
    /// How it stands on a day.
    pub(crate) fn of(application: &Application, today: NaiveDate, language: Language) -> Self {
        let last = date(language, application.deadline_on);
        if !UNFINISHED.contains(&application.state) {
            return Self {
                last,
                ..Self::default()
            };
        }
        let age = (today - application.registered_on).num_days();
        let term = (application.deadline_on - application.registered_on).num_days();
        let left = (application.deadline_on - today).num_days();
        Self {
            day: format!("{age} / {term}"),
            last,
            left: Some(left_of(left, today, application.deadline_on, language)),
        }
    }
}

fn left_of(left: i64, today: NaiveDate, deadline_on: NaiveDate, language: Language) -> Badge {
    let days = count(language, left.abs(), noun::DAY);
    match left {
        ..0 => Badge::new(
            match language {
                Language::Romanian => format!("depășit cu {days}"),
                Language::English => format!("{days} late"),
            },
            "bad",
        ),
        0 => Badge::new(language.choose("ends today", "se încheie azi"), "warn"),
        _ => {
            let is_at_risk = deadline_on < today + Days::new(RISK_DAYS);
            let text = match language {
                Language::Romanian => format!("încă {days}"),
                Language::English => format!("{days} left"),
            };
            Badge::new(text, if is_at_risk { "warn" } else { "" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_term_is_told_with_its_colour() {
        let today: NaiveDate = "2026-11-22".parse().unwrap();
        for (last, ro, tone) in [
            ("2026-11-20", "depășit cu 2 zile", "bad"),
            ("2026-11-22", "se încheie azi", "warn"),
            ("2026-11-23", "încă 1 zi", "warn"),
            ("2026-11-26", "încă 4 zile", "warn"),
            ("2026-11-27", "încă 5 zile", ""),
            ("2026-12-12", "încă 20 de zile", ""),
        ] {
            let last: NaiveDate = last.parse().unwrap();
            let left = (last - today).num_days();
            let badge = left_of(left, today, last, Language::Romanian);
            assert_eq!((badge.text.as_str(), badge.tone), (ro, tone));
        }
    }
}
