//! `GET /payments/days`: two weeks of both channels, day by day.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Days, NaiveDate};

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::list::Tab;
use crate::console::look::badge::Badge;
use crate::console::look::share::Share;
use crate::console::look::shell::Shell;
use crate::console::pages::payments::list::{PATH as MENU, several};
use crate::console::pages::payments::sections::sections;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::calendar::bucharest_day;
use crate::domain::day::DayState;
use crate::domain::money::Money;
use crate::domain::payment::{Channel, PaymentState};
use crate::store::days::{self, DayDecision};
use crate::store::payments::{self, DaySum};
use crate::words::{Language, actor, amount, count, date, date_and_time, name_of, noun};

/// The address of the grid.
pub(crate) const PATH: &str = "/payments/days";

/// Days that are shown at a time.
const DAYS_SHOWN: u64 = 14;

#[derive(Template)]
#[template(path = "pages/days.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    sections: Vec<Tab>,
    channels: Vec<&'static str>,
    lines: Vec<Line>,
    newer: Option<String>,
    older: String,
}

/// A day.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) day: String,
    pub(crate) path: String,
    pub(crate) weekday: &'static str,
    pub(crate) cells: Vec<Cell>,
}

/// A day of a channel.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// The page of the day; empty where the day is not there yet.
    pub(crate) path: String,
    /// The lei that came in.
    pub(crate) sum: String,
    /// How many payments, and the list of them.
    pub(crate) payments: String,
    pub(crate) payments_path: String,
    /// How many of them wait for somebody, and where they are.
    pub(crate) waiting: String,
    pub(crate) waiting_paths: Vec<(String, String)>,
    pub(crate) share: Share,
    pub(crate) badge: Badge,
    /// Who closed it, and when.
    pub(crate) closed: String,
    pub(crate) is_empty: bool,
}

/// Shows the grid; `to` is its last day.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let today = bucharest_day(desk.gateway.clock.now());
    let to = asked.value("to")?.unwrap_or(today).min(today);
    let from = to.checked_sub_days(Days::new(DAYS_SHOWN - 1));
    let from = from.ok_or(Trouble::AskedWrong { name: "to" })?;
    let mut tx = desk.gateway.store.read().await?;
    let mut known = BTreeMap::new();
    for channel in Channel::ALL {
        let sums = payments::sum_up_days(&mut tx, *channel, (from, to)).await?;
        let closed = days::list_closed(&mut tx, *channel, from, to).await?;
        known.insert(*channel, (sums, closed));
    }
    let sections = sections(&mut tx, PATH, &visit).await?;
    drop(tx);
    let shell = Shell::of(&desk, &visit, MENU).await?;
    let language = visit.language;
    let days = from.iter_days().take_while(|day| *day <= to);
    let mut lines: Vec<Line> = days.map(|day| line(day, &known, language)).collect();
    lines.reverse();
    let newer = (to < today).then(|| to.checked_add_days(Days::new(DAYS_SHOWN)));
    let before = from.pred_opt().unwrap_or(from);
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, visit.language),
        sections,
        channels: Channel::ALL
            .iter()
            .map(|channel| name_of(*channel, language))
            .collect(),
        lines,
        newer: newer.flatten().map(|to| format!("{PATH}?to={to}")),
        older: format!("{PATH}?to={before}"),
    })
}

type Known = BTreeMap<Channel, (Vec<DaySum>, Vec<DayDecision>)>;

fn line(day: NaiveDate, known: &Known, language: Language) -> Line {
    let cell = |channel: &Channel| {
        let (sums, closed) = known.get(channel)?;
        let sums: Vec<DaySum> = sums.iter().filter(|sum| sum.day == day).copied().collect();
        let closed = closed.iter().find(|one| one.day == day);
        Some(Cell::of((*channel, day), &sums, closed, language))
    };
    Line {
        day: date(language, day),
        path: format!("{PATH}/{day}"),
        weekday: weekday(day, language),
        cells: Channel::ALL.iter().filter_map(cell).collect(),
    }
}

fn weekday(day: NaiveDate, language: Language) -> &'static str {
    use chrono::{Datelike, Weekday};
    match day.weekday() {
        Weekday::Mon => language.choose("Monday", "luni"),
        Weekday::Tue => language.choose("Tuesday", "marți"),
        Weekday::Wed => language.choose("Wednesday", "miercuri"),
        Weekday::Thu => language.choose("Thursday", "joi"),
        Weekday::Fri => language.choose("Friday", "vineri"),
        Weekday::Sat => language.choose("Saturday", "sâmbătă"),
        Weekday::Sun => language.choose("Sunday", "duminică"),
    }
}

impl Cell {
    fn of(
        (channel, day): (Channel, NaiveDate),
        sums: &[DaySum],
        closed: Option<&DayDecision>,
        language: Language,
    ) -> Self {
        let payments = |state: Option<PaymentState>| {
            let of_state = state.map(|state| format!("&state={state}"));
            format!(
                "{MENU}?day={day}&channel={channel}{}",
                of_state.unwrap_or_else(|| "&all=yes".to_owned())
            )
        };
        let all: i64 = sums.iter().map(|sum| sum.count).sum();
        let in_all = add(sums, |_| true);
        let waits = |state| matches!(state, PaymentState::Suggested | PaymentState::Unmatched);
        let waiting = sums.iter().filter(|sum| waits(sum.state));
        let state = closed.map_or(DayState::Open, |_| DayState::Closed);
        Self {
            path: format!("{PATH}/{day}?channel={channel}"),
            sum: amount(language, in_all),
            payments: count(language, all, noun::PAYMENT),
            payments_path: payments(None),
            waiting: lei_of(add(sums, waits), language),
            waiting_paths: waiting
                .map(|sum| {
                    let name = match sum.count {
                        1 => name_of(sum.state, language),
                        _ => several(sum.state, language),
                    };
                    let told = format!("{} {}", sum.count, name.to_lowercase());
                    (told, payments(Some(sum.state)))
                })
                .collect(),
            share: share(sums, in_all, language),
            badge: Badge::of(state, language),
            closed: closed.map_or_else(String::new, |one| {
                let by = actor(language, &one.actor);
                format!("{by}, {}", date_and_time(language, one.decided_at))
            }),
            is_empty: sums.is_empty(),
        }
    }
}

fn add(sums: &[DaySum], which: impl Fn(PaymentState) -> bool) -> Money {
    let wanted = sums.iter().filter(|sum| which(sum.state));
    wanted
        .filter_map(|sum| Some(sum.sum).filter(|sum| *sum > Money::ZERO))
        .try_fold(Money::ZERO, Money::checked_add)
        .unwrap_or(Money::ZERO)
}

fn lei_of(sum: Money, language: Language) -> String {
    if sum == Money::ZERO {
        return String::new();
    }
    amount(language, sum)
}

/// The lei of a day: what found its fee, what waits, what goes back.
fn share(sums: &[DaySum], all: Money, language: Language) -> Share {
    use PaymentState::{Imported, RefundDue, Refunded, Reversed, Suggested, Unmatched};
    let waiting = add(sums, |state| {
        matches!(state, Suggested | Unmatched | Imported)
    });
    let back = add(sums, |state| {
        matches!(state, RefundDue | Refunded | Reversed)
    });
    let rest = all.bani() - waiting.bani() - back.bani();
    let label = match language {
        Language::Romanian => format!(
            "{} lei încasați: {} așteaptă o decizie, {} se restituie sau s-au stornat",
            amount(language, all),
            amount(language, waiting),
            amount(language, back)
        ),
        Language::English => format!(
            "{} lei came in: {} wait for a decision, {} go back or were taken back",
            amount(language, all),
            amount(language, waiting),
            amount(language, back)
        ),
    };
    Share::of(rest, waiting.bani(), back.bani(), label)
}
