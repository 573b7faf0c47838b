//! The first page: how much is under way, how old it is, what has stopped, and the likeliest remedy.

mod board;
mod charts;
mod decisions;
mod figures;
mod rows;
mod stages;
#[cfg(test)]
mod tests;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use crate::console::desk::Desk;
use crate::console::look::shell::{Light, Shell, Tally};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::operator::role::Permission;
use crate::words::{Language, lasting};
use board::Board;

pub(crate) use figures::{Figures, Readings};

/// Hours of silence after which a light is no longer green: the bureau and the stations speak all day,
/// the bank once.
const QUIET_HOURS: i64 = 4;
const BANK_QUIET_HOURS: i64 = 76;

#[derive(Template)]
#[template(path = "pages/dashboard.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    board: &'a Board,
}

/// Shows the dashboard.
pub(crate) async fn show(
    desk: web::Data<Desk>,
    readings: web::Data<Readings>,
    visit: Visit,
) -> Result<HttpResponse, Trouble> {
    let figures = readings.read(&desk.gateway).await?;
    let shell = shell_of(&desk, &visit, &figures);
    write(&Page {
        visit: &visit,
        shell: &shell,
        board: &Board::of(
            &figures,
            visit.language,
            visit.may(Permission::ViewPayments),
        ),
    })
}

/// The shell around a page, with what waits by the figures.
fn shell_of(desk: &Desk, visit: &Visit, figures: &Figures) -> Shell {
    let mut tallies = vec![
        Tally {
            path: "/failed-orders",
            count: figures.causes.iter().map(|cause| cause.orders).sum(),
            is_bad: true,
        },
        Tally {
            path: "/outbox",
            count: figures.dead_letters,
            is_bad: false,
        },
    ];
    if visit.may(Permission::ViewPayments) {
        tallies.push(Tally {
            path: "/payments",
            count: figures.unmatched.count,
            is_bad: false,
        });
    }
    Shell {
        path: "/",
        environment: desk.gateway.config.environment,
        language: visit.language,
        tallies,
        lights: lights(figures, visit.language),
    }
}

fn lights(figures: &Figures, language: Language) -> Vec<Light> {
    let heard = &figures.heard;
    [
        (
            language.choose("Bureau", "C.N.I.N."),
            heard.bureau,
            QUIET_HOURS,
        ),
        ("CEC Bank", heard.cec, BANK_QUIET_HOURS),
        ("SelfPay", heard.selfpay, QUIET_HOURS),
    ]
    .into_iter()
    .map(|(name, at, quiet)| light(name, at, quiet, figures.read_at, language))
    .collect()
}

fn light(
    name: &str,
    at: Option<DateTime<Utc>>,
    quiet_hours: i64,
    now: DateTime<Utc>,
    language: Language,
) -> Light {
    let silent = at.map(|at| now - at);
    let tone = match silent {
        Some(silent) if silent.num_hours() < quiet_hours => "ok",
        Some(_) => "warn",
        None => "",
    };
    Light {
        tone,
        name: name.to_owned(),
        said: silent.map_or_else(
            || language.choose("nothing yet", "încă nimic").to_owned(),
            |silent| since(language, silent),
        ),
    }
}

/// `acum 2 h`, `2 h ago`.
fn since(language: Language, silent: chrono::TimeDelta) -> String {
    let time = lasting(language, silent);
    match language {
        Language::Romanian => format!("acum {time}"),
        Language::English => format!("{time} ago"),
    }
}
