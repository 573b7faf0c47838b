//! Splits one payment among several applications, as an operator says: a family pays in one sum.

use crate::domain::id::PaymentId;
use crate::domain::matching::MatchRule;
use crate::domain::money::Money;
use crate::domain::operator::Actor;
use crate::domain::payment::PaymentState;
use crate::domain::payment_action::PaymentAction;
use crate::flow::Failure;
use crate::flow::decide_payment::{
    BY_HAND, DecisionRefusal, PARTS_MAX, hold_rest, require_money_in, require_no_refund,
    require_reason, require_state, takes_money, wake,
};
use crate::flow::progress::note;
use crate::flow::tie_payment::{free_rest, tie_part, untie};
use crate::gateway::Gateway;
use crate::store::Tx;
use crate::store::applications::{self, Application};
use crate::store::history::Note;
use crate::store::payments::{self, Payment};

/// What one application gets of a payment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// The application's number or id.
    pub application: String,
    /// How much of the payment.
    pub amount: Money,
}

/// Splits a payment in a transaction of its own.
pub async fn split_payment(
    gateway: &Gateway,
    id: PaymentId,
    parts: &[Part],
    (actor, reason): (&Actor, &str),
) -> Result<Payment, Failure<DecisionRefusal>> {
    let note = note(gateway, actor, Some(reason));
    let mut tx = gateway.store.begin().await?;
    let payment = split(&mut tx, id, parts, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(payment)
}

/// Ties parts of a payment to the fees of the applications that they name. What no part takes is
/// held as a surplus; parts may be added to it later. Returns the payment as it stands then.
pub async fn split(
    tx: &mut Tx,
    id: PaymentId,
    parts: &[Part],
    note: &Note<'_>,
) -> Result<Payment, Failure<DecisionRefusal>> {
    require_reason(note)?;
    let payment = payments::lock(tx, id).await?;
    let mut payment = payment.ok_or(Failure::Refused(DecisionRefusal::PaymentUnknown))?;
    require_state(PaymentAction::Split, &payment)?;
    require_money_in(&payment)?;
    require_no_refund(tx, &payment).await?;
    let mut meant = find_all(tx, parts).await?;
    if payment.state == PaymentState::RefundDue {
        // Money of an ended application that is to be given back is tied to it until then.
        untie(tx, &payment, BY_HAND, note).await?;
    }
    let rest = free_rest(tx, &payment).await?;
    let asked = parts
        .iter()
        .try_fold(Money::ZERO, |sum, part| sum.checked_add(part.amount));
    if asked.is_none_or(|asked| asked > rest) {
        return Err(Failure::Refused(DecisionRefusal::PartsExceed(rest)));
    }
    for (application, part) in meant.iter_mut().zip(parts) {
        let rule = (MatchRule::Operator, None);
        tie_part(tx, &mut payment, (application, part.amount), rule, note).await?;
    }
    hold_rest(tx, &mut payment, note).await?;
    let split = payments::find(tx, id).await?;
    split.ok_or(Failure::Refused(DecisionRefusal::PaymentUnknown))
}

/// Finds the applications that parts name, each once and each willing.
async fn find_all(
    tx: &mut Tx,
    parts: &[Part],
) -> Result<Vec<Application>, Failure<DecisionRefusal>> {
    if parts.is_empty() || parts.len() > PARTS_MAX {
        return Err(Failure::Refused(DecisionRefusal::PartsCount));
    }
    let mut found: Vec<Application> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let one = applications::find_by_name(tx, &part.application).await?;
        let one = one.ok_or(Failure::Refused(DecisionRefusal::PartUnknown(at)))?;
        if part.amount <= Money::ZERO || found.iter().any(|other| other.id == one.id) {
            return Err(Failure::Refused(DecisionRefusal::PartWrong(at)));
        }
        if !takes_money(&one) {
            let refusal = DecisionRefusal::FeeForbids(one.fee_state);
            return Err(Failure::Refused(refusal));
        }
        found.push(one);
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
