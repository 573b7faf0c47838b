//! `/v1/operations/webhooks`: what operators see of offices' webhooks, and decide.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::id::OfficeId;
use crate::flow::progress::note;
use crate::flow::webhooks::settings::{From as Begin, Wish, carry_out_in};
use crate::flow::webhooks::{WebhookRefusal, wake};
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::cursor::Place;
use crate::http::operations::{NotDecided, cut, not_decided, page_limit, place};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::http::webhooks::progress::{self, DeliveriesQuery};
use crate::http::webhooks::view::{self, WebhookView};
use crate::store::{offices, webhooks};

/// Which webhooks to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Where the page before ended.
    cursor: Option<String>,
    /// Webhooks on the page, 200 at most.
    limit: Option<i64>,
}

/// A page of webhooks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookPage)]
pub(crate) struct PageView {
    /// The webhooks.
    data: Vec<WebhookView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List offices' webhooks.
#[utoipa::path(
    get,
    path = "/v1/operations/webhooks",
    tag = "operations",
    params(ListQuery),
    responses((status = 200, description = "A page", body = PageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place("webhooks", &api.gateway.vault);
    let limit = page_limit(query.limit);
    let cursor = query.cursor.as_deref();
    let after: Option<Uuid> = place.opened(cursor)?;
    let now = api.gateway.clock.now();
    let mut tx = api.gateway.store.read().await?;
    let mut found = webhooks::list(&mut tx, after.unwrap_or_default(), limit + 1).await?;
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.office.to_string()));
    let mut data = Vec::with_capacity(found.len());
    for webhook in found {
        data.push(WebhookView::of(&mut tx, webhook, now).await?);
    }
    Ok(HttpResponse::Ok().json(PageView { data, next_cursor }))
}

/// Show an office's webhook.
#[utoipa::path(
    get,
    path = "/v1/operations/webhooks/{office}",
    tag = "operations",
    params(("office" = String, Path, description = "The office's code")),
    responses(
        (status = 200, description = "The webhook", body = WebhookView),
        (status = 404, description = "There is none", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let office = office_of(&api, &code).await?;
    Ok(HttpResponse::Ok().json(view::read(&api, office).await?))
}

/// List what was delivered to an office and what failed, newest first.
#[utoipa::path(
    get,
    path = "/v1/operations/webhooks/{office}/deliveries",
    tag = "operations",
    params(("office" = String, Path, description = "The office's code"), DeliveriesQuery),
    responses(
        (status = 200, description = "A page", body = progress::DeliveriesView),
        (status = 404, description = "There is no such office", body = ProblemView),
    )
)]
pub(crate) async fn deliveries(
    api: web::Data<Api>,
    _caller: Caller,
    code: web::Path<String>,
    query: Asked<DeliveriesQuery>,
) -> Result<HttpResponse, Problem> {
    let office = office_of(&api, &code).await?;
    let place = Place {
        list: "deliveries of",
        office,
        vault: &api.gateway.vault,
    };
    progress::page(&api, office, &place, &query).await
}

/// An operator's decision about a webhook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookDecision)]
pub(crate) struct DecisionContent {
    /// `ENABLE`, `DISABLE` or `RECOVER`.
    #[schema(example = "RECOVER")]
    action: String,
    /// From which instant on events are pushed again; needed to recover, possible to enable.
    #[serde(default)]
    since: Option<DateTime<Utc>>,
    /// Why, in words without personal data; it stands in the history.
    reason: String,
}

impl DecisionContent {
    fn wish(&self) -> Option<Wish> {
        let begin = self.since.map(Begin::Instant);
        match (self.action.as_str(), begin) {
            ("ENABLE", begin) => Some(Wish::Enable(begin)),
            ("DISABLE", None) => Some(Wish::Disable),
            ("RECOVER", Some(begin)) => Some(Wish::Recover(begin)),
            _ => None,
        }
    }
}

/// Enable or disable an office's webhook, or push its events again from an instant on.
#[utoipa::path(
    post,
    path = "/v1/operations/webhooks/{office}/decisions",
    tag = "operations",
    params(
        ("office" = String, Path, description = "The office's code"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "Done", body = WebhookView),
        (status = 404, description = "There is none", body = ProblemView),
        (status = 409, description = "It has no key", body = ProblemView),
        (status = 422, description = "The reason or the instant is missing", body = ProblemView),
    )
)]
pub(crate) async fn decide(
    api: web::Data<Api>,
    code: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let office = office_of(&api, &code).await?;
    let wish = posted.content.wish().ok_or_else(|| {
        super::fault(
            "/action",
            "value-unknown",
            "Give ENABLE, DISABLE or, with an instant, RECOVER.",
            "Indicați ENABLE, DISABLE sau, împreună cu un moment, RECOVER.",
        )
    })?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    let response = posted
        .carry_out::<NotDecided<WebhookRefusal>, _>(&api, async |tx| {
            let done = carry_out_in(tx, office, wish, &note).await;
            done.map_err(not_decided)?;
            let view = view::read_in(tx, office, note.at).await?;
            answer(StatusCode::OK, &view)
        })
        .await?;
    wake(gateway);
    Ok(response)
}

async fn office_of(api: &Api, code: &str) -> Result<OfficeId, Problem> {
    let mut tx = api.gateway.store.read().await?;
    let found = offices::find_by_code(&mut tx, code, api.gateway.clock.today()).await?;
    let found = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    Ok(found.id)
}
