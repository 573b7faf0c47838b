//! Two pages beside the API, on the same server and behind the same layers: one that answers a
//! constant, and one that reads one row with sqlx and nothing else. They are what the API is held
//! against.

use std::sync::OnceLock;

use actix_web::{HttpResponse, error, web};
use sqlx::PgPool;
use uuid::Uuid;

/// Where the constant is.
pub(crate) const CONSTANT: &str = "/bench/constant";
/// Where a row is read, followed by the id of an application.
pub(crate) const READ: &str = "/bench/read/";

/// Pages are plain functions, so their database is in a static.
static POOL: OnceLock<PgPool> = OnceLock::new();

/// Names the database for the page that reads; the first one stays.
pub(crate) fn read_from(pool: &PgPool) {
    POOL.get_or_init(|| pool.clone());
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
    let pool = POOL
        .get()
        .ok_or_else(|| error::ErrorInternalServerError("no database"))?;
    let row: (String, String, String, String, String, i64) = sqlx::query_as(SQL)
        .bind(path.into_inner())
        .fetch_one(pool)
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
