//! What a statement says of refunds: the debit that paid one, the credit that brought it back, or
//! something that does not fit and waits for an operator. And what becomes of a refund whose payment
//! the channel takes back.

use chrono::TimeDelta;

use crate::domain::event::EventKind;
use crate::domain::fee::{FeeEvent, FeeState};
use crate::domain::matching::Movement;
use crate::domain::money::Money;
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::domain::refund::{
    EntryFinding, REFUND_PAID, REFUND_RETURNED, RefundEvent, RefundFault, RefundState, judge_entry,
};
use crate::flow::Failure;
use crate::flow::payment_evidence::PaymentEvidence;
use crate::flow::progress::tell;
use crate::flow::refund::decide::step;
use crate::flow::refund::propose::free;
use crate::flow::tie_payment::{self, Untying, untie};
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::payments::{self, Payment};
use crate::store::refunds::{self, Refund};
use crate::store::{Tx, refund_lists, sealed};

/// Reads an entry that names a refund, and takes the steps that follow. Returns `false`, having
/// changed nothing, for an entry that is about no refund.
pub(crate) async fn close_refund<R>(
    tx: &mut Tx,
    entry: &mut Payment,
    evidence: &PaymentEvidence,
    keep: TimeDelta,
    note: &Note<'_>,
) -> Result<bool, Failure<R>> {
    let is_debit = match evidence.movement() {
        Movement::Debit => true,
        Movement::Credit | Movement::DebitReversed => false,
        _ => return Ok(false),
    };
    let mut named = Vec::new();
    for number in evidence.refunds() {
        if let Some(refund) = refunds::find_by_number(tx, number).await? {
            payments::lock(tx, refund.payment).await?;
            named.extend(refunds::find(tx, refund.id).await?);
        }
    }
    // A payer may write anything: a credit is about a refund only if that was paid.
    let is_about_refund = if is_debit {
        !evidence.refunds().is_empty()
    } else {
        named.iter().any(|refund| refund.state == RefundState::Paid)
    };
    if !is_about_refund {
        return Ok(false);
    }
    let one = match named.as_mut_slice() {
        [one] => Some(one),
        _ => None,
    };
    let known = one.as_ref();
    let known = known.map(|one| (one.state, one.amount, one.currency.as_str()));
    let finding = judge_entry(is_debit, (entry.amount, &entry.currency), known);
    match (finding, one) {
        (EntryFinding::Paid, Some(refund)) => paid(tx, entry, refund, keep, note).await?,
        (EntryFinding::Returned, Some(refund)) => returned(tx, entry, refund, note).await?,
        (EntryFinding::Unfit(fault), _) => unfit(tx, entry, fault, evidence, note).await?,
        (EntryFinding::Paid | EntryFinding::Returned, None) => {
            unfit(tx, entry, RefundFault::NotListed, evidence, note).await?;
        }
    }
    Ok(true)
}

/// The entry itself is no payment of a fee, for this reason.
async fn explain<R>(
    tx: &mut Tx,
    entry: &mut Payment,
    reason: u16,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    tie_payment::step(tx, entry, PaymentEvent::FoundInvalid, note).await?;
    payments::set_application(tx, entry.id, None, Some(reason)).await?;
    Ok(())
}

async fn unfit<R>(
    tx: &mut Tx,
    entry: &mut Payment,
    fault: RefundFault,
    evidence: &PaymentEvidence,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    explain(tx, entry, fault.number(), note).await?;
    let named = evidence.refunds().join(", ");
    alarm(tx, entry, fault, &named, note).await
}

async fn alarm<R>(
    tx: &mut Tx,
    entry: &Payment,
    fault: RefundFault,
    named: &str,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let hold = NewHold {
        kind: SubjectKind::Payment,
        subject: entry.id.0,
        number: &entry.number,
        code: fault.number(),
        detail: named,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

async fn paid<R>(
    tx: &mut Tx,
    debit: &mut Payment,
    refund: &mut Refund,
    keep: TimeDelta,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    explain(tx, debit, REFUND_PAID, note).await?;
    step(tx, refund, RefundEvent::DebitSeen, note).await?;
    refunds::set_debit(tx, refund.id, debit.id).await?;
    sealed::erase_by(tx, refund.sealed, note.at + keep).await?;
    erase_ended_list(tx, refund, keep, note).await?;
    end_payment(tx, refund, note).await?;
    let Some(mut application) = application_of(tx, refund).await? else {
        return Ok(());
    };
    if application.fee_state == FeeState::RefundDue
        && application.fee_paid == Money::ZERO
        && !has_open(tx, &application).await?
    {
        fee_step(tx, &mut application, FeeEvent::RefundSeen, note).await?;
    }
    Ok(tell(tx, &application, EventKind::Refunded, None, note)?)
}

/// A payment of which everything was given back ends; the ties of an ended application with it.
async fn end_payment<R>(tx: &mut Tx, refund: &Refund, note: &Note<'_>) -> Result<(), Failure<R>> {
    let Some(mut payment) = payments::lock(tx, refund.payment).await? else {
        return Ok(());
    };
    let all = refunds::list_of_payment(tx, payment.id).await?;
    let paid = all.iter().filter(|one| one.state == RefundState::Paid);
    let paid: i64 = paid.map(|one| one.amount.bani()).sum();
    if payment.state != PaymentState::RefundDue || paid != payment.amount.bani() {
        return Ok(());
    }
    tie_payment::step(tx, &mut payment, PaymentEvent::RefundSeen, note).await?;
    holds::close(tx, payment.id.0, None, "REFUNDED", note).await?;
    let every = Untying {
        only: None,
        rule: None,
        served: false,
    };
    for mut loser in untie(tx, &payment, every, note).await? {
        let is_other = refund.application != Some(loser.application.id);
        let is_left = loser.application.fee_paid != Money::ZERO;
        if is_other && !is_left && loser.application.fee_state == FeeState::RefundDue {
            fee_step(tx, &mut loser.application, FeeEvent::RefundSeen, note).await?;
        }
    }
    Ok(())
}

async fn returned<R>(
    tx: &mut Tx,
    credit: &mut Payment,
    refund: &mut Refund,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    explain(tx, credit, REFUND_RETURNED, note).await?;
    step(tx, refund, RefundEvent::ReturnSeen, note).await?;
    refunds::set_return(tx, refund.id, credit.id).await?;
    if let Some(mut application) = application_of(tx, refund).await? {
        if application.fee_state == FeeState::Refunded {
            fee_step(tx, &mut application, FeeEvent::RefundReturned, note).await?;
        }
        let reason = Some(REFUND_RETURNED);
        tell(tx, &application, EventKind::RefundReturned, reason, note)?;
    }
    free(tx, refund, note).await
}

/// Lets refunds follow a payment that its channel takes back: what the bank was not asked to pay
/// ends, what it was asked to pay raises an alarm on the reversal.
pub(crate) async fn take_back<R>(
    tx: &mut Tx,
    original: &Payment,
    reversal: &Payment,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    for mut refund in refunds::list_of_payment(tx, original.id).await? {
        if refund.state.after(RefundEvent::PaymentTakenBack).is_ok() {
            step(tx, &mut refund, RefundEvent::PaymentTakenBack, note).await?;
            sealed::erase_by(tx, refund.sealed, note.at).await?;
        } else if refund.state.holds_money() {
            let fault = RefundFault::TakenBackToo;
            alarm(tx, reversal, fault, &refund.number, note).await?;
        }
    }
    Ok(())
}

/// Once everything in a list has ended, the list is kept no longer than its refunds.
async fn erase_ended_list<R>(
    tx: &mut Tx,
    refund: &Refund,
    keep: TimeDelta,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let list = match refund.list {
        Some(id) => refund_lists::find(tx, id).await?,
        None => None,
    };
    let Some(list) = list else {
        return Ok(());
    };
    let all = refunds::list_of_list(tx, list.id).await?;
    if all.iter().all(|one| !one.state.is_open()) {
        sealed::erase_by(tx, list.document, note.at + keep).await?;
        sealed::erase_by(tx, list.table, note.at + keep).await?;
    }
    Ok(())
}

async fn application_of<R>(
    tx: &mut Tx,
    refund: &Refund,
) -> Result<Option<Application>, Failure<R>> {
    Ok(match refund.application {
        Some(id) => applications::find(tx, id).await?,
        None => None,
    })
}

async fn has_open<R>(tx: &mut Tx, application: &Application) -> Result<bool, Failure<R>> {
    let all = refunds::list_of_application(tx, application.id).await?;
    Ok(all.iter().any(|refund| refund.state.is_open()))
}

async fn fee_step<R>(
    tx: &mut Tx,
    application: &mut Application,
    event: FeeEvent,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let from = application.fee_state;
    application.fee_state =
        take_step::<history::Fee>(tx, application.id.0, from, event, note).await?;
    Ok(())
}
