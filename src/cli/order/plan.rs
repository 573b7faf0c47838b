//! What the next orders would be, and whether any are opened.

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::{Why, codes};
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::output::{Page, Row, Sheet, instant};
use crate::domain::application::Product;
use crate::flow::pause_batching::{PauseDecision, PauseRefusal, decide_batching};
use crate::http::operations::plan_view::{OrderPlanView, PlannedOrderView, read_plans};

/// Open no orders of a product for a while
#[derive(Args, Debug)]
pub(crate) struct Pause {
    #[command(flatten)]
    which: Which,
    /// When the pause ends by itself, such as 2026-03-05T06:00:00Z; otherwise `order resume` ends it
    #[arg(long, value_name = "INSTANT")]
    until: Option<DateTime<Utc>>,
    #[command(flatten)]
    why: Why,
}

/// Open orders of a product again
#[derive(Args, Debug)]
pub(crate) struct Resume {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    why: Why,
}

/// Which product.
#[derive(Args, Debug)]
pub(crate) struct Which {
    /// The product
    #[arg(long, ignore_case = true, default_value = "CEI",
          value_parser = codes(Product::ALL, Product::parse))]
    product: Product,
}

impl Refusal for PauseRefusal {
    fn exit(&self) -> Exit {
        Exit::Usage
    }
}

/// The plans of all products.
#[derive(Serialize)]
struct Plans {
    data: Vec<OrderPlanView>,
}

pub(super) async fn show(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let config = context.config()?;
    let mut tx = context.store().await?.read().await?;
    let data = read_plans(&mut tx, &config, context.clock.now()).await?;
    context.output.page(&Plans { data })?;
    Ok(Exit::Ok)
}

pub(super) async fn pause(command: &Pause, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let until = command.until;
    let decision = PauseDecision::Pause { until };
    let changed = decide(&command.which, decision, &command.why, context).await?;
    let end = until.map_or_else(
        || "until `order resume`".to_owned(),
        |until| format!("until {}", instant(until)),
    );
    let product = command.which.product;
    let sentence = if changed {
        format!("No orders of {product} are opened {end}.")
    } else {
        format!("{product} was paused {end} already.")
    };
    let json = json!({ "done": "paused", "product": product.as_str(), "until": until, "changed": changed });
    context.output.done(&json, &sentence)?;
    Ok(Exit::Ok)
}

pub(super) async fn resume(command: &Resume, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let changed = decide(&command.which, PauseDecision::Resume, &command.why, context).await?;
    let product = command.which.product;
    let sentence = if changed {
        format!("Orders of {product} are opened again.")
    } else {
        format!("{product} was not paused.")
    };
    let json = json!({ "done": "resumed", "product": product.as_str(), "changed": changed });
    context.output.done(&json, &sentence)?;
    Ok(Exit::Ok)
}

async fn decide(
    which: &Which,
    decision: PauseDecision,
    why: &Why,
    context: &mut Context<'_>,
) -> Result<bool, CliError> {
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let changed = decide_batching(&gateway, which.product, decision, &actor, &why.reason).await?;
    Ok(changed)
}

impl Page for Plans {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        for plan in &self.data {
            let pause = plan.pause.as_ref();
            let paused = pause.map(|pause| {
                let until = pause
                    .until
                    .map_or_else(String::new, |until| format!(" until {}", instant(until)));
                let since = instant(pause.paused_at);
                format!("since {since}{until}, by {}: {}", pause.actor, pause.reason)
            });
            let left = plan.lines_left;
            sheet.fields(&[
                ("Bureau", plan.bureau.clone()),
                ("Product", plan.product.clone()),
                ("Paused", paused.unwrap_or_else(|| "no".to_owned())),
                (
                    "Lines left today",
                    left.map_or_else(|| "no limit".to_owned(), |left| left.to_string()),
                ),
            ]);
            sheet.heading("Orders");
            sheet.table(&plan.orders);
            if plan.is_cut {
                sheet.line("More applications wait than are planned here.");
            }
        }
        Ok(())
    }
}

impl Row for PlannedOrderView {
    const HEADS: &'static [&'static str] = &[
        "WHEN",
        "AT",
        "BECAUSE",
        "FOR",
        "LINES>",
        "BYTES>",
        "WAITING SINCE",
        "DEADLINE",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.when.to_lowercase().replace('_', " "),
            self.at.map(instant).unwrap_or_default(),
            self.because.clone(),
            self.group.clone(),
            self.lines.to_string(),
            self.bytes.to_string(),
            instant(self.oldest_ready_since),
            self.earliest_deadline_on.to_string(),
        ]
    }
}
