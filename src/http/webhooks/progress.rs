//! How pushing goes: the record of deliveries, and a message by which an office tries its webhook.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::{HttpResponse, web};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::delivery::{DeliveryVerdict, Outcome};
use crate::domain::id::OfficeId;
use crate::domain::webhook::{Endpoint, verdict};
use crate::flow::Failure;
use crate::flow::webhooks::WebhookRefusal;
use crate::flow::webhooks::turn::trial;
use crate::gateway::Gateway;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::cursor::Place;
use crate::http::operations::{cut, page_limit};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::http::webhooks::view::RunView;
use crate::store::offices;
use crate::store::webhooks::push;
use crate::transport::webhook::{Answer, Carrier, Letter, Network, SigningKey};

/// Which deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveriesQuery {
    /// Where the page before ended.
    cursor: Option<String>,
    /// Rows on the page, 200 at most.
    limit: Option<i64>,
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDeliveryPage)]
pub(crate) struct DeliveriesView {
    /// The deliveries, newest first; successive events that went alike are in one row.
    data: Vec<RunView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List what was delivered and what failed, newest first.
#[utoipa::path(
    get,
    path = "/v1/webhook/deliveries",
    tag = "webhooks",
    params(DeliveriesQuery),
    responses((status = 200, description = "A page", body = DeliveriesView)),
)]
pub(crate) async fn deliveries(
    api: web::Data<Api>,
    caller: Caller,
    query: Asked<DeliveriesQuery>,
) -> Result<HttpResponse, Problem> {
    let office = caller.office()?;
    let place = Place {
        list: "deliveries",
        office,
        vault: &api.gateway.vault,
    };
    page(&api, office, &place, &query).await
}

/// Answers with a page of an office's deliveries.
pub(super) async fn page(
    api: &Api,
    office: OfficeId,
    place: &Place<'_>,
    query: &DeliveriesQuery,
) -> Result<HttpResponse, Problem> {
    let limit = page_limit(query.limit);
    let cursor = query.cursor.as_deref();
    let before: Option<Uuid> = place.opened(cursor)?;
    let lane = offices::lane_of(office);
    let mut tx = api.gateway.store.read().await?;
    let mut found = push::list_runs(&mut tx, &lane, before, limit + 1).await?;
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    Ok(HttpResponse::Ok().json(DeliveriesView {
        data: found.into_iter().map(RunView::from).collect(),
        next_cursor,
    }))
}

/// What became of a test message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub(crate) struct TrialView {
    /// Its `webhook-id`.
    pub(crate) id: Uuid,
    /// Whether the receiver took it (any 2xx).
    pub(crate) taken: bool,
    /// `DELIVERED`, or what an event would have met: `RETRY`, `LATER`, `AMBIGUOUS`, `PERMANENT`.
    pub(crate) outcome: &'static str,
    /// The HTTP status, where there was one.
    pub(crate) status: Option<u16>,
    /// What was said.
    pub(crate) detail: Option<String>,
    /// How long it took.
    pub(crate) milliseconds: i64,
}

/// Send a test message now, whatever the webhook's state, and tell what became of it.
#[utoipa::path(
    post,
    path = "/v1/webhook/test",
    tag = "webhooks",
    responses(
        (status = 200, description = "What became of it", body = TrialView),
        (status = 404, description = "The office has no webhook", body = ProblemView),
        (status = 409, description = "It has no key", body = ProblemView),
        (status = 503, description = "The gateway is not set up to push", body = ProblemView),
    )
)]
pub(crate) async fn test(api: web::Data<Api>, caller: Caller) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let network = gateway.webhook_network.as_ref();
    let network = network.ok_or_else(|| Problem::of(catalogue::TEMPORARILY_UNAVAILABLE))?;
    let view = try_out(gateway, network, caller.office()?).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Sends an office's webhook a test message. No transaction is open while its answer is waited for.
pub(crate) async fn try_out(
    gateway: &Gateway,
    network: &Network,
    office: OfficeId,
) -> Result<TrialView, Failure<WebhookRefusal>> {
    let trial = trial(gateway, office).await?;
    let keys: Result<Vec<_>, _> = trial
        .keys
        .iter()
        .map(|key| SigningKey::new(key.kind, key.secret.expose()))
        .collect();
    let keys = keys.context("reading the keys of a webhook")?;
    let started_at = gateway.clock.now();
    let letter = Letter {
        id: trial.id,
        at: started_at,
        body: &trial.body,
        keys: &keys,
    };
    let answer = match Endpoint::parse(&trial.webhook.url, gateway.config.webhook_reach()) {
        Ok(endpoint) => {
            let mut line = network.line(&endpoint);
            network.carry(&mut line, &letter).await
        }
        Err(fault) => Answer {
            outcome: Outcome::AddressForbidden,
            detail: Some(fault.to_string()),
        },
    };
    let verdict = verdict(answer.outcome);
    Ok(TrialView {
        id: trial.id,
        taken: verdict == DeliveryVerdict::Delivered,
        outcome: verdict.as_str(),
        status: match answer.outcome {
            Outcome::Status { code, .. } => Some(code),
            _ => None,
        },
        detail: answer.detail,
        milliseconds: (gateway.clock.now() - started_at).num_milliseconds(),
    })
}
