//! The rules of law that the gateway applies, each with the days on which it holds and its source; and
//! the days on which nobody works.

use chrono::{Datelike, Days, NaiveDate};

use crate::config::Config;
use crate::domain::retention::LAW;
use crate::domain::rule::Period;
use crate::domain::tariff::{FREE_FIRST_CARD, PricedProduct, RATES};
use crate::domain::term::{EXTENSION_DAYS_MAX, TERM_DAYS};
use crate::domain::working_days::is_public_holiday;
use crate::words::{Language, count, date, lei, noun};

/// Holidays that are shown: some more than a year has.
const HOLIDAYS_SHOWN: usize = 18;

/// Days that are looked through for them.
const DAYS_AHEAD: u64 = 500;

/// A rule.
#[derive(Debug)]
pub(super) struct RuleRow {
    pub(super) what: String,
    pub(super) value: String,
    pub(super) period: String,
    pub(super) holds: bool,
    pub(super) source: &'static str,
}

/// A public holiday.
#[derive(Debug)]
pub(super) struct HolidayRow {
    pub(super) day: String,
    pub(super) weekday: &'static str,
}

/// Every rule.
pub(super) fn rules(config: &Config, today: NaiveDate, language: Language) -> Vec<RuleRow> {
    let says = |ro: &'static str, en: &'static str| language.choose(en, ro);
    let dated = |what: &str, value: String, period: Period, source| RuleRow {
        what: what.to_owned(),
        value,
        period: in_words(period, language),
        holds: period.contains(today),
        source,
    };
    let standing = |what: &str, value: String, source| RuleRow {
        what: what.to_owned(),
        value,
        period: "–".to_owned(),
        holds: true,
        source,
    };
    let days = |n: u64| count(language, i64::try_from(n).unwrap_or(i64::MAX), noun::DAY);
    let price_source = says(
        "DJEP Cluj (2025); presa despre schimbările din 01.08.2025",
        "DJEP Cluj (2025); press on the changes of 1 Aug 2025",
    );
    let mut all: Vec<RuleRow> = RATES
        .iter()
        .map(|rate| {
            let what = match rate.product {
                PricedProduct::Electronic => {
                    says("Taxa cărții electronice", "Fee of the electronic card")
                }
                PricedProduct::Simple => says("Taxa cărții simple", "Fee of the simple card"),
            };
            dated(what, lei(language, rate.amount), rate.period, price_source)
        })
        .collect();
    all.push(dated(
        says(
            "Prima carte electronică, de la 14 ani",
            "First electronic card, from the age of 14",
        ),
        says("gratuită", "free").to_owned(),
        FREE_FIRST_CARD,
        says(
            "DJEP Cluj; Guvernul (2025)",
            "DJEP Cluj; the government (2025)",
        ),
    ));
    all.extend([
        standing(
            says("Termenul de la înregistrare", "Term from registration"),
            days(u64::from(TERM_DAYS)),
            says("OUG 97/2005, art. 15 (5)", "OUG 97/2005, art. 15 (5)"),
        ),
        standing(
            says(
                "Prelungire, o singură dată, cel mult",
                "Extension, once, at most",
            ),
            days(u64::from(EXTENSION_DAYS_MAX)),
            says("OUG 97/2005, art. 15 (5)", "OUG 97/2005, art. 15 (5)"),
        ),
    ]);
    all.extend(retention(config, language, &days, &standing));
    all
}

/// What is kept how long.
fn retention(
    config: &Config,
    language: Language,
    days: &dyn Fn(u64) -> String,
    standing: &dyn Fn(&str, String, &'static str) -> RuleRow,
) -> Vec<RuleRow> {
    let says = |ro: &'static str, en: &'static str| language.choose(en, ro);
    let configured = says("configurare: retention", "configuration: retention");
    let of = |ro, en, n: u32| standing(says(ro, en), days(u64::from(n)), configured);
    let kept = &config.retention;
    vec![
        standing(
            says(
                "Datele biometrice se șterg la înmânare, cel mult după emitere",
                "Biometric data are erased at the hand-over, at most after issue",
            ),
            days(LAW.after_issue_days),
            says(
                "Regulamentul (UE) 2025/1208; 2019/1157, art. 10 (3)",
                "Regulation (EU) 2025/1208; 2019/1157, art. 10 (3)",
            ),
        ),
        of(
            "Datele unei cereri anulate",
            "Data of a cancelled application",
            kept.cancelled_days,
        ),
        of(
            "Evenimentele pentru servicii",
            "Events for offices",
            kept.event_days,
        ),
        of(
            "Contul bancar al unei restituiri",
            "Bank account of a refund",
            kept.refund_days,
        ),
        of(
            "Încercări nereușite de apelare",
            "Failures to prove who calls",
            kept.authentication_failure_days,
        ),
    ]
}

fn in_words(period: Period, language: Language) -> String {
    let from = date(language, period.from);
    match period.until {
        Some(until) => format!("{from} – {}", date(language, until)),
        None => format!("{} {from}", language.choose("since", "din")),
    }
}

/// The public holidays that come.
pub(super) fn holidays(today: NaiveDate, language: Language) -> Vec<HolidayRow> {
    let end = today
        .checked_add_days(Days::new(DAYS_AHEAD))
        .unwrap_or(today);
    let days = today.iter_days().take_while(|day| *day < end);
    let row = |day: NaiveDate| HolidayRow {
        day: date(language, day),
        weekday: weekday(day, language),
    };
    let holidays = days.filter(|day| is_public_holiday(*day)).map(row);
    holidays.take(HOLIDAYS_SHOWN).collect()
}

fn weekday(day: NaiveDate, language: Language) -> &'static str {
    use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    match day.weekday() {
        Mon => language.choose("Monday", "luni"),
        Tue => language.choose("Tuesday", "marți"),
        Wed => language.choose("Wednesday", "miercuri"),
        Thu => language.choose("Thursday", "joi"),
        Fri => language.choose("Friday", "vineri"),
        Sat => language.choose("Saturday", "sâmbătă"),
        Sun => language.choose("Sunday", "duminică"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_whether_it_holds_today() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        let config = Config::development(std::path::Path::new("data"));
        let all = rules(&config, today, Language::Romanian);
        let fees: Vec<_> = all
            .iter()
            .filter(|rule| rule.what == "Taxa cărții electronice")
            .map(|rule| (rule.value.as_str(), rule.holds))
            .collect();
        assert_eq!(fees, [("67,00 lei", false), ("70,00 lei", true)]);
        assert!(all.iter().any(|rule| rule.value == "30 de zile"));
        assert!(all.iter().all(|rule| !rule.source.is_empty()));
    }

    #[test]
    fn the_next_holidays_come_in_their_order() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        let next = holidays(today, Language::Romanian);
        let first: Vec<_> = next.iter().take(3).map(|row| row.day.as_str()).collect();
        assert_eq!(first, ["30.11.2026", "01.12.2026", "25.12.2026"]);
        assert_eq!((next[0].weekday, next.len()), ("luni", HOLIDAYS_SHOWN));
    }
}
