//! Whether the process lives, and whether it should be sent requests.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::Api;
use crate::http::problems::{Problem, catalogue};

/// Says that the process lives; asks nothing else, so that a database that is away restarts
/// nobody.
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "live" }))
}

/// How the gateway stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Readiness)]
pub(crate) struct ReadyView {
    /// `ready`, or `degraded` while a worker fails.
    status: &'static str,
    /// The last pass of every worker of this process.
    workers: BTreeMap<&'static str, WorkerView>,
}

/// How a worker stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Worker)]
pub(crate) struct WorkerView {
    /// When its last pass ended.
    at: DateTime<Utc>,
    /// Whether it failed.
    failed: bool,
}

/// Says whether requests should come here: the database answers, and the server is not stopping.
///
/// A worker that fails is told and turns nobody away: taking applications in does not need it.
pub(crate) async fn ready(api: web::Data<Api>) -> Result<HttpResponse, Problem> {
    if api.stopping.is_cancelled() {
        return Err(Problem::of(catalogue::TEMPORARILY_UNAVAILABLE).retry_after(5));
    }
    // A database that is slow to begin a transaction is no better than none.
    api.gateway.store.read().await.map_err(|error| {
        tracing::warn!(
            error = format!("{:#}", anyhow::Error::new(error)),
            "not ready"
        );
        Problem::of(catalogue::TEMPORARILY_UNAVAILABLE).retry_after(5)
    })?;
    let workers: BTreeMap<_, _> = api
        .gateway
        .board
        .read()
        .into_iter()
        .map(|(name, status)| {
            let view = WorkerView {
                at: status.at,
                failed: status.failed,
            };
            (name, view)
        })
        .collect();
    let fails = workers.values().any(|worker| worker.failed);
    Ok(HttpResponse::Ok().json(ReadyView {
        status: if fails { "degraded" } else { "ready" },
        workers,
    }))
}
