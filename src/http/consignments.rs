//! `/v1/consignments`: what is on its way to an office, and what the office counts of it.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::id::ConsignmentId;
use crate::flow::Failure;
use crate::flow::consignments::{Counted, Scan, ScanRefusal, ScannedCard, scan as scan_in};
use crate::flow::once::Answer;
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::cursor::Place;
use crate::http::etag;
use crate::http::operations::cut;
use crate::http::posted::{Posted, answer};
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};
use crate::http::query::Asked;
use crate::store::consignments::{self, ConsignedCard, Consignment, Parcel, difference_of};
use crate::store::{StoreError, Tx};

/// Consignments on a page, unless asked otherwise.
const PAGE: i64 = 50;
/// Consignments on a page at most.
const PAGE_MAX: i64 = 200;

/// A consignment to one office.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consignment)]
pub(crate) struct ConsignmentView {
    /// Its number, as the courier knows it.
    #[schema(example = "AWB-000123")]
    pub number: String,
    /// The code of the office that it is for.
    pub office: String,
    /// `ON_ITS_WAY`, `BEING_COUNTED`, `COMPLETE` or `DIFFERS`.
    pub state: String,
    /// How many cards the bureau told of.
    pub cards_told: i64,
    /// How many cards the office has scanned.
    pub cards_scanned: i64,
    /// When the bureau told of it.
    pub told_at: DateTime<Utc>,
    /// When the office said that it had scanned everything.
    pub counted_at: Option<DateTime<Utc>>,
}

impl ConsignmentView {
    /// Reads how many cards it has.
    pub(crate) async fn read(tx: &mut Tx, consignment: &Consignment) -> Result<Self, StoreError> {
        let (cards_told, cards_scanned) = consignments::count_cards(tx, consignment.id).await?;
        Ok(Self {
            number: consignment.number.clone(),
            office: consignment.office_code.clone(),
            state: consignment.state.to_string(),
            cards_told,
            cards_scanned,
            told_at: consignment.told_at,
            counted_at: consignment.counted_at,
        })
    }
}

/// A parcel of a consignment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Parcel)]
pub(crate) struct ParcelView {
    /// Its mark.
    pub parcel: String,
    /// How many cards it was said to hold.
    pub cards: i64,
}

impl From<Parcel> for ParcelView {
    fn from(parcel: Parcel) -> Self {
        Self {
            parcel: parcel.parcel,
            cards: parcel.cards,
        }
    }
}

/// A consignment with its parcels, and the applications of its cards.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsignmentDetails)]
pub(crate) struct DetailsView {
    /// The consignment.
    #[serde(flatten)]
    pub consignment: ConsignmentView,
    /// Its parcels.
    pub parcels: Vec<ParcelView>,
    /// The applications of the cards that were told of and not scanned yet.
    pub outstanding: Vec<String>,
    /// The applications of the cards that are missing, once everything is scanned.
    pub missing: Vec<String>,
    /// The applications of the cards that were scanned and not told of.
    pub surplus: Vec<String>,
    /// How many cards were scanned that nobody knows.
    pub unknown: usize,
}

impl DetailsView {
    /// Reads a consignment with everything that is known of its cards.
    pub(crate) async fn read(tx: &mut Tx, consignment: &Consignment) -> Result<Self, StoreError> {
        let cards = consignments::list_cards(tx, consignment.id).await?;
        let parcels = consignments::list_parcels(tx, consignment.id).await?;
        let view = ConsignmentView::read(tx, consignment).await?;
        let difference = difference_of(&cards);
        let is_counted = consignment.counted_at.is_some();
        Ok(Self {
            consignment: view,
            parcels: parcels.into_iter().map(ParcelView::from).collect(),
            outstanding: outstanding(&cards),
            missing: if is_counted {
                difference.missing
            } else {
                Vec::new()
            },
            surplus: difference.surplus,
            unknown: difference.unknown,
        })
    }
}

fn outstanding(cards: &[ConsignedCard]) -> Vec<String> {
    let left = cards.iter().filter(|card| card.is_missing());
    left.filter_map(|card| card.application_number.clone())
        .collect()
}

/// Which consignments to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Where the page before ended.
    cursor: Option<String>,
    /// Consignments on the page, 200 at most.
    limit: Option<i64>,
}

/// A page of consignments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsignmentPage)]
pub(crate) struct PageView {
    /// The consignments, in the order in which the bureau told of them.
    data: Vec<ConsignmentView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List the consignments to the office that it has not counted to their end.
#[utoipa::path(
    get,
    path = "/v1/consignments",
    tag = "cards",
    params(
        ListQuery,
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the office has"),
    ),
    responses(
        (status = 200, description = "A page", body = PageView),
        (status = 304, description = "Nothing has changed"),
    ),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    caller: Caller,
    request: HttpRequest,
    query: Asked<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let office = caller.office()?;
    let place = Place {
        list: "consignments",
        office,
        vault: &api.gateway.vault,
    };
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let cursor = query.cursor.as_deref();
    let after: Option<ConsignmentId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let mut found = consignments::list_open_of(&mut tx, office, after, limit + 1).await?;
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    let mut data = Vec::with_capacity(found.len());
    for consignment in &found {
        data.push(ConsignmentView::read(&mut tx, consignment).await?);
    }
    etag::answer(&request, &PageView { data, next_cursor })
}

/// Show a consignment to the office.
#[utoipa::path(
    get,
    path = "/v1/consignments/{consignment}",
    tag = "cards",
    params(
        ("consignment" = String, Path, description = "The consignment's number"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the office has"),
    ),
    responses(
        (status = 200, description = "The consignment", body = DetailsView),
        (status = 304, description = "Nothing has changed"),
        (status = 404, description = "There is none to this office", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    caller: Caller,
    request: HttpRequest,
    number: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let office = caller.office()?;
    let mut tx = api.gateway.store.read().await?;
    let found = consignments::find_of_office(&mut tx, &number, office).await?;
    let found = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    etag::answer(&request, &DetailsView::read(&mut tx, &found).await?)
}

/// A part of a count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Scan)]
pub(crate) struct ScanContent {
    /// The numbers of the cards that were scanned, 1,000 at most.
    document_numbers: Vec<String>,
    /// Whether everything has been scanned now.
    #[serde(rename = "final", default)]
    is_final: bool,
}

/// Document numbers identify their holders.
impl std::fmt::Debug for ScanContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ScanContent({} cards, …)", self.document_numbers.len())
    }
}

/// A card that was scanned.
#[derive(Serialize, ToSchema)]
#[schema(as = ScannedCard)]
pub(crate) struct ScannedView {
    /// Its number, as it was sent.
    document_number: String,
    /// Its application, where the card belongs to the office.
    application_number: Option<String>,
    /// `RECEIVED`, `WAITING`, `WRONG_OFFICE`, `VOID`, `NOT_POSSIBLE` or `UNKNOWN`.
    #[schema(example = "RECEIVED")]
    finding: String,
}

impl From<ScannedCard> for ScannedView {
    fn from(card: ScannedCard) -> Self {
        Self {
            document_number: card.document_number,
            application_number: card.application_number,
            finding: card.finding.to_string(),
        }
    }
}

/// How far a count has come.
#[derive(Serialize, ToSchema)]
#[schema(as = Count)]
pub(crate) struct CountView {
    /// The state of the consignment after this part.
    state: String,
    /// What the cards of this part were found to be.
    scanned: Vec<ScannedView>,
    /// The applications of the cards that were told of and not scanned; missing, once the part was
    /// the last.
    missing: Vec<String>,
    /// The applications of the cards that were scanned and not told of.
    surplus: Vec<String>,
    /// How many cards were scanned that nobody knows.
    unknown: usize,
}

/// Scan the cards of a consignment, in as many parts as is convenient.
///
/// Each card that belongs to the office is received by it, as by a report. With the last part,
/// `final`, missing and surplus cards are named, and an operator is told. A card that turns up later
/// is scanned like any other and ends the difference. Scanning twice changes nothing.
#[utoipa::path(
    post,
    path = "/v1/consignments/{consignment}/scan",
    tag = "cards",
    params(
        ("consignment" = String, Path, description = "The consignment's number"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new part"),
    ),
    request_body = ScanContent,
    responses(
        (status = 200, description = "Taken", body = CountView),
        (status = 404, description = "The bureau told of none to this office", body = ProblemView),
        (status = 422, description = "A number is no document number", body = ProblemView),
    )
)]
pub(crate) async fn scan(
    api: web::Data<Api>,
    number: web::Path<String>,
    posted: Posted<ScanContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let part = Scan {
        office: posted.caller.office()?,
        consignment: &number,
        document_numbers: &posted.content.document_numbers,
        is_final: posted.content.is_final,
    };
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, None);
    posted
        .carry_out(&api, async |tx| {
            written(scan_in(tx, gateway, part, &note).await?)
        })
        .await
}

fn written(counted: Counted) -> Result<Answer, Failure<ScanRefusal>> {
    let difference = difference_of(&counted.cards);
    let view = CountView {
        state: counted.consignment.state.to_string(),
        scanned: counted.scanned.into_iter().map(ScannedView::from).collect(),
        missing: difference.missing,
        surplus: difference.surplus,
        unknown: difference.unknown,
    };
    answer(StatusCode::OK, &view)
}

impl From<ScanRefusal> for Problem {
    fn from(refusal: ScanRefusal) -> Self {
        let fault = |pointer: String, code, message| {
            Self::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
                pointer,
                code,
                message,
            }])
        };
        match refusal {
            ScanRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            ScanRefusal::TooMany => fault(
                "/document_numbers".to_owned(),
                "too-many-cards",
                Text::new(
                    "One part has at most 1,000 cards.",
                    "O parte conține cel mult 1.000 de cărți.",
                ),
            ),
            ScanRefusal::NotANumber { index } => fault(
                format!("/document_numbers/{index}"),
                "document-number-malformed",
                Text::new(
                    "A document number has 1 to 9 capital letters and digits.",
                    "Numărul documentului are 1 până la 9 litere mari și cifre.",
                ),
            ),
            ScanRefusal::KeyReused(reused) => reused.into(),
        }
    }
}
