//! Versions of what a caller has read.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

use crate::http::problems::{Problem, catalogue};

/// The tag of an application as an office sees it: its own version, then how many holds it ever
/// had and how many are open, which change without it.
pub(crate) fn tag(version: i64, holds: usize, open_holds: usize) -> String {
    format!("\"{version}.{holds}.{open_holds}\"")
}

/// Whether the caller has this version already.
pub(crate) fn is_known(request: &HttpRequest, tag: &str) -> bool {
    listed(request, IF_NONE_MATCH)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(&known) == tag)
}

/// The version that the caller says it saw before it decided on a change; `None` if it says
/// nothing, or that any will do.
pub(crate) fn seen_version(request: &HttpRequest) -> Result<Option<i64>, Problem> {
    match listed(request, IF_MATCH).next() {
        None => Ok(None),
        Some(any) if any == "*" => Ok(None),
        Some(tag) => {
            let version = tag.trim_matches('"').split('.').next();
            let version = version.and_then(|version| version.parse().ok());
            version
                .map(Some)
                .ok_or_else(|| Problem::of(catalogue::CHANGED_MEANWHILE))
        }
    }
}

fn listed(request: &HttpRequest, name: HeaderName) -> impl Iterator<Item = String> {
    let values = request.headers().get_all(name);
    let tags: Vec<String> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(|tag| tag.trim().to_owned())
        .collect();
    tags.into_iter()
}
