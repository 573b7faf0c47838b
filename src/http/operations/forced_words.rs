//! `/v1/forced-words`: words that the bureau told by other means, proposed by one person and applied
//! by another.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::acknowledgement::LineEvent;
use crate::domain::four_eyes::ApprovalRefusal;
use crate::domain::id::ForcedWordId;
use crate::flow::decide_order;
use crate::flow::force_word::{ForceRefusal, WordProposal, approve_in, propose_in, withdraw_in};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::forced_view::ForcedWordView;
use crate::http::operations::{DecisionContent, NotDecided, cut, not_decided, page_limit, place};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};
use crate::http::query::Asked;
use crate::store::forced_words;

/// What the bureau told by other means.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ForcedWordProposal)]
pub(crate) struct ProposalContent {
    /// What happened, in the words of acknowledgements.
    #[schema(example = "PRODUCED")]
    status: String,
    /// The number of the reason that the bureau gave.
    reason_code: Option<u16>,
    /// The card's number, for a card that was made.
    #[schema(example = "CJ0000017")]
    document_number: Option<String>,
    /// The consignment's number.
    consignment: Option<String>,
    /// When it happened; without it, now.
    occurred_at: Option<DateTime<Utc>>,
    /// By what call or letter the bureau told it; no personal data.
    #[schema(example = "call with the bureau's shift lead on 2 March, note 14/2026")]
    evidence: String,
    /// Why it cannot wait for a document; it stands in the history.
    reason: String,
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Where the page before ended.
    cursor: Option<String>,
    /// Proposals on the page, 200 at most.
    limit: Option<i64>,
}

/// A page of proposals.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ForcedWordPage)]
pub(crate) struct PageView {
    /// The proposals that wait for a second person, oldest first.
    data: Vec<ForcedWordView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// Propose a word that the bureau told by other means; another person must approve it.
#[utoipa::path(
    post,
    path = "/v1/orders/{number}/lines/{line}/forced-words",
    tag = "operations",
    params(
        ("number" = String, Path, description = "The order's number"),
        ("line" = i64, Path, description = "The line's place in it"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new proposal"),
    ),
    request_body = ProposalContent,
    responses(
        (status = 201, description = "It waits for a second person", body = ForcedWordView),
        (status = 403, description = "The caller is no person", body = ProblemView),
        (status = 404, description = "There is no such line", body = ProblemView),
        (status = 409, description = "The line does not allow it, or another waits", body = ProblemView),
        (status = 422, description = "Something is missing or wrong", body = ProblemView),
    )
)]
pub(crate) async fn propose(
    api: web::Data<Api>,
    path: web::Path<(String, i64)>,
    posted: Posted<ProposalContent>,
) -> Result<HttpResponse, Problem> {
    let content = &posted.content;
    let (order, line_no) = path.into_inner();
    let status = LineEvent::parse(&content.status);
    let proposal = WordProposal {
        order,
        line_no,
        status: status.map_err(|_unknown| fault("/status", STATUS_WRONG))?,
        reason: content.reason_code,
        document_number: content.document_number.clone(),
        consignment: content.consignment.clone(),
        occurred_at: content.occurred_at,
        evidence: content.evidence.clone(),
    };
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(content.reason.trim()));
    posted
        .carry_out::<NotDecided<ForceRefusal>, _>(&api, async |tx| {
            let proposed = propose_in(tx, gateway, &proposal, &note).await;
            let word = proposed.map_err(not_decided)?;
            let view = ForcedWordView::read(tx, word, note.at).await?;
            answer(StatusCode::CREATED, &view)
        })
        .await
}

/// List the proposals that wait for a second person.
#[utoipa::path(
    get,
    path = "/v1/forced-words",
    tag = "operations",
    params(PageQuery),
    responses((status = 200, description = "A page", body = PageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place("forced-words", &api.gateway.vault);
    let limit = page_limit(query.limit);
    let cursor = query.cursor.as_deref();
    let after: Option<ForcedWordId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let mut found = forced_words::list_waiting(&mut tx, after, limit + 1).await?;
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    let now = api.gateway.clock.now();
    let mut data = Vec::new();
    for word in found {
        data.push(ForcedWordView::read(&mut tx, word, now).await?);
    }
    Ok(HttpResponse::Ok().json(PageView { data, next_cursor }))
}

/// Approve a proposal of another person, which applies it.
#[utoipa::path(
    post,
    path = "/v1/forced-words/{id}/approve",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The proposal's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It moved the line", body = ForcedWordView),
        (status = 403, description = "The caller is no person", body = ProblemView),
        (status = 409, description = "The same person, or it ended", body = ProblemView),
    )
)]
pub(crate) async fn approve(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    decide(&api, &id, &posted, true).await
}

/// Withdraw a proposal that waits.
#[utoipa::path(
    post,
    path = "/v1/forced-words/{id}/withdraw",
    tag = "operations",
    params(
        ("id" = String, Path, description = "The proposal's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is withdrawn", body = ForcedWordView),
        (status = 409, description = "It ended before", body = ProblemView),
    )
)]
pub(crate) async fn withdraw(
    api: web::Data<Api>,
    id: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    decide(&api, &id, &posted, false).await
}

async fn decide(
    api: &Api,
    id: &str,
    posted: &Posted<DecisionContent>,
    approves: bool,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let id: ForcedWordId = id
        .parse()
        .map_err(|_malformed: uuid::Error| Problem::of(catalogue::NOT_FOUND))?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    let response = posted
        .carry_out::<NotDecided<ForceRefusal>, _>(api, async |tx| {
            let decided = if approves {
                approve_in(tx, id, &note).await
            } else {
                withdraw_in(tx, id, &note).await
            };
            let word = decided.map_err(not_decided)?;
            let view = ForcedWordView::read(tx, word, note.at).await?;
            answer(StatusCode::OK, &view)
        })
        .await?;
    decide_order::wake(gateway);
    Ok(response)
}

const STATUS_WRONG: [&str; 2] = [
    "Only the bureau's own words, but for BIOMETRICS_ERASED, can be applied for it.",
    "Se pot aplica numai răspunsurile biroului, cu excepția BIOMETRICS_ERASED.",
];

fn fault(pointer: &str, [en, ro]: [&'static str; 2]) -> Problem {
    Problem::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
        pointer: pointer.to_owned(),
        code: "word-wrong",
        message: Text::new(en, ro),
    }])
}

impl From<ForceRefusal> for Problem {
    fn from(refusal: ForceRefusal) -> Self {
        let not_possible = Self::of(catalogue::DECISION_NOT_POSSIBLE);
        match &refusal {
            ForceRefusal::LineUnknown | ForceRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            ForceRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            ForceRefusal::EvidenceMissing => fault(
                "/evidence",
                [
                    "Say by what call or letter the bureau told it, in at most 500 characters.",
                    "Indicați convorbirea sau scrisoarea biroului, în cel mult 500 de caractere.",
                ],
            ),
            ForceRefusal::NotForced(_) => fault("/status", STATUS_WRONG),
            ForceRefusal::NumberWrong => fault(
                "/document_number",
                [
                    "A made card has a number of 1 to 9 of A-Z and 0-9; other words have none.",
                    "O carte produsă are un număr de 1-9 caractere A-Z și 0-9; alte răspunsuri nu au.",
                ],
            ),
            ForceRefusal::CodeWrong => fault(
                "/reason_code",
                [
                    "A refusal needs the number of a reason of the catalogue.",
                    "Un refuz necesită numărul unui motiv din catalog.",
                ],
            ),
            ForceRefusal::InFuture => fault(
                "/occurred_at",
                ["This lies in the future.", "Momentul este în viitor."],
            ),
            ForceRefusal::NotSent { state, .. } => not_possible.about(
                format!("The order is {state}; the bureau cannot have spoken of it."),
                format!("Starea comenzii este {state}; biroul nu putea răspunde la ea."),
            ),
            ForceRefusal::Impossible(why) => {
                not_possible.about(why.clone(), format!("Pas imposibil: {why}"))
            }
            ForceRefusal::OneWaits => not_possible.about(
                "Another proposal waits on this line.",
                "Există deja o propunere pentru această poziție.",
            ),
            ForceRefusal::Ended(outcome) => not_possible.about(
                format!("The proposal is {outcome}."),
                format!("Starea propunerii este {outcome}."),
            ),
            ForceRefusal::Approval(ApprovalRefusal::SamePerson) => {
                Self::of(catalogue::APPROVAL_SAME_PERSON)
            }
            ForceRefusal::Approval(ApprovalRefusal::NotAPerson) => {
                Self::of(catalogue::APPROVAL_NOT_A_PERSON)
            }
        }
    }
}
