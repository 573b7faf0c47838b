//! `webhook`: where offices have their events pushed.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::{Paging, Why};
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::output::{Page, Row, Sheet, instant, or_empty};
use crate::domain::id::OfficeId;
use crate::flow::webhooks::WebhookRefusal;
use crate::flow::webhooks::settings::{self, From as Begin, Wish};
use crate::http::webhooks::progress::{TrialView, try_out};
use crate::http::webhooks::view::{RunView, WebhookView};
use crate::store::webhooks::{self, push};
use crate::store::{Tx, offices};

/// Offices' webhooks: look, try, enable, disable, push again
#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// List webhooks, and how far each has come
    List(Paging),
    /// Show one webhook, and how its last deliveries went
    Show(Named),
    /// Send a test message and tell what became of it
    Test(Named),
    /// Push events, from where it stopped or from an instant on
    Enable(Enable),
    /// Push no more; events stay in the feed
    Disable(Disable),
    /// Push events again from an instant on
    Recover(Recover),
}

/// One office's webhook.
#[derive(Args, Debug)]
pub(crate) struct Named {
    /// The office's code, such as `CLJ-01`
    office: String,
}

/// Push events, from where it stopped or from an instant on
#[derive(Args, Debug)]
pub(crate) struct Enable {
    #[command(flatten)]
    named: Named,
    /// From which instant on, as 2026-11-02T07:00:00Z
    #[arg(long, value_name = "INSTANT")]
    since: Option<DateTime<Utc>>,
    #[command(flatten)]
    why: Why,
}

/// Push no more; events stay in the feed
#[derive(Args, Debug)]
pub(crate) struct Disable {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    why: Why,
}

/// Push events again from an instant on
#[derive(Args, Debug)]
pub(crate) struct Recover {
    #[command(flatten)]
    named: Named,
    /// From which instant on, as 2026-11-02T07:00:00Z
    #[arg(long, value_name = "INSTANT")]
    since: DateTime<Utc>,
    #[command(flatten)]
    why: Why,
}

/// Deliveries that are shown with a webhook.
const RUNS: i64 = 20;

impl Refusal for WebhookRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown | Self::KeyUnknown => Exit::NotFound,
            Self::ReasonMissing | Self::Url(_) | Self::Rate { .. } | Self::PlaceUnknown => {
                Exit::Usage
            }
            Self::KeyMissing | Self::TooManyKeys | Self::LastKey => Exit::Refused,
        }
    }
}

impl Row for WebhookView {
    const HEADS: &'static [&'static str] = &[
        "OFFICE",
        "STATE",
        "WAITING>",
        "ATTEMPTS>",
        "NEXT ATTEMPT",
        "BREAKER",
        "WARNED>",
        "REASON",
        "URL",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.office.clone(),
            self.state.clone(),
            self.waiting.to_string(),
            self.attempts.to_string(),
            self.next_attempt_at.map(instant).unwrap_or_default(),
            self.breaker.clone(),
            or_empty(Some(self.warned_percent).filter(|percent| *percent > 0)),
            self.reason.clone().unwrap_or_default(),
            self.url.clone(),
        ]
    }
}

impl Row for RunView {
    const HEADS: &'static [&'static str] = &[
        "STARTED", "FIRST>", "LAST>", "ATTEMPT>", "OUTCOME", "STATUS>", "DETAIL",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            instant(self.started_at),
            self.first_seq.to_string(),
            self.last_seq.to_string(),
            self.attempt.to_string(),
            self.outcome.clone(),
            or_empty(self.status),
            self.detail.clone().unwrap_or_default(),
        ]
    }
}

/// A webhook with its last deliveries.
#[derive(serde::Serialize)]
struct Details {
    #[serde(flatten)]
    webhook: WebhookView,
    deliveries: Vec<RunView>,
}

impl Page for Details {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        let view = &self.webhook;
        sheet.fields(&[
            ("Office", view.office.clone()),
            ("Address", view.url.clone()),
            ("State", view.state.clone()),
            ("Reason", view.reason.clone().unwrap_or_default()),
            ("Undeliverable", view.on_exhausted.clone()),
            ("Rate", format!("{} per second", view.rate_per_second)),
            (
                "Delivered",
                format!("{} of {}", view.delivered_seq, view.last_seq),
            ),
            ("Waiting", view.waiting.to_string()),
            ("Attempts", view.attempts.to_string()),
            (
                "Next attempt",
                view.next_attempt_at.map(instant).unwrap_or_default(),
            ),
            ("Breaker", view.breaker.clone()),
            ("Keys", view.keys.len().to_string()),
        ]);
        if !self.deliveries.is_empty() {
            sheet.heading("Last deliveries");
            sheet.table(&self.deliveries);
        }
        Ok(())
    }
}

pub(crate) async fn run(
    command: WebhookCommand,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    match command {
        WebhookCommand::List(paging) => list(paging, context).await,
        WebhookCommand::Show(named) => show(&named, context).await,
        WebhookCommand::Test(named) => test(&named, context).await,
        WebhookCommand::Enable(command) => {
            let wish = Wish::Enable(command.since.map(Begin::Instant));
            decide(&command.named, wish, &command.why, context).await
        }
        WebhookCommand::Disable(command) => {
            decide(&command.named, Wish::Disable, &command.why, context).await
        }
        WebhookCommand::Recover(command) => {
            let wish = Wish::Recover(Begin::Instant(command.since));
            decide(&command.named, wish, &command.why, context).await
        }
    }
}

async fn list(paging: Paging, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let now = context.clock.now();
    let mut tx = context.store().await?.read().await?;
    let after = paging.after.unwrap_or_default();
    let found = webhooks::list(&mut tx, after, paging.limit).await?;
    let next = paging.next(&found, |webhook| webhook.office.0);
    let mut rows = Vec::with_capacity(found.len());
    for webhook in found {
        rows.push(WebhookView::of(&mut tx, webhook, now).await?);
    }
    context.output.list(&rows, next.as_deref())?;
    Ok(Exit::Ok)
}

async fn show(named: &Named, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let now = context.clock.now();
    let mut tx = context.store().await?.read().await?;
    let office = office_of(&mut tx, named, context).await?;
    let webhook = webhooks::find(&mut tx, office).await?;
    let webhook = webhook.ok_or_else(|| CliError::not_found("webhook of", &named.office))?;
    let runs = push::list_runs(&mut tx, &offices::lane_of(office), None, RUNS).await?;
    let details = Details {
        webhook: WebhookView::of(&mut tx, webhook, now).await?,
        deliveries: runs.into_iter().map(RunView::from).collect(),
    };
    context.output.page(&details)?;
    Ok(Exit::Ok)
}

async fn test(named: &Named, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let gateway = context.gateway().await?;
    let mut tx = gateway.store.read().await?;
    let office = office_of(&mut tx, named, context).await?;
    drop(tx);
    let Some(network) = &gateway.webhook_network else {
        return Err(CliError::refused("delivery.webhook_ca_file is not set"));
    };
    let view = try_out(&gateway, network, office).await?;
    context.output.done(&view, &told(&view))?;
    Ok(if view.taken {
        Exit::Ok
    } else {
        Exit::Unreachable
    })
}

fn told(view: &TrialView) -> String {
    if view.taken {
        return format!("The receiver took it, after {} ms.", view.milliseconds);
    }
    let detail = view.detail.as_deref().unwrap_or("no answer");
    format!("The receiver did not take it: {} ({detail}).", view.outcome)
}

async fn decide(
    named: &Named,
    wish: Wish,
    why: &Why,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let mut tx = gateway.store.read().await?;
    let office = office_of(&mut tx, named, context).await?;
    drop(tx);
    let reason = Some(why.reason.trim());
    let changed = settings::carry_out(&gateway, office, wish, &actor, reason).await?;
    let (done, sentence) = match (wish, changed) {
        (_, false) => ("unchanged", "It was so already."),
        (Wish::Enable(_), true) => ("enabled", "Events are pushed."),
        (Wish::Disable, true) => (
            "disabled",
            "Events are pushed no more; they stay in the feed.",
        ),
        (Wish::Recover(_), true) => ("recovered", "Events are pushed again from there on."),
    };
    let json = json!({ "done": done, "office": named.office });
    context.output.done(&json, sentence)?;
    Ok(Exit::Ok)
}

async fn office_of(
    tx: &mut Tx,
    named: &Named,
    context: &Context<'_>,
) -> Result<OfficeId, CliError> {
    let code = &named.office;
    let office = offices::find_by_code(tx, code, context.clock.today()).await?;
    let office = office.ok_or_else(|| CliError::not_found("office", code))?;
    Ok(office.id)
}
