//! `POST /v1/payments/{id}/match`, `unmatch`, `refund` and `dismiss`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::{ApplicationId, PaymentId};
use crate::flow::decide_payment::{Decision, DecisionRefusal, decide, wake};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::payments::id_of;
use crate::http::payments::view::PaymentView;
use crate::http::posted::{Posted, answer};
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};

/// For which application a payment is, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentMatch)]
pub(crate) struct MatchContent {
    /// The application's id.
    application_id: String,
    /// Why, in words without personal data.
    reason: String,
}

/// Why something is decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentDecision)]
pub(crate) struct ReasonContent {
    /// Why, in words without personal data.
    reason: String,
}

/// Tie a payment to the fee of an application.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/match",
    tag = "payments",
    params(
        ("id" = String, Path, description = "The payment's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = MatchContent,
    responses(
        (status = 200, description = "Tied", body = PaymentView),
        (status = 409, description = "The payment or the fee does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn match_it(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<MatchContent>,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let written = &posted.content.application_id;
    let application: Result<ApplicationId, _> = written.parse();
    let application = application.map_err(|_malformed| no_such_application())?;
    let reason = posted.content.reason.clone();
    carry_out(&api, &posted, id, Decision::Match(application), &reason).await
}

/// Undo the tie of a payment whose card is not ordered.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/unmatch",
    tag = "payments",
    params(
        ("id" = String, Path, description = "The payment's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ReasonContent,
    responses(
        (status = 200, description = "Untied; it waits again", body = PaymentView),
        (status = 409, description = "The payment does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn unmatch(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ReasonContent>,
) -> Result<HttpResponse, Problem> {
    let reason = posted.content.reason.clone();
    carry_out(&api, &posted, id_of(&path)?, Decision::Unmatch, &reason).await
}

/// Mark a payment that is tied to no fee as one to be given back.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/refund",
    tag = "payments",
    params(
        ("id" = String, Path, description = "The payment's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ReasonContent,
    responses(
        (status = 200, description = "To be given back", body = PaymentView),
        (status = 409, description = "The payment does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn refund(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ReasonContent>,
) -> Result<HttpResponse, Problem> {
    let reason = posted.content.reason.clone();
    carry_out(&api, &posted, id_of(&path)?, Decision::Refund, &reason).await
}

/// Mark a movement that is tied to no fee as no payment of a fee.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/dismiss",
    tag = "payments",
    params(
        ("id" = String, Path, description = "The payment's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ReasonContent,
    responses(
        (status = 200, description = "No payment of a fee", body = PaymentView),
        (status = 409, description = "The payment does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn dismiss(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ReasonContent>,
) -> Result<HttpResponse, Problem> {
    let reason = posted.content.reason.clone();
    carry_out(&api, &posted, id_of(&path)?, Decision::Dismiss, &reason).await
}

async fn carry_out<T>(
    api: &Api,
    posted: &Posted<T>,
    id: PaymentId,
    decision: Decision,
    reason: &str,
) -> Result<HttpResponse, Problem> {
    if let Some(response) = posted.replay(api).await? {
        return Ok(response);
    }
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(reason));
    let response = posted
        .carry_out(api, async |tx| {
            let payment = decide(tx, id, decision, &note).await?;
            answer::<DecisionRefusal>(StatusCode::OK, &PaymentView::from(&payment))
        })
        .await?;
    wake(gateway);
    Ok(response)
}

fn no_such_application() -> Problem {
    fault(
        "/application_id",
        "application-unknown",
        Text::new(
            "There is no such application.",
            "Nu există o astfel de cerere.",
        ),
    )
}

fn fault(pointer: &str, code: &'static str, message: Text) -> Problem {
    Problem::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
        pointer: pointer.to_owned(),
        code,
        message,
    }])
}

impl From<DecisionRefusal> for Problem {
    fn from(refusal: DecisionRefusal) -> Self {
        let not_possible = |en: String, ro: String| {
            Self::of(catalogue::PAYMENT_DECISION_NOT_POSSIBLE).about(en, ro)
        };
        match refusal {
            DecisionRefusal::PaymentUnknown => Self::of(catalogue::NOT_FOUND),
            DecisionRefusal::ApplicationUnknown => no_such_application(),
            DecisionRefusal::ReasonMissing => fault(
                "/reason",
                "reason-missing",
                Text::new("Say why.", "Indicați motivul."),
            ),
            DecisionRefusal::StateForbids(state) => not_possible(
                format!("The payment is {state}."),
                format!("Starea plății este {state}."),
            ),
            DecisionRefusal::Tied => not_possible(
                "The payment is tied to a fee; undo the tie first.".to_owned(),
                "Plata este legată de o taxă; desfaceți mai întâi legătura.".to_owned(),
            ),
            DecisionRefusal::CardOrdered => not_possible(
                "The card that it paid for is ordered.".to_owned(),
                "Cartea plătită a fost comandată.".to_owned(),
            ),
            DecisionRefusal::NotMoneyIn => not_possible(
                "Only money in lei that came in pays a fee.".to_owned(),
                "Numai banii în lei încasați pot plăti o taxă.".to_owned(),
            ),
            DecisionRefusal::FeeForbids(state) => not_possible(
                format!("The application takes no money: its fee is {state}."),
                format!("Cererea nu primește plăți: starea taxei este {state}."),
            ),
            DecisionRefusal::KeyReused(reused) => reused.into(),
        }
    }
}
