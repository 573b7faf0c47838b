//! Orders, holds and lanes as operators see them: numbers, states and times, never a person.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::hex::hex;
use crate::domain::id::OrderId;
use crate::domain::reason::Reason;
use crate::store::history::{self, HistoryEntry};
use crate::store::holds::{self, Hold};
use crate::store::order_lines::{self, OrderLine};
use crate::store::orders::{self, Order};
use crate::store::outbox::{DeadLetter, Lane, Selection, list_dead};
use crate::store::{StoreError, Tx};

/// Lines of one order that are shown; an order has no more.
const LINES_MAX: i64 = 1_000;
/// Steps of one history that are shown.
const HISTORY_MAX: i64 = 500;

/// An order in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderSummary {
    /// Its id.
    pub id: Uuid,
    /// Its number, as people and documents say it.
    #[schema(example = "CNIN-20260302-0001")]
    pub number: String,
    /// What has happened to it.
    #[schema(example = "SENT")]
    pub state: String,
    /// How many lines it has.
    pub line_count: i64,
    /// Why it was closed.
    pub close_reason: String,
    /// How often the same bytes were sent again.
    pub resends: i64,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When the bureau took it last.
    pub sent_at: Option<DateTime<Utc>>,
    /// When its receipt came.
    pub receipt_at: Option<DateTime<Utc>>,
}

impl From<&Order> for OrderSummary {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id.0,
            number: order.number.clone(),
            state: order.state.to_string(),
            line_count: order.line_count,
            close_reason: order.close_reason.clone(),
            resends: order.resends,
            created_at: order.created_at,
            sent_at: order.sent_at,
            receipt_at: order.receipt_at,
        }
    }
}

/// One card in an order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderLineView {
    /// Its place in the order, from 1.
    pub line_no: i64,
    /// The number of the application.
    pub application: String,
    /// Counts the lines of the same application, from 1.
    pub attempt: i64,
    /// What has happened to it.
    #[schema(example = "ACCEPTED")]
    pub state: String,
    /// The reason of a refusal, by number and name.
    #[schema(example = "302 FACE_RESOLUTION")]
    pub reason: Option<String>,
    /// How often the bureau found the card wanting.
    pub remakes: i64,
}

/// One step that was taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryView {
    /// When.
    pub at: DateTime<Utc>,
    /// What it is about.
    #[schema(example = "ORDER")]
    pub kind: String,
    /// The state before.
    pub from: String,
    /// What happened.
    #[schema(example = "BYTES_DELIVERED")]
    pub event: String,
    /// The state after.
    pub to: String,
    /// Who did it.
    #[schema(example = "operator:ana")]
    pub actor: String,
    /// Why, in words.
    pub note: Option<String>,
}

impl From<HistoryEntry> for HistoryView {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            at: entry.at,
            kind: entry.subject_kind,
            from: entry.from_state,
            event: entry.event,
            to: entry.to_state,
            actor: entry.actor,
            note: entry.note,
        }
    }
}

/// Something that waits for an operator, or waited.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HoldView {
    /// Its id.
    pub id: Uuid,
    /// What waits.
    #[schema(example = "APPLICATION")]
    pub kind: String,
    /// The number of what waits.
    pub number: String,
    /// The number of the reason.
    #[schema(example = 810)]
    pub code: i64,
    /// The name of the reason.
    #[schema(example = "OPERATOR_HOLD")]
    pub reason: String,
    /// What a reader needs beside the reason.
    pub detail: String,
    /// What to do about it, in English.
    pub todo: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// What was decided, once it was.
    pub decision: Option<String>,
    /// By whom.
    pub closed_by: Option<String>,
    /// Why.
    pub decision_reason: Option<String>,
    /// When.
    pub closed_at: Option<DateTime<Utc>>,
    /// Who works on it.
    #[schema(example = "operator:ana")]
    pub claimed_by: Option<String>,
    /// When that claim ends, or has ended, by itself.
    pub claim_ends_at: Option<DateTime<Utc>>,
    /// The day on which it waits again; it rests until then.
    pub wakes_on: Option<NaiveDate>,
    /// Who let it rest.
    pub snoozed_by: Option<String>,
    /// Why.
    pub snooze_reason: Option<String>,
    /// What was last remarked about it.
    pub remark: Option<String>,
    /// By whom.
    pub remarked_by: Option<String>,
    /// When.
    pub remarked_at: Option<DateTime<Utc>>,
}

impl From<Hold> for HoldView {
    fn from(hold: Hold) -> Self {
        let reason = reason_of(hold.code);
        let claim_ends_at = hold.claim_ends_at();
        Self {
            claimed_by: hold.claimed_by.filter(|_| claim_ends_at.is_some()),
            claim_ends_at,
            wakes_on: hold.wakes_on,
            snoozed_by: hold.snoozed_by,
            snooze_reason: hold.snooze_reason,
            remark: hold.remark,
            remarked_by: hold.remarked_by,
            remarked_at: hold.remarked_at,
            id: hold.id,
            kind: hold.subject_kind,
            number: hold.subject_number,
            code: hold.code,
            reason: reason.map_or("", Reason::name).to_owned(),
            detail: hold.detail,
            todo: reason.map_or("", Reason::todo_en).to_owned(),
            opened_at: hold.opened_at,
            decision: hold.decision,
            closed_by: hold.closed_by,
            decision_reason: hold.decision_reason,
            closed_at: hold.closed_at,
        }
    }
}

/// The reason with a stored number; `None` for one that a later version gave.
pub fn reason_of(number: i64) -> Option<Reason> {
    Reason::from_number(u16::try_from(number).ok()?)
}

/// A stored number with the name of its reason.
pub fn reason_text(number: i64) -> String {
    reason_of(number).map_or_else(|| number.to_string(), |reason| reason.to_string())
}

/// An order with everything that happened to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderView {
    /// What stands in lists.
    #[serde(flatten)]
    pub summary: OrderSummary,
    /// The code of the bureau.
    pub bureau: String,
    /// What its lines ask for.
    pub product: String,
    /// Whether it is test data.
    pub test: bool,
    /// The id of its document.
    pub message_id: Uuid,
    /// SHA-256 of the signed bytes, in hexadecimal.
    pub sha256: Option<String>,
    /// How many signed bytes there are.
    pub size_bytes: Option<i64>,
    /// When it was signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// The number of the order that it replaces.
    pub replaces: Option<String>,
    /// Its lines.
    pub lines: Vec<OrderLineView>,
    /// What of it waits for an operator, or waited.
    pub holds: Vec<HoldView>,
    /// What happened to it, oldest first.
    pub history: Vec<HistoryView>,
}

/// Finds an order by its number or its id.
pub async fn find_order(tx: &mut Tx, name: &str) -> Result<Option<Order>, StoreError> {
    match name.parse::<OrderId>() {
        Ok(id) => orders::find(tx, id).await,
        Err(_) => orders::find_by_number(tx, name).await,
    }
}

/// Reads everything about an order.
pub async fn read_order(tx: &mut Tx, name: &str) -> Result<Option<OrderView>, StoreError> {
    let Some(order) = find_order(tx, name).await? else {
        return Ok(None);
    };
    let replaces = match order.replaces {
        Some(id) => orders::find(tx, id).await?.map(|order| order.number),
        None => None,
    };
    let lines = read_lines(tx, order.id).await?;
    Ok(Some(OrderView {
        summary: OrderSummary::from(&order),
        bureau: order.bureau,
        product: order.product.to_string(),
        test: order.test,
        message_id: order.message_id,
        sha256: order.sha256.as_deref().map(hex),
        size_bytes: order.size_bytes,
        signed_at: order.signed_at,
        replaces,
        lines,
        holds: read_holds(tx, order.id.0).await?,
        history: read_history(tx, order.id.0).await?,
    }))
}

async fn read_lines(tx: &mut Tx, order: OrderId) -> Result<Vec<OrderLineView>, StoreError> {
    let lines = order_lines::list(tx, order, 0, LINES_MAX).await?;
    let numbers = order_lines::list_application_numbers(tx, order, LINES_MAX).await?;
    let view = |line: OrderLine| OrderLineView {
        line_no: line.line_no,
        application: numbers.get(&line.line_no).cloned().unwrap_or_default(),
        attempt: line.attempt,
        state: line.state.to_string(),
        reason: line.reason.map(reason_text),
        remakes: line.remakes,
    };
    Ok(lines.into_iter().map(view).collect())
}

/// Reads what happened to a subject, oldest first.
pub async fn read_history(tx: &mut Tx, subject: Uuid) -> Result<Vec<HistoryView>, StoreError> {
    let entries = history::list(tx, subject, HISTORY_MAX).await?;
    Ok(entries.into_iter().map(HistoryView::from).collect())
}

/// Reads the holds of a subject, open and closed.
pub async fn read_holds(tx: &mut Tx, subject: Uuid) -> Result<Vec<HoldView>, StoreError> {
    let entries = holds::list_of(tx, subject, HISTORY_MAX).await?;
    Ok(entries.into_iter().map(HoldView::from).collect())
}

/// A destination of the outbox.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LaneView {
    /// Its name.
    #[schema(example = "bureau:CNIN")]
    pub lane: String,
    /// Who stands at its end.
    #[schema(example = "BUREAU")]
    pub kind: String,
    /// How many messages it was ever given.
    pub messages: i64,
    /// Whether its messages are pushed; otherwise an office fetches its own.
    pub pushed: bool,
    /// How many of them wait to be pushed.
    pub waiting: i64,
    /// When the oldest of those was put into the outbox.
    pub waiting_since: Option<DateTime<Utc>>,
    /// Attempts at the message that is next.
    pub attempts: i64,
    /// When the next attempt is due.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// `CLOSED` while deliveries succeed, `OPEN` while none is tried, `HALF_OPEN` for one try.
    pub breaker: String,
    /// Whether an operator paused it.
    pub paused: bool,
    /// Until when a process holds it.
    pub leased_until: Option<DateTime<Utc>>,
}

impl From<Lane> for LaneView {
    fn from(lane: Lane) -> Self {
        Self {
            waiting: if lane.pushed {
                lane.last_seq - lane.acked_seq
            } else {
                0
            },
            waiting_since: None,
            pushed: lane.pushed,
            lane: lane.lane,
            kind: lane.kind,
            messages: lane.last_seq,
            attempts: lane.attempts,
            next_attempt_at: lane.next_attempt_at,
            breaker: lane.breaker,
            paused: lane.paused,
            leased_until: lane.lease_until,
        }
    }
}

/// A message that could not be delivered, and that nobody has decided about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeadLetterView {
    /// Its id.
    pub message_id: Uuid,
    /// Its lane.
    pub lane: String,
    /// Its place in the lane.
    pub seq: i64,
    /// What it is.
    #[schema(example = "order")]
    pub kind: String,
    /// The number of the order that it carries.
    pub order: Option<String>,
    /// Why it died.
    #[schema(example = "PERMANENT")]
    pub cause: String,
    /// The HTTP status of the last answer, where there was one.
    pub status: Option<i64>,
    /// After how many attempts.
    pub attempts: i64,
    /// When.
    pub died_at: DateTime<Utc>,
}

/// Reads the dead letters that wait for a decision, in the order of their death.
pub async fn read_dead(
    tx: &mut Tx,
    selection: &Selection,
    after: Option<&DeadLetter>,
    limit: i64,
) -> Result<Vec<DeadLetterView>, StoreError> {
    let letters = list_dead(tx, selection, after, limit).await?;
    dead_letter_views(tx, letters).await
}

/// Reads the orders of dead letters that carry one.
pub(super) async fn dead_letter_views(
    tx: &mut Tx,
    letters: Vec<DeadLetter>,
) -> Result<Vec<DeadLetterView>, StoreError> {
    let mut views = Vec::new();
    for letter in letters {
        let order = orders::find(tx, OrderId(letter.subject_id)).await?;
        views.push(dead_letter(letter, order.map(|order| order.number)));
    }
    Ok(views)
}

fn dead_letter(letter: DeadLetter, order: Option<String>) -> DeadLetterView {
    DeadLetterView {
        message_id: letter.message_id,
        lane: letter.lane,
        seq: letter.seq,
        kind: letter.kind,
        order,
        cause: letter.cause,
        status: letter.status,
        attempts: letter.attempts,
        died_at: letter.died_at,
    }
}
