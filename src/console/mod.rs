//! The operators' console: pages that the server writes, for people who decide.
//!
//! Owns what a browser sees: routes with the permission that each needs, sessions, forms, headers,
//! pages. Decides nothing about a card or a payment: every handler reads its form, calls the flow that
//! the API and the command line call, and writes a page.
//!
//! A new page is one handler, one template and one line in [`routes`]; `pages::orders` shows all of it.
//!
//! - A handler takes the [`desk::Desk`], the [`visit::Visit`] and what it needs of [`asked::Asked`] (the
//!   query) or [`fields::Fields`] (the form). It reads from the store, drops the transaction, asks for
//!   `Shell::of(&desk, &visit, "/menu-entry").await?`, and answers with [`write()`]. Its page has the fields
//!   `visit` and `shell`; its template extends `shell.html`, fills `title` and `main`, and takes its
//!   parts from `parts.html` (`done`, `badge`, `tabs`, `choose_one`, `type_text`, `pager`, `timeline`,
//!   `deeds`, `nothing`, `pause`).
//! - A list ([`list`]): its filters in `Filters`, `asked.rows_wanted()` rows read, `filters.page(…)` cuts
//!   them and makes the `Pager`; where `asked.is_csv()`, `answer_cells` answers.
//! - An action ([`act`]): on the thing's page a `Deed`, barred in words where state or rights forbid it; at
//!   `GET /thing/{id}/action` an `Act`, which is `show`n; `POST` there takes `reason_of` and
//!   `version_seen`, calls the flow, and answers `see_done(path, Done::…)`, or `act.refuse(…, (&fields,
//!   fault))` with a `Fault`: `wrong` (a field), `conflict`, or [`stale::stale`], which says who was
//!   faster.
//! - Words: `visit.says(ro, en)`; names of states from `words::name_of`; colours from `look::badge`; what
//!   history calls things from `look::timeline`. Whatever has no words there yet gets them there.
//! - A part of a page with an `id` and `data-live` renews itself, where the page has the part `pause`.

mod account;
mod act;
mod asked;
mod audit;
mod desk;
mod done;
mod fields;
mod files;
mod gate;
mod headers;
mod list;
mod look;
mod outcome;
mod pages;
mod picture;
mod place;
mod preferences;
mod requests;
pub mod routes;
pub mod server;
mod sign_in;
mod sign_in_words;
mod single_sign_on;
mod single_sign_on_words;
mod stale;
mod trouble;
mod trouble_page;
mod users;
mod visit;

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use anyhow::Context;
use askama::Template;

use crate::console::trouble::Trouble;

/// Answers with a page.
pub(crate) fn write(page: &impl Template) -> Result<HttpResponse, Trouble> {
    let text = rendered(page)?;
    let mut answer = HttpResponse::Ok();
    Ok(answer.content_type(ContentType::html()).body(text))
}

/// The text of a page.
pub(crate) fn rendered(page: &impl Template) -> Result<String, Trouble> {
    Ok(page.render().context("writing a page")?)
}
