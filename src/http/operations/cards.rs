//! What operators decide about cards that will not come, and what the county says of those on their
//! way.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::flow::consignments::{
    CardVerdict, ValidationRefusal, Verdicts, validate as validate_in,
};
use crate::flow::decide_card::{CardDecision, CardRefusal, decide_card_in, wake};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::etag::seen_version;
use crate::http::operations::DecidedView;
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};

/// An operator's decision about a card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CardDecision)]
pub(crate) struct CardContent {
    /// `ORDER_ANEW`: another one is made, free of charge. `GIVE_UP`: none is made, and what was paid
    /// is owed back. `DESTROYED`: nobody came for it, and it was destroyed.
    #[schema(example = "ORDER_ANEW")]
    decision: String,
    /// Why, in words without personal data; it stands in the history.
    reason: String,
}

/// Decide about a card that will not come, or that nobody came for.
#[utoipa::path(
    post,
    path = "/v1/operations/applications/{number}/card",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The application's number or id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the operator saw"),
    ),
    request_body = CardContent,
    responses(
        (status = 200, description = "It is decided", body = DecidedView),
        (status = 404, description = "There is no such application", body = ProblemView),
        (status = 409, description = "Where the card is does not allow it", body = ProblemView),
        (status = 412, description = "It has changed meanwhile", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn decide(
    api: web::Data<Api>,
    request: HttpRequest,
    number: web::Path<String>,
    posted: Posted<CardContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let version = seen_version(&request)?;
    let decision = CardDecision::parse(&posted.content.decision)
        .map_err(|_unknown| Problem::unknown_code("/decision", CardDecision::ALL))?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    let response = posted
        .carry_out::<CardRefusal, _>(&api, async |tx| {
            let decided = decide_card_in(tx, &number, version, decision, &note).await?;
            let done = decision.as_str();
            let subject = decided.number;
            answer(StatusCode::OK, &DecidedView { subject, done })
        })
        .await?;
    wake(gateway);
    Ok(response)
}

impl From<CardRefusal> for Problem {
    fn from(refusal: CardRefusal) -> Self {
        match refusal {
            CardRefusal::Unknown { .. } => Self::of(catalogue::NOT_FOUND),
            CardRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            CardRefusal::Changed => Self::of(catalogue::CHANGED_MEANWHILE),
            CardRefusal::NotOrdered => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                "No card of the application was ordered.",
                "Nu s-a comandat nicio carte pentru această cerere.",
            ),
            CardRefusal::NotNow { application, line } => Self::of(catalogue::DECISION_NOT_POSSIBLE)
                .about(
                    format!("The application is {application}, its line {line}."),
                    format!("Starea cererii este {application}, a poziției {line}."),
                ),
            CardRefusal::KeyReused(reused) => reused.into(),
        }
    }
}

/// What the county says of the cards of a consignment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CountyVerdicts)]
pub(crate) struct VerdictsContent {
    /// The applications of the cards that failed; every other card of the consignment passed.
    #[serde(default)]
    refused: Vec<String>,
    /// Why, in words without personal data; it stands in the history.
    reason: String,
}

/// What became of a card.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CountyVerdict)]
pub(crate) struct VerdictView {
    /// Its application.
    application_number: String,
    /// Where the application stands now.
    state: String,
    /// Whether the card failed.
    refused: bool,
}

impl From<CardVerdict> for VerdictView {
    fn from(verdict: CardVerdict) -> Self {
        Self {
            application_number: verdict.application_number,
            state: verdict.state.to_string(),
            refused: verdict.refused,
        }
    }
}

/// What became of the cards of a consignment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CountyResult)]
pub(crate) struct ValidatedView {
    /// Its cards.
    data: Vec<VerdictView>,
}

/// Say what the county found when it checked the cards of a consignment.
///
/// What passed may be received by its office; what failed goes back to the bureau, and an operator
/// watches it (506).
#[utoipa::path(
    post,
    path = "/v1/operations/consignments/{consignment}/validation",
    tag = "operations",
    params(
        ("consignment" = String, Path, description = "The consignment's number"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = VerdictsContent,
    responses(
        (status = 200, description = "Taken", body = ValidatedView),
        (status = 404, description = "There is no such consignment", body = ProblemView),
        (status = 409, description = "Nobody asks the county here", body = ProblemView),
        (status = 422, description = "A card is not in it, or the reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn validate(
    api: web::Data<Api>,
    consignment: web::Path<String>,
    posted: Posted<VerdictsContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let verdicts = Verdicts {
        consignment: &consignment,
        refused: &posted.content.refused,
    };
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    posted
        .carry_out::<ValidationRefusal, _>(&api, async |tx| {
            let taken = validate_in(tx, gateway, verdicts, &note).await?;
            let data = taken.into_iter().map(VerdictView::from).collect();
            answer(StatusCode::OK, &ValidatedView { data })
        })
        .await
}

impl From<ValidationRefusal> for Problem {
    fn from(refusal: ValidationRefusal) -> Self {
        match refusal {
            ValidationRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            ValidationRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            ValidationRefusal::Off => Self::of(catalogue::DECISION_NOT_POSSIBLE).about(
                "production.county_validation is off.",
                "production.county_validation este dezactivat.",
            ),
            ValidationRefusal::NotInIt { application } => Self::of(catalogue::CONTENT_INVALID)
                .about(
                    format!("The card of {application} is in no parcel of the consignment."),
                    format!("Cartea cererii {application} nu este în niciun colet al expediției."),
                ),
            ValidationRefusal::KeyReused(reused) => reused.into(),
        }
    }
}
