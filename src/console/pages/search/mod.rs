//! The search of every page: a number leads to the thing that bears it, a CNP to the applications of its
//! person. What was typed comes as a form, so that it stands in no address and no log.

mod find;

pub(crate) use find::plain;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::look::shell::Shell;
use crate::console::pages::applications::{Line, Offices, line};
use crate::console::pages::search::find::{Hit, Sought, find};
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::cnp::Cnp;
use crate::domain::operator::role::Permission;
use crate::flow::find_person::find_person;
use crate::store::applications::Application;

/// The field with what is looked for.
const SOUGHT: &str = "q";

#[derive(Template)]
#[template(path = "pages/search.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    content: &'a Content,
}

/// What a search came to.
#[derive(Default)]
struct Content {
    /// What was looked for, where it may be shown again.
    sought: String,
    /// Whether anything was looked for.
    has_looked: bool,
    /// Whether it was a CNP, which is not shown again.
    is_person: bool,
    fault: Option<&'static str>,
    hits: Vec<Hit>,
    applications: Vec<Line>,
}

/// `GET /search`
pub(crate) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let text = asked.text(SOUGHT);
    match Sought::of(&text) {
        Sought::Nothing => page(&desk, &visit, Content::default(), StatusCode::OK).await,
        Sought::Person(_) => {
            let fault = in_address(&visit);
            refused(&desk, &visit, fault).await
        }
        Sought::Name(name) => named(&desk, &visit, &name, false).await,
    }
}

/// `POST /search`
pub(crate) async fn look(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    match Sought::of(fields.text(SOUGHT)) {
        Sought::Nothing => page(&desk, &visit, Content::default(), StatusCode::OK).await,
        Sought::Name(name) => named(&desk, &visit, &name, true).await,
        Sought::Person(_) if !visit.may(Permission::Reveal) => {
            let fault = visit.language.choose(
                "Only whoever may see personal data looks for somebody by the CNP.",
                "După CNP caută numai cine are dreptul să vadă date personale.",
            );
            refused(&desk, &visit, fault).await
        }
        Sought::Person(digits) => match Cnp::parse(&digits) {
            Ok(cnp) => person(&desk, &visit, &cnp).await,
            Err(_fault) => {
                let fault = visit.language.choose(
                    "The 13 digits are no CNP: the check digit or the date is wrong.",
                    "Cele 13 cifre nu sunt un CNP: cifra de control sau data nu este corectă.",
                );
                refused(&desk, &visit, fault).await
            }
        },
    }
}

fn in_address(visit: &Visit) -> &'static str {
    visit.language.choose(
        "A CNP does not belong into an address. Write it into the field.",
        "Un CNP nu se pune în adresă. Scrieți-l în câmp.",
    )
}

/// Looks for what bears a name. `is_form` says that the name stands in no address.
async fn named(
    desk: &Desk,
    visit: &Visit,
    name: &str,
    is_form: bool,
) -> Result<HttpResponse, Trouble> {
    let today = desk.gateway.clock.today();
    let mut tx = desk.gateway.store.read().await?;
    let found = find(&mut tx, name, visit, is_form).await?;
    if let Some(path) = found.only_path() {
        return Ok(HttpResponse::SeeOther()
            .insert_header((LOCATION, path))
            .finish());
    }
    let offices = Offices::of(&mut tx, &found.applications).await?;
    drop(tx);
    let line = |one: &Application| line(one, &offices, today, visit.language);
    let content = Content {
        sought: name.to_owned(),
        has_looked: true,
        applications: found.applications.iter().map(line).collect(),
        hits: found.hits,
        ..Content::default()
    };
    page(desk, visit, content, StatusCode::OK).await
}

async fn person(desk: &Desk, visit: &Visit, cnp: &Cnp) -> Result<HttpResponse, Trouble> {
    let actor = visit.user()?.actor();
    let found = find_person(&desk.gateway, cnp, &actor).await?;
    let today = desk.gateway.clock.today();
    let mut tx = desk.gateway.store.read().await?;
    let offices = Offices::of(&mut tx, &found).await?;
    drop(tx);
    let line = |one: &Application| line(one, &offices, today, visit.language);
    let content = Content {
        has_looked: true,
        is_person: true,
        applications: found.iter().map(line).collect(),
        ..Content::default()
    };
    page(desk, visit, content, StatusCode::OK).await
}

async fn refused(desk: &Desk, visit: &Visit, fault: &'static str) -> Result<HttpResponse, Trouble> {
    let content = Content {
        fault: Some(fault),
        ..Content::default()
    };
    page(desk, visit, content, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    content: Content,
    status: StatusCode,
) -> Result<HttpResponse, Trouble> {
    let shell = Shell::of(desk, visit, "/search").await?;
    let mut answer = write(&Page {
        visit,
        shell: &shell,
        content: &content,
    })?;
    *answer.status_mut() = status;
    Ok(answer)
}
