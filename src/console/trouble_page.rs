//! The page that tells why a visitor does not get what was asked for.

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, HeaderName, LOCATION};
use askama::Template;

use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// The header that asks htmx to load another page.
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

#[derive(Template)]
#[template(path = "trouble.html")]
struct Page<'a> {
    visit: &'a Visit,
    title: String,
    text: String,
}

/// Answers with the page of a trouble. `is_part` says that only a part of a page was asked for.
pub(super) fn page_of(trouble: &Trouble, visit: &Visit, is_part: bool) -> HttpResponse {
    log(trouble);
    if matches!(trouble, Trouble::SignIn) {
        return to_sign_in(visit, is_part);
    }
    let (title, text) = trouble.words(visit);
    let mut answer = HttpResponse::build(trouble.status_code());
    match (Page { visit, title, text }).render() {
        Ok(page) => answer.content_type(ContentType::html()).body(page),
        Err(error) => {
            tracing::error!(%error, "the page of a trouble could not be written");
            answer.finish()
        }
    }
}

/// Leads to signing in, and back here afterwards.
fn to_sign_in(visit: &Visit, is_part: bool) -> HttpResponse {
    let target = match visit.return_to.as_deref() {
        Some(back) => format!("/sign-in?next={back}"),
        None => String::from("/sign-in"),
    };
    if is_part {
        return HttpResponse::Unauthorized()
            .insert_header((HX_REDIRECT, target))
            .finish();
    }
    HttpResponse::build(StatusCode::SEE_OTHER)
        .insert_header((LOCATION, target))
        .finish()
}

/// Logs what we must act on, the only time that it is logged.
fn log(trouble: &Trouble) {
    if let Trouble::Broken(error) = trouble {
        tracing::error!(error = format!("{error:#}"), "a request failed");
    }
}
