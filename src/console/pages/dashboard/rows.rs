//! The tables of the dashboard: offices with their backlogs, payments with their best candidate.

use chrono::{DateTime, TimeDelta, Utc};

use crate::console::pages::dashboard::board::{Candidate, OfficeRow, PaymentRow};
use crate::console::pages::dashboard::figures::{Figures, Offered};
use crate::console::pages::dashboard::{since, stages};
use crate::domain::matching::Clue;
use crate::domain::payment::Channel;
use crate::domain::reason::Reason;
use crate::store::applications::unfinished::Backlog;
use crate::words::{Explanation, Language, amount, number, per_cent, when};

/// Offices that are shown.
const OFFICES_SHOWN: usize = 8;

/// From this score on a candidate is shown as likely.
const LIKELY: u8 = 90;

/// Clues that are told of a candidate; the rest stands on the payment's own page.
const CLUES_SHOWN: usize = 2;

/// Hours without a sign of an office after which its light is yellow, and red.
const QUIET_HOURS: i64 = 3;
const SILENT_HOURS: i64 = 12;

/// The offices with the largest backlogs.
pub(super) fn offices(figures: &Figures, language: Language) -> Vec<OfficeRow> {
    let row = |backlog: &Backlog| {
        let seen = figures.seen.get(&backlog.office).copied();
        let on_time = backlog.open - backlog.at_risk - backlog.late;
        let days = (figures.today - backlog.oldest_on).num_days();
        OfficeRow {
            name: backlog.name.clone(),
            path: format!("/applications?under-way=yes&office={}", backlog.code),
            open: number(language, backlog.open),
            share: stages::share(language, on_time, backlog.at_risk, backlog.late),
            oldest: format!("{days} {}", language.choose("d", "z")),
            led: led(seen, figures.read_at),
            seen: match seen {
                Some(at) => since(language, figures.read_at - at),
                None => language.choose("never", "niciodată").to_owned(),
            },
        }
    };
    let largest = figures.backlogs.iter().take(OFFICES_SHOWN);
    largest.map(row).collect()
}

/// The light of whoever was last seen then.
pub(crate) fn led(seen: Option<DateTime<Utc>>, now: DateTime<Utc>) -> &'static str {
    match seen.map(|at| now - at) {
        Some(silent) if silent < TimeDelta::hours(QUIET_HOURS) => "ok",
        Some(silent) if silent < TimeDelta::hours(SILENT_HOURS) => "warn",
        Some(_) => "bad",
        None => "",
    }
}

/// The oldest payments without an application.
pub(super) fn payments(figures: &Figures, language: Language) -> Vec<PaymentRow> {
    let offered = figures.offered.iter();
    offered
        .map(|offered| payment(offered, figures.read_at, language))
        .collect()
}

fn payment(offered: &Offered, now: DateTime<Utc>, language: Language) -> PaymentRow {
    let payment = &offered.payment;
    let reason = payment.reason.and_then(|code| u16::try_from(code).ok());
    let reason = reason.and_then(Reason::from_number).map(Explanation::from);
    PaymentRow {
        number: payment.number.clone(),
        path: format!("/payments/{}", payment.number),
        when: when(language, now, payment.received_at),
        channel: match payment.channel {
            Channel::Cec => "CEC Bank",
            Channel::SelfPay => "SelfPay",
        },
        amount: amount(language, payment.amount),
        why: reason.map_or("", |told| told.title.of(language)),
        candidate: offered
            .best
            .as_ref()
            .map(|(number, score, clues)| Candidate {
                score: per_cent(language, i64::from(*score)),
                tone: if *score >= LIKELY { "ok" } else { "warn" },
                number: number.clone(),
                path: format!("/applications/{number}"),
                clues: clues_of(clues, language),
            }),
    }
}

fn clues_of(clues: &[Clue], language: Language) -> String {
    let text = |clue: &Clue| language.choose(clue.text_en(), clue.text_ro());
    let shown: Vec<&str> = clues.iter().take(CLUES_SHOWN).map(text).collect();
    shown.join(" ")
}
