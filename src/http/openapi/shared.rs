//! What any operation may be answered with: the gate, the readers of bodies and the failures of our
//! own answer for all of them, and so are described for all of them.

use utoipa::Modify;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Content, Ref, RefOr, Response};

use crate::http::problems::PROBLEM_JSON;

/// Answers of every operation.
const OF_ALL: &[(&str, &str)] = &[
    (
        "400",
        "The request, its query or its headers cannot be read",
    ),
    (
        "429",
        "Too many requests; Retry-After says when to ask again",
    ),
    (
        "500",
        "A failure of ours, which is logged under the request's id",
    ),
    (
        "503",
        "Not possible for a moment; Retry-After says when to ask again",
    ),
];
/// Answers where the caller must be known.
const OF_KNOWN_CALLERS: &[(&str, &str)] = &[
    ("401", "The caller is not known"),
    ("403", "The caller is known and may not"),
];
/// Answers where the path names something.
const OF_NAMED_THINGS: &[(&str, &str)] =
    &[("404", "There is nothing of this name, or it is another's")];
/// Answers where a body is sent.
const OF_BODIES: &[(&str, &str)] = &[
    ("408", "The body was too slow"),
    (
        "409",
        "A request with the same key runs, or what is stored stands against it",
    ),
    ("413", "The body is too large"),
    ("415", "The body is of another content type"),
    ("422", "The body was understood and is not as it should be"),
];

/// Describes them.
pub(super) struct SharedAnswers;

impl Modify for SharedAnswers {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut openapi.paths.paths {
            let is_named = path.contains('{');
            for operation in operations(item) {
                describe(operation, is_named);
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem {
        get,
        put,
        post,
        delete,
        ..
    } = item;
    [get, put, post, delete].into_iter().flatten()
}

fn describe(operation: &mut Operation, is_named: bool) {
    // An empty list of its own says that nobody need be known.
    let is_open = operation.security.as_ref().is_some_and(Vec::is_empty);
    let shared = [
        (OF_ALL, true),
        (OF_KNOWN_CALLERS, !is_open),
        (OF_NAMED_THINGS, is_named),
        (OF_BODIES, operation.request_body.is_some()),
    ];
    let responses = &mut operation.responses.responses;
    for (status, description) in shared
        .iter()
        .filter(|(_, applies)| *applies)
        .flat_map(|(answers, _)| *answers)
    {
        let entry = responses.entry((*status).to_owned());
        entry.or_insert_with(|| problem(description).into());
    }
    for (status, response) in responses {
        if let (true, RefOr::T(response)) = (is_failure(status), response)
            && let Some(content) = response.content.swap_remove("application/json")
        {
            response.content.insert(PROBLEM_JSON.to_owned(), content);
        }
    }
}

fn is_failure(status: &str) -> bool {
    status.starts_with('4') || status.starts_with('5')
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name("Problem");
    let mut response = Response::new(description);
    let content = Content::new(Some(schema));
    response
        .content
        .insert(PROBLEM_JSON.to_owned(), content.into());
    response
}
