//! `GET /payments/days/{day}`: every account of the money of one day, side by side.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::console::act::Deed;
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::Done;
use crate::console::list::{CSV_ROWS_MAX, Cells, Tab, answer_cells};
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::pages::days::grid::PATH;
use crate::console::pages::days::rows::{Apart, Closed, Later, Rule, Totals};
use crate::console::pages::payments::list::PATH as MENU;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::calendar::bucharest_day;
use crate::domain::day::{DayEvent, DayState};
use crate::domain::operator::role::Permission;
use crate::domain::payment::Channel;
use crate::domain::reconciliation::money::{MoneyReport, Row};
use crate::flow::draw_report::{ReportRequest, draw_report};
use crate::store::days::{self, DayDecision};
use crate::words::{Language, actor, count, date, date_and_time, name_of, noun};

/// Rows that are shown; the file has all of them.
const ROWS_SHOWN: usize = 200;

/// Changes after closing that are shown.
const LATER_SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "pages/day.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'static str>,
    heading: String,
    tabs: Vec<Tab>,
    is_over: bool,
    holds: bool,
    rules: Vec<Rule>,
    totals: Vec<Totals>,
    aparts: Vec<Apart>,
    more: String,
    csv: String,
    closed: Vec<Closed>,
    later: Vec<Later>,
    books: Vec<Books>,
}

/// The books of a channel: how they stand, what was decided, what can be.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    pub(crate) channel: &'static str,
    pub(crate) badge: Badge,
    /// What was decided, who did it, when and why; oldest first.
    pub(crate) decisions: Vec<(&'static str, String, String, String)>,
    pub(crate) deeds: Vec<Deed>,
}

/// The day that a path names.
pub(super) fn day_of(path: &str) -> Result<NaiveDate, Trouble> {
    path.parse().map_err(|_no_day| Trouble::NotFound)
}

/// Shows a day, of one channel or of both.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
    path: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let day = day_of(&path)?;
    let channel: Option<Channel> = asked.code("channel")?;
    let today = bucharest_day(desk.gateway.clock.now());
    if day > today {
        return Err(Trouble::NotFound);
    }
    let request = ReportRequest {
        from: day,
        to: day,
        channel,
    };
    let mut tx = desk.gateway.store.read().await?;
    let report = Box::pin(draw_report(&mut tx, &request, today)).await?;
    let mut decided = Vec::new();
    for channel in request.channels() {
        let all = days::list_of_day(&mut tx, channel, day).await?;
        decided.push((channel, all));
    }
    drop(tx);
    let language = visit.language;
    if asked.is_csv() {
        return answer_cells(cells(&report, language), language);
    }
    let shell = Shell::of(&desk, &visit, MENU).await?;
    let apart = apart(&report);
    let aparts = apart.iter().take(ROWS_SHOWN);
    write(&Page {
        visit: &visit,
        shell: &shell,
        done: Done::told(&asked, visit.language),
        heading: date(language, day),
        tabs: tabs(day, channel, language),
        is_over: day < today,
        holds: report.failed().next().is_none(),
        rules: report
            .invariants
            .iter()
            .map(|one| Rule::of(one, language))
            .collect(),
        totals: report
            .days
            .iter()
            .map(|one| Totals::of(one, language))
            .collect(),
        aparts: aparts.map(|row| Apart::of(row, language)).collect(),
        more: more(apart.len(), language),
        csv: address(day, channel, true),
        closed: report
            .closings
            .iter()
            .map(|one| Closed::of(one, language))
            .collect(),
        later: report
            .later
            .iter()
            .take(LATER_SHOWN)
            .map(|one| Later::of(one, language))
            .collect(),
        books: decided
            .iter()
            .map(|(channel, all)| Books::of((*channel, day), all, day < today, &visit))
            .collect(),
    })
}

/// The rows that do not agree.
fn apart(report: &MoneyReport) -> Vec<&Row> {
    let rows = report.rows.iter();
    rows.filter(|row| row.finding.class().is_some()).collect()
}

fn more(apart: usize, language: Language) -> String {
    let left = apart.saturating_sub(ROWS_SHOWN);
    if left == 0 {
        return String::new();
    }
    let left = count(language, i64::try_from(left).unwrap_or(i64::MAX), noun::ROW);
    match language {
        Language::Romanian => format!("Încă {left} în tabelul descărcat."),
        Language::English => format!("{left} more in the table."),
    }
}

fn address(day: NaiveDate, channel: Option<Channel>, is_csv: bool) -> String {
    let mut address = format!("{PATH}/{day}");
    let mut sign = '?';
    for pair in [
        channel.map(|channel| format!("channel={channel}")),
        is_csv.then(|| "format=csv".to_owned()),
    ]
    .into_iter()
    .flatten()
    {
        address.push(sign);
        address.push_str(&pair);
        sign = '&';
    }
    address
}

fn tabs(day: NaiveDate, here: Option<Channel>, language: Language) -> Vec<Tab> {
    let tab = |text: &str, channel: Option<Channel>| Tab {
        text: text.to_owned(),
        path: address(day, channel, false),
        count: String::new(),
        is_here: channel == here,
    };
    let mut all = vec![tab(language.choose("Both channels", "Ambele canale"), None)];
    let channels = Channel::ALL.iter();
    all.extend(channels.map(|channel| tab(name_of(*channel, language), Some(*channel))));
    all
}

impl Books {
    fn of(
        (channel, day): (Channel, NaiveDate),
        decided: &[DayDecision],
        is_over: bool,
        visit: &Visit,
    ) -> Self {
        let language = visit.language;
        let state = DayState::left_by(decided.last().map(|last| last.event));
        let told = |one: &DayDecision| {
            (
                name_of(one.event, language),
                actor(language, &one.actor),
                date_and_time(language, one.decided_at),
                one.reason.clone().unwrap_or_default(),
            )
        };
        let deeds = if visit.may(Permission::CloseDays) {
            deeds((channel, day), state, is_over, visit)
        } else {
            Vec::new()
        };
        Self {
            channel: name_of(channel, language),
            badge: Badge::of(state, language),
            decisions: decided.iter().map(told).collect(),
            deeds,
        }
    }
}

fn deeds(
    (channel, day): (Channel, NaiveDate),
    state: DayState,
    is_over: bool,
    visit: &Visit,
) -> Vec<Deed> {
    let not_over = (!is_over).then(|| {
        visit
            .says("Ziua nu s-a încheiat.", "The day is not over.")
            .to_owned()
    });
    if state.after(DayEvent::CloseDecided).is_ok() {
        return vec![Deed {
            text: visit.says("Închide ziua", "Close the day").to_owned(),
            path: format!("{PATH}/{day}/close?channel={channel}"),
            tone: "first",
            consequence: visit
                .says(
                    "Totalurile de acum se păstrează.",
                    "The totals are kept as they stand.",
                )
                .to_owned(),
            barred: not_over,
        }];
    }
    vec![Deed {
        text: visit
            .says("Redeschide ziua", "Open the day again")
            .to_owned(),
        path: format!("{PATH}/{day}/reopen?channel={channel}"),
        tone: "",
        consequence: visit
            .says(
                "Totalurile păstrate rămân în istoric.",
                "The totals that were kept stay in the history.",
            )
            .to_owned(),
        barred: None,
    }]
}

fn cells(report: &MoneyReport, language: Language) -> Cells {
    let says = |ro, en| language.choose(en, ro);
    let most = usize::try_from(CSV_ROWS_MAX).unwrap_or(usize::MAX);
    let rows = report.rows.iter().take(most.saturating_add(1));
    Cells {
        name: "reconciliation",
        heads: vec![
            says("Canal", "Channel"),
            says("Comparație", "Leg"),
            says("Plata", "Payment"),
            says("Referința canalului", "Channel's reference"),
            says("Constatare", "Finding"),
            says("Prima parte", "First side"),
            says("A doua parte", "Second side"),
            says("Zile", "Days"),
            says("Motiv", "Reason"),
        ],
        rows: rows.map(|row| Apart::of(row, language).cells()).collect(),
    }
}
