//! Two pages beside the API, on the same server and behind the same layers: one that answers a
//! constant, and one that reads one row with sqlx and nothing else. They are what the API is held
//! against.

use std::sync::{PoisonError, RwLock};

use actix_web::{HttpResponse, error, web};
use sqlx::PgPool;
use uuid::Uuid;

/// Where the constant is.
pub(crate) const CONSTANT: &str = "/bench/constant";
/// Where a row is read, followed by the id of an application.
pub(crate) const READ: &str = "/bench/read/";

/// Pages are plain functions, so their database is in a static.
static POOL: RwLock<Option<PgPool>> = RwLock::new(None);

/// Names the database for the page that reads. The pool is for one server alone: its connections
/// are opened by the server's threads and end with them.
pub(crate) fn read_from(pool: PgPool) {
    *POOL.write().unwrap_or_else(PoisonError::into_inner) = Some(pool);
}

/// Registers the pages.
pub(crate) fn register(server: &mut web::ServiceConfig) {
    server
        .route(CONSTANT, web::get().to(constant))
        .route("/bench/read/{id}", web::get().to(read));
}

async fn constant() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "live" }))
}

async fn read(path: web::Path<Uuid>) -> Result<HttpResponse, actix_web::Error> {
    const SQL: &str = "
        SELECT number, state, fee_state, deadline_on::text, updated_at::text, version
        FROM applications
        WHERE id = $1";
    let pool = POOL.read().unwrap_or_else(PoisonError::into_inner).clone();
    let pool = pool.ok_or_else(|| error::ErrorInternalServerError("no database"))?;
    let row: (String, String, String, String, String, i64) = sqlx::query_as(SQL)
        .bind(path.into_inner())
        .fetch_one(&pool)
        .await
        .map_err(error::ErrorInternalServerError)?;
    let (number, state, fee_state, deadline_on, updated_at, version) = row;
    Ok(HttpResponse::Ok().json(serde_json::json!({
        "number": number,
        "state": state,
        "fee_state": fee_state,
        "deadline_on": deadline_on,
        "updated_at": updated_at,
        "version": version,
    })))
}
