//! `/v1/orders/…`: what an operator has the bureau asked about an order.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::flow::decide_order::{OrderRefusal, wake as wake_all};
use crate::flow::letters::ask::{ask_bureau_in, wake};
use crate::flow::letters::cancel::{CancelOrderRefusal, Cancelling, cancel_order_in};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::operations::{DecisionContent, NotDecided, not_decided};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};

/// What was done about an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AskedBureau)]
pub(crate) struct AskedView {
    /// The order's number, as it was asked for.
    subject: String,
    /// `ASKED` when the bureau is asked, `GIVEN_UP` when it does not have the order.
    #[schema(example = "ASKED")]
    done: &'static str,
    /// The number of the letter that asks; null where none is needed.
    #[schema(example = "CEI-L-20261102-00001")]
    letter: Option<String>,
    /// How many lines the letter asks to cancel; null where it asks for none.
    lines: Option<usize>,
}

/// Ask the bureau whether it holds an order, and what it has said of its lines. A question that
/// waits for its answer is not asked twice.
#[utoipa::path(
    post,
    path = "/v1/orders/{number}/inquiry",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The order's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "The bureau is asked", body = AskedView),
        (status = 404, description = "There is no such order", body = ProblemView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn ask(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    let response = posted
        .carry_out::<NotDecided<OrderRefusal>, _>(&api, async |tx| {
            let letter = ask_bureau_in(tx, gateway, &number, &note).await;
            let view = AskedView {
                subject: number.clone(),
                done: "ASKED",
                letter: Some(letter.map_err(not_decided)?.number),
                lines: None,
            };
            answer(StatusCode::OK, &view)
        })
        .await?;
    wake(gateway);
    Ok(response)
}

/// A decision to cancel an order, or lines of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CancelOrder)]
pub(crate) struct CancelContent {
    /// The lines; without them, all whose cards do not exist yet.
    #[serde(default)]
    #[schema(example = json!([3, 17]))]
    lines: Vec<i64>,
    /// Why, in words without personal data; it stands in the history.
    reason: String,
}

/// Cancel an order: at once while the bureau does not have it, and by asking the bureau afterwards.
#[utoipa::path(
    post,
    path = "/v1/orders/{number}/cancel",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The order's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = CancelContent,
    responses(
        (status = 200, description = "It is given up, or the bureau is asked", body = AskedView),
        (status = 404, description = "There is no such order or line", body = ProblemView),
        (status = 409, description = "Its state does not allow it", body = ProblemView),
    )
)]
pub(crate) async fn cancel(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<CancelContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let lines = &posted.content.lines;
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    let response = posted
        .carry_out::<NotDecided<CancelOrderRefusal>, _>(&api, async |tx| {
            let done = cancel_order_in(tx, gateway, &number, lines, &note).await;
            let (done, letter, lines) = match done.map_err(not_decided)? {
                Cancelling::GivenUp => ("GIVEN_UP", None, None),
                Cancelling::Asked { letter, lines } => ("ASKED", Some(letter), Some(lines)),
            };
            let view = AskedView {
                subject: number.clone(),
                done,
                letter,
                lines,
            };
            answer(StatusCode::OK, &view)
        })
        .await?;
    wake_all(gateway);
    Ok(response)
}

impl From<CancelOrderRefusal> for Problem {
    fn from(refusal: CancelOrderRefusal) -> Self {
        let not_possible = || Self::of(catalogue::DECISION_NOT_POSSIBLE);
        match refusal {
            CancelOrderRefusal::Order(refusal) => refusal.into(),
            CancelOrderRefusal::NotSent { .. } => not_possible().about(
                "The order has not been sent: give it up as a whole, or split it.",
                "Comanda nu a fost trimisă: renunțați la ea în întregime sau împărțiți-o.",
            ),
            CancelOrderRefusal::LineTooFar { line_no, state } => not_possible().about(
                format!("Line {line_no} is {state}."),
                format!("Starea poziției {line_no} este {state}."),
            ),
            CancelOrderRefusal::NoLine { .. } => not_possible().about(
                "No line of the order can still be cancelled.",
                "Nicio poziție a comenzii nu mai poate fi anulată.",
            ),
        }
    }
}
