//! `POST /v1/applications`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use crate::flow::Failure;
use crate::flow::content::ApplicationContent;
use crate::flow::intake::Fault;
use crate::flow::once::Answer;
use crate::flow::progress::note;
use crate::flow::submit_application::{Preparation, SubmitRefusal, accept, prepare, wake};
use crate::http::api::Api;
use crate::http::applications::view::ApplicationView;
use crate::http::posted::{Posted, again, answer};
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
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let prepared = match prepare(gateway, office, &posted.content).await? {
        Preparation::New(prepared) => prepared,
        Preparation::Before(before) => {
            return Ok(again(written::<SubmitRefusal>(StatusCode::OK, &before)?));
        }
    };
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, None);
    let mut accepted = None;
    let response = posted
        .carry_out(&api, async |tx| {
            let application = accept(tx, gateway, &prepared, &note).await?;
            let answer = written(StatusCode::CREATED, &application)?;
            accepted = Some(application);
            Ok::<_, Failure<SubmitRefusal>>(answer)
        })
        .await?;
    if let Some(application) = accepted {
        wake(gateway, &application);
    }
    Ok(response)
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
