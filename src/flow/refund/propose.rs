//! Proposes that money of a payment is given back, and sets it aside: from then on it cannot be
//! matched.

use anyhow::Context;

use crate::domain::calendar::bucharest_day;
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, PaymentId, RefundId};
use crate::domain::matching::MatchReason;
use crate::domain::money::Money;
use crate::domain::operator::Actor;
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::domain::refund::{RefundState, number_on, persons};
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::flow::refund::account::find_payer;
use crate::flow::refund::{Account, RefundRefusal, Source, lock_payment, require_reason, sources};
use crate::flow::tie_payment::{name_application, step, take_out, untied_rest};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, SubjectKind};
use crate::store::payments::{self, Payment};
use crate::store::refunds::{self, Refund};
use crate::store::sealed::{self, NewSealed};
use crate::store::{Tx, applications, counters, holds, matches};

/// The currency in which the limit for one person is.
const LEI: &str = "RON";

/// What is proposed.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The payment of which money is given back.
    pub payment: PaymentId,
    /// How much; without it, all that can be given back in one refund.
    pub amount: Option<Money>,
    /// The account that an operator typed; without it, the one that the bank told.
    pub account: Option<Account>,
}

/// A proposal whose account is sealed, ready to be written.
#[derive(Debug)]
pub struct Prepared {
    proposal: Proposal,
    sealed: NewSealed,
    told_by_bank: bool,
    two_persons_over: Money,
}

/// Proposes a refund in a transaction of its own.
pub async fn propose_refund(
    gateway: &Gateway,
    proposal: Proposal,
    (actor, reason): (&Actor, &str),
) -> Result<Refund, Failure<RefundRefusal>> {
    let prepared = prepare(gateway, proposal).await?;
    let note = note(gateway, actor, Some(reason));
    let mut tx = gateway.store.begin().await?;
    let refund = propose(&mut tx, &prepared, &note).await?;
    tx.commit().await?;
    Ok(refund)
}

/// Finds the account that the money goes to, and seals it. Refuses early what would be refused.
pub async fn prepare(
    gateway: &Gateway,
    proposal: Proposal,
) -> Result<Prepared, Failure<RefundRefusal>> {
    let mut tx = gateway.store.read().await?;
    let payment = payments::find(&mut tx, proposal.payment).await?;
    let payment = payment.ok_or(Failure::Refused(RefundRefusal::PaymentUnknown))?;
    choose(
        &sources(&mut tx, &payment).await?,
        &payment,
        proposal.amount,
    )?;
    drop(tx);
    let told = match &proposal.account {
        Some(_) => None,
        None => find_payer(gateway, &payment).await?,
    };
    let told_by_bank = told.is_some();
    let account = told.as_ref().or(proposal.account.as_ref());
    let account = account.ok_or(Failure::Refused(RefundRefusal::AccountMissing))?;
    let rule = &gateway.config.payments.refund;
    if rule.debtor_iban.as_ref() == Some(&account.iban) {
        return Err(Failure::Refused(RefundRefusal::OwnAccount));
    }
    Ok(Prepared {
        sealed: account.seal(gateway).await?,
        told_by_bank,
        two_persons_over: Money::from_lei(i64::from(rule.two_persons_over)),
        proposal,
    })
}

/// Writes a proposal, with the note's reason in the history, and sets the money aside.
pub async fn propose(
    tx: &mut Tx,
    prepared: &Prepared,
    note: &Note<'_>,
) -> Result<Refund, Failure<RefundRefusal>> {
    require_reason(note)?;
    let proposal = &prepared.proposal;
    let mut payment = lock_payment(tx, proposal.payment).await?;
    let all = sources(tx, &payment).await?;
    let (source, amount) = choose(&all, &payment, proposal.amount)?;
    // A payment given back in small parts is judged by all of them together.
    let before = refunds::sum_held(tx, payment.id).await?;
    let total = before.checked_add(amount).context("refunds overflow")?;
    let on = bucharest_day(note.at);
    let serial = counters::take_number(tx, &format!("refund:{}", on.format("%Y%m%d"))).await?;
    let refund = Refund {
        id: RefundId(note.random.uuid(note.at)),
        number: number_on(on, serial),
        payment: payment.id,
        application: source.application,
        amount,
        currency: payment.currency.clone(),
        state: RefundState::Proposed,
        persons: persons(total, payment.currency == LEI, prepared.two_persons_over),
        untied: source.is_tied,
        told_by_bank: prepared.told_by_bank,
        sealed: prepared.sealed.id,
        proposed_by: note.actor.to_string(),
        proposed_at: note.at,
        list: None,
        listed_on: None,
        debit: None,
        returned_by: None,
        updated_at: note.at,
        version: 1,
    };
    sealed::insert(tx, &prepared.sealed, note.at).await?;
    refunds::insert(tx, &refund).await?;
    let words = ["", "PROPOSED", refund.state.as_str()];
    history::record(tx, SubjectKind::Refund, refund.id.0, words, note).await?;
    set_aside(tx, &mut payment, source, amount, note).await?;
    if sources(tx, &payment).await?.is_empty() {
        holds::close(tx, payment.id.0, None, "REFUND_PROPOSED", note).await?;
    }
    Ok(refund)
}

/// The source that a refund is taken from, and how much.
fn choose(
    all: &[Source],
    payment: &Payment,
    asked: Option<Money>,
) -> Result<(Source, Money), Failure<RefundRefusal>> {
    let nothing_left = RefundRefusal::NothingLeft(payment.state);
    let largest = all.first().ok_or(Failure::Refused(nothing_left))?;
    let amount = asked.unwrap_or(largest.amount);
    if amount <= Money::ZERO {
        return Err(Failure::Refused(RefundRefusal::AmountWrong));
    }
    // What is tied to nothing goes first: the fees then stay as they are.
    let mut fitting: Vec<&Source> = all.iter().filter(|one| one.amount >= amount).collect();
    fitting.sort_by_key(|source| source.is_tied);
    let source = fitting.first();
    let source = source.ok_or(Failure::Refused(RefundRefusal::TooMuch(largest.amount)))?;
    Ok((**source, amount))
}

async fn set_aside<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    source: Source,
    amount: Money,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    match payment.state {
        PaymentState::Matched | PaymentState::Consumed => {
            if let Some(application) = source.application.filter(|_| source.is_tied) {
                return take_from_tie(tx, payment, application, amount, note).await;
            }
            step(tx, payment, PaymentEvent::PartSetAside, note).await?;
            let rest = untied_rest(tx, payment).await?;
            let is_left = rest > refunds::sum_held(tx, payment.id).await?;
            let reason = is_left.then_some(MatchReason::Overpaid.number());
            Ok(name_application(tx, payment, reason).await?)
        }
        PaymentState::RefundDue => step(tx, payment, PaymentEvent::PartSetAside, note).await,
        _ => step(tx, payment, PaymentEvent::RefundOwed, note).await,
    }
}

/// Takes money out of a tie. A payment of which nothing is tied any more is one to be given back.
async fn take_from_tie<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    application: ApplicationId,
    amount: Money,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let fee = take_out(tx, payment, application, amount, note).await?;
    let is_bare = matches::list_standing(tx, payment.id).await?.is_empty();
    if is_bare && untied_rest(tx, payment).await? == amount {
        step(tx, payment, PaymentEvent::RefundOwed, note).await?;
        let ended = fee == FeeState::RefundDue;
        let reason = if ended {
            MatchReason::ApplicationEnded
        } else {
            MatchReason::SecondPayment
        };
        let number = reason.number();
        payments::set_application(tx, payment.id, Some(application), Some(number)).await?;
        payment.application = Some(application);
        payment.reason = Some(i64::from(number));
        return Ok(());
    }
    step(tx, payment, PaymentEvent::PartSetAside, note).await?;
    let rest = untied_rest(tx, payment).await?;
    let is_left = rest > refunds::sum_held(tx, payment.id).await? || fee == FeeState::Overpaid;
    let reason = is_left.then_some(MatchReason::Overpaid.number());
    Ok(name_application(tx, payment, reason).await?)
}

/// Gives money back to the payment that it was set aside from: the refund is not wanted, or came
/// back. `was_paid` tells whether a statement had shown it as paid.
pub(super) async fn free<R>(
    tx: &mut Tx,
    refund: &Refund,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let Some(mut payment) = payments::lock(tx, refund.payment).await? else {
        return Ok(());
    };
    match payment.state {
        PaymentState::Matched | PaymentState::Consumed => {
            free_part(tx, &mut payment, refund, note).await?;
            super::hold_again(tx, &payment, MatchReason::Overpaid, note).await
        }
        PaymentState::RefundDue => {
            step(tx, &mut payment, PaymentEvent::PartFreed, note).await?;
            super::hold_again(tx, &payment, MatchReason::ApplicationEnded, note).await
        }
        PaymentState::Refunded => {
            step(tx, &mut payment, PaymentEvent::RefundReturned, note).await?;
            super::hold_again(tx, &payment, MatchReason::ApplicationEnded, note).await
        }
        _ => Ok(()),
    }
}

/// Ties a part again to the fee out of whose tie it was taken; any other part is a held surplus.
async fn free_part<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    refund: &Refund,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let application = match refund.application.filter(|_| refund.untied) {
        Some(id) => applications::find(tx, id).await?,
        None => None,
    };
    step(tx, payment, PaymentEvent::PartFreed, note).await?;
    let Some(mut application) = application else {
        let reason = Some(MatchReason::Overpaid.number());
        return Ok(name_application(tx, payment, reason).await?);
    };
    let reason = match application.fee_state {
        FeeState::Refunded | FeeState::RefundDue => MatchReason::ApplicationEnded,
        _ => MatchReason::Overpaid,
    };
    crate::flow::tie_payment::put_back(tx, payment, &mut application, refund.amount, note).await?;
    Ok(name_application(tx, payment, Some(reason.number())).await?)
}
