//! The operators' console: pages that the server writes, for people who decide.
//!
//! Owns what a browser sees: routes with the permission that each needs, sessions, forms, headers,
//! pages. Decides nothing about a card or a payment: every handler reads its form, calls the flow that
//! the API and the command line call, and writes a page. A new page is one handler, one template and
//! one line in [`routes`].

mod account;
mod audit;
mod desk;
mod fields;
mod files;
mod gate;
mod headers;
mod look;
mod pages;
mod picture;
mod place;
mod preferences;
mod requests;
pub mod routes;
pub mod server;
mod sign_in;
mod sign_in_words;
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
