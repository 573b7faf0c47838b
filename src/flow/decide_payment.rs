//! What operators decide about money: whose it is, that it is not whose it was taken for, that it
//! is to be given back, or that it is no money for a card.

use crate::domain::application::ApplicationState;
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, PaymentId};
use crate::domain::matching::{MatchReason, MatchRule, Movement};
use crate::domain::money::Money;
use crate::domain::operator::Actor;
use crate::domain::payment::{PaymentEvent, PaymentState};
use crate::domain::payment_action::{Obstacle, PaymentAction};
use crate::flow::Failure;
use crate::flow::match_payment::{offer_to_others, read_evidence};
use crate::flow::once::KeyReused;
use crate::flow::progress::note;
use crate::flow::refund::is_under_way;
use crate::flow::tie_payment::{
    Untying, free_rest, is_before_order, name_application, step, tie, untie,
};
use crate::gateway::Gateway;
use crate::store::Tx;
use crate::store::applications::{self, Application};
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::matches;
use crate::store::payments::{self, Payment};
use crate::worker::bell::Bell;

/// Parts of one payment at most: a family, not a crowd.
pub const PARTS_MAX: usize = 50;

/// How an operator undoes ties of money whose card is not ordered.
pub(crate) const BY_HAND: Untying = Untying {
    only: None,
    rule: Some(MatchRule::Operator),
    served: false,
};

/// What is decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// It pays the fee of this application.
    Match(ApplicationId),
    /// It does not pay the fee that it is tied to, nor any other.
    Unmatch,
    /// No part of it pays the fee of this application; its other ties stand.
    UnmatchPart(ApplicationId),
    /// It is to be given back.
    Refund,
    /// It is no payment of a fee.
    Dismiss,
}

/// Why a decision is not carried out; nothing was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DecisionRefusal {
    /// There is no such payment.
    #[error("there is no such payment")]
    PaymentUnknown,
    /// There is no such application.
    #[error("there is no such application")]
    ApplicationUnknown,
    /// No reason was given.
    #[error("a decision needs a reason")]
    ReasonMissing,
    /// The state of the payment does not allow it.
    #[error("this cannot be decided of a payment that is {0}")]
    StateForbids(PaymentState),
    /// It is tied to a fee; the tie is to be undone first.
    #[error("the payment is tied to a fee")]
    Tied,
    /// The card that it paid for is ordered.
    #[error("the card that it paid for is ordered")]
    CardOrdered,
    /// Money of it is being given back; the refund is to be withdrawn first.
    #[error("a refund of the payment is under way")]
    RefundUnderWay,
    /// It is not money in lei that came in.
    #[error("only money in lei that came in pays a fee")]
    NotMoneyIn,
    /// The application takes no money.
    #[error("the application takes no money: its fee is {0}")]
    FeeForbids(FeeState),
    /// No part of it is tied to that application.
    #[error("no part of the payment is tied to that application")]
    NotTiedToIt,
    /// A payment is split into no parts, or into more than anybody needs.
    #[error("a payment is split into 1 to {PARTS_MAX} parts")]
    PartsCount,
    /// The part at this place names no application.
    #[error("part {0} names an application that does not exist")]
    PartUnknown(usize),
    /// The part at this place has no amount, or names an application that an earlier part names.
    #[error("part {0} has no amount above zero or repeats an application")]
    PartWrong(usize),
    /// The parts are more than the payment, of which this much is tied to no fee.
    #[error("the parts are more than the {0} lei that are tied to no fee")]
    PartsExceed(Money),
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// Carries out an operator's decision in a transaction of its own.
pub async fn decide_payment(
    gateway: &Gateway,
    id: PaymentId,
    decision: Decision,
    (actor, reason): (&Actor, &str),
) -> Result<Payment, Failure<DecisionRefusal>> {
    let note = note(gateway, actor, Some(reason));
    let mut tx = gateway.store.begin().await?;
    let payment = decide(&mut tx, id, decision, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(payment)
}

/// Wakes whoever has something to do once a decision is committed.
pub fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Batcher);
}

/// Carries out an operator's decision, with the note's reason in the history. Returns the payment
/// as it stands then.
pub async fn decide(
    tx: &mut Tx,
    id: PaymentId,
    decision: Decision,
    note: &Note<'_>,
) -> Result<Payment, Failure<DecisionRefusal>> {
    require_reason(note)?;
    let payment = payments::lock(tx, id).await?;
    let mut payment = payment.ok_or(Failure::Refused(DecisionRefusal::PaymentUnknown))?;
    require_no_refund(tx, &payment).await?;
    match decision {
        Decision::Match(application) => {
            match_by_hand(tx, &mut payment, application, note).await?;
        }
        Decision::Unmatch => unmatch(tx, &mut payment, note).await?,
        Decision::UnmatchPart(application) => {
            unmatch_part(tx, &mut payment, application, note).await?;
        }
        Decision::Refund => {
            let event = PaymentEvent::RefundOwed;
            set_aside(tx, &mut payment, event, None, note).await?;
        }
        Decision::Dismiss => {
            let event = PaymentEvent::FoundInvalid;
            let code = MatchReason::NotAFee.number();
            set_aside(tx, &mut payment, event, Some(code), note).await?;
        }
    }
    let decided = payments::find(tx, id).await?;
    decided.ok_or(Failure::Refused(DecisionRefusal::PaymentUnknown))
}

/// Why nobody can decide this about a payment as it stands; `None` where it can be decided.
pub async fn obstacle(
    tx: &mut Tx,
    action: PaymentAction,
    payment: &Payment,
) -> anyhow::Result<Option<DecisionRefusal>> {
    let mut checked = require_no_refund(tx, payment).await;
    if checked.is_ok() {
        checked = require_state(action, payment);
    }
    if checked.is_ok() && action.wants_lei() {
        checked = require_money_in(payment);
    }
    if checked.is_ok() && action == PaymentAction::OweBack {
        checked = require_credit(payment);
    }
    match checked {
        Ok(()) => Ok(None),
        Err(Failure::Refused(refusal)) => Ok(Some(refusal)),
        Err(Failure::Broken(error)) => Err(error),
    }
}

/// Refuses a decision without a reason.
pub(crate) fn require_reason(note: &Note<'_>) -> Result<(), Failure<DecisionRefusal>> {
    if note.reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::Refused(DecisionRefusal::ReasonMissing));
    }
    Ok(())
}

/// Refuses to decide about money of which a refund is under way: it is to be withdrawn first.
pub(crate) async fn require_no_refund(
    tx: &mut Tx,
    payment: &Payment,
) -> Result<(), Failure<DecisionRefusal>> {
    if is_under_way(tx, payment.id).await? {
        return Err(Failure::Refused(DecisionRefusal::RefundUnderWay));
    }
    Ok(())
}

/// Refuses an action that the payment's state does not let happen.
pub(crate) fn require_state(
    action: PaymentAction,
    payment: &Payment,
) -> Result<(), Failure<DecisionRefusal>> {
    let refusal = match action.in_state(payment.state) {
        Ok(()) => return Ok(()),
        Err(Obstacle::State) => DecisionRefusal::StateForbids(payment.state),
        Err(Obstacle::Tied) => DecisionRefusal::Tied,
        Err(Obstacle::CardOrdered) => DecisionRefusal::CardOrdered,
    };
    Err(Failure::Refused(refusal))
}

/// Refuses what is not money in lei that came in.
pub(crate) fn require_money_in(payment: &Payment) -> Result<(), Failure<DecisionRefusal>> {
    if payment.currency != "RON" {
        return Err(Failure::Refused(DecisionRefusal::NotMoneyIn));
    }
    require_credit(payment)
}

/// Refuses what is not money that came in.
fn require_credit(payment: &Payment) -> Result<(), Failure<DecisionRefusal>> {
    if read_evidence(payment)?.movement() == Movement::Credit {
        return Ok(());
    }
    Err(Failure::Refused(DecisionRefusal::NotMoneyIn))
}

async fn match_by_hand(
    tx: &mut Tx,
    payment: &mut Payment,
    application: ApplicationId,
    note: &Note<'_>,
) -> Result<(), Failure<DecisionRefusal>> {
    require_state(PaymentAction::Match, payment)?;
    require_money_in(payment)?;
    let application = applications::find(tx, application).await?;
    let mut application =
        application.ok_or(Failure::Refused(DecisionRefusal::ApplicationUnknown))?;
    if !takes_money(&application) {
        let refusal = DecisionRefusal::FeeForbids(application.fee_state);
        return Err(Failure::Refused(refusal));
    }
    // Money of an ended application that is to be given back is tied to it until then.
    untie(tx, payment, BY_HAND, note).await?;
    tie(
        tx,
        payment,
        &mut application,
        (MatchRule::Operator, None),
        note,
    )
    .await
}

/// Whether an operator may tie money to the application: also a second payment, to a paid fee.
pub(crate) fn takes_money(application: &Application) -> bool {
    let ended = matches!(
        application.state,
        ApplicationState::Cancelled | ApplicationState::Destroyed
    );
    let forbids = matches!(
        application.fee_state,
        FeeState::Undecided | FeeState::Exempt | FeeState::RefundDue | FeeState::Refunded
    );
    !ended && !forbids
}

async fn unmatch(
    tx: &mut Tx,
    payment: &mut Payment,
    note: &Note<'_>,
) -> Result<(), Failure<DecisionRefusal>> {
    require_state(PaymentAction::Unmatch, payment)?;
    step(tx, payment, PaymentEvent::MatchUndone, note).await?;
    let code = MatchReason::ReferenceMissing.number();
    payments::set_application(tx, payment.id, None, Some(code)).await?;
    let hold = NewHold {
        kind: SubjectKind::Payment,
        subject: payment.id.0,
        number: &payment.number,
        code,
        detail: "an operator undid its tie",
    };
    holds::open(tx, &hold, note).await?;
    untie_and_offer(tx, payment, BY_HAND, note).await
}

/// Undoes the tie of one part. The last one is the payment's: it then waits again as a whole.
async fn unmatch_part(
    tx: &mut Tx,
    payment: &mut Payment,
    application: ApplicationId,
    note: &Note<'_>,
) -> Result<(), Failure<DecisionRefusal>> {
    let ties = matches::list_standing(tx, payment.id).await?;
    if ties.iter().all(|tie| tie.application != application) {
        return Err(Failure::Refused(DecisionRefusal::NotTiedToIt));
    }
    if ties.iter().all(|tie| tie.application == application) {
        return unmatch(tx, payment, note).await;
    }
    let part = applications::find(tx, application).await?;
    let is_ordered = part.is_none_or(|part| !is_before_order(part.state));
    match payment.state {
        PaymentState::Matched => (),
        PaymentState::Consumed if !is_ordered => (),
        PaymentState::Consumed => return Err(Failure::Refused(DecisionRefusal::CardOrdered)),
        state => return Err(Failure::Refused(DecisionRefusal::StateForbids(state))),
    }
    step(tx, payment, PaymentEvent::PartUndone, note).await?;
    let untying = Untying {
        only: Some(application),
        ..BY_HAND
    };
    untie_and_offer(tx, payment, untying, note).await?;
    hold_rest(tx, payment, note).await
}

/// Undoes ties and offers the fees that lost money to other money that may be waiting for them.
async fn untie_and_offer(
    tx: &mut Tx,
    payment: &Payment,
    untying: Untying,
    note: &Note<'_>,
) -> Result<(), Failure<DecisionRefusal>> {
    for mut loser in untie(tx, payment, untying, note).await? {
        offer_to_others(tx, &mut loser.application, Some(payment.id), note).await?;
    }
    Ok(())
}

/// Holds what is left of a payment in parts: a surplus, until somebody ties it or gives it back.
pub(crate) async fn hold_rest<R>(
    tx: &mut Tx,
    payment: &mut Payment,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let rest = free_rest(tx, payment).await?;
    let code = (rest > Money::ZERO).then_some(MatchReason::Overpaid.number());
    name_application(tx, payment, code).await?;
    let Some(code) = code else {
        return Ok(());
    };
    let hold = NewHold {
        kind: SubjectKind::Payment,
        subject: payment.id.0,
        number: &payment.number,
        code,
        detail: &format!("{rest} lei are tied to no fee"),
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}

async fn set_aside(
    tx: &mut Tx,
    payment: &mut Payment,
    event: PaymentEvent,
    code: Option<u16>,
    note: &Note<'_>,
) -> Result<(), Failure<DecisionRefusal>> {
    let action = match event {
        PaymentEvent::RefundOwed => PaymentAction::OweBack,
        _ => PaymentAction::Dismiss,
    };
    require_state(action, payment)?;
    if action == PaymentAction::OweBack {
        require_credit(payment)?;
    }
    step(tx, payment, event, note).await?;
    payments::set_application(tx, payment.id, None, code).await?;
    holds::close(tx, payment.id.0, None, event.as_str(), note).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
