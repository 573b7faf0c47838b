//! Pages about the API: its description, the pages made from it, the catalogue of problems.

use std::sync::{Arc, LazyLock};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::Config;

use crate::http::openapi::openapi_json;
use crate::http::problems::catalogue::CATALOGUE;
use crate::http::problems::{PAGE_CSP, Problem, catalogue, html_of, html_of_all};

/// The description never changes while the process runs.
static OPENAPI: LazyLock<String> = LazyLock::new(openapi_json);

/// The pages load their own files and nothing else, and ask this server alone.
const PAGES_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; \
     frame-ancestors 'none'";

/// Gives the API's description (OpenAPI 3.1).
pub(crate) async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(OPENAPI.as_str())
}

/// Leads to the pages.
pub(crate) async fn to_pages() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, "/api/docs/index.html"))
        .finish()
}

/// Gives one file of the pages.
pub(crate) async fn file(file: web::Path<String>) -> Result<HttpResponse, Problem> {
    let config = Arc::new(Config::new(["/openapi.json"]).validator_url("none"));
    let found = utoipa_swagger_ui::serve(&file, config)
        .map_err(|error| Problem::broken(anyhow::anyhow!("serving the pages: {error}")))?
        .ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    Ok(HttpResponse::Ok()
        .content_type(found.content_type)
        .insert_header((CONTENT_SECURITY_POLICY, PAGES_CSP))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(found.bytes.into_owned()))
}

/// Lists every problem.
pub(crate) async fn problems() -> HttpResponse {
    html(html_of_all())
}

/// Explains one problem.
pub(crate) async fn problem(code: web::Path<String>) -> Result<HttpResponse, Problem> {
    CATALOGUE
        .iter()
        .find(|entry| entry.code == code.as_str())
        .map(|entry| html(html_of(entry)))
        .ok_or_else(|| Problem::of(catalogue::NOT_FOUND))
}

fn html(page: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, PAGE_CSP.as_str()))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(page)
}
