//! Signing in, step by step: password, a new one where somebody else gave it, a device where there is
//! none yet, a code. Whoever comes from a provider begins after the password.

use std::convert::Infallible;

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use zeroize::Zeroizing;

use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::gate::{SESSION_COOKIE, escaped, host_cookie};
use crate::console::picture::qr_code;
use crate::console::place::place_of;
use crate::console::sign_in_words::{of_fault, of_refusal};
use crate::console::trouble::Trouble;
use crate::console::visit::{SignedIn, Visit};
use crate::console::{rendered, write};
use crate::domain::sign_in::Stage;
use crate::flow::Failure;
use crate::flow::people::session::{Holder, Place};
use crate::flow::people::sign_in::{self, Begun, SignInRefusal};

/// Where somebody goes who has signed in and wanted nothing else.
const HOME: &str = "/";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct PasswordPage<'a> {
    visit: &'a Visit,
    next: &'a str,
    name: &'a str,
    fault: String,
    provider: Option<Provided<'a>>,
}

/// The other way in, through a provider.
struct Provided<'a> {
    name: &'a str,
    address: String,
}

#[derive(Template)]
#[template(path = "sign_in_password.html")]
struct NewPasswordPage<'a> {
    visit: &'a Visit,
    next: &'a str,
    fault: String,
}

#[derive(Template)]
#[template(path = "sign_in_device.html")]
struct DevicePage<'a> {
    visit: &'a Visit,
    next: &'a str,
    picture: String,
    secret: &'a str,
    fault: String,
}

#[derive(Template)]
#[template(path = "sign_in_code.html")]
struct CodePage<'a> {
    visit: &'a Visit,
    next: &'a str,
    fault: String,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
pub(super) struct RecoveryCodesPage<'a> {
    pub(super) visit: &'a Visit,
    pub(super) next: &'a str,
    pub(super) codes: &'a [Zeroizing<String>],
}

/// What may stand behind `?`: where to go afterwards.
#[derive(Debug)]
pub(super) struct Next(String);

impl Default for Next {
    fn default() -> Self {
        Self(HOME.to_owned())
    }
}

impl Next {
    pub(super) fn of_query(request: &HttpRequest) -> Self {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let pairs = pairs.map(web::Query::into_inner).unwrap_or_default();
        let next = pairs.into_iter().find(|(name, _)| name == "next");
        Self::of(next.map(|(_, next)| next).as_deref().unwrap_or_default())
    }

    /// An address of this console; anything else leads home, not to a stranger.
    pub(super) fn of(text: &str) -> Self {
        let is_ours = text.starts_with('/')
            && !text.starts_with("//")
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        Self(if is_ours { text } else { HOME }.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// A page of signing in that leads there afterwards.
    pub(super) fn after(&self, page: &str) -> String {
        if self.0 == HOME {
            page.to_owned()
        } else {
            format!("{page}?next={}", escaped(&self.0))
        }
    }
}

/// `GET /sign-in`
pub(super) async fn show(
    desk: web::Data<Desk>,
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let next = Next::of_query(&request);
    if visit.user.is_some() {
        return Ok(see_other(&next.0));
    }
    if let Some(holder) = &visit.signing_in {
        return Ok(see_other(page_of(holder.stage)));
    }
    ask_password(&desk, &visit, &next, ("", String::new()))
}

/// `POST /sign-in`
pub(super) async fn give_password(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let next = Next::of(fields.text("next"));
    let (name, password) = (fields.text("name"), fields.raw("password"));
    let place = desk.place_of(&request);
    let begun = sign_in::give_password(&desk.gateway, (name, password), &place).await;
    match told(begun)? {
        Ok(begun) => go_on(&begun, &next),
        Err(refusal) => {
            let fault = of_refusal(refusal, &visit);
            let page = ask_password(&desk, &visit, &next, (name, fault))?;
            Ok(with_status(page, refusal))
        }
    }
}

/// `GET /sign-in/password`
pub(super) async fn show_new_password(
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let (next, fault) = (&Next::of_query(&request).0, String::new());
    write(&NewPasswordPage {
        visit: &visit,
        next,
        fault,
    })
}

/// `POST /sign-in/password`
pub(super) async fn choose_password(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let next = Next::of(fields.text("next"));
    let passwords = [fields.raw("new"), fields.raw("again")];
    let (holder, place) = (visit.signing_in()?, desk.place_of(&request));
    let chosen = sign_in::choose_password(&desk.gateway, holder, passwords, &place).await;
    match told(chosen)? {
        Ok(begun) => go_on(&begun, &next),
        Err(refusal @ SignInRefusal::Password(fault)) => {
            let (fault, next) = (of_fault(fault, &visit), next.0.as_str());
            let page = write(&NewPasswordPage {
                visit: &visit,
                next,
                fault,
            })?;
            Ok(with_status(page, refusal))
        }
        Err(_over) => Err(Trouble::SignIn),
    }
}

/// `GET /sign-in/device`
pub(super) async fn show_device(
    desk: web::Data<Desk>,
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let next = Next::of_query(&request);
    ask_first_code(&desk, &visit, &next, String::new()).await
}

/// `POST /sign-in/device`
pub(super) async fn confirm_device(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let next = Next::of(fields.text("next"));
    let (holder, place) = (visit.signing_in()?, desk.place_of(&request));
    let code = fields.text("code");
    let confirmed = sign_in::confirm_device(&desk.gateway, holder, code, &place).await;
    match told(confirmed)? {
        Ok((begun, codes)) => {
            let page = RecoveryCodesPage {
                visit: &visit,
                next: &next.0,
                codes: &codes,
            };
            // The codes are shown this once, so that the answer is a page and not the way to one.
            Ok(HttpResponse::Ok()
                .content_type(ContentType::html())
                .insert_header((SET_COOKIE, host_cookie(SESSION_COOKIE, &begun.token)?))
                .body(rendered(&page)?))
        }
        Err(SignInRefusal::Over) => Err(Trouble::SignIn),
        Err(refusal) => {
            let fault = of_refusal(refusal, &visit);
            let page = ask_first_code(&desk, &visit, &next, fault).await?;
            Ok(with_status(page, refusal))
        }
    }
}

/// `GET /sign-in/code`
pub(super) async fn show_code(visit: Visit, request: HttpRequest) -> Result<HttpResponse, Trouble> {
    let (next, fault) = (&Next::of_query(&request).0, String::new());
    write(&CodePage {
        visit: &visit,
        next,
        fault,
    })
}

/// `POST /sign-in/code`
pub(super) async fn give_code(
    desk: web::Data<Desk>,
    visit: Visit,
    fields: Fields,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let next = Next::of(fields.text("next"));
    let (holder, place) = (visit.signing_in()?, desk.place_of(&request));
    let given = sign_in::give_code(&desk.gateway, holder, fields.text("code"), &place).await;
    match told(given)? {
        Ok(begun) => go_on(&begun, &next),
        Err(SignInRefusal::Over) => Err(Trouble::SignIn),
        Err(refusal) => {
            let (fault, next) = (of_refusal(refusal, &visit), next.0.as_str());
            let page = write(&CodePage {
                visit: &visit,
                next,
                fault,
            })?;
            Ok(with_status(page, refusal))
        }
    }
}

/// `POST /sign-out`
pub(super) async fn sign_out(desk: web::Data<Desk>, visit: Visit) -> Result<HttpResponse, Trouble> {
    let open = visit.user.as_ref().map(SignedIn::holder);
    if let Some(holder) = open.as_ref().or(visit.signing_in.as_ref()) {
        sign_in::sign_out(&desk.gateway, holder).await?;
    }
    let mut answer = see_other("/sign-in");
    let gone = host_cookie(SESSION_COOKIE, "")?;
    answer.headers_mut().insert(SET_COOKIE, gone);
    Ok(answer)
}

pub(super) fn ask_password(
    desk: &Desk,
    visit: &Visit,
    next: &Next,
    (name, fault): (&str, String),
) -> Result<HttpResponse, Trouble> {
    let provider = desk.provider.as_ref().map(|_| Provided {
        name: desk.provider_name(),
        address: next.after("/sign-in/provider"),
    });
    write(&PasswordPage {
        visit,
        next: next.as_str(),
        name,
        fault,
        provider,
    })
}

async fn ask_first_code(
    desk: &Desk,
    visit: &Visit,
    Next(next): &Next,
    fault: String,
) -> Result<HttpResponse, Trouble> {
    let enrolment = sign_in::enrolment(&desk.gateway, visit.signing_in()?).await;
    let Ok(enrolment) = told(enrolment)? else {
        return Err(Trouble::SignIn);
    };
    let label = visit.says(
        "Cod QR cu cheia contului",
        "QR code with the key of the account",
    );
    write(&DevicePage {
        visit,
        next,
        picture: qr_code(&enrolment.address, label)?,
        secret: &enrolment.secret,
        fault,
    })
}

/// Gives the browser its new token, and leads it to what comes next.
pub(super) fn go_on(begun: &Begun, next: &Next) -> Result<HttpResponse, Trouble> {
    let target = match begun.stage {
        Stage::Open => next.0.clone(),
        stage => next.after(page_of(stage)),
    };
    let mut answer = see_other(&target);
    let cookie = host_cookie(SESSION_COOKIE, &begun.token)?;
    answer.headers_mut().insert(SET_COOKIE, cookie);
    Ok(answer)
}

/// The page of a stage.
const fn page_of(stage: Stage) -> &'static str {
    match stage {
        Stage::NewPassword => "/sign-in/password",
        Stage::Enrol => "/sign-in/device",
        Stage::Code => "/sign-in/code",
        Stage::Open => HOME,
    }
}

/// Leads a browser on, so that loading the page again sends no form again.
pub(super) fn see_other(target: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, target))
        .finish()
}

/// The same page with the status that programs understand.
fn with_status(mut page: HttpResponse, refusal: SignInRefusal) -> HttpResponse {
    *page.status_mut() = match refusal {
        SignInRefusal::Barred { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    page
}

/// What a flow did or refused; what broke is a trouble.
pub(super) fn told<T, R>(outcome: Result<T, Failure<R>>) -> Result<Result<T, R>, Trouble> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
        Err(Failure::Broken(error)) => Err(Failure::<Infallible>::Broken(error).into()),
    }
}

impl Desk {
    /// Where a request comes from.
    pub(super) fn place_of(&self, request: &HttpRequest) -> Place {
        place_of(request, self.gateway.config.console.behind_proxy)
    }
}

impl Visit {
    /// Who is about to sign in, on pages that nobody else reaches.
    fn signing_in(&self) -> Result<&Holder, Trouble> {
        self.signing_in.as_ref().ok_or(Trouble::SignIn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_a_stranger() {
        for (text, next) in [
            ("/orders?state=SENT", "/orders?state=SENT"),
            ("", "/"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a b", "/"),
            ("/a\nSet-Cookie:x", "/"),
            ("javascript:alert(1)", "/"),
        ] {
            assert_eq!(Next::of(text).0, next, "{text}");
        }
    }
}
