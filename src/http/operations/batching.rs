//! `/v1/batching`: what the next orders would be, and whether any are opened.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::application::Product;
use crate::flow::pause_batching::{PauseDecision, PauseRefusal, decide_batching_in, wake};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::plan_view::{OrderPlanView, read_plans};
use crate::http::operations::{DecidedView, DecisionContent, NotDecided, not_decided};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};

/// What the next orders would be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderPlans)]
pub(crate) struct PlansView {
    /// One plan for each product.
    data: Vec<OrderPlanView>,
}

/// Plan the next orders: which are closed now, which wait, until when, and why. Opens none.
#[utoipa::path(
    get,
    path = "/v1/batching/plan",
    tag = "operations",
    responses((status = 200, description = "The plan of every product", body = PlansView)),
)]
pub(crate) async fn plan(api: web::Data<Api>, _caller: Caller) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let mut tx = gateway.store.read().await?;
    let data = read_plans(&mut tx, &gateway.config, gateway.clock.now()).await?;
    Ok(HttpResponse::Ok().json(PlansView { data }))
}

/// A decision to order nothing for a while.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrdersPauseDecision)]
pub(crate) struct PauseContent {
    /// When the pause ends by itself; without it somebody must resume.
    until: Option<DateTime<Utc>>,
    /// Why, in words without personal data; it stands in the history.
    #[schema(example = "the bureau has no chips until Thursday")]
    reason: String,
}

/// Open no orders of a product for a while; applications keep waiting, the most urgent first.
#[utoipa::path(
    post,
    path = "/v1/batching/{product}/pause",
    tag = "operations",
    params(
        ("product" = String, Path, description = "The product, such as `CEI`"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = PauseContent,
    responses(
        (status = 200, description = "It is paused; `UNCHANGED` if it was", body = DecidedView),
        (status = 404, description = "There is no such product", body = ProblemView),
        (status = 422, description = "The reason is missing, or the end is past", body = ProblemView),
    )
)]
pub(crate) async fn pause(
    api: web::Data<Api>,
    product: web::Path<String>,
    posted: Posted<PauseContent>,
) -> Result<HttpResponse, Problem> {
    let until = posted.content.until;
    let reason = &posted.content.reason;
    let decision = PauseDecision::Pause { until };
    decide(&api, &product, &posted, decision, reason).await
}

/// Open orders of a product again.
#[utoipa::path(
    post,
    path = "/v1/batching/{product}/resume",
    tag = "operations",
    params(
        ("product" = String, Path, description = "The product, such as `CEI`"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It goes on; `UNCHANGED` if it did", body = DecidedView),
        (status = 404, description = "There is no such product", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn resume(
    api: web::Data<Api>,
    product: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let reason = &posted.content.reason;
    decide(&api, &product, &posted, PauseDecision::Resume, reason).await
}

async fn decide<T: serde::de::DeserializeOwned + 'static>(
    api: &Api,
    product: &str,
    posted: &Posted<T>,
    decision: PauseDecision,
    reason: &str,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let product = Product::parse(product).map_err(|_unknown| Problem::of(catalogue::NOT_FOUND))?;
    let bureau = &gateway.config.bureau.code;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(reason.trim()));
    let response = posted
        .carry_out::<NotDecided<PauseRefusal>, _>(api, async |tx| {
            let changed = decide_batching_in(tx, bureau, product, decision, &note).await;
            let done = match (changed.map_err(not_decided)?, decision) {
                (false, _) => "UNCHANGED",
                (true, PauseDecision::Pause { .. }) => "PAUSED",
                (true, PauseDecision::Resume) => "RESUMED",
            };
            let subject = product.to_string();
            answer(StatusCode::OK, &DecidedView { subject, done })
        })
        .await?;
    wake(gateway);
    Ok(response)
}

impl From<PauseRefusal> for Problem {
    fn from(refusal: PauseRefusal) -> Self {
        match refusal {
            PauseRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            PauseRefusal::EndPassed => {
                Self::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
                    pointer: "/until".to_owned(),
                    code: "instant-past",
                    message: Text::new(
                        "The end of a pause must lie in the future.",
                        "Sfârșitul pauzei trebuie să fie în viitor.",
                    ),
                }])
            }
        }
    }
}
