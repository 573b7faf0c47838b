//! The reconciliation of a day in words: what must hold, sums by head, rows that do not agree, changes
//! after closing.

use crate::console::look::badge::Badge;
use crate::domain::money::Money;
use crate::domain::payment::PaymentEvent;
use crate::domain::reason::Reason;
use crate::domain::reconciliation::money::{
    Closing, DayTotals, Head, Invariant, InvariantCode, LaterChange, Row, RowClass,
};
use crate::words::{Explanation, Language, actor, amount, date_and_time, name_of, number};

/// Something that must hold.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) currency: String,
    pub(crate) holds: bool,
    pub(crate) wanted: String,
    pub(crate) found: String,
    /// What breaks it, by number or name.
    pub(crate) broken_by: String,
}

impl Rule {
    /// Puts an invariant into words.
    pub(crate) fn of(one: &Invariant, language: Language) -> Self {
        let is_money = one.code == InvariantCode::MoneyAccounted;
        let figure = |figure: i128| {
            if is_money {
                minor(figure, language)
            } else {
                number(language, i64::try_from(figure).unwrap_or(i64::MAX))
            }
        };
        Self {
            name: name_of(one.code, language),
            currency: one.currency.clone().unwrap_or_default(),
            holds: one.holds,
            wanted: figure(one.wanted),
            found: figure(one.found),
            broken_by: one.broken_by.join(", "),
        }
    }
}

/// The sums of a channel in one currency.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    pub(crate) channel: &'static str,
    pub(crate) currency: String,
    pub(crate) movements: String,
    pub(crate) money_in: String,
    /// Each head with its sum.
    pub(crate) heads: Vec<(&'static str, String)>,
    pub(crate) expected: u64,
    pub(crate) mismatched: u64,
    pub(crate) badge: Badge,
}

impl Totals {
    /// Puts sums into words.
    pub(crate) fn of(day: &DayTotals, language: Language) -> Self {
        let heads = Head::ALL.iter();
        Self {
            channel: name_of(day.channel, language),
            currency: if day.currency == "RON" {
                "lei".to_owned()
            } else {
                day.currency.clone()
            },
            movements: number(language, i64::try_from(day.movements).unwrap_or(i64::MAX)),
            money_in: minor(day.money_in(), language),
            heads: heads
                .filter(|head| day.under(**head) != 0)
                .map(|head| (name_of(*head, language), minor(day.under(*head), language)))
                .collect(),
            expected: day.expected,
            mismatched: day.mismatched,
            badge: Badge::of(day.state, language),
        }
    }
}

/// A row that does not agree.
#[derive(Clone, Debug)]
pub(crate) struct Apart {
    pub(crate) key: String,
    /// The page of the payment; empty for what is none.
    pub(crate) path: String,
    pub(crate) channel: &'static str,
    pub(crate) leg: &'static str,
    pub(crate) finding: Badge,
    pub(crate) announced: String,
    pub(crate) confirmed: String,
    pub(crate) age: u64,
    pub(crate) reason: &'static str,
    pub(crate) reference: String,
}

impl Apart {
    /// Puts a row into words.
    pub(crate) fn of(row: &Row, language: Language) -> Self {
        let money = |money: Option<Money>| {
            money.map_or_else(|| "–".to_owned(), |money| amount(language, money))
        };
        let tone = match row.finding.class() {
            Some(RowClass::Mismatched) => "bad",
            Some(RowClass::Expected) => "warn",
            None => "ok",
        };
        let reason = row.reason.and_then(Reason::from_number);
        Self {
            path: match row.state {
                Some(_) => format!("/payments/{}", row.key),
                None => String::new(),
            },
            key: row.key.clone(),
            channel: name_of(row.channel, language),
            leg: name_of(row.leg, language),
            finding: Badge::new(name_of(row.finding, language), tone),
            announced: money(row.announced),
            confirmed: money(row.confirmed),
            age: row.age_days,
            reason: reason.map_or("", |reason| Explanation::from(reason).title.of(language)),
            reference: row.reference.clone().unwrap_or_default(),
        }
    }

    /// As a row of cells.
    pub(crate) fn cells(self) -> Vec<String> {
        vec![
            self.channel.to_owned(),
            self.leg.to_owned(),
            self.key,
            self.reference,
            self.finding.text,
            self.announced,
            self.confirmed,
            self.age.to_string(),
            self.reason.to_owned(),
        ]
    }
}

/// A closed channel.
#[derive(Clone, Debug)]
pub(crate) struct Closed {
    pub(crate) channel: &'static str,
    pub(crate) by: String,
    pub(crate) at: String,
    pub(crate) reason: String,
    pub(crate) is_unchanged: bool,
}

impl Closed {
    /// Puts a closing into words.
    pub(crate) fn of(closing: &Closing, language: Language) -> Self {
        Self {
            channel: name_of(closing.channel, language),
            by: actor(language, &closing.actor),
            at: date_and_time(language, closing.at),
            reason: closing.reason.clone().unwrap_or_default(),
            is_unchanged: closing.is_unchanged,
        }
    }
}

/// What changed after a channel was closed.
#[derive(Clone, Debug)]
pub(crate) struct Later {
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) what: String,
    pub(crate) by: String,
    pub(crate) at: String,
    pub(crate) reason: String,
}

impl Later {
    /// Puts a change into words.
    pub(crate) fn of(change: &LaterChange, language: Language) -> Self {
        let known = PaymentEvent::parse(&change.event);
        let what = match (known, change.event.as_str()) {
            (Ok(event), _) => name_of(event, language),
            (Err(_), "RECORDED") => language.choose("Recorded", "Înregistrată"),
            (Err(_), _) => language.choose("Seen in one more file", "Apare în încă un fișier"),
        };
        Self {
            number: change.number.clone(),
            path: format!("/payments/{}", change.number),
            what: what.to_owned(),
            by: actor(language, &change.actor),
            at: date_and_time(language, change.at),
            reason: change.reason.clone().unwrap_or_default(),
        }
    }
}

/// A sum in minor units, as an amount; one beyond 64 bits would be all the money there is.
fn minor(sum: i128, language: Language) -> String {
    let bani = i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX });
    amount(language, Money::from_bani(bani))
}
