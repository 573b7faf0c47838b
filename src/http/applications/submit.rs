//! `POST /v1/applications`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use crate::flow::Failure;
use crate::flow::content::ApplicationContent;
use crate::flow::intake::Fault;
use crate::flow::once::Answer;
use crate::flow::progress::note;
use crate::flow::submit_application::{
    Handing, SubmitRefusal, Submitted, Taken, submit as submit_all,
};
use crate::http::api::Api;
use crate::http::applications::view::ApplicationView;
use crate::http::posted::{Posted, again, answer, response};
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};
use crate::store::applications::Application;

/// Hand an application in.
///
/// Every fault is told at once. The request may be repeated with its key, or with the same
/// `office_reference` and content: no second application comes of it.
#[utoipa::path(
    post,
    path = "/v1/applications",
    tag = "applications",
    params(("Idempotency-Key" = String, Header, description = "A new one for every new request")),
    request_body = ApplicationContent,
    responses(
        (status = 201, description = "Taken in", body = ApplicationView),
        (status = 200, description = "Taken in before", body = ApplicationView),
        (status = 409, description = "The person or the reference has another application", body = ProblemView),
        (status = 422, description = "It has faults, all of which are listed", body = ProblemView),
    )
)]
pub(crate) async fn submit(
    api: web::Data<Api>,
    posted: Posted<ApplicationContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let office = posted.caller.office()?;
    let (content, posted) = posted.take_content();
    let actor = posted.caller.actor();
    let handing = Handing {
        office,
        note: note(gateway, &actor, None),
        request: Some(posted.key()),
        answer: &|outcomes| match outcomes {
            [Ok(Taken::New(application))] => {
                answer_with(StatusCode::CREATED, application).map(Some)
            }
            _ => Ok(None),
        },
    };
    let outcomes = match submit_all(gateway, &handing, vec![content]).await? {
        Submitted::Before(answer) => return Ok(again(answer)),
        Submitted::Now(_, Some(answer)) => return Ok(response(answer)),
        Submitted::Now(outcomes, None) => outcomes,
    };
    match outcomes.into_iter().next() {
        Some(Ok(Taken::New(application) | Taken::Before(application))) => Ok(again(
            answer_with(StatusCode::OK, &application).map_err(Problem::broken)?,
        )),
        Some(Err(refusal)) => Err(refusal.into()),
        None => Err(Problem::broken(anyhow::anyhow!(
            "an application without outcome"
        ))),
    }
}

fn answer_with(status: StatusCode, application: &Application) -> anyhow::Result<Answer> {
    Ok(Answer {
        status: status.as_u16(),
        body: serde_json::to_string(&ApplicationView::try_from(application)?)?,
    })
}

/// An application as the answer to a request that changed it.
pub(super) fn written<R>(
    status: StatusCode,
    application: &Application,
) -> Result<Answer, Failure<R>> {
    answer(status, &ApplicationView::try_from(application)?)
}

impl From<SubmitRefusal> for Problem {
    fn from(refusal: SubmitRefusal) -> Self {
        match refusal {
            SubmitRefusal::Faulty(faults) => Self::of(catalogue::APPLICATION_INVALID)
                .about(
                    format!("There are {} faults.", faults.len()),
                    format!("Numărul greșelilor: {}.", faults.len()),
                )
                .with_faults(faults.into_iter().map(BodyFault::from).collect()),
            SubmitRefusal::ReferenceUsed { number } => {
                Self::of(catalogue::OFFICE_REFERENCE_USED).with_number(Some(number))
            }
            SubmitRefusal::PersonHasOpenOne { own_number } => {
                Self::of(catalogue::APPLICATION_OPEN).with_number(own_number)
            }
            SubmitRefusal::PaymentReferenceNotFree => {
                Self::of(catalogue::PAYMENT_REFERENCE_NOT_FREE)
            }
            SubmitRefusal::Overtaken => Self::of(catalogue::TEMPORARILY_UNAVAILABLE).retry_after(1),
            SubmitRefusal::KeyReused(reused) => reused.into(),
        }
    }
}

impl From<Fault> for BodyFault {
    fn from(fault: Fault) -> Self {
        Self {
            pointer: fault.pointer,
            code: fault.code,
            message: Text::new(fault.message, fault.message_ro),
        }
    }
}
