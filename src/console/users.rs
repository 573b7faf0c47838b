//! Accounts, for whoever looks after them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use zeroize::Zeroizing;

use crate::console::act::version_seen;
use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::look::shell::Shell;
use crate::console::sign_in::told;
use crate::console::stale::stale_account;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::operator::role::{Role, Roles};
use crate::flow::people::administer::{self, AdministrationRefusal, By};
use crate::store::{user_subjects, users};
use crate::words::date_and_time;

/// Accounts of a page.
const PAGE: i64 = 200;

/// Characters of a reason at most.
const REASON_CHARS_MAX: usize = 500;

#[derive(Template)]
#[template(path = "users.html")]
struct UsersPage<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    rows: Vec<Row>,
    roles: &'a [Role],
    done: Option<&'a str>,
    given: Option<(&'a str, &'a str)>,
    fault: String,
}

struct Row {
    name: String,
    roles: Roles,
    choices: Vec<Choice>,
    is_disabled: bool,
    has_device: bool,
    is_linked: bool,
    signed_in: String,
    /// Counts changes of the account, so that a form that comes too late is known.
    version: i64,
}

/// A role that an account may be given.
struct Choice {
    role: Role,
    is_held: bool,
}

/// `GET /settings/users`
pub(super) async fn list(desk: web::Data<Desk>, visit: Visit) -> Result<HttpResponse, Trouble> {
    page(&desk, &visit, None, None, String::new()).await
}

/// `POST /settings/users`
pub(super) async fn add(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let (name, reason) = (fields.text("name"), reason_of(&fields)?);
    let actor = visit.user()?.actor();
    let by = By {
        actor: &actor,
        reason: reason.as_deref(),
        seen: None,
    };
    let added = administer::add(&desk.gateway, name, &roles_of(&fields), by).await;
    let added = told(added)?.map(Some);
    answer(&desk, &visit, name, added).await
}

/// `POST /settings/users/{name}/{change}`
pub(super) async fn change(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Trouble> {
    let (name, change) = path.into_inner();
    let Some(reason) = reason_of(&fields)? else {
        let fault = visit.says("Scrieți motivul.", "Give a reason.").to_owned();
        return Ok(refused(page(&desk, &visit, None, None, fault).await?));
    };
    let actor = visit.user()?.actor();
    let by = By {
        actor: &actor,
        reason: Some(&reason),
        seen: Some(version_seen(&fields)),
    };
    let gateway = &desk.gateway;
    let changed = match change.as_str() {
        "disable" => told(administer::disable(gateway, &name, by).await)?.map(|()| None),
        "enable" => told(administer::enable(gateway, &name, by).await)?.map(|()| None),
        "sign-out" => told(administer::end_all_sessions(gateway, &name, by).await)?.map(|()| None),
        "password" => told(administer::reset_password(gateway, &name, by).await)?.map(Some),
        "roles" => {
            let roles = roles_of(&fields);
            told(administer::set_roles(gateway, &name, &roles, by).await)?.map(|()| None)
        }
        _ => return Err(Trouble::NotFound),
    };
    answer(&desk, &visit, &name, changed).await
}

/// Shows the list with what was done, or why not. A password is shown this once.
async fn answer(
    desk: &Desk,
    visit: &Visit,
    name: &str,
    outcome: Result<Option<Zeroizing<String>>, AdministrationRefusal>,
) -> Result<HttpResponse, Trouble> {
    match outcome {
        Ok(None) => {
            page(
                desk,
                visit,
                Some(visit.says("S-a făcut.", "Done.")),
                None,
                String::new(),
            )
            .await
        }
        Ok(Some(given)) => {
            let done = visit.says("S-a făcut.", "Done.");
            page(desk, visit, Some(done), Some((name, &given)), String::new()).await
        }
        Err(AdministrationRefusal::Changed(name)) => {
            let mut tx = desk.gateway.store.read().await?;
            let fault = stale_account(&mut tx, &name, visit).await?;
            drop(tx);
            let mut page = page(desk, visit, None, None, fault.text).await?;
            *page.status_mut() = fault.status;
            Ok(page)
        }
        Err(refusal) => {
            let fault = words(&refusal, visit);
            Ok(refused(page(desk, visit, None, None, fault).await?))
        }
    }
}

fn refused(mut page: HttpResponse) -> HttpResponse {
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    page
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    done: Option<&str>,
    given: Option<(&str, &str)>,
    fault: String,
) -> Result<HttpResponse, Trouble> {
    let mut tx = desk.gateway.store.read().await?;
    let mut rows = Vec::new();
    for user in users::list(&mut tx, "", PAGE).await? {
        let held = users::roles(&mut tx, user.id).await?;
        let linked_to = user_subjects::issuer_of(&mut tx, user.id).await?;
        let choices = Role::ALL.iter().map(|role| Choice {
            role: *role,
            is_held: held.contains(*role),
        });
        let signed_in = user.signed_in_at;
        let signed_in = signed_in.map(|at| date_and_time(visit.language, at));
        rows.push(Row {
            choices: choices.collect(),
            roles: held,
            is_disabled: user.disabled_at.is_some(),
            has_device: user.code_confirmed,
            is_linked: desk.comes_through(linked_to.as_ref()),
            signed_in: signed_in.unwrap_or_default(),
            version: user.version,
            name: user.name,
        });
    }
    drop(tx);
    let shell = Shell::of(desk, visit, "/settings/users").await?;
    write(&UsersPage {
        visit,
        shell: &shell,
        rows,
        roles: Role::ALL,
        done,
        given,
        fault,
    })
}

/// Why, as somebody wrote it; `None` where nobody wrote anything.
pub(super) fn reason_of(fields: &Fields) -> Result<Option<String>, Trouble> {
    let reason = fields.text("reason");
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(Trouble::FieldTooLong {
            most: REASON_CHARS_MAX,
        });
    }
    Ok((!reason.is_empty()).then(|| reason.to_owned()))
}

fn roles_of(fields: &Fields) -> Roles {
    Roles::new(fields.all("role").filter_map(|role| Role::parse(role).ok()))
}

fn words(refusal: &AdministrationRefusal, visit: &Visit) -> String {
    let says = |romanian: &str, english: &str| visit.says(romanian, english).to_owned();
    match refusal {
        AdministrationRefusal::Name(_) => says(
            "Numele are între 2 și 40 de litere mici sau cifre, cu . - _ între ele.",
            "A name has 2 to 40 small letters or digits, with . - _ between them.",
        ),
        AdministrationRefusal::Taken(_) => says(
            "Există deja un cont cu acest nume.",
            "There is an account of this name already.",
        ),
        AdministrationRefusal::Unknown(_) => says("Contul nu există.", "There is no such account."),
        AdministrationRefusal::NoRole => {
            says("Alegeți cel puțin un rol.", "Choose at least one role.")
        }
        AdministrationRefusal::LastAdministrator(_) => says(
            "Este ultimul administrator. Numiți întâi un altul.",
            "This is the last administrator. Make somebody else one first.",
        ),
        AdministrationRefusal::Already(_) => says(
            "Contul este deja așa; poate altcineva a fost mai rapid.",
            "The account is so already; perhaps somebody was faster.",
        ),
        // Accounts are linked on the gateway's machine, which says so in its own words.
        AdministrationRefusal::NoProvider
        | AdministrationRefusal::Subject
        | AdministrationRefusal::Linked(_)
        | AdministrationRefusal::SubjectTaken(_) => says(
            "Contul nu poate fi legat astfel.",
            "The account cannot be linked so.",
        ),
        AdministrationRefusal::Changed(_) => {
            says("S-a schimbat între timp.", "It has changed meanwhile.")
        }
    }
}
