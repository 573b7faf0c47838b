//! The way to the provider of single sign-on and back. It begins with a link and not with a form: a
//! browser sends forms to this console alone, also when it is led on from there.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::console::desk::Desk;
use crate::console::gate::{host_cookie, short_cookie};
use crate::console::sign_in::{Next, ask_password, go_on, see_other, told};
use crate::console::single_sign_on_words::{denied, of_arrival, of_provider, of_trip};
use crate::console::trouble::Trouble;
use crate::console::visit::{SignedIn, Visit, cookie};
use crate::console::write;
use crate::domain::single_sign_on::Proven;
use crate::flow::people::session::Place;
use crate::flow::people::single_sign_on::{
    self, ArrivalRefusal, Secrets, TRIP_MINUTES, TripRefusal,
};
use crate::transport::provider::{self, Provider, ProviderFault};

/// The cookie of a way to the provider; it holds a handle, and what it stands for is kept here.
const TRIP_COOKIE: &str = "__Host-cei-trip";

#[derive(Template)]
#[template(path = "sign_in_stranger.html")]
struct StrangerPage<'a> {
    visit: &'a Visit,
    fault: String,
    subject: &'a str,
}

/// What somebody brings back from the provider.
struct Answer {
    code: Option<String>,
    state: String,
    error: Option<String>,
    issuer: Option<String>,
}

impl Answer {
    /// Reads the query; of a parameter that is repeated the last one, and none of them is trusted yet.
    fn of(request: &HttpRequest) -> Self {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let pairs = pairs.map(web::Query::into_inner).unwrap_or_default();
        let mut pairs: BTreeMap<String, String> = pairs.into_iter().collect();
        Self {
            code: pairs.remove("code"),
            state: pairs.remove("state").unwrap_or_default(),
            error: pairs.remove("error"),
            issuer: pairs.remove("iss"),
        }
    }
}

/// `GET /sign-in/provider`
pub(super) async fn leave(
    desk: web::Data<Desk>,
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let next = Next::of_query(&request);
    let may_leave = visit.user.is_none() && is_our_link(request.headers());
    let Some(provider) = desk.provider.as_deref().filter(|_| may_leave) else {
        return Ok(see_other(&next.after("/sign-in")));
    };
    // Nobody is sent, and no way is noted, while there is nobody to be sent to.
    if let Err(fault) = provider.examine().await {
        return away(&desk, &visit, &next, &fault);
    }
    let place = desk.place_of(&request);
    let secrets = match told(single_sign_on::leave(&desk.gateway, next.as_str(), &place).await)? {
        Ok(secrets) => secrets,
        Err(refusal) => return turned_away(&desk, &visit, &next, refusal),
    };
    match provider.address(for_provider(&secrets)).await {
        Ok(address) => {
            let mut answer = see_other(&address);
            let held = short_cookie(TRIP_COOKIE, &secrets.token, TRIP_MINUTES * 60)?;
            answer.headers_mut().insert(SET_COOKIE, held);
            Ok(answer)
        }
        Err(fault) => away(&desk, &visit, &next, &fault),
    }
}

/// Whether somebody follows a link of ours, or typed the address: another site could use up all ways that
/// an address may begin. Browsers that do not tell are believed.
fn is_our_link(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site");
    site.is_none_or(|site| site == "same-origin" || site == "none")
}

/// `GET /sign-in/provider/answer`
pub(super) async fn come_back(
    desk: web::Data<Desk>,
    visit: Visit,
    request: HttpRequest,
) -> Result<HttpResponse, Trouble> {
    let Some(provider) = desk.provider.as_deref() else {
        return Ok(see_other("/sign-in"));
    };
    let (answer, place) = (Answer::of(&request), desk.place_of(&request));
    let token = cookie(request.headers(), TRIP_COOKIE).unwrap_or_default();
    let back = single_sign_on::come_back(&desk.gateway, token, &answer.state, &place).await;
    let (secrets, next) = match told(back)? {
        Ok(back) => back,
        Err(refusal) => return turned_away(&desk, &visit, &Next::default(), refusal),
    };
    let next = Next::of(&next);
    let mut response = match heard(&desk, provider, answer, &secrets, &place).await? {
        Ok(person) => arrive(&desk, &visit, (&person, &next), &place).await,
        Err(told) => asked_again(&desk, &visit, &next, told.in_words(&desk, &visit)),
    }?;
    // The way is over, wherever it led.
    let gone = host_cookie(TRIP_COOKIE, "")?;
    response.headers_mut().append(SET_COOKIE, gone);
    Ok(response)
}

/// Why an answer vouches for nobody.
enum Unheard {
    /// The provider says so, in a word of its own.
    Denied(String),
    /// The provider cannot be asked, or not be believed.
    Fault(ProviderFault),
}

impl Unheard {
    fn in_words(&self, desk: &Desk, visit: &Visit) -> (String, StatusCode) {
        match self {
            Self::Denied(error) => (
                denied(error, desk.provider_name(), visit),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            Self::Fault(fault) => {
                let status = match fault {
                    ProviderFault::Token(_) => StatusCode::UNPROCESSABLE_ENTITY,
                    _ if fault.is_wrong_code() => StatusCode::UNPROCESSABLE_ENTITY,
                    _ => StatusCode::SERVICE_UNAVAILABLE,
                };
                (of_provider(fault, desk.provider_name(), visit), status)
            }
        }
    }
}

/// Whom an answer vouches for, asked of the provider itself.
async fn heard(
    desk: &Desk,
    provider: &Provider,
    answer: Answer,
    secrets: &Secrets,
    place: &Place,
) -> Result<Result<Proven, Unheard>, Trouble> {
    let issuer = desk.gateway.config.console.oidc.issuer.as_deref();
    if let Some(error) = answer.error {
        let error = provider::plain(&error);
        tracing::info!(error, "the provider let somebody go");
        return Ok(Err(Unheard::Denied(error)));
    }
    // Whoever mixes two providers up is told apart here (RFC 9207 §2.4).
    let is_ours = answer.issuer.is_none() || answer.issuer.as_deref() == issuer;
    let Some(code) = answer.code.filter(|_| is_ours) else {
        return Ok(Err(Unheard::Denied(String::new())));
    };
    match provider.person(&code, for_provider(secrets)).await {
        Ok(person) => Ok(Ok(person)),
        Err(fault) => {
            log(&fault);
            if let ProviderFault::Token(defect) = &fault {
                let why = format!("provider: token {defect}");
                single_sign_on::note_failure(&desk.gateway, None, &why, place).await?;
            } else if fault.is_wrong_code() {
                single_sign_on::count(&desk.gateway, place).await?;
            }
            Ok(Err(Unheard::Fault(fault)))
        }
    }
}

/// Lets somebody in whom the provider vouches for, or says what is in the way.
async fn arrive(
    desk: &Desk,
    visit: &Visit,
    (person, next): (&Proven, &Next),
    place: &Place,
) -> Result<HttpResponse, Trouble> {
    let open = visit.user.as_ref().map(SignedIn::holder);
    let former = open.as_ref().or(visit.signing_in.as_ref());
    let begun = single_sign_on::arrive(&desk.gateway, person, former, place).await;
    match told(begun)? {
        Ok(begun) => go_on(&begun, next),
        Err(refusal @ ArrivalRefusal::Stranger) => {
            let mut page = write(&StrangerPage {
                visit,
                fault: of_arrival(refusal, desk.provider_name(), visit),
                subject: person.subject.expose(),
            })?;
            *page.status_mut() = StatusCode::FORBIDDEN;
            Ok(page)
        }
        Err(refusal) => {
            let words = of_arrival(refusal, desk.provider_name(), visit);
            asked_again(desk, visit, next, (words, StatusCode::FORBIDDEN))
        }
    }
}

fn away(
    desk: &Desk,
    visit: &Visit,
    next: &Next,
    fault: &ProviderFault,
) -> Result<HttpResponse, Trouble> {
    log(fault);
    let words = of_provider(fault, desk.provider_name(), visit);
    asked_again(desk, visit, next, (words, StatusCode::SERVICE_UNAVAILABLE))
}

/// The sign-in page with what is in the way of the provider; a password is as good as ever.
fn asked_again(
    desk: &Desk,
    visit: &Visit,
    next: &Next,
    (words, status): (String, StatusCode),
) -> Result<HttpResponse, Trouble> {
    let mut page = ask_password(desk, visit, next, ("", words))?;
    *page.status_mut() = status;
    Ok(page)
}

fn turned_away(
    desk: &Desk,
    visit: &Visit,
    next: &Next,
    refusal: TripRefusal,
) -> Result<HttpResponse, Trouble> {
    let status = match refusal {
        TripRefusal::Barred { .. } | TripRefusal::TooMany => StatusCode::TOO_MANY_REQUESTS,
        TripRefusal::NotExpected | TripRefusal::OtherState => StatusCode::UNPROCESSABLE_ENTITY,
    };
    asked_again(desk, visit, next, (of_trip(refusal, visit), status))
}

/// Tells whoever looks after the gateway what the visitor is told in other words.
fn log(fault: &ProviderFault) {
    let mut error = fault.to_string();
    let mut source = std::error::Error::source(fault);
    while let Some(cause) = source {
        error = format!("{error}: {cause}");
        source = cause.source();
    }
    if fault.is_wrong_code() {
        tracing::info!(error, "a code of the provider was not taken");
    } else {
        tracing::warn!(error, "the provider vouched for nobody");
    }
}

fn for_provider(secrets: &Secrets) -> provider::Secrets<'_> {
    provider::Secrets {
        state: &secrets.state,
        nonce: &secrets.nonce,
        verifier: &secrets.verifier,
    }
}

impl Desk {
    /// What people call the provider.
    pub(super) fn provider_name(&self) -> &str {
        &self.gateway.config.console.oidc.name
    }

    /// Whether whoever is linked to `issuer` comes through the provider of today.
    pub(super) fn comes_through(&self, issuer: Option<&String>) -> bool {
        issuer.is_some() && issuer == self.gateway.config.console.oidc.issuer.as_ref()
    }
}
