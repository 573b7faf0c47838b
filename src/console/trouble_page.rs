//! The page that tells why a visitor does not get what was asked for.

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, HeaderName, LOCATION};
use askama::Template;

use crate::console::desk::Desk;
use crate::console::look::shell::Shell;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// The header that asks htmx to load another page.
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// For whoever is not signed in.
#[derive(Template)]
#[template(path = "trouble.html")]
struct Page<'a> {
    visit: &'a Visit,
    title: &'a str,
    text: &'a str,
}

/// Within the console, for whoever is.
#[derive(Template)]
#[template(path = "trouble_within.html")]
struct PageWithin<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    title: &'a str,
    text: &'a str,
}

/// Answers with the page of a trouble. `is_part` says that only a part of a page was asked for.
pub(super) async fn page_of(
    trouble: &Trouble,
    desk: &Desk,
    visit: &Visit,
    is_part: bool,
) -> HttpResponse {
    log(trouble);
    if matches!(trouble, Trouble::SignIn) {
        return to_sign_in(visit, is_part);
    }
    let (title, text) = trouble.words(visit);
    let mut answer = HttpResponse::build(trouble.status_code());
    let (title, text) = (title.as_str(), text.as_str());
    let page = if visit.user.is_some() {
        let shell = shell_of(trouble, desk, visit).await;
        let shell = &shell;
        PageWithin {
            visit,
            shell,
            title,
            text,
        }
        .render()
    } else {
        Page { visit, title, text }.render()
    };
    match page {
        Ok(page) => answer.content_type(ContentType::html()).body(page),
        Err(error) => {
            tracing::error!(%error, "the page of a trouble could not be written");
            answer.finish()
        }
    }
}

/// The shell around a trouble: where the database does not answer, it is not asked for figures either.
async fn shell_of(trouble: &Trouble, desk: &Desk, visit: &Visit) -> Shell {
    if matches!(trouble, Trouble::Busy | Trouble::Broken(_)) {
        return Shell::bare(desk, visit, "");
    }
    let shell = Shell::of(desk, visit, "").await;
    shell.unwrap_or_else(|_unread| Shell::bare(desk, visit, ""))
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
