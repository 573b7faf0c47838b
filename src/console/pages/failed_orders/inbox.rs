//! The inbox: what waits for a person, by cause and by reason.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::list::{Filters, Tab};
use crate::console::look::shell::Shell;
use crate::console::pages::dashboard::decisions::{of_cause, of_reason, resting};
use crate::console::pages::dashboard::{Problem, sum_up_resting};
use crate::console::pages::failed_orders::{MENU, OF, Part, shown, views};
use crate::console::pages::holds;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::calendar::bucharest_day;
use crate::domain::cause::Cause;
use crate::store::causes::{self, CauseCount};
use crate::store::dashboard;
use crate::store::history::SubjectKind;
use crate::words::{Language, count, noun};

#[derive(Template)]
#[template(path = "pages/failed_orders.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    totals: Vec<String>,
    causes: Vec<Problem>,
    others: Vec<Problem>,
    is_whole: bool,
    views: Vec<Tab>,
    /// How much rests, where that is shown.
    resting: Option<String>,
}

/// `GET /failed-orders`
pub(crate) async fn inbox(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    if !asked.text("code").is_empty() {
        return holds::list(&desk, &visit, &asked).await;
    }
    let part = Part::of(&asked.text(OF))?;
    let now = desk.gateway.clock.now();
    let shown = shown(&asked, bucharest_day(now))?;
    let mut tx = desk.gateway.store.read().await?;
    let mut counts = causes::list(&mut tx, Some(shown)).await?;
    let waiting = match part {
        Part::All => dashboard::list_waiting(&mut tx, shown).await?,
        _ => Vec::new(),
    };
    drop(tx);
    keep(&mut counts, part);
    let shell = Shell::of(&desk, &visit, MENU).await?;
    let language = visit.language;
    let filters = Filters::new(MENU).with(OF, asked.text(OF));
    let led = |problem: Problem| problem.led_to(shown);
    write(&Page {
        visit: &visit,
        shell: &shell,
        totals: totals(&counts, language),
        resting: if shown.resting {
            resting(sum_up_resting(&counts, &waiting), language)
        } else {
            None
        },
        views: views(&filters, shown, language),
        causes: by_age(&counts, now, language)
            .into_iter()
            .map(led)
            .collect(),
        others: waiting
            .iter()
            .filter(|one| one.kind != SubjectKind::Payment)
            .filter_map(|one| of_reason(one, now, language).map(led))
            .collect(),
        is_whole: part == Part::All,
    })
}

/// Keeps what was asked for. Orders that have no answer are a list of their own.
fn keep(counts: &mut Vec<CauseCount>, part: Part) {
    for one in &mut *counts {
        match part {
            Part::All => (),
            Part::Orders => one.lines = 0,
            Part::Lines => one.orders = 0,
        }
    }
    counts.retain(|one| {
        let is_asked = part != Part::Orders || one.cause != Cause::Silence;
        is_asked && one.orders + one.lines > 0
    });
}

fn totals(counts: &[CauseCount], language: Language) -> Vec<String> {
    let orders: i64 = counts.iter().map(|one| one.orders).sum();
    let lines: i64 = counts.iter().map(|one| one.lines).sum();
    let all = [(orders, noun::ORDER), (lines, noun::LINE)];
    let some = all.into_iter().filter(|(many, _)| *many > 0);
    some.map(|(many, of)| count(language, many, of)).collect()
}

fn by_age(counts: &[CauseCount], now: DateTime<Utc>, language: Language) -> Vec<Problem> {
    let mut counts: Vec<&CauseCount> = counts.iter().collect();
    counts.sort_by_key(|one| one.oldest);
    let problem = |one: &CauseCount| of_cause(one, now, language);
    counts.into_iter().map(problem).collect()
}
