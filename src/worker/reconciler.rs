//! Acts upon what the bureau sent, and notices what it did not send.

use crate::flow::causes::carry_out_next;
use crate::flow::chase_receipt::chase_receipt;
use crate::flow::letters::doubt::end_doubt;
use crate::flow::letters::night::ask_at_night;
use crate::flow::letters::notice_silence::{notice_overdue_lines, notice_unanswered_letter};
use crate::flow::read_document::read_document;
use crate::gateway::Gateway;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker, retry_races};

/// One document a pass; when there is none, one order under an operator's decision about its cause;
/// then one whose receipt is overdue.
#[derive(Clone, Copy, Debug)]
pub struct Reconciler;

impl Worker for Reconciler {
    const NAME: &'static str = "reconciler";
    const BELL: Bell = Bell::Reconciler;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        if retry_races(|| read_document(gateway)).await? {
            gateway.bells.ring(Bell::Batcher);
            return Ok(Progress::Worked);
        }
        if let Some(ended) = retry_races(|| carry_out_next(gateway, None)).await? {
            tracing::info!(outcome = %ended.outcome, "a decision about a failed order");
            return Ok(Progress::Worked);
        }
        if let Some(number) = retry_races(|| chase_receipt(gateway)).await? {
            tracing::warn!(order.number = number, "the receipt of an order is overdue");
            gateway.bells.ring(Bell::Dispatcher);
            return Ok(Progress::Worked);
        }
        self.look_around(gateway).await
    }
}

impl Reconciler {
    /// Notices what nobody said: orders in doubt, letters without an answer, lines without an end;
    /// and at night asks about every open order.
    async fn look_around(self, gateway: &Gateway) -> anyhow::Result<Progress> {
        if let Some(number) = retry_races(|| end_doubt(gateway)).await? {
            tracing::warn!(
                order.number = number,
                "the bureau did not say whether it has an order; it is sent again"
            );
            gateway.bells.ring(Bell::Dispatcher);
            return Ok(Progress::Worked);
        }
        if let Some(number) = retry_races(|| notice_unanswered_letter(gateway)).await? {
            tracing::warn!(letter.number = number, "the answer to a letter is overdue");
            return Ok(Progress::Worked);
        }
        let asked = retry_races(|| ask_at_night(gateway)).await?;
        if asked > 0 {
            tracing::info!(count = asked, "the bureau is asked about open orders");
            return Ok(Progress::Worked);
        }
        if let Some(number) = retry_races(|| notice_overdue_lines(gateway)).await? {
            tracing::warn!(order.number = number, "lines of an order come to no end");
            return Ok(Progress::Worked);
        }
        Ok(Progress::Idle)
    }
}
