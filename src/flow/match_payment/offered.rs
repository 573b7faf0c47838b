//! What operators are offered while money waits for their decision.

use crate::domain::id::PaymentId;
use crate::domain::matching::{MatchReason, Suggestion, Verdict};
use crate::domain::payment::PaymentState;
use crate::flow::match_payment::judgement::judge;
use crate::flow::match_payment::{keys_of, read_evidence};
use crate::store::Tx;
use crate::store::applications::Application;
use crate::store::payments::{self, Payment};

/// Suggested payments that share a key with one application and are looked at.
const LOOKED_AT_MAX: usize = 20;

/// The applications that an operator may choose for a payment, the likeliest first.
pub async fn suggestions(tx: &mut Tx, payment: &Payment) -> anyhow::Result<Vec<Suggestion>> {
    let evidence = read_evidence(payment)?;
    let verdict = judge(tx, payment, &evidence).await?;
    Ok(match verdict {
        Verdict::Suggest { candidates, .. } => candidates,
        _ => Vec::new(),
    })
}

/// Whether an application is among the candidates of money that an operator is looking at.
pub async fn is_offered(tx: &mut Tx, application: &Application) -> anyhow::Result<bool> {
    let mut waiting: Vec<Payment> = Vec::new();
    let surplus = MatchReason::SecondPayment.number();
    for key in keys_of(tx, application).await? {
        waiting.extend(payments::list_waiting(tx, &key, application.id, surplus).await?);
    }
    waiting.retain(|payment| payment.state == PaymentState::Suggested);
    let id = |payment: &Payment| -> PaymentId { payment.id };
    waiting.sort_unstable_by_key(id);
    waiting.dedup_by_key(|payment| payment.id);
    for payment in waiting.iter().take(LOOKED_AT_MAX) {
        let offered = suggestions(tx, payment).await?;
        if offered.iter().any(|one| one.application == application.id) {
            return Ok(true);
        }
    }
    Ok(false)
}
