//! `GET /v1/offices/me`.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::problems::{Problem, catalogue};
use crate::store::offices;

/// The office that asks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Office)]
pub(crate) struct OfficeView {
    /// Its id.
    id: Uuid,
    /// Its code.
    #[schema(example = "CLJ-04")]
    code: String,
    /// Its name.
    name: String,
    /// County code on registration plates.
    county: String,
    /// Whether this installation takes test data only.
    test: bool,
    /// The day in Romania by the gateway's clock.
    today: NaiveDate,
}

/// Say as whom the caller is known.
#[utoipa::path(
    get,
    path = "/v1/offices/me",
    tag = "offices",
    responses((status = 200, description = "The office", body = OfficeView)),
)]
pub(crate) async fn me(api: web::Data<Api>, caller: Caller) -> Result<HttpResponse, Problem> {
    let id = caller.office()?;
    let office = offices::look(api.gateway.store.glance()?, id).await?;
    let office = office.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    Ok(HttpResponse::Ok().json(OfficeView {
        id: office.id.0,
        code: office.code,
        name: office.name,
        county: office.county,
        test: api.gateway.config.environment.is_test(),
        today: api.gateway.clock.today(),
    }))
}
