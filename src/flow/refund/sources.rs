//! What of a payment may be given back, and whose fee it was for.

use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, PaymentId};
use crate::domain::matching::{MatchReason, Movement};
use crate::domain::money::Money;
use crate::domain::payment::PaymentState;
use crate::flow::match_payment::read_evidence;
use crate::flow::tie_payment::untied_rest;
use crate::store::applications::{self, Application};
use crate::store::payments::{self, Payment};
use crate::store::{Tx, matches, refunds};

/// Money of a payment that may be given back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Source {
    /// The application whose fee it was for, where one is known.
    pub application: Option<ApplicationId>,
    /// How much at most.
    pub amount: Money,
    /// Whether it is tied to that fee, and is to be taken out of the tie.
    pub is_tied: bool,
}

/// A payment of which something may be given back.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The payment.
    pub payment: Payment,
    /// How much may be given back in one refund, the largest first.
    pub sources: Vec<Source>,
}

/// Lists payments of which something may be given back, and the last one that was looked at, where
/// there may be more.
pub async fn candidates(
    tx: &mut Tx,
    after: Option<PaymentId>,
    limit: i64,
) -> anyhow::Result<(Vec<Candidate>, Option<PaymentId>)> {
    let ids = refunds::list_candidates(tx, after, limit).await?;
    let is_full = i64::try_from(ids.len()).unwrap_or(i64::MAX) >= limit;
    let last = ids.last().copied().filter(|_| is_full);
    let mut found = Vec::new();
    for id in ids {
        if let Some(payment) = payments::find(tx, id).await? {
            let sources = sources(tx, &payment).await?;
            if !sources.is_empty() {
                found.push(Candidate { payment, sources });
            }
        }
    }
    Ok((found, last))
}

/// What of a payment may be given back now, the largest first.
pub async fn sources(tx: &mut Tx, payment: &Payment) -> anyhow::Result<Vec<Source>> {
    let held = refunds::sum_held(tx, payment.id).await?;
    let mut found = match payment.state {
        PaymentState::RefundDue => vec![untied(payment.application, payment.amount, held)],
        PaymentState::Suggested | PaymentState::Unmatched if is_money_in(payment)? => {
            vec![untied(None, payment.amount, held)]
        }
        PaymentState::Invalid if is_foreign(payment)? => {
            vec![untied(None, payment.amount, held)]
        }
        PaymentState::Matched | PaymentState::Consumed => {
            let rest = untied_rest(tx, payment).await?;
            let mut all = tied(tx, payment).await?;
            all.push(untied(payment.application, rest, held));
            all
        }
        _ => Vec::new(),
    };
    found.retain(|source| source.amount > Money::ZERO);
    found.sort_by_key(|source| std::cmp::Reverse(source.amount));
    Ok(found)
}

fn untied(application: Option<ApplicationId>, amount: Money, held: Money) -> Source {
    Source {
        application,
        amount: amount.checked_sub(held).unwrap_or(Money::ZERO),
        is_tied: false,
    }
}

/// The ties whose fee was overpaid, or whose application ended without a card.
async fn tied(tx: &mut Tx, payment: &Payment) -> anyhow::Result<Vec<Source>> {
    let mut found: Vec<Source> = Vec::new();
    for tie in matches::list_standing(tx, payment.id).await? {
        let known = found
            .iter_mut()
            .find(|one| one.application == Some(tie.application));
        if let Some(known) = known {
            known.amount = known.amount.checked_add(tie.amount).unwrap_or(known.amount);
        } else {
            found.push(Source {
                application: Some(tie.application),
                amount: tie.amount,
                is_tied: true,
            });
        }
    }
    for source in &mut found {
        let application = match source.application {
            Some(id) => applications::find(tx, id).await?,
            None => None,
        };
        let free = application.map_or(Money::ZERO, |one| not_owed(&one));
        source.amount = source.amount.min(free);
    }
    Ok(found)
}

/// What was paid for an application and is not owed for it.
fn not_owed(application: &Application) -> Money {
    match application.fee_state {
        FeeState::RefundDue => application.fee_paid,
        FeeState::Overpaid => {
            let surplus = application.fee_paid.checked_sub(application.fee_due);
            surplus.unwrap_or(Money::ZERO)
        }
        _ => Money::ZERO,
    }
}

fn is_money_in(payment: &Payment) -> anyhow::Result<bool> {
    Ok(read_evidence(payment)?.movement() == Movement::Credit)
}

/// Foreign money pays no fee, and is the payer's all the same.
fn is_foreign(payment: &Payment) -> anyhow::Result<bool> {
    let is_for_it = payment.reason == Some(i64::from(MatchReason::OtherCurrency.number()));
    Ok(is_for_it && is_money_in(payment)?)
}
