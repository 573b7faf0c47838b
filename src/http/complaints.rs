//! Complaints about cards: `/v1/applications/{id}/complaints` for offices, `/v1/complaints` for
//! operators.

pub(crate) mod decide;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::complaint::{ComplaintFault, Payer};
use crate::flow::complaints::{ComplaintRefusal, NewComplaint, lodge as lodge_in};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::applications::id_of;
use crate::http::caller::Caller;
use crate::http::posted::{Posted, answer};
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};
use crate::store::complaints::{self, Complaint};
use crate::store::{StoreError, Tx, applications};

/// A complaint, without the card's number.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Complaint)]
pub(crate) struct ComplaintView {
    /// Its id.
    pub id: uuid::Uuid,
    /// Its number, as people say it.
    #[schema(example = "CEI-C-2026-000017")]
    pub number: String,
    /// The application of the card.
    pub application_number: String,
    /// What is wrong: 701 to 708.
    pub code: i64,
    /// What is wrong, in words.
    pub text: Option<String>,
    /// The day on which somebody noticed.
    pub noticed_on: NaiveDate,
    /// `LODGED`, `SENT`, `ADMITTED`, `REFUSED` or `WITHDRAWN`.
    pub state: String,
    /// Who pays for the other card: `BUREAU`, `OFFICE`, `HOLDER` or `WARRANTY`.
    pub payer: Option<String>,
    /// The number of the reason why it was refused.
    pub refusal: Option<i64>,
    /// When it was made.
    pub lodged_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
}

impl ComplaintView {
    fn new(complaint: &Complaint, application_number: &str) -> Self {
        Self {
            id: complaint.id.0,
            number: complaint.number.clone(),
            application_number: application_number.to_owned(),
            code: complaint.code,
            text: complaint.text.clone(),
            noticed_on: complaint.noticed_on,
            state: complaint.state.to_string(),
            payer: complaint.payer.map(Payer::as_str).map(str::to_owned),
            refusal: complaint.refusal,
            lodged_at: complaint.lodged_at,
            decided_at: complaint.decided_at,
        }
    }

    /// Reads the number of its application.
    pub(crate) async fn read(tx: &mut Tx, complaint: &Complaint) -> Result<Self, StoreError> {
        let application = applications::find(tx, complaint.application).await?;
        let number = application.map_or_else(String::new, |found| found.number);
        Ok(Self::new(complaint, &number))
    }
}

/// What an office says is wrong with a card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewComplaint)]
pub(crate) struct ComplaintContent {
    /// What is wrong: 701 photo, 702 chip, 703 data, 704 material, 705 signature, 706 damaged on its
    /// way, 707 never came, 708 something else.
    #[schema(example = 702)]
    code: u16,
    /// What is wrong, in words without personal data; 500 characters at most.
    #[serde(default)]
    text: Option<String>,
    /// The day on which somebody noticed.
    noticed_on: NaiveDate,
}

/// Complain about a card that the office or the holder has, or that never came (707).
#[utoipa::path(
    post,
    path = "/v1/applications/{id}/complaints",
    tag = "cards",
    params(
        ("id" = String, Path, description = "The application's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new complaint"),
    ),
    request_body = ComplaintContent,
    responses(
        (status = 201, description = "Taken", body = ComplaintView),
        (status = 409, description = "The card cannot be complained of now", body = ProblemView),
        (status = 422, description = "Code, text or day are not valid", body = ProblemView),
    )
)]
pub(crate) async fn lodge(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ComplaintContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let new = NewComplaint {
        office: posted.caller.office()?,
        application: id_of(&path)?,
        code: posted.content.code,
        text: posted.content.text.as_deref(),
        noticed_on: posted.content.noticed_on,
    };
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, None);
    let response = posted
        .carry_out::<ComplaintRefusal, _>(&api, async |tx| {
            let complaint = lodge_in(tx, gateway, new, &note).await?;
            let view = ComplaintView::read(tx, &complaint).await?;
            answer(StatusCode::CREATED, &view)
        })
        .await?;
    gateway.bells.tell_offices();
    Ok(response)
}

/// The complaints about the cards of an application.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationComplaints)]
pub(crate) struct ComplaintsView {
    /// The complaints, oldest first.
    data: Vec<ComplaintView>,
}

/// List the complaints about the cards of an application.
#[utoipa::path(
    get,
    path = "/v1/applications/{id}/complaints",
    tag = "cards",
    params(("id" = String, Path, description = "The application's id")),
    responses(
        (status = 200, description = "The complaints", body = ComplaintsView),
        (status = 404, description = "There is no such application", body = ProblemView),
    )
)]
pub(crate) async fn list_of_application(
    api: web::Data<Api>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (office, id) = (caller.office()?, id_of(&path)?);
    let mut tx = api.gateway.store.read().await?;
    let application = applications::find(&mut tx, id)
        .await?
        .filter(|found| found.office == office || found.collect_office == office)
        .ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    let found = complaints::list_of_application(&mut tx, id).await?;
    let number = application.number.as_str();
    let data = found
        .iter()
        .map(|complaint| ComplaintView::new(complaint, number))
        .collect();
    Ok(HttpResponse::Ok().json(ComplaintsView { data }))
}

impl From<ComplaintRefusal> for Problem {
    fn from(refusal: ComplaintRefusal) -> Self {
        match refusal {
            ComplaintRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            ComplaintRefusal::Fault(fault) => of_fault(fault),
            ComplaintRefusal::Text => of_field(
                "/text",
                "text-not-kept",
                Text::new(
                    "Write at most 500 characters, and no personal number.",
                    "Scrieți cel mult 500 de caractere, fără CNP.",
                ),
            ),
            ComplaintRefusal::NoticedLater => of_field(
                "/noticed_on",
                "day-to-come",
                Text::new("The day has not come.", "Ziua nu a sosit încă."),
            ),
            ComplaintRefusal::Open { number } => {
                Self::of(catalogue::COMPLAINT_OPEN).with_number(Some(number))
            }
            ComplaintRefusal::KeyReused(reused) => reused.into(),
        }
    }
}

fn of_fault(fault: ComplaintFault) -> Problem {
    match fault {
        ComplaintFault::Code => of_field(
            "/code",
            "code-unknown",
            Text::new(
                "A complaint has a code from 701 to 708.",
                "O reclamație are un cod de la 701 la 708.",
            ),
        ),
        ComplaintFault::NotNow { state } => Problem::of(catalogue::COMPLAINT_NOT_POSSIBLE).about(
            format!("The application is {state}."),
            format!("Starea cererii este {state}."),
        ),
        ComplaintFault::WarrantyOver { ended_on } => Problem::of(catalogue::COMPLAINT_NOT_POSSIBLE)
            .about(
                format!("The warranty ended on {ended_on}."),
                format!("Garanția a expirat la {ended_on}."),
            ),
    }
}

fn of_field(pointer: &str, code: &'static str, message: Text) -> Problem {
    Problem::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
        pointer: pointer.to_owned(),
        code,
        message,
    }])
}
