//! `POST /v1/applications/{id}/revisions`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::flow::Failure;
use crate::flow::content::ApplicationContent;
use crate::flow::progress::note;
use crate::flow::resubmit_application::{self, ReviseRefusal, RevisionPreparation, prepare};
use crate::flow::submit_application::wake;
use crate::http::api::Api;
use crate::http::applications::id_of;
use crate::http::applications::submit::written;
use crate::http::applications::view::ApplicationView;
use crate::http::etag::seen_version;
use crate::http::posted::{Posted, again};
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};

/// Hand a returned application in again, corrected.
///
/// References, product and day of registration stay as they were.
#[utoipa::path(
    post,
    path = "/v1/applications/{id}/revisions",
    tag = "applications",
    params(
        ("id" = String, Path, description = "The application's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the office saw"),
    ),
    request_body = ApplicationContent,
    responses(
        (status = 201, description = "Taken in", body = ApplicationView),
        (status = 200, description = "Taken in before", body = ApplicationView),
        (status = 409, description = "The application was not returned", body = ProblemView),
        (status = 412, description = "The application has changed meanwhile", body = ProblemView),
        (status = 422, description = "It has faults, all of which are listed", body = ProblemView),
    )
)]
pub(crate) async fn revise(
    api: web::Data<Api>,
    request: HttpRequest,
    path: web::Path<String>,
    posted: Posted<ApplicationContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let (office, id) = (posted.caller.office()?, id_of(&path)?);
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let version = seen_version(&request)?;
    let revision = match prepare(gateway, office, id, version, &posted.content).await? {
        RevisionPreparation::New(revision) => revision,
        RevisionPreparation::Before(before) => {
            return Ok(again(written::<ReviseRefusal>(StatusCode::OK, &before)?));
        }
    };
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, None);
    let mut revised = None;
    let response = posted
        .carry_out(&api, async |tx| {
            let application = resubmit_application::revise(tx, gateway, &revision, &note).await?;
            let answer = written(StatusCode::CREATED, &application)?;
            revised = Some(application);
            Ok::<_, Failure<ReviseRefusal>>(answer)
        })
        .await?;
    if let Some(application) = revised {
        wake(gateway, &application);
    }
    Ok(response)
}

impl From<ReviseRefusal> for Problem {
    fn from(refusal: ReviseRefusal) -> Self {
        match refusal {
            ReviseRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            ReviseRefusal::Changed => Self::of(catalogue::CHANGED_MEANWHILE),
            ReviseRefusal::NotReturned { state } => Self::of(catalogue::REVISION_NOT_POSSIBLE)
                .about(
                    format!("The application is {state}."),
                    format!("Starea cererii este {state}."),
                ),
            ReviseRefusal::Fixed(pointers) => Self::of(catalogue::REVISION_CHANGES_FIXED)
                .with_faults(pointers.into_iter().map(fixed).collect()),
            ReviseRefusal::Content(refusal) => refusal.into(),
        }
    }
}

fn fixed(pointer: &str) -> BodyFault {
    BodyFault {
        pointer: pointer.to_owned(),
        code: "field-fixed",
        message: Text::new(
            "The value was fixed at registration. Give it as before.",
            "Valoarea a fost stabilită la înregistrare. Păstrați-o.",
        ),
    }
}
