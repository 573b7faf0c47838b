//! Closes orders, and writes and signs those that are closed, and letters to the bureau.

use crate::domain::application::Product;
use crate::flow::letters::seal::seal_letter;
use crate::flow::open_order::open_order;
use crate::flow::seal_order::{Sealing, seal_order};
use crate::gateway::Gateway;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker, retry_races};

/// One order or letter a pass: a closed one is sealed before the next is opened.
#[derive(Clone, Copy, Debug)]
pub struct Batcher;

impl Worker for Batcher {
    const NAME: &'static str = "batcher";
    const BELL: Bell = Bell::Batcher;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        if let Some(sealing) = retry_races(|| seal_order(gateway)).await? {
            tell(gateway, &sealing);
            return Ok(Progress::Worked);
        }
        if let Some(number) = retry_races(|| seal_letter(gateway)).await? {
            tracing::info!(letter.number = number, "letter sealed");
            gateway.bells.ring(Bell::Dispatcher);
            return Ok(Progress::Worked);
        }
        for product in Product::ALL {
            if let Some(number) = retry_races(|| open_order(gateway, *product)).await? {
                tracing::info!(order.number = number, "order closed");
                return Ok(Progress::Worked);
            }
        }
        Ok(Progress::Idle)
    }
}

fn tell(gateway: &Gateway, sealing: &Sealing) {
    match sealing {
        Sealing::Signed { number } => {
            tracing::info!(order.number = number, "order sealed");
            gateway.bells.ring(Bell::Dispatcher);
        }
        Sealing::GivenUp {
            number,
            line_no,
            code,
        } => tracing::error!(
            order.number = number,
            line_no,
            code,
            "an order cannot be written and was given up; its line waits for an operator"
        ),
    }
}
