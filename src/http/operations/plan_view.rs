//! What the next orders would be, as it is shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::Config;
use crate::domain::application::Product;
use crate::domain::batching::{Planned, When};
use crate::flow::plan_orders::{OrderPlan, plan_orders};
use crate::store::batching_pauses::BatchingPause;
use crate::store::{StoreError, Tx};

/// What the next orders of a product would be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderPlan)]
pub struct OrderPlanView {
    /// The bureau's code.
    #[schema(example = "CNIN")]
    pub bureau: String,
    /// The product.
    #[schema(example = "CEI")]
    pub product: String,
    /// Why nothing is ordered at present; null while orders are opened.
    pub pause: Option<PauseView>,
    /// Cards that may still be ordered today; null where the bureau sets no limit.
    pub lines_left: Option<u64>,
    /// The orders, in the order in which they would be opened.
    pub orders: Vec<PlannedOrderView>,
    /// Whether more wait than are planned here, the most urgent first.
    pub is_cut: bool,
}

/// That nothing is ordered for a while, by decision.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrdersPause)]
pub struct PauseView {
    /// Since when.
    pub paused_at: DateTime<Utc>,
    /// When it ends by itself; null when somebody must resume.
    pub until: Option<DateTime<Utc>>,
    /// Who decided so.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// One order that would come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedOrder)]
pub struct PlannedOrderView {
    /// The county's or office's code that its cards go to; empty where orders are not grouped.
    #[schema(example = "CJ")]
    pub group: String,
    /// How many cards it would have.
    pub lines: usize,
    /// Bytes of all its lines.
    pub bytes: u64,
    /// `NOW`, `AFTER_MIDNIGHT` when the bureau takes no more today, or `BY` when it waits for others.
    #[schema(example = "BY")]
    pub when: &'static str,
    /// The instant at which it is closed at the latest; null for `NOW`.
    pub at: Option<DateTime<Utc>>,
    /// Why it is closed then.
    #[schema(example = "AGE")]
    pub because: String,
    /// Since when the one that has waited longest is ready.
    pub oldest_ready_since: DateTime<Utc>,
    /// The earliest last day of a legal term.
    pub earliest_deadline_on: NaiveDate,
}

/// Plans the next orders of every product.
pub async fn read_plans(
    tx: &mut Tx,
    config: &Config,
    now: DateTime<Utc>,
) -> Result<Vec<OrderPlanView>, StoreError> {
    let mut plans = Vec::new();
    for product in Product::ALL {
        plans.push(plan_orders(tx, config, *product, now).await?.into());
    }
    Ok(plans)
}

impl From<OrderPlan> for OrderPlanView {
    fn from(plan: OrderPlan) -> Self {
        Self {
            bureau: plan.bureau,
            product: plan.product.to_string(),
            pause: plan.pause.map(PauseView::from),
            lines_left: plan.lines_left,
            orders: plan
                .orders
                .into_iter()
                .map(PlannedOrderView::from)
                .collect(),
            is_cut: plan.is_cut,
        }
    }
}

impl From<BatchingPause> for PauseView {
    fn from(pause: BatchingPause) -> Self {
        Self {
            paused_at: pause.paused_at,
            until: pause.until,
            actor: pause.actor,
            reason: pause.reason,
        }
    }
}

impl From<Planned> for PlannedOrderView {
    fn from(planned: Planned) -> Self {
        let (when, at) = match planned.when {
            When::Now => ("NOW", None),
            When::AfterMidnight(at) => ("AFTER_MIDNIGHT", Some(at)),
            When::By(at) => ("BY", Some(at)),
        };
        Self {
            group: planned.group.to_string(),
            lines: planned.lines,
            bytes: planned.bytes,
            when,
            at,
            because: planned.because.to_string(),
            oldest_ready_since: planned.oldest_ready_since,
            earliest_deadline_on: planned.earliest_deadline_on,
        }
    }
}
