//! `/v1/outbox/dead`: messages that could not be delivered, and what is decided about them.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::id::DeadLetterDecisionId;
use crate::flow::dead_letters::{
    self, DeadLetterRefusal, DeadLettersRefusal, NewDeadLetterDecision, RATE, RATE_MAX, decide_in,
    decide_one_in, read_decision, wake, wake_receivers,
};
use crate::flow::progress::note;
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::dead_letter_view::{
    DeadGroupView, DecisionView, PreviewView, SelectionContent, read_preview,
};
use crate::http::operations::view::{DeadLetterView, read_dead};
use crate::http::operations::{
    DecidedView, DecisionContent, NotDecided, cut, not_decided, page_limit, place,
};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::store::dead_letter_decisions::DeadLetterAction;
use crate::store::outbox::{Selection, find_dead, group_dead};

/// Letters that a decision's answer shows.
const SHOWN: i64 = 50;

/// Which messages to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeadQuery {
    /// Those whose lane ends at an office (`OFFICE`), or at the bureau (`BUREAU`).
    lane_kind: Option<String>,
    /// Those of this lane.
    lane: Option<String>,
    /// Those that died of this.
    cause: Option<String>,
    /// Those whose last answer had this HTTP status; 0: those without an answer.
    status: Option<i64>,
    /// Those that died at this instant or later.
    since: Option<DateTime<Utc>>,
    /// Those that died before this instant.
    until: Option<DateTime<Utc>>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Messages on the page, 200 at most.
    limit: Option<i64>,
}

/// Messages that could not be delivered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadLetters)]
pub(crate) struct DeadView {
    /// Those that nobody has decided about, in the order of their death.
    data: Vec<DeadLetterView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List messages that could not be delivered, and that nobody has decided about.
#[utoipa::path(
    get,
    path = "/v1/outbox/dead",
    tag = "operations",
    params(DeadQuery),
    responses((status = 200, description = "A page", body = DeadView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<DeadQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let limit = page_limit(query.limit);
    let selection = Selection {
        message: None,
        lane_kind: query.lane_kind,
        lane: query.lane,
        cause: query.cause,
        status: query.status,
        since: query.since,
        until: query.until,
    };
    let place = place("dead-letters", &api.gateway.vault);
    let cursor = query.cursor.as_deref();
    let after: Option<Uuid> = cursor.map(|cursor| place.open(cursor)).transpose()?;
    let mut tx = api.gateway.store.read().await?;
    let after = match after {
        Some(message) => {
            let last = find_dead(&mut tx, message).await?;
            // It was forgotten long after it was decided about.
            Some(last.ok_or_else(|| Problem::of(catalogue::CURSOR_INVALID))?)
        }
        None => None,
    };
    let mut data = read_dead(&mut tx, &selection, after.as_ref(), limit + 1).await?;
    let last = cut(&mut data, limit).map(|last| last.message_id);
    let next_cursor = last.map(|last| place.seal(&last.to_string()));
    Ok(HttpResponse::Ok().json(DeadView { data, next_cursor }))
}

/// Messages that could not be delivered, by why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadGroups)]
pub(crate) struct GroupsView {
    /// The groups, the largest first.
    data: Vec<DeadGroupView>,
}

/// List why messages could not be delivered, and how many for each cause.
#[utoipa::path(
    get,
    path = "/v1/outbox/dead/groups",
    tag = "operations",
    responses((status = 200, description = "The groups", body = GroupsView)),
)]
pub(crate) async fn groups(api: web::Data<Api>, _caller: Caller) -> Result<HttpResponse, Problem> {
    let mut tx = api.gateway.store.read().await?;
    let groups = group_dead(&mut tx, &Selection::default()).await?;
    let data = groups.into_iter().map(DeadGroupView::from).collect();
    Ok(HttpResponse::Ok().json(GroupsView { data }))
}

/// Count the messages that a decision would be about; changes nothing.
#[utoipa::path(
    post,
    path = "/v1/outbox/dead/preview",
    tag = "operations",
    params(("Idempotency-Key" = String, Header, description = "Any; a preview is read anew each time")),
    request_body = SelectionContent,
    responses((status = 200, description = "What it would be about", body = PreviewView)),
)]
pub(crate) async fn preview(
    api: web::Data<Api>,
    posted: Posted<SelectionContent>,
) -> Result<HttpResponse, Problem> {
    let selection = posted.content.clone().into();
    let mut tx = api.gateway.store.read().await?;
    let preview = dead_letters::preview(&mut tx, &selection).await?;
    let view: PreviewView = read_preview(&mut tx, preview).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// A decision about many messages that could not be delivered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeadLetterDecisionRequest)]
pub(crate) struct DeadDecisionContent {
    /// `REDRIVE`: each is sent again; `DISCARD`: each is given up.
    #[schema(example = "REDRIVE")]
    action: String,
    /// Which messages; something has to be named.
    selection: SelectionContent,
    /// How many a second, 1 to 1000; 50 when nothing is said.
    #[schema(minimum = 1, maximum = 1000)]
    rate: Option<i64>,
    /// Why, in words without personal data; it stands in the history.
    #[schema(example = "the office mended its receiver")]
    reason: String,
}

/// Decide about many messages that could not be delivered. They are dealt with one by one by the
/// workers; how far that has come is read at the decision.
#[utoipa::path(
    post,
    path = "/v1/outbox/dead/decisions",
    tag = "operations",
    params(("Idempotency-Key" = String, Header, description = "A new one for every new decision")),
    request_body = DeadDecisionContent,
    responses(
        (status = 202, description = "Written down; its messages wait", body = DecisionView),
        (status = 409, description = "No message waits that is meant", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn decide(
    api: web::Data<Api>,
    posted: Posted<DeadDecisionContent>,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let content = &posted.content;
    let new = NewDeadLetterDecision {
        action: action_of(&content.action)?,
        selection: content.selection.clone().into(),
        rate: content.rate.unwrap_or(RATE),
    };
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(content.reason.trim()));
    let response = posted
        .carry_out::<NotDecided<DeadLettersRefusal>, _>(&api, async |tx| {
            let decided = decide_in(tx, &new, &note).await.map_err(not_decided)?;
            let standing = read_decision(tx, decided.id, 0, 0).await?;
            let view = standing.map(|standing| DecisionView::new(standing, None));
            answer(StatusCode::ACCEPTED, &view)
        })
        .await?;
    wake(gateway);
    Ok(response)
}

/// Which part of a decision's messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Where the page before ended.
    cursor: Option<String>,
    /// Messages on the page, 200 at most.
    limit: Option<i64>,
}

/// Show a decision about messages that could not be delivered, and what became of them so far.
#[utoipa::path(
    get,
    path = "/v1/outbox/dead-decisions/{id}",
    tag = "operations",
    params(("id" = String, Path, description = "The decision's id"), PageQuery),
    responses(
        (status = 200, description = "The decision", body = DecisionView),
        (status = 404, description = "There is none", body = ProblemView),
    )
)]
pub(crate) async fn decision(
    api: web::Data<Api>,
    _caller: Caller,
    id: web::Path<String>,
    query: Asked<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let id: DeadLetterDecisionId = id
        .parse()
        .map_err(|_malformed: uuid::Error| Problem::of(catalogue::NOT_FOUND))?;
    let place = place("dead-decisions", &api.gateway.vault);
    let limit = query.limit.map_or(SHOWN, |asked| page_limit(Some(asked)));
    let cursor = query.cursor.as_deref();
    let after: Option<i64> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let read = read_decision(&mut tx, id, after.unwrap_or(0), limit + 1).await?;
    let mut standing = read.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    let last = cut(&mut standing.letters, limit).map(|last| last.place);
    let next_cursor = last.map(|last| place.seal(&last.to_string()));
    Ok(HttpResponse::Ok().json(DecisionView::new(standing, next_cursor)))
}

/// Send one message again that could not be delivered.
#[utoipa::path(
    post,
    path = "/v1/outbox/dead/{message}/redrive",
    tag = "operations",
    params(
        ("message" = String, Path, description = "The message's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It waits to be delivered again", body = DecidedView),
        (status = 404, description = "There is none", body = ProblemView),
        (status = 409, description = "It is not possible", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn redrive(
    api: web::Data<Api>,
    message: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    decide_one(&api, &message, &posted, DeadLetterAction::Redrive).await
}

/// Give one message up that could not be delivered. An order is given up under `/v1/orders`.
#[utoipa::path(
    post,
    path = "/v1/outbox/dead/{message}/discard",
    tag = "operations",
    params(
        ("message" = String, Path, description = "The message's id"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new decision"),
    ),
    request_body = DecisionContent,
    responses(
        (status = 200, description = "It is given up", body = DecidedView),
        (status = 404, description = "There is none", body = ProblemView),
        (status = 409, description = "It is not possible", body = ProblemView),
        (status = 422, description = "The reason is missing", body = ProblemView),
    )
)]
pub(crate) async fn discard(
    api: web::Data<Api>,
    message: web::Path<String>,
    posted: Posted<DecisionContent>,
) -> Result<HttpResponse, Problem> {
    decide_one(&api, &message, &posted, DeadLetterAction::Discard).await
}

async fn decide_one(
    api: &Api,
    message: &str,
    posted: &Posted<DecisionContent>,
    action: DeadLetterAction,
) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let message: Uuid = message
        .parse()
        .map_err(|_malformed: uuid::Error| Problem::of(catalogue::NOT_FOUND))?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(posted.content.reason.trim()));
    let response = posted
        .carry_out::<NotDecided<DeadLetterRefusal>, _>(api, async |tx| {
            let decided = decide_one_in(tx, gateway, message, action, &note).await;
            decided.map_err(not_decided)?;
            let done = match action {
                DeadLetterAction::Redrive => "REDRIVEN",
                DeadLetterAction::Discard => "DISCARDED",
            };
            let subject = message.to_string();
            answer(StatusCode::OK, &DecidedView { subject, done })
        })
        .await?;
    wake_receivers(gateway);
    Ok(response)
}

fn action_of(text: &str) -> Result<DeadLetterAction, Problem> {
    DeadLetterAction::parse(text).map_err(|_unknown| {
        Problem::of(catalogue::DECISION_NOT_POSSIBLE)
            .about("There is no such action.", "Nu există o astfel de acțiune.")
    })
}

impl From<DeadLettersRefusal> for Problem {
    fn from(refusal: DeadLettersRefusal) -> Self {
        let not_possible = Self::of(catalogue::DECISION_NOT_POSSIBLE);
        match refusal {
            DeadLettersRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            DeadLettersRefusal::NothingNamed => not_possible.about(
                "Nothing says which messages are meant.",
                "Nu este indicat la ce mesaje se referă decizia.",
            ),
            DeadLettersRefusal::Empty => not_possible.about(
                "No message waits to which all of this applies.",
                "Niciun mesaj în așteptare nu corespunde acestor condiții.",
            ),
            DeadLettersRefusal::RateOutOfRange => not_possible.about(
                format!("The rate is not 1 to {RATE_MAX} messages a second."),
                format!("Ritmul nu este între 1 și {RATE_MAX} de mesaje pe secundă."),
            ),
        }
    }
}

impl From<DeadLetterRefusal> for Problem {
    fn from(refusal: DeadLetterRefusal) -> Self {
        let not_possible = Self::of(catalogue::DECISION_NOT_POSSIBLE);
        match refusal {
            DeadLetterRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
            DeadLetterRefusal::Unknown => Self::of(catalogue::NOT_FOUND),
            DeadLetterRefusal::Order(refusal) => refusal.into(),
            DeadLetterRefusal::Resolved { resolution } => not_possible.about(
                format!("It was decided about before: {resolution}."),
                format!("S-a decis deja asupra lui: {resolution}."),
            ),
            DeadLetterRefusal::Gone => not_possible.about(
                "The message is not kept any more.",
                "Mesajul nu se mai păstrează.",
            ),
            DeadLetterRefusal::LetterToBureau => not_possible.about(
                "A letter to the bureau is not sent again but written anew.",
                "O scrisoare către birou nu se retrimite, ci se scrie din nou.",
            ),
            DeadLetterRefusal::CarriesOrder => not_possible.about(
                "An order is given up by a decision about the order.",
                "La o comandă se renunță printr-o decizie asupra comenzii.",
            ),
        }
    }
}
