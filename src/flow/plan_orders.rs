//! Tells what the next orders would be and why, without opening any.

use chrono::{DateTime, Utc};

use crate::config::Config;
use crate::domain::application::Product;
use crate::domain::batching::{Planned, plan};
use crate::flow::batching_rule::{moment, rule_of};
use crate::store::batching_pauses::{self, BatchingPause};
use crate::store::{StoreError, Tx, applications};

/// Applications that a plan looks at, the most urgent first.
pub const PLANNED_MAX: i64 = 20_000;

/// The next orders of a product.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderPlan {
    /// The bureau.
    pub bureau: String,
    /// The product.
    pub product: Product,
    /// Why no order is opened, while somebody paused it.
    pub pause: Option<BatchingPause>,
    /// Lines that may still be ordered today; `None` where there is no limit.
    pub lines_left: Option<u64>,
    /// The orders, in the order in which they would be opened.
    pub orders: Vec<Planned>,
    /// Whether more applications wait than a plan looks at.
    pub is_cut: bool,
}

/// Plans the next orders of a product as they stand `now`.
pub async fn plan_orders(
    tx: &mut Tx,
    config: &Config,
    product: Product,
    now: DateTime<Utc>,
) -> Result<OrderPlan, StoreError> {
    let rule = rule_of(&config.batching);
    let bureau = &config.bureau.code;
    let pause = batching_pauses::find(tx, bureau, product, now).await?;
    let at = moment(tx, &rule, bureau, product, now).await?;
    let limit = PLANNED_MAX + 1;
    let mut waiting = applications::list_waiting(tx, bureau, product, rule.grouping, limit).await?;
    let is_cut = i64::try_from(waiting.len()).is_ok_and(|count| count > PLANNED_MAX);
    if is_cut {
        waiting.pop();
    }
    Ok(OrderPlan {
        bureau: bureau.clone(),
        product,
        pause,
        lines_left: at.lines_left,
        orders: plan(&rule, &waiting, at),
        is_cut,
    })
}
