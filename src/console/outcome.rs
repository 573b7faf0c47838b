//! What became of each of several things that were acted upon at once: one row for each.

use actix_web::HttpResponse;
use askama::Template;

use crate::console::desk::Desk;
use crate::console::look::badge::Badge;
use crate::console::look::shell::Shell;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;

/// What became of one thing.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Its number.
    pub(crate) number: String,
    /// Its page; empty where it has none.
    pub(crate) path: String,
    /// What became of it.
    pub(crate) badge: Badge,
    /// Why, or what was done.
    pub(crate) detail: String,
}

/// What became of all of them.
#[derive(Clone, Debug)]
pub(crate) struct Outcomes {
    /// What was to be done.
    pub(crate) heading: String,
    /// The list to go back to.
    pub(crate) back: String,
    /// One row for each.
    pub(crate) rows: Vec<Outcome>,
}

#[derive(Template)]
#[template(path = "outcomes.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    all: &'a Outcomes,
    done: usize,
}

impl Outcomes {
    /// Shows what became of each.
    pub(crate) async fn show(
        &self,
        desk: &Desk,
        visit: &Visit,
        menu: &'static str,
    ) -> Result<HttpResponse, Trouble> {
        let shell = Shell::of(desk, visit, menu).await?;
        let done = self.rows.iter().filter(|row| row.badge.tone == "ok");
        write(&Page {
            visit,
            shell: &shell,
            all: self,
            done: done.count(),
        })
    }
}
