//! Closes the books of a day, and opens them again: by decision, with the totals as they stood.

use chrono::NaiveDate;
use openssl::sha::sha256;
use serde_json::{Value, json};

use crate::domain::audit::Entry;
use crate::domain::calendar::bucharest_day;
use crate::domain::day::{DayEvent, DayState};
use crate::domain::operator::Actor;
use crate::domain::payment::Channel;
use crate::domain::reconciliation::money::{
    DayTotals, Head, Invariant, MoneyReport, RowClass, canonical_lines,
};
use crate::flow::Failure;
use crate::flow::draw_report::{ReportRequest, gather};
use crate::flow::once::KeyReused;
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::days::{self, DayDecision};
use crate::store::history::Note;
use crate::store::{Tx, audit};

/// Why a day is not closed, or not opened again; nothing was changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DayRefusal {
    /// It has not ended in Romania.
    #[error("the day is not over")]
    NotOver,
    /// It is closed, or is not.
    #[error("the books of {day} on {channel} are {state}")]
    StateForbids {
        /// The channel.
        channel: Channel,
        /// The day.
        day: NaiveDate,
        /// How they stand.
        state: DayState,
    },
    /// Something does not agree, and nobody says why it may stand.
    #[error("{what} does not agree on {channel}; a reason is needed to close the day as it stands")]
    Disagrees {
        /// The channel.
        channel: Channel,
        /// Invariants that fail, by code, and how many rows are mismatched.
        what: String,
    },
    /// Books are not opened again without a reason.
    #[error("a decision needs a reason")]
    ReasonMissing,
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// Decides about a day, on one channel or on all, in a transaction of its own.
pub async fn decide_day(
    gateway: &Gateway,
    day: NaiveDate,
    channel: Option<Channel>,
    event: DayEvent,
    (actor, reason): (&Actor, Option<&str>),
) -> Result<Vec<DayDecision>, Failure<DayRefusal>> {
    let note = note(gateway, actor, reason);
    let mut tx = gateway.store.begin().await?;
    let decided = decide(&mut tx, day, channel, event, &note).await?;
    tx.commit().await?;
    Ok(decided)
}

/// Decides about a day, on one channel or on all: all of them or none.
pub async fn decide(
    tx: &mut Tx,
    day: NaiveDate,
    channel: Option<Channel>,
    event: DayEvent,
    note: &Note<'_>,
) -> Result<Vec<DayDecision>, Failure<DayRefusal>> {
    let reason = note
        .reason
        .map(str::trim)
        .filter(|reason| !reason.is_empty());
    if event == DayEvent::ReopenDecided && reason.is_none() {
        return Err(Failure::Refused(DayRefusal::ReasonMissing));
    }
    let today = bucharest_day(note.at);
    if day >= today {
        return Err(Failure::Refused(DayRefusal::NotOver));
    }
    let channels = Channel::ALL.iter().copied();
    let mut decided = Vec::new();
    for channel in channels.filter(|one| channel.is_none_or(|wanted| wanted == *one)) {
        let number = next_number(tx, channel, day, event).await?;
        let request = ReportRequest {
            from: day,
            to: day,
            channel: Some(channel),
        };
        let facts = gather(tx, &request, today).await?;
        let digest = sha256(canonical_lines(&facts.payments).as_bytes());
        let report = MoneyReport::draw_up(facts);
        if event == DayEvent::CloseDecided && reason.is_none() {
            agrees(&report, channel).map_err(Failure::Refused)?;
        }
        let decision = DayDecision {
            channel,
            day,
            number,
            event,
            actor: note.actor.to_string(),
            reason: reason.map(str::to_owned),
            totals: snapshot(&report).to_string(),
            digest: digest.to_vec(),
            decided_at: note.at,
        };
        days::insert(tx, &decision).await?;
        put_on_record(tx, &decision, note);
        decided.push(decision);
    }
    Ok(decided)
}

/// A day has a history of its own; what a person decides about it is on the record all the same.
fn put_on_record(tx: &mut Tx, decision: &DayDecision, note: &Note<'_>) {
    if !note.actor.is_on_record() {
        return;
    }
    let action = match decision.event {
        DayEvent::CloseDecided => "DAY_CLOSED",
        DayEvent::ReopenDecided => "DAY_REOPENED",
    };
    let entry = Entry {
        at: note.at,
        actor: decision.actor.clone(),
        action: action.to_owned(),
        subject_kind: "DAY".to_owned(),
        subject: format!("{} {}", decision.day, decision.channel),
        detail: String::new(),
        reason: decision.reason.clone(),
        history: None,
    };
    audit::note(tx, entry);
}

/// The number of the next decision, if the day's life cycle has one.
async fn next_number(
    tx: &mut Tx,
    channel: Channel,
    day: NaiveDate,
    event: DayEvent,
) -> Result<i64, Failure<DayRefusal>> {
    let last = days::find_last(tx, channel, day).await?;
    let state = DayState::left_by(last.as_ref().map(|last| last.event));
    if state.after(event).is_err() {
        return Err(Failure::Refused(DayRefusal::StateForbids {
            channel,
            day,
            state,
        }));
    }
    Ok(last.map_or(1, |last| last.number + 1))
}

fn agrees(report: &MoneyReport, channel: Channel) -> Result<(), DayRefusal> {
    let mut what: Vec<String> = report.failed().map(|one| one.code.to_string()).collect();
    let mismatched = report.count(RowClass::Mismatched);
    if mismatched > 0 {
        what.push(format!("{mismatched} mismatched"));
    }
    if what.is_empty() {
        return Ok(());
    }
    Err(DayRefusal::Disagrees {
        channel,
        what: what.join(", "),
    })
}

/// The totals as they are kept.
fn snapshot(report: &MoneyReport) -> Value {
    json!({
        "days": report.days.iter().map(totals).collect::<Vec<_>>(),
        "failed": report.failed().map(invariant).collect::<Vec<_>>(),
        "expected": report.count(RowClass::Expected),
        "mismatched": report.count(RowClass::Mismatched),
    })
}

/// Sums are texts: they may be longer than what readers of JSON take for a number.
fn totals(day: &DayTotals) -> Value {
    let heads = Head::ALL.iter();
    let heads: serde_json::Map<String, Value> = heads
        .map(|head| (head.to_string(), day.under(*head).to_string().into()))
        .collect();
    json!({
        "currency": day.currency,
        "movements": day.movements,
        "credited": day.credited.to_string(),
        "debited": day.debited.to_string(),
        "heads": heads,
    })
}

fn invariant(failed: &Invariant) -> Value {
    json!({
        "code": failed.code.as_str(),
        "currency": failed.currency,
        "wanted": failed.wanted.to_string(),
        "found": failed.found.to_string(),
        "broken_by": failed.broken_by,
    })
}
