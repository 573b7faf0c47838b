//! `POST /v1/payment-references`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::application::Product;
use crate::flow::Failure;
use crate::flow::give_payment_reference::give_payment_reference;
use crate::flow::once::KeyReused;
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::applications::view::PaymentReferenceView;
use crate::http::posted::{Posted, answer};
use crate::http::problems::Problem;

/// For what a payment reference is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentReferenceRequest)]
pub(crate) struct ReferenceContent {
    /// The kind of document that is paid for: `CEI`.
    #[schema(example = "CEI")]
    product: String,
}

/// Give a payment reference before the application exists.
///
/// The applicant pays with it, and the office names it in the application.
#[utoipa::path(
    post,
    path = "/v1/payment-references",
    tag = "payments",
    params(("Idempotency-Key" = String, Header, description = "A new one for every new request")),
    request_body = ReferenceContent,
    responses((status = 201, description = "Given", body = PaymentReferenceView)),
)]
pub(crate) async fn give(
    api: web::Data<Api>,
    posted: Posted<ReferenceContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let office = posted.caller.office()?;
    let product = Product::parse(&posted.content.product)
        .map_err(|_unknown| Problem::unknown_code("/product", Product::ALL))?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, None);
    posted
        .carry_out(&api, async |tx| {
            let reference = give_payment_reference(tx, office, product, &note).await?;
            let view = PaymentReferenceView::from(reference);
            answer(StatusCode::CREATED, &view).map_err(|failure: Failure<KeyReused>| failure)
        })
        .await
}
