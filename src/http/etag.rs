//! Versions of what a caller has read.

use std::fmt::Display;

use actix_web::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::sha::sha256;
use serde::Serialize;

use crate::http::problems::{Problem, catalogue};

/// The tag of an application as an office sees it: its own version, then how many holds it ever
/// had and how many are open, which change without it.
pub(crate) fn tag(version: i64, holds: impl Display, open_holds: impl Display) -> String {
    format!("\"{version}.{holds}.{open_holds}\"")
}

/// The answer to a caller that has this version already.
pub(crate) fn unchanged(tag: String) -> HttpResponse {
    HttpResponse::NotModified()
        .insert_header((ETAG, tag))
        .finish()
}

/// A JSON answer that is known by what it says; 304 where the caller has it already.
pub(crate) fn answer(
    request: &HttpRequest,
    view: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(view).map_err(|error| Problem::broken(error.into()))?;
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(sha256(&body)));
    Ok(if is_known(request, &tag) {
        unchanged(tag)
    } else {
        HttpResponse::Ok()
            .insert_header((ETAG, tag))
            .content_type("application/json")
            .body(body)
    })
}

/// An answer of this version; 304 where the caller has it already.
pub(crate) fn of_version<T: Serialize>(
    request: &HttpRequest,
    tag: String,
    view: impl FnOnce() -> T,
) -> HttpResponse {
    if is_known(request, &tag) {
        unchanged(tag)
    } else {
        HttpResponse::Ok().insert_header((ETAG, tag)).json(view())
    }
}

/// Whether the caller has this version already.
pub(crate) fn is_known(request: &HttpRequest, tag: &str) -> bool {
    listed(request, IF_NONE_MATCH)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// The version that the caller says it saw before it decided on a change; `None` if it says
/// nothing, or that any will do.
pub(crate) fn seen_version(request: &HttpRequest) -> Result<Option<i64>, Problem> {
    match listed(request, IF_MATCH).next() {
        None | Some("*") => Ok(None),
        Some(tag) => {
            let version = tag.trim_matches('"').split('.').next();
            let version = version.and_then(|version| version.parse().ok());
            version
                .map(Some)
                .ok_or_else(|| Problem::of(catalogue::CHANGED_MEANWHILE))
        }
    }
}

fn listed(request: &HttpRequest, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = request.headers().get_all(name);
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(str::trim)
}
