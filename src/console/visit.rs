//! What a page needs to know of the request that asks for it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::console::preferences::Theme;
use crate::console::routes::{Access, Found, find};
use crate::console::trouble::Trouble;
use crate::domain::id::{SessionId, UserId};
use crate::domain::operator::Actor;
use crate::domain::operator::role::{Permission, Roles};
use crate::domain::sign_in::Stage;
use crate::flow::people::session::Holder;
use crate::words::Language;

/// The cookie of the language that somebody chose.
pub(crate) const LANGUAGE_COOKIE: &str = "cei-language";

/// Who is signed in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SignedIn {
    /// The account.
    pub(crate) user: UserId,
    /// Its name, as the history has it.
    pub(crate) name: String,
    /// What the person is there for.
    pub(crate) roles: Roles,
    /// The session.
    pub(crate) session: SessionId,
}

impl SignedIn {
    /// The session, as flows about accounts take it.
    pub(crate) fn holder(&self) -> Holder {
        Holder {
            session: self.session,
            user: self.user,
            name: self.name.clone(),
            roles: self.roles.clone(),
            stage: Stage::Open,
        }
    }

    /// Who the history says did it.
    pub(crate) fn actor(&self) -> Actor {
        Actor::Operator(self.name.clone())
    }
}

/// What a page needs to know of the request that asks for it. Only the gate makes one.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    /// Who is signed in, all steps of it; `None` on pages for everybody.
    pub(crate) user: Option<SignedIn>,
    /// Who is about to sign in, on the pages of its stages.
    pub(crate) signing_in: Option<Holder>,
    /// The language of the answer: Romanian, unless the visitor chose English.
    pub(crate) language: Language,
    /// Light or dark, as the visitor chose.
    pub(crate) theme: Theme,
    /// What scripts of the answer must carry as their `nonce`.
    pub(crate) nonce: String,
    /// What every form must carry in its hidden field `form_token`.
    pub(crate) form_token: String,
    /// The request's id, for whoever looks for it in the log.
    pub(crate) request_id: String,
    /// The address of this page as it may stand in a query, to come back to it; `None` for what is no
    /// page.
    pub(crate) return_to: Option<String>,
    /// The address of the page that is shown, or whose form was sent, to show it again otherwise.
    pub(crate) here: String,
}

impl Visit {
    /// Whether the visitor may.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        let roles = self.user.as_ref().map(|user| &user.roles);
        roles.is_some_and(|roles| roles.may(permission))
    }

    /// Whether there is a page at this address, and the visitor may open it.
    pub(crate) fn reaches(&self, path: &str) -> bool {
        match find("GET", path) {
            Found::Route(route) => match route.access {
                Access::Anyone => true,
                Access::At(_) => false,
                Access::SignedIn => self.user.is_some(),
                Access::Needs(permission) => self.may(permission),
            },
            Found::OtherMethods | Found::Nothing => false,
        }
    }

    /// Who is signed in, on pages that nobody else reaches.
    pub(crate) fn user(&self) -> Result<&SignedIn, Trouble> {
        self.user.as_ref().ok_or(Trouble::SignIn)
    }

    /// The one of two texts in the visitor's language.
    pub(crate) const fn says<'a>(&self, romanian: &'a str, english: &'a str) -> &'a str {
        self.language.choose(english, romanian)
    }
}

impl FromRequest for Visit {
    type Error = Trouble;
    type Future = Ready<Result<Self, Trouble>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        let lost = || Trouble::Broken(anyhow::anyhow!("a request without a visit"));
        ready(visit.ok_or_else(lost))
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(actix_web::http::header::COOKIE);
    let texts = lines.filter_map(|line| line.to_str().ok());
    let pairs = texts.flat_map(|text| text.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().split_once('='));
    values.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The language that the visitor chose; Romanian is the console's own.
pub(super) fn language(headers: &HeaderMap) -> Language {
    match cookie(headers, LANGUAGE_COOKIE) {
        Some("en") => Language::English,
        _ => Language::Romanian,
    }
}
