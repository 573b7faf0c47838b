//! What an operator may decide about messages that could not be delivered: send them again, or give
//! them up; one of them, or all that a selection means.
//!
//! A decision about many is written down with the list of its letters in one transaction; then each
//! letter is dealt with in a transaction of its own, which also writes down what became of it. So it
//! stops anywhere, goes on with whoever comes next, and deals with each letter once. The rate is kept
//! in the decision's row, so that it holds for all replicas together.

mod act;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::domain::id::DeadLetterDecisionId;
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::causes::actor_of;
use crate::flow::decide_order::{self, OrderRefusal};
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::causes::Outcome;
use crate::store::dead_letter_decisions::{
    self, DeadLetterAction, DeadLetterDecision, DecidedLetter, EndedLetter,
};
use crate::store::history::Note;
use crate::store::outbox::{self, DeadGroup, DeadLetter, Selection};
use crate::store::{StoreError, Tx};
use crate::worker::bell::Bell;

/// Letters that one decision may be about; what is left takes another one.
pub const LETTERS_MAX: i64 = 100_000;
/// Letters a second, unless the decision says otherwise.
pub const RATE: i64 = 50;
/// Letters a second at most.
pub const RATE_MAX: i64 = 1_000;
/// Letters that a preview shows.
const SHOWN: i64 = 100;
/// How much of its rate a decision may catch up on at once, where nobody came for a while.
const BURST: TimeDelta = TimeDelta::seconds(1);

/// What is to be decided.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NewDeadLetterDecision {
    /// What is done with each letter.
    pub action: DeadLetterAction,
    /// Which letters.
    pub selection: Selection,
    /// How many a second, 1 to [`RATE_MAX`].
    pub rate: i64,
}

/// Why a decision about many letters is not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DeadLettersRefusal {
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// Nothing was named, so that all letters would be meant.
    #[error("nothing says which dead letters are meant")]
    NothingNamed,
    /// Nothing waits that was named.
    #[error("no dead letter waits for which all of this holds")]
    Empty,
    /// The rate is none.
    #[error("the rate is not 1 to {RATE_MAX} letters a second")]
    RateOutOfRange,
}

/// Why nothing is done with one letter.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DeadLetterRefusal {
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// There is no such letter.
    #[error("there is no such dead letter")]
    Unknown,
    /// Somebody decided before.
    #[error("it was decided about before: {resolution}")]
    Resolved {
        /// What was decided.
        resolution: String,
    },
    /// The message is not kept any more.
    #[error("the message is not kept any more")]
    Gone,
    /// The bureau is asked anew, with a new letter.
    #[error("a letter to the bureau is not sent again but written anew")]
    LetterToBureau,
    /// An order is not dropped in silence.
    #[error("an order is given up by a decision about the order")]
    CarriesOrder,
    /// Its order cannot be sent again.
    #[error(transparent)]
    Order(OrderRefusal),
}

/// What a decision would be about.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The letters, by why they died.
    pub groups: Vec<DeadGroup>,
    /// The first of them, in the order in which they would be dealt with.
    pub first: Vec<DeadLetter>,
}

impl Preview {
    /// How many letters there are.
    pub fn letters(&self) -> i64 {
        self.groups.iter().map(|group| group.letters).sum()
    }
}

/// Counts what a decision would be about; changes nothing.
pub async fn preview(tx: &mut Tx, selection: &Selection) -> Result<Preview, StoreError> {
    Ok(Preview {
        groups: outbox::group_dead(tx, selection).await?,
        first: outbox::list_dead(tx, selection, None, SHOWN).await?,
    })
}

/// Takes a decision in a transaction of its own. Nothing is done yet but written down.
pub async fn decide(
    gateway: &Gateway,
    new: &NewDeadLetterDecision,
    actor: &Actor,
    reason: &str,
) -> Result<DeadLetterDecision, Failure<DeadLettersRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let decision = decide_in(&mut tx, new, &note).await?;
    tx.commit().await?;
    Ok(decision)
}

/// [`decide`] in the caller's transaction; whoever commits it calls [`wake`], or carries it out.
pub(crate) async fn decide_in(
    tx: &mut Tx,
    new: &NewDeadLetterDecision,
    note: &Note<'_>,
) -> Result<DeadLetterDecision, Failure<DeadLettersRefusal>> {
    let reason = note.reason.unwrap_or_default().trim();
    let fault = if reason.is_empty() {
        Some(DeadLettersRefusal::ReasonMissing)
    } else if new.selection.is_everything() {
        Some(DeadLettersRefusal::NothingNamed)
    } else if !(1..=RATE_MAX).contains(&new.rate) {
        Some(DeadLettersRefusal::RateOutOfRange)
    } else {
        None
    };
    if let Some(refusal) = fault {
        return Err(Failure::Refused(refusal));
    }
    let mut decision = DeadLetterDecision {
        id: DeadLetterDecisionId(note.random.uuid(note.at)),
        action: new.action,
        selection: new.selection.clone(),
        letters: LETTERS_MAX,
        rate: new.rate,
        next_at: Some(note.at),
        actor: note.actor.to_string(),
        reason: reason.to_owned(),
        decided_at: note.at,
    };
    decision.letters = dead_letter_decisions::insert(tx, &decision).await?;
    if decision.letters == 0 {
        return Err(Failure::Refused(DeadLettersRefusal::Empty));
    }
    Ok(decision)
}

/// Wakes whoever carries decisions out.
pub fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Redriver);
}

/// Deals with one letter at once, in the caller's transaction; whoever commits it calls
/// [`wake_receivers`].
pub(crate) async fn decide_one_in(
    tx: &mut Tx,
    gateway: &Gateway,
    message: Uuid,
    action: DeadLetterAction,
    note: &Note<'_>,
) -> Result<EndedLetter, Failure<DeadLetterRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(DeadLetterRefusal::ReasonMissing));
    }
    act::act(tx, gateway, message, action, note).await
}

/// [`decide_one_in`] in a transaction of its own.
pub async fn decide_one(
    gateway: &Gateway,
    message: Uuid,
    action: DeadLetterAction,
    actor: &Actor,
    reason: &str,
) -> Result<EndedLetter, Failure<DeadLetterRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let ended = decide_one_in(&mut tx, gateway, message, action, &note).await?;
    tx.commit().await?;
    wake_receivers(gateway);
    Ok(ended)
}

/// Wakes whoever delivers what was sent again.
pub fn wake_receivers(gateway: &Gateway) {
    decide_order::wake(gateway);
}

/// Deals with the next letter of a decision (or of any) whose time has come. Returns what became of
/// it; `None` when none is to be dealt with now.
pub async fn carry_out_next(
    gateway: &Gateway,
    decision: Option<DeadLetterDecisionId>,
) -> Result<Option<EndedLetter>, Failure<std::convert::Infallible>> {
    loop {
        let now = gateway.clock.now();
        let mut tx = gateway.store.begin().await?;
        let due = dead_letter_decisions::take_due(&mut tx, decision, now).await?;
        let Some(decided) = due else {
            return Ok(None);
        };
        if let Some(letter) = dead_letter_decisions::find_waiting(&mut tx, decided.id).await? {
            return carry_out(gateway, tx, &decided, &letter).await.map(Some);
        }
        dead_letter_decisions::set_next(&mut tx, decided.id, None).await?;
        tx.commit().await?;
    }
}

async fn carry_out(
    gateway: &Gateway,
    mut tx: Tx,
    decided: &DeadLetterDecision,
    letter: &DecidedLetter,
) -> Result<EndedLetter, Failure<std::convert::Infallible>> {
    let actor = actor_of(&decided.actor);
    let note = note(gateway, &actor, Some(&decided.reason));
    let done = act::act(&mut tx, gateway, letter.message, decided.action, &note).await;
    let ended = match done {
        Ok(ended) => {
            write_down(&mut tx, decided, letter, &ended, note.at).await?;
            tx.commit().await?;
            wake_receivers(gateway);
            return Ok(ended);
        }
        Err(Failure::Refused(refusal)) => EndedLetter {
            outcome: match refusal {
                DeadLetterRefusal::Unknown | DeadLetterRefusal::Resolved { .. } => Outcome::Skipped,
                _ => Outcome::Refused,
            },
            detail: refusal.to_string(),
            replayed_as: None,
        },
        Err(failure) if failure.is_transient() || failure.is_lost_race() => {
            return Err(broken(failure));
        }
        // A defect with one letter must not stop the others.
        Err(failure) => {
            tracing::error!(message.id = %letter.message, error = ?failure, "a decision failed");
            EndedLetter {
                outcome: Outcome::Failed,
                detail: "a failure of the gateway's own; its log says which".to_owned(),
                replayed_as: None,
            }
        }
    };
    // What was begun is undone first: a letter is dealt with as a whole or not at all.
    drop(tx);
    let mut tx = gateway.store.begin().await?;
    write_down(&mut tx, decided, letter, &ended, note.at).await?;
    tx.commit().await?;
    Ok(ended)
}

async fn write_down(
    tx: &mut Tx,
    decided: &DeadLetterDecision,
    letter: &DecidedLetter,
    ended: &EndedLetter,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let turn = (decided.id, letter.place);
    if dead_letter_decisions::end_turn(tx, turn, ended, at).await? {
        let next_at = next_turn(decided.next_at.unwrap_or(at), at, decided.rate);
        dead_letter_decisions::set_next(tx, decided.id, Some(next_at)).await?;
    }
    Ok(())
}

/// When the letter after one that was due at `due` may be dealt with.
fn next_turn(due: DateTime<Utc>, now: DateTime<Utc>, rate: i64) -> DateTime<Utc> {
    let step = TimeDelta::microseconds(1_000_000 / rate.max(1));
    due.max(now - BURST) + step
}

fn broken(failure: Failure<DeadLetterRefusal>) -> Failure<std::convert::Infallible> {
    match failure {
        Failure::Broken(error) => Failure::Broken(error),
        Failure::Refused(refusal) => Failure::Broken(anyhow::Error::new(refusal)),
    }
}

/// How far a decision has come.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The decision.
    pub decision: DeadLetterDecision,
    /// Letters by what became of them; those that wait have no outcome.
    pub counts: Vec<(Option<Outcome>, i64)>,
    /// A page of its letters.
    pub letters: Vec<DecidedLetter>,
}

impl Standing {
    /// How many letters had this end.
    pub fn count(&self, outcome: Option<Outcome>) -> i64 {
        let counts = self.counts.iter().filter(|(found, _)| *found == outcome);
        counts.map(|(_, count)| count).sum()
    }
}

/// Reads a decision with what became of its letters so far, those after the place `after`.
pub async fn read_decision(
    tx: &mut Tx,
    id: DeadLetterDecisionId,
    after: i64,
    limit: i64,
) -> Result<Option<Standing>, StoreError> {
    let Some(decision) = dead_letter_decisions::find(tx, id).await? else {
        return Ok(None);
    };
    Ok(Some(Standing {
        decision,
        counts: dead_letter_decisions::count_outcomes(tx, id).await?,
        letters: dead_letter_decisions::list_decided(tx, id, after, limit).await?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_holds_over_any_second_and_catches_up_on_one() {
        let start: DateTime<Utc> = "2026-03-02T09:00:00Z".parse().unwrap();
        let mut due = start;
        let mut dealt = Vec::new();
        // Somebody looks every 30 milliseconds, but sleeps for a minute in between.
        for tick in (0..100).chain(2_000..2_100) {
            let now = start + TimeDelta::milliseconds(30 * tick);
            while due <= now {
                dealt.push(now);
                due = next_turn(due, now, 50);
            }
        }
        for window in &dealt {
            let end = *window + TimeDelta::seconds(1);
            let within = dealt
                .iter()
                .filter(|at| (*window..end).contains(at))
                .count();
            assert!(within <= 102, "{within} letters in a second");
        }
        let first_part = dealt
            .iter()
            .filter(|at| **at < start + TimeDelta::seconds(3))
            .count();
        assert!(
            (149..=151).contains(&first_part),
            "{first_part} in three seconds"
        );
    }
}
