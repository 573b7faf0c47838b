//! `POST /v1/channels/selfpay/notifications`: payments at stations, told as they happen. Who calls
//! is proven by the signature over the body (Standard Webhooks), not by a credential.

use actix_web::dev::Payload as Body;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::channel::selfpay::webhook::WebhookHeaders;
use crate::flow::record_notification::{NotificationRefusal, receive_notification};
use crate::http::api::Api;
use crate::http::body;
use crate::http::problems::{Problem, ProblemView, catalogue};

/// That a notification is kept; told again it is answered alike.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NotificationKept)]
pub(crate) struct NotificationKeptView {
    /// The station's key of the payment.
    transaction_id: String,
}

/// Tell of a payment at a station, or of its reversal.
#[utoipa::path(
    post,
    path = "/v1/channels/selfpay/notifications",
    tag = "channels",
    params(
        ("webhook-id" = String, Header, description = "The same for every try"),
        ("webhook-timestamp" = String, Header, description = "Seconds since 1970"),
        ("webhook-signature" = String, Header, description = "`v1a,…` (ed25519) or `v1,…` (HMAC)"),
    ),
    request_body(content = String, content_type = "application/json"),
    responses(
        (status = 202, description = "Kept", body = NotificationKeptView),
        (status = 401, description = "The sender is not proven", body = ProblemView),
        (status = 409, description = "The transaction was told otherwise before", body = ProblemView),
        (status = 422, description = "It is no notification", body = ProblemView),
    ),
    security(()),
)]
pub(crate) async fn selfpay(
    api: web::Data<Api>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let payload: Body = payload.into_inner();
    let bytes_max = api.gateway.config.channels.selfpay.body_bytes_max;
    let media_types = &["application/json"];
    let body = body::read(&request, payload, media_types, bytes_max, api.limits).await;
    let body = body.map_err(|problem| {
        if problem.entry() == catalogue::BODY_TOO_LARGE {
            // Nobody who signs sends so much; strangers learn nothing from the answer.
            Problem::of(catalogue::NOTIFICATION_NOT_PROVEN)
        } else {
            problem
        }
    })?;
    let header = |name: &str| {
        let value = request.headers().get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or("")
    };
    let headers = WebhookHeaders {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    let receipt = receive_notification(&api.gateway, headers, body.to_vec()).await?;
    Ok(HttpResponse::Accepted().json(NotificationKeptView {
        transaction_id: receipt.transaction_id,
    }))
}

impl From<NotificationRefusal> for Problem {
    fn from(refusal: NotificationRefusal) -> Self {
        match refusal {
            NotificationRefusal::Unauthenticated => Self::of(catalogue::NOTIFICATION_NOT_PROVEN),
            NotificationRefusal::Unreadable(fault) => Self::of(catalogue::NOTIFICATION_INVALID)
                .about(
                    format!("What is wrong: {fault}."),
                    format!("Problema semnalată: {fault}."),
                ),
            NotificationRefusal::Changed(transaction) => Self::of(catalogue::NOTIFICATION_CHANGED)
                .about(
                    format!("The transaction is {transaction}."),
                    format!("Tranzacția este {transaction}."),
                ),
        }
    }
}
