//! Approves, rejects or withdraws a refund. Above the limit, two different persons approve; the one
//! who proposed it may be one of them.

use chrono::TimeDelta;

use crate::domain::four_eyes::{Approval, person};
use crate::domain::operator::Actor;
use crate::domain::refund::{RefundEvent, RefundState};
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::flow::refund::propose::free;
use crate::flow::refund::{RefundRefusal, lock_payment, require_reason};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, take_step};
use crate::store::refunds::{self, Refund};
use crate::store::{Tx, approvals, sealed};

/// What approvals of refunds are kept under.
pub const APPROVAL_OF_REFUND: &str = "REFUND";

/// What is decided about a refund.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RefundDecision {
    /// This person approves it.
    Approve,
    /// This person refuses; it ends.
    Reject,
    /// It is not wanted any more; it ends.
    Withdraw,
}

/// Decides about a refund in a transaction of its own.
pub async fn decide_refund(
    gateway: &Gateway,
    number: &str,
    decision: RefundDecision,
    (actor, reason): (&Actor, &str),
) -> Result<Refund, Failure<RefundRefusal>> {
    let note = note(gateway, actor, Some(reason));
    let keep = keep_for(gateway);
    let mut tx = gateway.store.begin().await?;
    let refund = decide(&mut tx, number, decision, keep, &note).await?;
    tx.commit().await?;
    Ok(refund)
}

/// How long account and lists are kept once refunds have ended.
pub fn keep_for(gateway: &Gateway) -> TimeDelta {
    TimeDelta::days(i64::from(gateway.config.retention.refund_days))
}

/// Decides about a refund, with the note's reason in the history. Returns it as it stands then.
pub async fn decide(
    tx: &mut Tx,
    number: &str,
    decision: RefundDecision,
    keep: TimeDelta,
    note: &Note<'_>,
) -> Result<Refund, Failure<RefundRefusal>> {
    require_reason(note)?;
    let unknown = || Failure::Refused(RefundRefusal::RefundUnknown);
    let found = refunds::find_by_number(tx, number).await?;
    let payment = found.ok_or_else(unknown)?.payment;
    // Of two who decide at once, the second sees what the first has done.
    lock_payment(tx, payment).await?;
    let found = refunds::find_by_number(tx, number).await?;
    let mut refund = found.ok_or_else(unknown)?;
    match decision {
        RefundDecision::Approve => approve(tx, &mut refund, note).await?,
        RefundDecision::Reject => {
            person(note.actor).ok_or(Failure::Refused(RefundRefusal::Approval(
                crate::domain::four_eyes::ApprovalRefusal::NotAPerson,
            )))?;
            end(tx, &mut refund, RefundEvent::ApprovalRefused, keep, note).await?;
        }
        RefundDecision::Withdraw => {
            end(tx, &mut refund, RefundEvent::Recalled, keep, note).await?;
        }
    }
    Ok(refund)
}

async fn approve(
    tx: &mut Tx,
    refund: &mut Refund,
    note: &Note<'_>,
) -> Result<(), Failure<RefundRefusal>> {
    if refund.state != RefundState::Proposed {
        let refusal = RefundRefusal::StateForbids(refund.state);
        return Err(Failure::Refused(refusal));
    }
    let refuse = |refusal| Failure::Refused(RefundRefusal::Approval(refusal));
    let earlier = approvals::list_persons(tx, refund.id.0, APPROVAL_OF_REFUND).await?;
    let judged = refund.persons.judge(&earlier, note.actor);
    let event = match judged.map_err(refuse)? {
        Approval::Complete => RefundEvent::ApprovalCompleted,
        Approval::OneMore => RefundEvent::ApprovalGiven,
    };
    let who = person(note.actor).unwrap_or_default();
    let what = (refund.id.0, APPROVAL_OF_REFUND);
    approvals::insert(tx, what, &who, note).await?;
    step(tx, refund, event, note).await
}

/// Ends a refund that the bank was not asked to pay, and frees its money.
async fn end(
    tx: &mut Tx,
    refund: &mut Refund,
    event: RefundEvent,
    keep: TimeDelta,
    note: &Note<'_>,
) -> Result<(), Failure<RefundRefusal>> {
    if refund.state.after(event).is_err() {
        let refusal = RefundRefusal::StateForbids(refund.state);
        return Err(Failure::Refused(refusal));
    }
    step(tx, refund, event, note).await?;
    sealed::erase_by(tx, refund.sealed, note.at + keep).await?;
    free(tx, refund, note).await
}

/// Takes a refund's next step.
pub(super) async fn step<R>(
    tx: &mut Tx,
    refund: &mut Refund,
    event: RefundEvent,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    refund.state = take_step::<history::Refund>(tx, refund.id.0, refund.state, event, note).await?;
    Ok(())
}
