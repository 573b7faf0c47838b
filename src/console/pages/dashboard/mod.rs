//! The first page: how much is under way, how old it is, what has stopped, and the likeliest remedy.

mod board;
mod charts;
pub(crate) mod decisions;
mod figures;
mod rows;
mod stages;
#[cfg(test)]
mod tests;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::desk::Desk;
use crate::console::look::shell::Shell;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::operator::role::Permission;
use crate::words::{Language, lasting};
use board::Board;

pub(crate) use board::Problem;
pub(crate) use charts::past_usual_term;
pub(crate) use figures::{Figures, RISK_DAYS, Readings, sum_up_resting};
pub(crate) use rows::led;
pub(crate) use stages::share;

#[derive(Template)]
#[template(path = "pages/dashboard.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    board: &'a Board,
}

/// Shows the dashboard.
pub(crate) async fn show(desk: web::Data<Desk>, visit: Visit) -> Result<HttpResponse, Trouble> {
    let figures = desk.readings.read(&desk.gateway).await?;
    let shell = Shell::of(&desk, &visit, "/").await?;
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

/// `acum 2 h`, `2 h ago`.
pub(crate) fn since(language: Language, silent: chrono::TimeDelta) -> String {
    let time = lasting(language, silent);
    match language {
        Language::Romanian => format!("acum {time}"),
        Language::English => format!("{time} ago"),
    }
}
