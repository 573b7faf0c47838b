//! How a refusal or a failure is told: problem documents (RFC 9457), one catalogue of them.

pub use crate::words::problems as catalogue;
mod page;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_LANGUAGE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::flow::Failure;
use crate::http::envelope::{RequestContext, add_headers};
use crate::http::language::Language;
use crate::http::problems::catalogue::Entry;
use crate::store::StoreError;

pub use page::render;
pub(crate) use page::{PAGE_CSP, html_of, html_of_all};

/// The content type of problem documents.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Seconds after which a caller may ask again when the database was away.
const RETRY_SECONDS: u32 = 2;

/// A text in both languages.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) en: String,
    pub(crate) ro: String,
}

impl Text {
    /// A text in both languages.
    pub(crate) fn new(en: impl Into<String>, ro: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            ro: ro.into(),
        }
    }

    fn choose(&self, language: Language) -> &str {
        language.choose(&self.en, &self.ro)
    }
}

/// One fault of a body.
#[derive(Clone, Debug)]
pub(crate) struct BodyFault {
    pub(crate) pointer: String,
    pub(crate) code: &'static str,
    pub(crate) message: Text,
}

/// Why a request is not answered as it wished.
#[derive(Debug)]
pub struct Problem(Box<Inside>);

#[derive(Debug)]
struct Inside {
    entry: &'static Entry,
    /// What is particular to this occurrence, beside what to do.
    about: Option<Text>,
    faults: Vec<BodyFault>,
    number: Option<String>,
    cursor: Option<String>,
    retry_after_seconds: Option<u32>,
    allow: Option<String>,
    /// What we must act on; logged once, never told.
    cause: Option<anyhow::Error>,
    context: Option<RequestContext>,
}

/// A problem document (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemView {
    /// The page that explains the problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/application-open")]
    kind: String,
    /// What is wrong, in the language asked for.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong in this case and what to do, in the language asked for.
    detail: String,
    /// The request, as in `request_id`.
    instance: String,
    /// The stable code; never translated.
    code: &'static str,
    /// The id under which the request is logged.
    request_id: String,
    /// The cursor from which the list may be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// The number of the application of the same office that stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Every fault of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FaultView>,
}

/// One fault of a body.
#[derive(Serialize, ToSchema)]
#[schema(as = Fault)]
pub(crate) struct FaultView {
    /// Where, as a JSON pointer (RFC 6901).
    #[schema(example = "/applicant/cnp")]
    pointer: String,
    /// The stable code; never translated.
    #[schema(example = "cnp-checksum")]
    code: &'static str,
    /// What is wrong and what to do, in the language asked for.
    message: String,
}

impl Problem {
    /// A problem of which the catalogue says everything.
    pub fn of(entry: &'static Entry) -> Self {
        Self(Box::new(Inside {
            entry,
            about: None,
            faults: Vec::new(),
            number: None,
            cursor: None,
            retry_after_seconds: None,
            allow: None,
            cause: None,
            context: None,
        }))
    }

    /// A failure that is ours.
    pub fn broken(cause: anyhow::Error) -> Self {
        let mut problem = Self::of(catalogue::INTERNAL_ERROR);
        problem.0.cause = Some(cause);
        problem
    }

    /// A field of the body that holds none of the known codes.
    pub(crate) fn unknown_code(pointer: &str, known: &[impl std::fmt::Display]) -> Self {
        let known: Vec<String> = known.iter().map(ToString::to_string).collect();
        let known = known.join(", ");
        Self::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
            pointer: pointer.to_owned(),
            code: "code-unknown",
            message: Text::new(
                format!("Give one of these codes: {known}."),
                format!("Indicați unul dintre aceste coduri: {known}."),
            ),
        }])
    }

    /// The catalogue's entry for a status that some part of the server gave by itself.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        Self::of(match status.as_u16() {
            401 => catalogue::CREDENTIALS_MISSING,
            403 => catalogue::PARTY_NOT_ALLOWED,
            404 => catalogue::NOT_FOUND,
            405 => catalogue::METHOD_NOT_ALLOWED,
            408 => catalogue::BODY_TOO_SLOW,
            413 => catalogue::BODY_TOO_LARGE,
            415 => catalogue::MEDIA_TYPE_UNSUPPORTED,
            429 => catalogue::RATE_LIMITED,
            400..=499 => catalogue::QUERY_INVALID,
            503 => catalogue::TEMPORARILY_UNAVAILABLE,
            _ => catalogue::INTERNAL_ERROR,
        })
    }

    /// The same, with what is particular to this occurrence, as a sentence in both languages.
    #[must_use]
    pub fn about(mut self, en: impl Into<String>, ro: impl Into<String>) -> Self {
        self.0.about = Some(Text::new(en, ro));
        self
    }

    /// The same, with the faults of the body.
    #[must_use]
    pub(crate) fn with_faults(mut self, faults: Vec<BodyFault>) -> Self {
        self.0.faults = faults;
        self
    }

    /// The same, with the cursor from which the list may be read.
    #[must_use]
    pub(crate) fn with_cursor(mut self, cursor: String) -> Self {
        self.0.cursor = Some(cursor);
        self
    }

    /// The same, with the number of the caller's own application that stands in the way.
    #[must_use]
    pub fn with_number(mut self, number: Option<String>) -> Self {
        self.0.number = number;
        self
    }

    /// The same, with the seconds after which the caller may ask again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// The same, with the methods that the address knows.
    #[must_use]
    pub(crate) fn allowing(mut self, methods: String) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// The same, for a request that can no longer be asked about itself.
    #[must_use]
    pub(crate) fn in_context(mut self, context: RequestContext) -> Self {
        self.0.context = Some(context);
        self
    }

    /// The catalogue's entry.
    pub fn entry(&self) -> &'static Entry {
        self.0.entry
    }

    /// What we must act on.
    pub(crate) fn cause(&self) -> Option<&anyhow::Error> {
        self.0.cause.as_ref()
    }

    /// The answer, in the language and with the id of the request.
    pub(crate) fn answer(&self, context: &RequestContext) -> HttpResponse {
        let inside = &*self.0;
        let entry = inside.entry;
        let language = context.language;
        let mut answer = HttpResponse::build(self.status_code());
        answer
            .content_type(PROBLEM_JSON)
            .insert_header((CONTENT_LANGUAGE, language.tag()));
        if entry.status == 401 {
            answer.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = inside.retry_after_seconds {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        if let Some(allow) = &inside.allow {
            answer.insert_header((ALLOW, allow.as_str()));
        }
        answer.json(self.view(context))
    }

    /// The document, in the language and with the id of the request.
    pub(crate) fn view(&self, context: &RequestContext) -> ProblemView {
        let inside = &*self.0;
        let entry = inside.entry;
        let language = context.language;
        let todo = language.choose(entry.todo_en, entry.todo_ro);
        let about = inside.about.as_ref().map(|text| text.choose(language));
        ProblemView {
            kind: format!("/problems/{}", entry.code),
            title: language.choose(entry.title_en, entry.title_ro),
            status: entry.status,
            detail: about.map_or_else(|| todo.to_owned(), |about| format!("{about} {todo}")),
            instance: context.id.clone(),
            code: entry.code,
            request_id: context.id.clone(),
            cursor: inside.cursor.clone(),
            number: inside.number.clone(),
            errors: inside
                .faults
                .iter()
                .map(|fault| FaultView {
                    pointer: fault.pointer.clone(),
                    code: fault.code,
                    message: fault.message.choose(language).to_owned(),
                })
                .collect(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.entry.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.entry.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        match &self.0.context {
            Some(context) => {
                let mut answer = self.answer(context);
                add_headers(answer.headers_mut(), context);
                answer
            }
            // The envelope writes the body: it knows the language and the request's id.
            None => HttpResponse::new(self.status_code()),
        }
    }
}

impl<R: Into<Self>> From<Failure<R>> for Problem {
    fn from(failure: Failure<R>) -> Self {
        if failure.is_transient() {
            return Self::of(catalogue::TEMPORARILY_UNAVAILABLE).retry_after(RETRY_SECONDS);
        }
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Broken(error) => Self::broken(error),
        }
    }
}

impl From<std::convert::Infallible> for Problem {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Failure::<std::convert::Infallible>::from(error).into()
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Failure::<std::convert::Infallible>::from(error).into()
    }
}
