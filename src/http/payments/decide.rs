//! `POST /v1/payments/{id}/match`, `split`, `unmatch`, `refund` and `dismiss`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::id::{ApplicationId, PaymentId};
use crate::domain::money::Money;
use crate::flow::decide_payment::{Decision, DecisionRefusal, decide, wake};
use crate::flow::progress::note;
use crate::flow::split_payment::{Part, split};
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

/// Among which applications a payment is split, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentSplit)]
pub(crate) struct SplitContent {
    /// What each application gets, 50 at most; what is left is held as a surplus.
    parts: Vec<PartContent>,
    /// Why, in words without personal data.
    reason: String,
}

/// What one application gets of a payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentPart)]
pub(crate) struct PartContent {
    /// The application's number or id.
    #[schema(example = "CLJ-04-2026-000017")]
    application: String,
    /// How much, in bani.
    #[schema(example = 7000)]
    amount_minor: i64,
}

/// Which tie is undone, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentUnmatch)]
pub(crate) struct UnmatchContent {
    /// The id of the application whose part is freed; without it, all ties are undone.
    #[serde(default)]
    application_id: Option<String>,
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

/// Split a payment among the fees of several applications.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/split",
    tag = "payments",
    params(
        ("id" = String, Path, description = "The payment's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = SplitContent,
    responses(
        (status = 200, description = "Tied in parts", body = PaymentView),
        (status = 409, description = "The payment or a fee does not allow it", body = ProblemView),
        (status = 422, description = "A part is wrong", body = ProblemView),
    )
)]
pub(crate) async fn split_it(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<SplitContent>,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(&posted.content.reason));
    let part = |part: &PartContent| Part {
        application: part.application.clone(),
        amount: Money::from_bani(part.amount_minor),
    };
    let parts: Vec<Part> = posted.content.parts.iter().map(part).collect();
    let response = posted
        .carry_out(&api, async |tx| {
            let payment = split(tx, id, &parts, &note).await?;
            answer::<DecisionRefusal>(StatusCode::OK, &PaymentView::from(&payment))
        })
        .await?;
    wake(gateway);
    Ok(response)
}

/// Undo the tie of a payment whose card is not ordered, or of one part of it.
#[utoipa::path(
    post,
    path = "/v1/payments/{id}/unmatch",
    tag = "payments",
    params(
        ("id" = String, Path, description = "The payment's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = UnmatchContent,
    responses(
        (status = 200, description = "Untied; it waits again", body = PaymentView),
        (status = 409, description = "The payment does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn unmatch(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<UnmatchContent>,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let decision = match &posted.content.application_id {
        None => Decision::Unmatch,
        Some(written) => {
            let part: Result<ApplicationId, _> = written.parse();
            Decision::UnmatchPart(part.map_err(|_malformed| no_such_application())?)
        }
    };
    let reason = posted.content.reason.clone();
    carry_out(&api, &posted, id, decision, &reason).await
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

fn no_such_application_text() -> Text {
    Text::new(
        "There is no such application.",
        "Nu există o astfel de cerere.",
    )
}

fn no_such_application() -> Problem {
    fault(
        "/application_id",
        "application-unknown",
        no_such_application_text(),
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
            DecisionRefusal::RefundUnderWay => Self::of(catalogue::REFUND_UNDER_WAY),
            DecisionRefusal::NotMoneyIn => not_possible(
                "Only money in lei that came in pays a fee.".to_owned(),
                "Numai banii în lei încasați pot plăti o taxă.".to_owned(),
            ),
            DecisionRefusal::FeeForbids(state) => not_possible(
                format!("The application takes no money: its fee is {state}."),
                format!("Cererea nu primește plăți: starea taxei este {state}."),
            ),
            DecisionRefusal::NotTiedToIt => not_possible(
                "No part of the payment is tied to that application.".to_owned(),
                "Nicio parte a plății nu este legată de acea cerere.".to_owned(),
            ),
            DecisionRefusal::PartsCount => fault(
                "/parts",
                "parts-count",
                Text::new(
                    "A payment is split into 1 to 50 parts.",
                    "O plată se împarte în 1 până la 50 de părți.",
                ),
            ),
            DecisionRefusal::PartUnknown(at) => fault(
                &format!("/parts/{at}/application"),
                "application-unknown",
                no_such_application_text(),
            ),
            DecisionRefusal::PartWrong(at) => fault(
                &format!("/parts/{at}"),
                "part-wrong",
                Text::new(
                    "A part has an amount above zero, and an application of its own.",
                    "Fiecare parte are o sumă mai mare decât zero și o cerere proprie.",
                ),
            ),
            DecisionRefusal::PartsExceed(rest) => not_possible(
                format!("Only {rest} lei of the payment are tied to no fee."),
                format!("Numai {rest} lei din plată nu sunt legați de o taxă."),
            ),
            DecisionRefusal::KeyReused(reused) => reused.into(),
        }
    }
}
