//! `GET` and `POST /payments/days/{day}/close` and `reopen`: decisions about the books of a channel.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use crate::console::act::{Act, Fault, Input, InputKind, reason_of, seen};
use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::pages::days::day::day_of;
use crate::console::pages::days::grid::PATH;
use crate::console::pages::days::rows::{Apart, Rule, Totals};
use crate::console::pages::payments::list::PATH as MENU;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::domain::calendar::bucharest_day;
use crate::domain::day::{DayEvent, DayState};
use crate::domain::payment::Channel;
use crate::domain::reconciliation::money::{MoneyReport, RowClass};
use crate::flow::Failure;
use crate::flow::close_day::{DayRefusal, decide_day};
use crate::flow::draw_report::{ReportRequest, draw_report};
use crate::store::days::{self, DayDecision};
use crate::words::{Language, actor, date, date_and_time, name_of};

/// Rows that a page names of those that differ.
const NAMED_MAX: usize = 5;

/// The words of the decisions in addresses.
const CLOSE: &str = "close";
const REOPEN: &str = "reopen";

/// Which books, and what is decided about them.
#[derive(Clone, Copy, Debug)]
struct Subject {
    day: NaiveDate,
    channel: Channel,
    event: DayEvent,
}

/// `GET /payments/days/{day}/{action}` asks whether it is to be done.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let subject = Subject::of(&path, &asked.text("channel"))?;
    let page = Box::pin(subject.page(&desk, &visit)).await?;
    page.show(&desk, &visit, MENU).await
}

/// `POST /payments/days/{day}/{action}` does it.
pub(crate) async fn carry_out(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let subject = Subject::of(&path, fields.text("channel"))?;
    subject.decide(&desk, &visit, &fields).await
}

impl Subject {
    fn of((day, word): &(String, String), channel: &str) -> Result<Self, Trouble> {
        let event = match word.as_str() {
            CLOSE => DayEvent::CloseDecided,
            REOPEN => DayEvent::ReopenDecided,
            _ => return Err(Trouble::NotFound),
        };
        let channel = Channel::parse(channel);
        Ok(Self {
            day: day_of(day)?,
            channel: channel.map_err(|_unknown| Trouble::AskedWrong { name: "channel" })?,
            event,
        })
    }

    async fn decide(
        self,
        desk: &Desk,
        visit: &Visit,
        fields: &Fields,
    ) -> Result<HttpResponse, Trouble> {
        let page = Box::pin(self.page(desk, visit)).await?;
        let fault = match reason_of(fields, visit) {
            Err(fault) => fault,
            Ok(_) if seen(fields) != page.seen => self.stale(desk, visit).await?,
            Ok(reason) => {
                let actor = visit.user()?.actor();
                let told = (&actor, Some(reason));
                let one = Some(self.channel);
                let decided = decide_day(&desk.gateway, self.day, one, self.event, told);
                match Box::pin(decided).await {
                    Ok(_) => {
                        let path = format!("{PATH}/{}?channel={}", self.day, self.channel);
                        return Ok(see_done(&path, self.done()));
                    }
                    Err(Failure::Refused(DayRefusal::StateForbids { .. })) => {
                        self.stale(desk, visit).await?
                    }
                    Err(failure) if failure.is_lost_race() => self.stale(desk, visit).await?,
                    Err(Failure::Refused(refusal)) => {
                        Fault::conflict(words(&refusal, visit.language))
                    }
                    Err(Failure::Broken(error)) => return Err(error.into()),
                }
            }
        };
        page.refuse(desk, visit, MENU, (fields, fault)).await
    }

    const fn done(self) -> Done {
        match self.event {
            DayEvent::CloseDecided => Done::DayClosed,
            DayEvent::ReopenDecided => Done::DayOpened,
        }
    }

    /// Somebody decided about the same books meanwhile: says who, when and what.
    async fn stale(self, desk: &Desk, visit: &Visit) -> Result<Fault, Trouble> {
        let mut tx = desk.gateway.store.read().await?;
        let last = days::find_last(&mut tx, self.channel, self.day).await?;
        let language = visit.language;
        let unchanged = visit.says(
            "Acest formular nu a schimbat nimic.",
            "Nothing was changed by this form.",
        );
        let meanwhile = last.map(|last| {
            let by = actor(language, &last.actor);
            let at = date_and_time(language, last.decided_at);
            let what = name_of(last.event, language);
            let meanwhile = visit.says("Între timp", "Meanwhile");
            format!("{meanwhile}, {by}, {at}: {what}. ")
        });
        Ok(Fault::conflict(format!(
            "{}{unchanged}",
            meanwhile.unwrap_or_default()
        )))
    }

    async fn page(self, desk: &Desk, visit: &Visit) -> Result<Act, Trouble> {
        let today = bucharest_day(desk.gateway.clock.now());
        let request = ReportRequest {
            from: self.day,
            to: self.day,
            channel: Some(self.channel),
        };
        let mut tx = desk.gateway.store.read().await?;
        let report = draw_report(&mut tx, &request, today).await?;
        let last = days::find_last(&mut tx, self.channel, self.day).await?;
        drop(tx);
        let (heading, consequence, confirm, page) = texts(self.event, visit);
        let (day, channel) = (self.day, self.channel);
        let language = visit.language;
        Ok(Act {
            heading: format!(
                "{heading} {}, {}",
                date(language, day),
                name_of(channel, language)
            ),
            consequence: consequence.to_owned(),
            facts: facts(&report, language),
            inputs: vec![Input {
                name: "channel",
                label: String::new(),
                hint: String::new(),
                kind: InputKind::Hidden {
                    value: channel.to_string(),
                },
                is_required: true,
            }],
            path: format!("{PATH}/{day}/{page}?channel={channel}"),
            back: format!("{PATH}/{day}?channel={channel}"),
            seen: last.as_ref().map_or(0, |last| last.number).to_string(),
            confirm: confirm.to_owned(),
            suggested_reason: suggested_reason(self.event, &report, visit),
            obstacle: self.obstacle(last.as_ref(), day < today, visit),
            ..Act::default()
        })
    }

    fn obstacle(self, last: Option<&DayDecision>, is_over: bool, visit: &Visit) -> Option<String> {
        let state = DayState::left_by(last.map(|last| last.event));
        let refusal = if !is_over {
            DayRefusal::NotOver
        } else if state.after(self.event).is_err() {
            DayRefusal::StateForbids {
                channel: self.channel,
                day: self.day,
                state,
            }
        } else {
            return None;
        };
        Some(words(&refusal, visit.language))
    }
}

/// The heading, what will happen, what the button says, and the page.
const fn texts(
    event: DayEvent,
    visit: &Visit,
) -> (&'static str, &'static str, &'static str, &'static str) {
    match event {
        DayEvent::CloseDecided => (
            visit.says("Închideți ziua", "Close the day"),
            visit.says(
                "Totalurile de mai jos și starea fiecărei plăți se păstrează. Banii nu se blochează: ce se schimbă după închidere apare separat, cu motivul.",
                "The totals below and the state of every payment are kept. Nothing is frozen: what changes afterwards is listed apart, with its reason.",
            ),
            visit.says("Închide ziua", "Close the day"),
            CLOSE,
        ),
        DayEvent::ReopenDecided => (
            visit.says("Redeschideți ziua", "Open the day again"),
            visit.says(
                "Registrele zilei sunt din nou deschise. Totalurile păstrate la închidere rămân în istoric; la o nouă închidere se păstrează altele, lângă ele.",
                "The books of the day are open again. The totals that were kept stay in the history; closing once more keeps new ones beside them.",
            ),
            visit.says("Redeschide ziua", "Open the day again"),
            REOPEN,
        ),
    }
}

/// What somebody who decides should know: sums, and what does not agree.
fn facts(report: &MoneyReport, language: Language) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for day in &report.days {
        let told = Totals::of(day, language);
        let in_it = language.choose("Money in", "Încasat");
        all.push((
            in_it.to_owned(),
            format!("{} {}", told.money_in, told.currency),
        ));
        let heads = told.heads.into_iter();
        all.extend(heads.map(|(head, sum)| (head.to_owned(), format!("{sum} {}", told.currency))));
    }
    for rule in report.failed() {
        let told = Rule::of(rule, language);
        let broken = language.choose("Does not hold", "Nu se verifică");
        all.push((
            broken.to_owned(),
            format!("{} ({})", told.name, told.broken_by),
        ));
    }
    let class = |row: &&crate::domain::reconciliation::money::Row| {
        row.finding.class() == Some(RowClass::Mismatched)
    };
    for row in report.rows.iter().filter(class).take(NAMED_MAX) {
        let told = Apart::of(row, language);
        let differs = language.choose("Differs", "Diferă");
        let text = format!(
            "{}: {} ({} / {})",
            told.key, told.finding.text, told.announced, told.confirmed
        );
        all.push((differs.to_owned(), text));
    }
    let expected = report.count(RowClass::Expected);
    let awaited = language.choose("Other side awaited", "Se așteaptă cealaltă parte");
    all.push((awaited.to_owned(), expected.to_string()));
    all
}

/// A day on which everything agrees is closed for that reason; all else, somebody has to explain.
fn suggested_reason(event: DayEvent, report: &MoneyReport, visit: &Visit) -> String {
    let agrees = report.failed().next().is_none() && report.count(RowClass::Mismatched) == 0;
    if event == DayEvent::CloseDecided && agrees {
        let text = visit.says("Toate sumele se verifică.", "Everything agrees.");
        return text.to_owned();
    }
    String::new()
}

fn words(refusal: &DayRefusal, language: Language) -> String {
    let says = |ro: &str, en: &str| language.choose(en, ro).to_owned();
    match refusal {
        DayRefusal::NotOver => says("Ziua nu s-a încheiat.", "The day is not over."),
        DayRefusal::StateForbids { state, .. } => {
            let state = name_of(*state, language);
            match language {
                Language::Romanian => format!("Ziua este {state}."),
                Language::English => format!("The day is {state}."),
            }
        }
        DayRefusal::Disagrees { what, .. } => match language {
            Language::Romanian => format!("Nu se verifică: {what}. Scrieți de ce rămâne așa."),
            Language::English => format!("It does not agree: {what}. Say why it may stand."),
        },
        DayRefusal::ReasonMissing => says("Scrieți motivul.", "Give the reason."),
        DayRefusal::KeyReused(_) => says("S-a făcut deja.", "It was done before."),
    }
}
