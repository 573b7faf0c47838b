//! Closes orders, and writes and signs those that are closed.

use crate::domain::application::Product;
use crate::flow::open_order::open_order;
use crate::flow::seal_order::seal_order;
use crate::gateway::Gateway;
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker};

/// One order a pass: a closed one is sealed before the next is opened.
#[derive(Clone, Copy, Debug)]
pub struct Batcher;

impl Worker for Batcher {
    const NAME: &'static str = "batcher";
    const BELL: Bell = Bell::Batcher;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        if let Some(number) = seal_order(gateway).await? {
            tracing::info!(order.number = number, "order sealed");
            gateway.bells.ring(Bell::Dispatcher);
            return Ok(Progress::Worked);
        }
        for product in Product::ALL {
            if let Some(number) = open_order(gateway, *product).await? {
                tracing::info!(order.number = number, "order closed");
                return Ok(Progress::Worked);
            }
        }
        Ok(Progress::Idle)
    }
}
