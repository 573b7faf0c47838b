//! Who looks after what waits: an operator takes a hold on, gives it back, lets it rest until a day,
//! wakes it, or remarks something. None of it keeps anybody, or the gateway, from deciding.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::calendar::bucharest_day;
use crate::domain::id::HoldId;
use crate::domain::operator::Actor;
use crate::domain::tending::{SnoozeFault, check_snooze};
use crate::domain::working_days::WorkingDays;
use crate::flow::Failure;
use crate::flow::batching_rule::rule_of;
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::history::{Note, SubjectKind, record};
use crate::store::holds::{self, Hold};
use crate::store::{StoreError, Tx};

/// What is done about who looks after a hold, and when.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tending {
    /// It becomes the actor's.
    Claim {
        /// Who works on it as far as the actor knows, and it is taken over from; `None` for one that
        /// nobody works on. As the history names actors.
        from: Option<String>,
    },
    /// The actor works on it no more.
    GiveBack,
    /// It rests until a working day.
    Snooze {
        /// The day on which it waits again.
        until: NaiveDate,
    },
    /// It rests no more.
    Wake,
    /// Something is remarked about it, which is the note's reason.
    Remark,
}

/// Why something about a hold was not done; nothing has changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TendRefusal {
    /// There is no such hold.
    #[error("there is no such hold")]
    Unknown,
    /// Somebody closed it.
    #[error("the hold was closed before")]
    Closed,
    /// Whoever takes a hold over, lets it rest or remarks something says why or what.
    #[error("this needs a reason in words")]
    ReasonMissing,
    /// Somebody else works on it.
    #[error("{by} works on it since {since}")]
    Claimed {
        /// Who.
        by: String,
        /// Since when.
        since: DateTime<Utc>,
    },
    /// It rests until another day.
    #[error("it rests until {until}")]
    Snoozed {
        /// Who decided so.
        by: String,
        /// The day on which it waits again.
        until: NaiveDate,
    },
    /// Payments wait in a list of their own, by what they are.
    #[error("a payment does not rest")]
    PaymentWaits,
    /// It cannot rest until that day.
    #[error(transparent)]
    Until(#[from] SnoozeFault),
}

/// The days on which somebody is there to look at what has rested.
pub fn worked_days(gateway: &Gateway) -> WorkingDays {
    rule_of(&gateway.config.batching).working_days
}

/// Does something about an open hold in a transaction of its own; `words` are the reason, or the
/// remark. Done a second time, it changes nothing. Returns the hold as it stands then.
pub async fn tend(
    gateway: &Gateway,
    hold: HoldId,
    tending: &Tending,
    (actor, words): (&Actor, &str),
) -> Result<Hold, Failure<TendRefusal>> {
    let words = words.trim();
    let note = note(gateway, actor, (!words.is_empty()).then_some(words));
    let mut tx = gateway.store.begin().await?;
    let hold = tend_in(&mut tx, hold, tending, &worked_days(gateway), &note).await?;
    tx.commit().await?;
    Ok(hold)
}

/// [`tend`] in the caller's transaction.
pub(crate) async fn tend_in(
    tx: &mut Tx,
    id: HoldId,
    tending: &Tending,
    worked: &WorkingDays,
    note: &Note<'_>,
) -> Result<Hold, Failure<TendRefusal>> {
    let hold = holds::lock(tx, id).await?;
    let hold = hold.ok_or(Failure::Refused(TendRefusal::Unknown))?;
    if hold.closed_at.is_some() {
        return Err(Failure::Refused(TendRefusal::Closed));
    }
    let needs_words = match tending {
        Tending::Claim { from } => from.is_some(),
        Tending::Snooze { .. } | Tending::Remark => true,
        Tending::GiveBack | Tending::Wake => false,
    };
    if needs_words && note.reason.is_none() {
        return Err(Failure::Refused(TendRefusal::ReasonMissing));
    }
    match tending {
        Tending::Claim { from } => claim(tx, &hold, from.as_deref(), note).await?,
        Tending::GiveBack => give_back(tx, &hold, note).await?,
        Tending::Snooze { until } => snooze(tx, &hold, *until, worked, note).await?,
        Tending::Wake => {
            if holds::wake(tx, id, bucharest_day(note.at)).await? {
                tell(tx, &hold, "WOKEN", note).await?;
            }
        }
        Tending::Remark => remark(tx, &hold, note).await?,
    }
    read(tx, id).await
}

async fn read(tx: &mut Tx, id: HoldId) -> Result<Hold, Failure<TendRefusal>> {
    let found = holds::find(tx, id).await?;
    found.ok_or(Failure::Refused(TendRefusal::Unknown))
}

/// Gives the hold to whoever asks first: the statement that writes the claim decides, not what was read
/// before it.
async fn claim(
    tx: &mut Tx,
    hold: &Hold,
    from: Option<&str>,
    note: &Note<'_>,
) -> Result<(), Failure<TendRefusal>> {
    let id = HoldId(hold.id);
    let actor = note.actor.to_string();
    let before = hold.claim(note.at);
    if before.is_some_and(|claim| claim.by == actor) {
        return Ok(());
    }
    if !holds::claim(tx, id, (&actor, note.at), from).await? {
        return Err(claimed(&read(tx, id).await?, note.at));
    }
    match before {
        Some(before) => {
            let words = [before.by, "TAKEN_OVER", actor.as_str()];
            Ok(record(tx, SubjectKind::Hold, hold.subject_id, words, note).await?)
        }
        None => Ok(tell(tx, hold, "CLAIMED", note).await?),
    }
}

/// That somebody else works on it.
fn claimed(hold: &Hold, now: DateTime<Utc>) -> Failure<TendRefusal> {
    Failure::Refused(match hold.claim(now) {
        Some(claim) => TendRefusal::Claimed {
            by: claim.by.to_owned(),
            since: claim.at,
        },
        None => TendRefusal::Closed,
    })
}

async fn give_back(tx: &mut Tx, hold: &Hold, note: &Note<'_>) -> Result<(), Failure<TendRefusal>> {
    let actor = note.actor.to_string();
    match hold.claim(note.at) {
        None => Ok(()),
        Some(claim) if claim.by != actor => Err(claimed(hold, note.at)),
        Some(_own) => {
            if holds::give_back(tx, HoldId(hold.id), &actor).await? {
                tell(tx, hold, "GIVEN_BACK", note).await?;
            }
            Ok(())
        }
    }
}

async fn snooze(
    tx: &mut Tx,
    hold: &Hold,
    until: NaiveDate,
    worked: &WorkingDays,
    note: &Note<'_>,
) -> Result<(), Failure<TendRefusal>> {
    let today = bucharest_day(note.at);
    if hold.rests_until(today) == Some(until) {
        return Ok(());
    }
    if SubjectKind::parse(&hold.subject_kind) == Ok(SubjectKind::Payment) {
        return Err(Failure::Refused(TendRefusal::PaymentWaits));
    }
    let term = holds::find_term(tx, hold.subject_id).await?;
    check_snooze(until, today, term, worked)
        .map_err(|fault| Failure::Refused(TendRefusal::Until(fault)))?;
    let id = HoldId(hold.id);
    if !holds::snooze(tx, id, (today, until), note).await? {
        let now = read(tx, id).await?;
        return Err(Failure::Refused(TendRefusal::Snoozed {
            by: now.snoozed_by.unwrap_or_default(),
            until: now.wakes_on.unwrap_or(until),
        }));
    }
    let (code, until) = (hold.code.to_string(), until.to_string());
    let words = [code.as_str(), "SNOOZED", until.as_str()];
    Ok(record(tx, SubjectKind::Hold, hold.subject_id, words, note).await?)
}

async fn remark(tx: &mut Tx, hold: &Hold, note: &Note<'_>) -> Result<(), Failure<TendRefusal>> {
    let actor = note.actor.to_string();
    let is_said = hold.remark.as_deref() == note.reason;
    if is_said && hold.remarked_by.as_deref() == Some(actor.as_str()) {
        return Ok(());
    }
    holds::remark(tx, HoldId(hold.id), note).await?;
    Ok(tell(tx, hold, "REMARKED", note).await?)
}

/// Writes into the history what was done about a hold, by its reason.
async fn tell(tx: &mut Tx, hold: &Hold, what: &str, note: &Note<'_>) -> Result<(), StoreError> {
    let code = hold.code.to_string();
    let words = [code.as_str(), what, code.as_str()];
    record(tx, SubjectKind::Hold, hold.subject_id, words, note).await
}
