//! The only writer of state columns: a step and its history row, in one call.

mod together;

use std::fmt::{Debug, Display};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::acknowledgement::{self, LineEvent, LineState};
use crate::domain::application::{self, ApplicationEvent, ApplicationState};
use crate::domain::audit::Entry;
use crate::domain::complaint::{self, ComplaintEvent, ComplaintState};
use crate::domain::consignment::{self, ConsignmentEvent, ConsignmentState};
use crate::domain::fee::{self, FeeEvent, FeeState};
use crate::domain::inbox::{self, InboxEvent, InboxState};
use crate::domain::letter::{self, LetterEvent, LetterState};
use crate::domain::operator::Actor;
use crate::domain::order::{self, OrderEvent, OrderState};
use crate::domain::payment::{self, PaymentEvent, PaymentState};
use crate::domain::refund::{self, RefundEvent, RefundState};
use crate::domain::retention::RetentionRule;
use crate::domain::step::{self, IllegalStep, Step};
use crate::domain::webhook::{self, WebhookEvent, WebhookState};
use crate::random::Random;
use crate::store::tx::{execute, execute_rows, query};
use crate::store::{StoreError, Tx, audit, later};

pub use together::{Together, Walk, take_all};

coded! {
    /// What history and holds speak of.
    pub enum SubjectKind as "subject kind" {
        /// An application.
        Application = "APPLICATION",
        /// The fee of an application (the subject's id is the application's).
        Fee = "FEE",
        /// A payment.
        Payment = "PAYMENT",
        /// Money of a payment that is given back.
        Refund = "REFUND",
        /// An order.
        Order = "ORDER",
        /// A line of an order.
        OrderLine = "ORDER_LINE",
        /// A letter to the bureau.
        Letter = "LETTER",
        /// Cards that the bureau sent to an office together.
        Consignment = "CONSIGNMENT",
        /// A complaint about a card.
        Complaint = "COMPLAINT",
        /// A document that arrived.
        Inbox = "INBOX",
        /// A payment channel's file.
        SourceFile = "SOURCE_FILE",
        /// A hold itself.
        Hold = "HOLD",
        /// A destination of the outbox, or the opening of orders of a product.
        Lane = "LANE",
    }
}

/// A noun with a life cycle.
pub trait Subject {
    /// Its states.
    type State: Copy + Debug + Display + PartialEq + Send + Sync + 'static;
    /// What may happen to it.
    type Event: Copy + Debug + Display + PartialEq + Send + Sync + 'static;
    /// What history calls it.
    const KIND: SubjectKind;
    /// What a reader calls it.
    const WHAT: &'static str;
    /// Its life cycle.
    const STEPS: &'static [Step<Self::State, Self::Event>];
    /// Moves the row from one state to another; returns how many rows were in the first.
    fn write(
        tx: &mut Tx,
        id: Uuid,
        from: Self::State,
        to: Self::State,
        at: DateTime<Utc>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum StepError<S: Debug + Display, E: Debug + Display> {
    /// The life cycle has no such row.
    #[error(transparent)]
    Illegal(#[from] IllegalStep<S, E>),
    /// The database did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who takes a step, why, and when.
#[derive(Clone, Debug)]
pub struct Note<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// Why, in words without personal data; operators must say, rules may.
    pub reason: Option<&'a str>,
    /// When.
    pub at: DateTime<Utc>,
    /// Gives the history row its id.
    pub random: &'a Random,
    /// How long what is sealed may be kept, should the step be an end.
    pub retention: RetentionRule,
}

/// Takes the step that follows `from` on `event` and writes it into the history.
///
/// Returns the new state. Fails with [`StoreError::Moved`] when the row was not in `from`.
pub async fn take_step<S: Subject>(
    tx: &mut Tx,
    id: Uuid,
    from: S::State,
    event: S::Event,
    note: &Note<'_>,
) -> Result<S::State, StepError<S::State, S::Event>> {
    let to = step::next(S::STEPS, from, event)?;
    if S::write(tx, id, from, to, note.at).await? != 1 {
        return Err(StoreError::Moved { what: S::WHAT }.into());
    }
    record(
        tx,
        S::KIND,
        id,
        [&from.to_string(), &event.to_string(), &to.to_string()],
        note,
    )
    .await?;
    Ok(to)
}

/// Takes a step of a subject whose row is not written yet: it is inserted in the state to which its
/// first steps have led it, with the history of all of them.
pub async fn take_first_step<S: Subject>(
    tx: &mut Tx,
    id: Uuid,
    from: S::State,
    event: S::Event,
    note: &Note<'_>,
) -> Result<S::State, StepError<S::State, S::Event>> {
    let to = step::next(S::STEPS, from, event)?;
    let words = [from.to_string(), event.to_string(), to.to_string()];
    record(tx, S::KIND, id, words.each_ref().map(String::as_str), note).await?;
    Ok(to)
}

/// Writes a history row that moves no state: a decision about a hold, a correction.
///
/// `words` are the state before, what happened, and the state after.
pub async fn record(
    tx: &mut Tx,
    kind: SubjectKind,
    id: Uuid,
    words: [&str; 3],
    note: &Note<'_>,
) -> Result<(), StoreError> {
    let id_of_row = note.random.uuid(note.at);
    if note.actor.is_on_record() {
        let entry = Entry {
            at: note.at,
            actor: note.actor.to_string(),
            action: words[1].to_owned(),
            subject_kind: kind.to_string(),
            subject: id.to_string(),
            detail: audit::detail_of(words[0], words[2]),
            reason: note.reason.map(str::to_owned),
            history: Some(id_of_row),
        };
        audit::note(tx, entry);
    }
    let row = Row {
        id: id_of_row,
        kind,
        subject: id,
        words: words.map(str::to_owned),
        actor: note.actor.to_string(),
        note: note.reason.map(str::to_owned),
        at: note.at,
    };
    later::remember(tx, row).await
}

/// A row that waits to be written.
#[derive(Debug)]
pub(super) struct Row {
    id: Uuid,
    kind: SubjectKind,
    subject: Uuid,
    words: [String; 3],
    actor: String,
    note: Option<String>,
    at: DateTime<Utc>,
}

/// Writes rows of history.
pub(super) async fn insert_rows(tx: &mut Tx, rows: &[Row]) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        INSERT INTO history
            (id, subject_kind, subject_id, from_state, event, to_state, actor, note, at)
        SELECT *
        FROM UNNEST($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                    $7::text[], $8::text[], $9::timestamptz[])";
    const SQLITE: &str = "
        INSERT INTO history
            (id, subject_kind, subject_id, from_state, event, to_state, actor, note, at)
        SELECT unhex(value ->> 0), value ->> 1, unhex(value ->> 2), value ->> 3, value ->> 4,
               value ->> 5, value ->> 6, value ->> 7, value ->> 8
        FROM json_each($1)";
    execute_rows!(tx, (POSTGRES, SQLITE), [], rows, |row| [
        row.id,
        row.kind.as_str(),
        row.subject,
        row.words[0].as_str(),
        row.words[1].as_str(),
        row.words[2].as_str(),
        row.actor.as_str(),
        row.note.as_deref(),
        row.at,
    ])?;
    Ok(())
}

/// One step that was taken.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HistoryEntry {
    /// What it is about.
    pub subject_kind: String,
    /// The state before.
    pub from_state: String,
    /// What happened.
    pub event: String,
    /// The state after.
    pub to_state: String,
    /// Who did it.
    pub actor: String,
    /// Why.
    pub note: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Lists what happened to one subject, oldest first.
pub async fn list(tx: &mut Tx, subject: Uuid, limit: i64) -> Result<Vec<HistoryEntry>, StoreError> {
    const SQL: &str = "
        SELECT subject_kind, from_state, event, to_state, actor, note, at
        FROM history
        WHERE subject_id = $1
        ORDER BY at, id
        LIMIT $2";
    later::write(tx).await?;
    query!(fetch_all as HistoryEntry, tx, SQL, subject, limit)
}

/// Finds the last thing that happened to a subject; that it was held, or no longer, says less than what
/// was done.
pub async fn find_latest(tx: &mut Tx, subject: Uuid) -> Result<Option<HistoryEntry>, StoreError> {
    const SQL: &str = "
        SELECT subject_kind, from_state, event, to_state, actor, note, at
        FROM history
        WHERE subject_id = $1 AND subject_kind <> 'HOLD'
        ORDER BY id DESC
        LIMIT 1";
    later::write(tx).await?;
    query!(fetch_optional as HistoryEntry, tx, SQL, subject)
}

macro_rules! subject {
    (
        $(#[$meta:meta])*
        $name:ident: $state:ty, $event:ty, $kind:ident, $what:literal, $steps:expr,
        |$tx:ident, $id:ident, $from:ident, $to:ident, $at:ident| $write:expr
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub enum $name {}

        impl Subject for $name {
            type State = $state;
            type Event = $event;
            const KIND: SubjectKind = SubjectKind::$kind;
            const WHAT: &'static str = $what;
            const STEPS: &'static [Step<$state, $event>] = $steps;

            async fn write(
                $tx: &mut Tx,
                $id: Uuid,
                $from: $state,
                $to: $state,
                $at: DateTime<Utc>,
            ) -> Result<u64, StoreError> {
                $write
            }
        }
    };
}

subject! {
    /// An application, as a subject of history.
    Application: ApplicationState, ApplicationEvent, Application, "application", application::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE applications
            SET state = $1, open = $2, ready_since = CASE WHEN $3 THEN COALESCE(ready_since, $4) END,
                updated_at = $5, version = version + 1
            WHERE id = $6 AND state = $7";
        let (open, waits_on) = (!to.is_ended(), to.keeps_waiting_since());
        let since = (to == ApplicationState::Ready).then_some(at);
        execute!(tx, SQL, to.as_str(), open, waits_on, since, at, id, from.as_str())
    }
}

subject! {
    /// The fee of an application, as a subject of history.
    Fee: FeeState, FeeEvent, Fee, "fee", fee::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE applications
            SET fee_state = $1, updated_at = $2, version = version + 1
            WHERE id = $3 AND fee_state = $4";
        execute!(tx, SQL, to.as_str(), at, id, from.as_str())
    }
}

subject! {
    /// A payment, as a subject of history.
    Payment: PaymentState, PaymentEvent, Payment, "payment", payment::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE payments
            SET state = $1, updated_at = $2, version = version + 1
            WHERE id = $3 AND state = $4";
        execute!(tx, SQL, to.as_str(), at, id, from.as_str())
    }
}

subject! {
    /// A refund, as a subject of history.
    Refund: RefundState, RefundEvent, Refund, "refund", refund::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE refunds
            SET state = $1, updated_at = $2, version = version + 1
            WHERE id = $3 AND state = $4";
        execute!(tx, SQL, to.as_str(), at, id, from.as_str())
    }
}

subject! {
    /// An order, as a subject of history.
    Order: OrderState, OrderEvent, Order, "order", order::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE orders
            SET state = $1, updated_at = $2, version = version + 1
            WHERE id = $3 AND state = $4";
        execute!(tx, SQL, to.as_str(), at, id, from.as_str())
    }
}

subject! {
    /// A line of an order, as a subject of history.
    OrderLine: LineState, LineEvent, OrderLine, "order line", acknowledgement::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE order_lines
            SET state = $1, live = $2, answered = $3, ended = $4, updated_at = $5,
                version = version + 1
            WHERE id = $6 AND state = $7";
        let (live, answered, ended) = (to.is_live(), to.is_answered(), to.is_ended());
        execute!(tx, SQL, to.as_str(), live, answered, ended, at, id, from.as_str())
    }
}

subject! {
    /// A letter to the bureau, as a subject of history.
    Letter: LetterState, LetterEvent, Letter, "letter", letter::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE letters
            SET state = $1, open = $2, updated_at = $3, version = version + 1
            WHERE id = $4 AND state = $5";
        execute!(tx, SQL, to.as_str(), to.is_open(), at, id, from.as_str())
    }
}

subject! {
    /// A consignment, as a subject of history.
    Consignment: ConsignmentState, ConsignmentEvent, Consignment, "consignment", consignment::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE consignments
            SET state = $1, updated_at = $2, version = version + 1
            WHERE id = $3 AND state = $4";
        execute!(tx, SQL, to.as_str(), at, id, from.as_str())
    }
}

subject! {
    /// A complaint, as a subject of history.
    Complaint: ComplaintState, ComplaintEvent, Complaint, "complaint", complaint::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE complaints
            SET state = $1, open = $2, updated_at = $3, version = version + 1
            WHERE id = $4 AND state = $5";
        execute!(tx, SQL, to.as_str(), to.is_open(), at, id, from.as_str())
    }
}

subject! {
    /// A document that arrived, as a subject of history.
    InboxMessage: InboxState, InboxEvent, Inbox, "inbox message", inbox::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE inbox
            SET state = $1, updated_at = $2, version = version + 1
            WHERE id = $3 AND state = $4";
        execute!(tx, SQL, to.as_str(), at, id, from.as_str())
    }
}

subject! {
    /// An office's webhook, as a subject of history; its id is that of the office's lane.
    Webhook: WebhookState, WebhookEvent, Lane, "webhook", webhook::STEPS,
    |tx, id, from, to, at| {
        const SQL: &str = "
            UPDATE webhooks
            SET state = $1, updated_at = $2, version = version + 1
            WHERE id = $3 AND state = $4";
        execute!(tx, SQL, to.as_str(), at, id, from.as_str())
    }
}
