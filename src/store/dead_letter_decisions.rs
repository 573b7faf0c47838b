//! Decisions about many dead letters at once, and what became of each letter.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::coded;
use crate::domain::id::{DeadLetterDecisionId, MessageId};
use crate::store::causes::Outcome;
use crate::store::outbox::Selection;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

const TABLE: &str = "dead_letter_decisions";

coded! {
    /// What is done with a dead letter.
    pub enum DeadLetterAction as "action on a dead letter" {
        /// It is sent again.
        Redrive = "REDRIVE",
        /// It is given up.
        Discard = "DISCARD",
    }
}

/// One decision.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DeadLetterDecision {
    /// Its id.
    pub id: DeadLetterDecisionId,
    /// What is done with each letter.
    pub action: DeadLetterAction,
    /// Which letters were meant.
    pub selection: Selection,
    /// How many letters it is about.
    pub letters: i64,
    /// How many of them are dealt with in a second, at most.
    pub rate: i64,
    /// When the next one may be dealt with; `None` once none waits.
    pub next_at: Option<DateTime<Utc>>,
    /// Who decided.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// Adds a decision, and in the order of their death the letters that it is about, `letters` of them
/// at most. Returns how many there are.
pub async fn insert(tx: &mut Tx, decision: &DeadLetterDecision) -> Result<i64, StoreError> {
    const DECISION: &str = "
        INSERT INTO dead_letter_decisions
            (id, action, selection, letters, rate, next_at, actor, reason, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let selection = serde_json::to_string(&decision.selection)
        .map_err(|error| StoreError::Other(error.into()))?;
    execute!(
        tx,
        DECISION,
        decision.id.0,
        decision.action.as_str(),
        selection.as_str(),
        decision.letters,
        decision.rate,
        decision.next_at,
        decision.actor.as_str(),
        decision.reason.as_str(),
        decision.decided_at,
    )?;
    insert_turns(tx, decision).await
}

async fn insert_turns(tx: &mut Tx, decision: &DeadLetterDecision) -> Result<i64, StoreError> {
    const TURNS: &str = "
        INSERT INTO dead_letter_turns (decision_id, place, message_id)
        SELECT $9, ROW_NUMBER() OVER (ORDER BY d.died_at, d.lane, d.seq), d.message_id
        FROM (
            SELECT message_id, died_at, lane, seq
            FROM dead_letters
            WHERE resolved_at IS NULL
              AND ($1 = '' OR lane_kind = $1)
              AND ($2 = '' OR lane = $2)
              AND ($3 = '' OR cause = $3)
              AND ($4 < 0 OR COALESCE(status, 0) = $4)
              AND died_at >= $5 AND died_at < $6
              AND (CAST($7 AS BOOLEAN) OR message_id = $8)
            ORDER BY died_at, lane, seq
            LIMIT $10) AS d";
    const COUNT: &str = "UPDATE dead_letter_decisions SET letters = $2 WHERE id = $1";
    let selection = &decision.selection;
    let (since, until) = selection.bounds();
    let inserted = execute!(
        tx,
        TURNS,
        selection.lane_kind.as_deref().unwrap_or_default(),
        selection.lane.as_deref().unwrap_or_default(),
        selection.cause.as_deref().unwrap_or_default(),
        selection.status.unwrap_or(-1),
        since,
        until,
        selection.message.is_none(),
        selection.message.unwrap_or_default(),
        decision.id.0,
        decision.letters,
    )?;
    let letters = i64::try_from(inserted).unwrap_or(i64::MAX);
    execute!(tx, COUNT, decision.id.0, letters)?;
    Ok(letters)
}

#[derive(sqlx::FromRow)]
struct DecisionRow {
    id: Uuid,
    action: String,
    selection: String,
    letters: i64,
    rate: i64,
    next_at: Option<DateTime<Utc>>,
    actor: String,
    reason: String,
    decided_at: DateTime<Utc>,
}

impl TryFrom<DecisionRow> for DeadLetterDecision {
    type Error = StoreError;

    fn try_from(row: DecisionRow) -> Result<Self, StoreError> {
        let selection = serde_json::from_str(&row.selection);
        Ok(Self {
            id: DeadLetterDecisionId(row.id),
            action: read_code(
                DeadLetterAction::parse(&row.action),
                TABLE,
                "action",
                &row.id,
            )?,
            selection: selection.map_err(|error| StoreError::Inconsistent {
                table: TABLE,
                column: "selection",
                row: row.id.to_string(),
                problem: error.to_string(),
            })?,
            letters: row.letters,
            rate: row.rate,
            next_at: row.next_at,
            actor: row.actor,
            reason: row.reason,
            decided_at: row.decided_at,
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, action, selection, letters, rate, next_at, actor, reason, decided_at
             FROM dead_letter_decisions ",
            $rest
        )
    };
}

/// Finds a decision.
pub async fn find(
    tx: &mut Tx,
    id: DeadLetterDecisionId,
) -> Result<Option<DeadLetterDecision>, StoreError> {
    const SQL: &str = select!("WHERE id = $1");
    let row = query!(fetch_optional as DecisionRow, tx, SQL, id.0)?;
    row.map(DeadLetterDecision::try_from).transpose()
}

/// Takes the decision (this one, or any) of which a letter may be dealt with now, and locks its row
/// until the transaction ends; another replica takes another one, so that the rate holds for all.
pub async fn take_due(
    tx: &mut Tx,
    decision: Option<DeadLetterDecisionId>,
    now: DateTime<Utc>,
) -> Result<Option<DeadLetterDecision>, StoreError> {
    const POSTGRES: &str = select!(
        "WHERE next_at <= $1 AND (CAST($2 AS BOOLEAN) OR id = $3)
         ORDER BY next_at
         LIMIT 1
         FOR UPDATE SKIP LOCKED"
    );
    const SQLITE: &str = select!(
        "WHERE next_at <= $1 AND (CAST($2 AS BOOLEAN) OR id = $3)
         ORDER BY next_at
         LIMIT 1"
    );
    let sql = if tx.is_postgres() { POSTGRES } else { SQLITE };
    let id = decision.map_or(Uuid::nil(), |id| id.0);
    let any = decision.is_none();
    let row = query!(fetch_optional as DecisionRow, tx, sql, now, any, id)?;
    row.map(DeadLetterDecision::try_from).transpose()
}

/// Notes when the next letter of a decision may be dealt with; `None`: none waits any more.
pub async fn set_next(
    tx: &mut Tx,
    id: DeadLetterDecisionId,
    next_at: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE dead_letter_decisions SET next_at = $2 WHERE id = $1";
    execute!(tx, SQL, id.0, next_at)?;
    Ok(())
}

/// A letter under a decision.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DecidedLetter {
    /// Its place in the decision, from 1.
    pub place: i64,
    /// The message that died.
    pub message: Uuid,
    /// What became of it; `None` while it waits for its turn.
    pub outcome: Option<Outcome>,
    /// Why, or what was done.
    pub detail: Option<String>,
    /// The message that was sent in its place.
    pub replayed_as: Option<Uuid>,
}

#[derive(sqlx::FromRow)]
struct TurnRow {
    place: i64,
    message_id: Uuid,
    outcome: Option<String>,
    detail: Option<String>,
    replayed_as: Option<Uuid>,
}

impl TryFrom<TurnRow> for DecidedLetter {
    type Error = StoreError;

    fn try_from(row: TurnRow) -> Result<Self, StoreError> {
        let parse = |text: String| {
            let (table, id) = ("dead_letter_turns", &row.message_id);
            read_code(Outcome::parse(&text), table, "outcome", id)
        };
        Ok(Self {
            outcome: row.outcome.map(parse).transpose()?,
            place: row.place,
            message: row.message_id,
            detail: row.detail,
            replayed_as: row.replayed_as,
        })
    }
}

/// Finds the letter of a decision whose turn it is.
pub async fn find_waiting(
    tx: &mut Tx,
    id: DeadLetterDecisionId,
) -> Result<Option<DecidedLetter>, StoreError> {
    const SQL: &str = "
        SELECT place, message_id, outcome, detail, replayed_as
        FROM dead_letter_turns
        WHERE decision_id = $1 AND outcome IS NULL
        ORDER BY place
        LIMIT 1";
    let row = query!(fetch_optional as TurnRow, tx, SQL, id.0)?;
    row.map(DecidedLetter::try_from).transpose()
}

/// Lists the letters of a decision after the place `after`.
pub async fn list_decided(
    tx: &mut Tx,
    id: DeadLetterDecisionId,
    after: i64,
    limit: i64,
) -> Result<Vec<DecidedLetter>, StoreError> {
    const SQL: &str = "
        SELECT place, message_id, outcome, detail, replayed_as
        FROM dead_letter_turns
        WHERE decision_id = $1 AND place > $2
        ORDER BY place
        LIMIT $3";
    let rows = query!(fetch_all as TurnRow, tx, SQL, id.0, after, limit)?;
    rows.into_iter().map(DecidedLetter::try_from).collect()
}

/// Counts the letters of a decision by what became of them; those that wait have no outcome.
pub async fn count_outcomes(
    tx: &mut Tx,
    id: DeadLetterDecisionId,
) -> Result<Vec<(Option<Outcome>, i64)>, StoreError> {
    const SQL: &str = "
        SELECT outcome, COUNT(*)
        FROM dead_letter_turns
        WHERE decision_id = $1
        GROUP BY outcome
        ORDER BY COALESCE(outcome, '')";
    let rows = query!(fetch_all as (Option<String>, i64), tx, SQL, id.0)?;
    rows.into_iter()
        .map(|(outcome, count)| {
            let parse = |text: String| {
                read_code(Outcome::parse(&text), "dead_letter_turns", "outcome", &id)
            };
            Ok((outcome.map(parse).transpose()?, count))
        })
        .collect()
}

/// What became of a letter whose turn it was.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EndedLetter {
    /// What became of it.
    pub outcome: Outcome,
    /// Why, or what was done.
    pub detail: String,
    /// The message that was sent in its place.
    pub replayed_as: Option<MessageId>,
}

/// Writes down what became of a letter. Returns whether nobody had done so before.
pub async fn end_turn(
    tx: &mut Tx,
    (id, place): (DeadLetterDecisionId, i64),
    ended: &EndedLetter,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "
        UPDATE dead_letter_turns
        SET outcome = $3, detail = $4, replayed_as = $5, ended_at = $6
        WHERE decision_id = $1 AND place = $2 AND outcome IS NULL";
    let changed = execute!(
        tx,
        SQL,
        id.0,
        place,
        ended.outcome.as_str(),
        ended.detail.as_str(),
        ended.replayed_as.map(|id| id.0),
        at,
    )?;
    Ok(changed == 1)
}

/// Forgets one decision that was taken before `before` and is carried out. Returns how many rows
/// went.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    const OLD: &str = "
        SELECT id
        FROM dead_letter_decisions
        WHERE decided_at < $1 AND next_at IS NULL
        LIMIT 1";
    const TURNS: &str = "DELETE FROM dead_letter_turns WHERE decision_id = $1";
    const DECISION: &str = "DELETE FROM dead_letter_decisions WHERE id = $1";
    let Some((id,)) = query!(fetch_optional as (Uuid,), tx, OLD, before)? else {
        return Ok(0);
    };
    let turns = execute!(tx, TURNS, id)?;
    Ok(turns + execute!(tx, DECISION, id)?)
}
