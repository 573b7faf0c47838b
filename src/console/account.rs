//! My account: sessions, password, recovery codes, device.

use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::console::asked::Asked;
use crate::console::desk::Desk;
use crate::console::done::{Done, see_done};
use crate::console::fields::Fields;
use crate::console::gate::{SESSION_COOKIE, host_cookie};
use crate::console::look::shell::Shell;
use crate::console::sign_in::{RecoveryCodesPage, see_other, told};
use crate::console::sign_in_words::of_account;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::id::SessionId;
use crate::domain::operator::role::{Permission, Roles};
use crate::flow::people::account::{self, AccountRefusal};
use crate::flow::people::session;
use crate::store::{sessions, user_subjects, users};
use crate::words::{date_and_time, name_of, when};

/// Recovery codes of which there are few.
const CODES_FEW: i64 = 3;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    done: Option<&'a str>,
    fault: String,
    name: &'a str,
    roles: &'a Roles,
    rights: String,
    recovery_codes_left: i64,
    is_short_of_codes: bool,
    has_password: bool,
    is_linked: bool,
    provider: &'a str,
    sessions: Vec<SessionRow>,
    version: i64,
}

struct SessionRow {
    id: SessionId,
    begun: String,
    seen: String,
    address: String,
    agent: String,
    is_this: bool,
}

/// `GET /account`
pub(super) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    asked: Asked,
) -> Result<HttpResponse, Trouble> {
    let done = Done::told(&asked, visit.language);
    page(&desk, &visit, done, String::new()).await
}

/// `POST /account/password`
pub(super) async fn change_password(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let holder = visit.user()?.holder();
    let passwords = [fields.raw("new"), fields.raw("again")];
    let form = (&holder, version_of(&fields));
    let changed =
        account::change_password(&desk.gateway, form, fields.raw("present"), passwords).await;
    match told(changed)? {
        Ok(()) => {
            let done = visit.says("Parola a fost schimbată.", "The password was changed.");
            page(&desk, &visit, Some(done), String::new()).await
        }
        Err(refusal) => refused(&desk, &visit, refusal).await,
    }
}

/// `POST /account/recovery-codes`
pub(super) async fn renew_recovery_codes(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let holder = visit.user()?.holder();
    let form = (&holder, version_of(&fields));
    let renewed = account::renew_recovery_codes(&desk.gateway, form, fields.text("code")).await;
    match told(renewed)? {
        Ok(codes) => write(&RecoveryCodesPage {
            visit: &visit,
            next: "/account",
            codes: &codes,
        }),
        Err(refusal) => refused(&desk, &visit, refusal).await,
    }
}

/// `POST /account/device`
pub(super) async fn leave_device(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
) -> Result<HttpResponse, Trouble> {
    let holder = visit.user()?.holder();
    let form = (&holder, version_of(&fields));
    let (present, code) = (fields.raw("present"), fields.text("code"));
    let left = account::leave_device(&desk.gateway, form, present, code).await;
    match told(left)? {
        Ok(()) => {
            let mut answer = see_other("/sign-in");
            let gone = host_cookie(SESSION_COOKIE, "")?;
            answer.headers_mut().insert(SET_COOKIE, gone);
            Ok(answer)
        }
        Err(refusal) => refused(&desk, &visit, refusal).await,
    }
}

/// `POST /account/sessions/{id}/end`
pub(super) async fn end_session(
    desk: web::Data<Desk>,
    visit: Visit,
    id: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let holder = visit.user()?.holder();
    let id: SessionId = id.parse().map_err(|_no_id| Trouble::NotFound)?;
    let ended = account::end_session(&desk.gateway, &holder, id).await;
    match told(ended)? {
        Ok(()) => Ok(see_done("/account", Done::SessionEnded)),
        Err(refusal) => refused(&desk, &visit, refusal).await,
    }
}

async fn refused(
    desk: &Desk,
    visit: &Visit,
    refusal: AccountRefusal,
) -> Result<HttpResponse, Trouble> {
    let mut answer = page(desk, visit, None, of_account(refusal, visit)).await?;
    *answer.status_mut() = match refusal {
        AccountRefusal::Stale => StatusCode::CONFLICT,
        AccountRefusal::Barred { .. } => StatusCode::TOO_MANY_REQUESTS,
        AccountRefusal::NoSuchSession => StatusCode::NOT_FOUND,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(answer)
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    done: Option<&str>,
    fault: String,
) -> Result<HttpResponse, Trouble> {
    let signed_in = visit.user()?;
    let now = desk.gateway.clock.now();
    let mut tx = desk.gateway.store.read().await?;
    let user = users::find(&mut tx, signed_in.user).await?;
    let user = user.ok_or(Trouble::SignIn)?;
    let left = users::count_recovery_codes(&mut tx, user.id).await?;
    let linked_to = user_subjects::issuer_of(&mut tx, user.id).await?;
    let mut open = sessions::list_of(&mut tx, user.id, now).await?;
    drop(tx);
    open.retain(|one| !session::is_over(&desk.gateway, one, now));
    let language = visit.language;
    let rows = open.into_iter().map(|one| SessionRow {
        begun: date_and_time(language, one.created_at),
        seen: when(language, now, one.seen_at),
        is_this: one.id == signed_in.session,
        id: one.id,
        address: one.address,
        agent: one.agent,
    });
    let shell = Shell::of(desk, visit, "/account").await?;
    write(&AccountPage {
        visit,
        shell: &shell,
        done,
        fault,
        name: &user.name,
        roles: &signed_in.roles,
        rights: rights(visit),
        recovery_codes_left: left,
        // Who has no device has no codes either, and needs none.
        is_short_of_codes: user.code_confirmed && left < CODES_FEW,
        has_password: !user.password_hash.is_empty(),
        is_linked: desk.comes_through(linked_to.as_ref()),
        provider: desk.provider_name(),
        sessions: rows.collect(),
        version: user.version,
    })
}

/// The version that the form was made for; what is no number is none that there is.
fn version_of(fields: &Fields) -> i64 {
    fields.text("version").parse().unwrap_or(0)
}

/// What somebody may do, in words.
fn rights(visit: &Visit) -> String {
    let held = Permission::ALL.iter().filter(|one| visit.may(**one));
    let words: Vec<&str> = held.map(|one| name_of(*one, visit.language)).collect();
    words.join(", ")
}
