//! `POST /v1/payments/statements`: files of payment channels, recorded as they come.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::dev::Payload as Body;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::payment::Channel;
use crate::flow::arriving::{Arriving, unwatched};
use crate::flow::record_statement::{
    HeldPlace, StatementOutcome, StatementRefusal, record_arrived,
};
use crate::http::api::Api;
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;

/// What a file may call itself; its content alone says what it is.
const MEDIA_TYPES: [&str; 5] = [
    "application/octet-stream",
    "application/xml",
    "text/xml",
    "text/plain",
    "text/csv",
];

/// Bytes that are gathered before they are sealed: enough that the hand-over costs nothing beside.
const GATHERED_BYTES: usize = 512 * 1024;

/// Whose file it is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementQuery {
    /// `CEC` (camt.052, camt.053, camt.054, MT940, MT942) or `SELFPAY` (settlements).
    channel: String,
}

/// What a file came to: `entries` = `recorded` + `repeated` + `held_entries`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementOutcome)]
pub(crate) struct OutcomeView {
    /// The file.
    file_id: Uuid,
    /// Whether the same bytes had been imported before; then nothing was changed now.
    seen_before: bool,
    /// The format that was found.
    #[schema(example = "camt.053.001.08")]
    format: String,
    /// Statements in the file.
    statements: i64,
    /// Booked movements in the file.
    entries: i64,
    /// Movements that were not known.
    recorded: i64,
    /// Movements that were known from elsewhere.
    repeated: i64,
    /// Movements that an operator must look at before they are believed.
    held_entries: i64,
    /// Why.
    held: Vec<HeldView>,
}

/// One thing in a file that an operator must look at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeldPlace)]
pub(crate) struct HeldView {
    /// Where in the file.
    #[schema(example = "statement 1")]
    place: String,
    /// The number of the reason code.
    #[schema(example = 917)]
    code: u16,
    /// What was found.
    reason: String,
}

impl From<HeldPlace> for HeldView {
    fn from(held: HeldPlace) -> Self {
        Self {
            place: held.place,
            code: held.code,
            reason: held.reason,
        }
    }
}

impl From<StatementOutcome> for OutcomeView {
    fn from(outcome: StatementOutcome) -> Self {
        let tally = outcome.tally;
        Self {
            file_id: outcome.file.0,
            seen_before: !outcome.is_new,
            format: outcome.format,
            statements: tally.statements,
            entries: tally.entries,
            recorded: tally.recorded,
            repeated: tally.repeated,
            held_entries: tally.held,
            held: outcome.held.into_iter().map(HeldView::from).collect(),
        }
    }
}

/// Import a file of a payment channel.
///
/// The same bytes may be sent any number of times; they need no key. An import that was cut short
/// is ended by sending the same bytes again. A file is taken as it comes: of `camt` up to
/// `payments.file_bytes_max`, of which each half megabyte has as much time as other bodies have for
/// all; of other formats up to 32 MiB.
#[utoipa::path(
    post,
    path = "/v1/payments/statements",
    tag = "payments",
    params(StatementQuery),
    request_body(content = String, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "Recorded", body = OutcomeView),
        (status = 200, description = "Recorded before; what it came to then", body = OutcomeView),
        (status = 413, description = "It is too large", body = ProblemView),
        (status = 422, description = "It cannot be read, or is not of this channel", body = ProblemView),
    )
)]
pub(crate) async fn import(
    api: web::Data<Api>,
    caller: Caller,
    request: HttpRequest,
    query: Asked<StatementQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let channel = channel_of(&query.channel)?;
    let arriving = receive(&api, &request, payload.into_inner()).await?;
    let (actor, watch) = (caller.actor(), unwatched());
    let outcome = record_arrived(&api.gateway, Some(channel), arriving, &actor, &watch).await?;
    let status = if outcome.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(HttpResponse::build(status).json(OutcomeView::from(outcome)))
}

/// Seals the body as it comes: a file may be longer than the memory.
async fn receive(api: &Api, request: &HttpRequest, mut payload: Body) -> Result<Arriving, Problem> {
    let bytes_max = api.gateway.config.payments.file_bytes_max;
    body::check(request, &MEDIA_TYPES, bytes_max)?;
    let mut arriving = Arriving::begin(&api.gateway).map_err(Problem::broken)?;
    loop {
        let piece = body::gather(&mut payload, GATHERED_BYTES, api.limits).await?;
        if piece.is_empty() {
            return Ok(arriving);
        }
        arriving = arriving.taking(piece).await?;
    }
}

fn channel_of(text: &str) -> Result<Channel, Problem> {
    Channel::parse(text).map_err(|_unknown| {
        Problem::of(catalogue::QUERY_INVALID).about(
            "The channel is CEC or SELFPAY.",
            "Canalul este CEC sau SELFPAY.",
        )
    })
}

impl From<StatementRefusal> for Problem {
    fn from(refusal: StatementRefusal) -> Self {
        match refusal {
            StatementRefusal::Unreadable(refused) => Self::of(catalogue::STATEMENT_UNREADABLE)
                .about(
                    format!("{}: {}.", refused.place, refused.reason),
                    format!("{}: {}.", refused.place, refused.code),
                ),
            StatementRefusal::TooLarge { bytes_max } => body::too_large(bytes_max),
            StatementRefusal::OtherChannel { format, channel } => {
                Self::of(catalogue::STATEMENT_OF_OTHER_CHANNEL).about(
                    format!("The format is {format}, the channel {channel}."),
                    format!("Formatul este {format}, canalul {channel}."),
                )
            }
        }
    }
}
