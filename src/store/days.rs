//! Days of payments that are closed and reopened: decisions, never changed, the last one counts.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::day::DayEvent;
use crate::domain::payment::Channel;
use crate::domain::reconciliation::money::LaterChange;
use crate::store::tx::{execute, query};
use crate::store::{StoreError, Tx, read_code};

/// A decision about a day.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DayDecision {
    /// The channel.
    pub channel: Channel,
    /// The day.
    pub day: NaiveDate,
    /// Its number among the decisions about this day, from 1.
    pub number: i64,
    /// What was decided.
    pub event: DayEvent,
    /// Who decided.
    pub actor: String,
    /// Why.
    pub reason: Option<String>,
    /// The totals as they stood, as JSON.
    pub totals: String,
    /// SHA-256 of how every payment of the day stood.
    pub digest: Vec<u8>,
    /// When.
    pub decided_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct DecisionRow {
    channel: String,
    day: NaiveDate,
    number: i64,
    event: String,
    actor: String,
    reason: Option<String>,
    totals: String,
    digest: Vec<u8>,
    decided_at: DateTime<Utc>,
}

/// The columns of [`DecisionRow`], of each day's last decision.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT d.channel, d.day, d.number, d.event, d.actor, d.reason, d.totals, d.digest,
                    d.decided_at
             FROM day_decisions d
             WHERE d.number = (SELECT MAX(l.number)
                               FROM day_decisions l
                               WHERE l.channel = d.channel AND l.day = d.day) ",
            $rest
        )
    };
}

impl TryFrom<DecisionRow> for DayDecision {
    type Error = StoreError;

    fn try_from(row: DecisionRow) -> Result<Self, StoreError> {
        let (channel, event) = (Channel::parse(&row.channel), DayEvent::parse(&row.event));
        Ok(Self {
            channel: read_code(channel, "day_decisions", "channel", &row.day)?,
            event: read_code(event, "day_decisions", "event", &row.day)?,
            day: row.day,
            number: row.number,
            actor: row.actor,
            reason: row.reason,
            totals: row.totals,
            digest: row.digest,
            decided_at: row.decided_at,
        })
    }
}

/// Adds a decision. Fails with [`StoreError::Moved`] when somebody decided about the day meanwhile.
pub async fn insert(tx: &mut Tx, new: &DayDecision) -> Result<(), StoreError> {
    const SQL: &str = "
        INSERT INTO day_decisions
            (channel, day, number, event, actor, reason, totals, digest, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (channel, day, number) DO NOTHING";
    let added = execute!(
        tx,
        SQL,
        new.channel.as_str(),
        new.day,
        new.number,
        new.event.as_str(),
        new.actor.as_str(),
        new.reason.as_deref(),
        new.totals.as_str(),
        new.digest.as_slice(),
        new.decided_at,
    )?;
    if added == 1 {
        return Ok(());
    }
    Err(StoreError::Moved { what: "day" })
}

/// Finds the last decision about a day.
pub async fn find_last(
    tx: &mut Tx,
    channel: Channel,
    day: NaiveDate,
) -> Result<Option<DayDecision>, StoreError> {
    const SQL: &str = select!("AND d.channel = $1 AND d.day = $2");
    query!(
        fetch_optional as DecisionRow,
        tx,
        SQL,
        channel.as_str(),
        day
    )?
    .map(DayDecision::try_from)
    .transpose()
}

/// Lists what was decided about a day, oldest first.
pub async fn list_of_day(
    tx: &mut Tx,
    channel: Channel,
    day: NaiveDate,
) -> Result<Vec<DayDecision>, StoreError> {
    const SQL: &str = "
        SELECT channel, day, number, event, actor, reason, totals, digest, decided_at
        FROM day_decisions
        WHERE channel = $1 AND day = $2
        ORDER BY number
        LIMIT 100";
    query!(fetch_all as DecisionRow, tx, SQL, channel.as_str(), day)?
        .into_iter()
        .map(DayDecision::try_from)
        .collect()
}

/// Lists the decisions by which days of a channel are closed.
pub async fn list_closed(
    tx: &mut Tx,
    channel: Channel,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<DayDecision>, StoreError> {
    const SQL: &str = select!(
        "AND d.channel = $1 AND d.day BETWEEN $2 AND $3 AND d.event = 'CLOSE_DECIDED'
         ORDER BY d.day"
    );
    query!(
        fetch_all as DecisionRow,
        tx,
        SQL,
        channel.as_str(),
        from,
        to
    )?
    .into_iter()
    .map(DayDecision::try_from)
    .collect()
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    day: NaiveDate,
    number: String,
    event: String,
    actor: String,
    note: Option<String>,
    at: DateTime<Utc>,
}

impl ChangeRow {
    fn of(self, channel: Channel) -> LaterChange {
        LaterChange {
            channel,
            day: self.day,
            number: self.number,
            event: self.event,
            actor: self.actor,
            reason: self.note,
            at: self.at,
        }
    }
}

/// Lists the steps that payments of closed days took after their day was closed, oldest first.
/// That a card is ordered moves no money.
pub async fn list_later_steps(
    tx: &mut Tx,
    channel: Channel,
    (from, to): (NaiveDate, NaiveDate),
    limit: i64,
) -> Result<Vec<LaterChange>, StoreError> {
    const SQL: &str = "
        SELECT d.day, p.number, h.event, h.actor, h.note, h.at
        FROM day_decisions d
        JOIN payments p ON p.channel = d.channel AND p.booked_on = d.day
        JOIN history h ON h.subject_id = p.id
        WHERE d.channel = $1 AND d.day BETWEEN $2 AND $3 AND d.event = 'CLOSE_DECIDED'
          AND d.number = (SELECT MAX(l.number)
                          FROM day_decisions l
                          WHERE l.channel = d.channel AND l.day = d.day)
          AND h.at > d.decided_at AND h.event NOT IN ('CARD_ORDERED', 'CARD_NOT_MADE')
        ORDER BY h.at, h.id
        LIMIT $4";
    let rows = query!(
        fetch_all as ChangeRow,
        tx,
        SQL,
        channel.as_str(),
        from,
        to,
        limit
    )?;
    Ok(rows.into_iter().map(|row| row.of(channel)).collect())
}

/// Lists the payments of closed days that were recorded (`RECORDED`), or seen in one more document
/// (`SEEN_AGAIN`), after their day was closed, oldest first.
pub async fn list_later_sightings(
    tx: &mut Tx,
    channel: Channel,
    (from, to): (NaiveDate, NaiveDate),
    limit: i64,
) -> Result<Vec<LaterChange>, StoreError> {
    const SQL: &str = "
        SELECT d.day, p.number,
               CASE WHEN p.received_at > d.decided_at THEN 'RECORDED' ELSE 'SEEN_AGAIN' END
                   AS event,
               'channel' AS actor, NULL AS note, MIN(o.seen_at) AS at
        FROM day_decisions d
        JOIN payments p ON p.channel = d.channel AND p.booked_on = d.day
        JOIN observations o ON o.payment_id = p.id
        WHERE d.channel = $1 AND d.day BETWEEN $2 AND $3 AND d.event = 'CLOSE_DECIDED'
          AND d.number = (SELECT MAX(l.number)
                          FROM day_decisions l
                          WHERE l.channel = d.channel AND l.day = d.day)
          AND o.seen_at > d.decided_at
        GROUP BY d.day, d.decided_at, p.id, p.number, p.received_at
        ORDER BY at, p.number
        LIMIT $4";
    let rows = query!(
        fetch_all as ChangeRow,
        tx,
        SQL,
        channel.as_str(),
        from,
        to,
        limit
    )?;
    Ok(rows.into_iter().map(|row| row.of(channel)).collect())
}
