//! A webhook as its office and operators see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::id::OfficeId;
use crate::http::api::Api;
use crate::http::operations::view::reason_text;
use crate::http::problems::{Problem, catalogue};
use crate::store::outbox::{self, Lane};
use crate::store::webhooks::keys::{self, Key};
use crate::store::webhooks::push::Run;
use crate::store::webhooks::{self, Webhook};
use crate::store::{StoreError, Tx, offices};

/// An office's webhook.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookView {
    /// The office's code.
    #[schema(example = "CLJ-04")]
    pub(crate) office: String,
    /// The address.
    pub(crate) url: String,
    /// `ENABLED` or `DISABLED`.
    pub(crate) state: String,
    /// Why it was disabled, where nobody asked for it.
    #[schema(example = "831 WEBHOOK_EXHAUSTED")]
    pub(crate) reason: Option<String>,
    /// `DEAD_LETTER` or `BLOCK`.
    pub(crate) on_exhausted: String,
    /// Messages in a second at most.
    pub(crate) rate_per_second: i64,
    /// The share of its tries, in percent, that one event has used up, at 50, 70, 90 and 100; 0 while all is
    /// well.
    pub(crate) warned_percent: i64,
    /// The place of the office's last event.
    pub(crate) last_seq: i64,
    /// The place of the last event that the receiver took.
    pub(crate) delivered_seq: i64,
    /// Events that wait to be pushed.
    pub(crate) waiting: i64,
    /// Tries at the first of them so far.
    pub(crate) attempts: i64,
    /// When it is tried next.
    pub(crate) next_attempt_at: Option<DateTime<Utc>>,
    /// The breaker: `CLOSED` sends, `OPEN` waits, `HALF_OPEN` tries one.
    pub(crate) breaker: String,
    /// Whether an operator paused it.
    pub(crate) paused: bool,
    /// The keys that are valid.
    pub(crate) keys: Vec<KeyView>,
    /// When it was set up.
    pub(crate) created_at: DateTime<Utc>,
    /// When it changed last.
    pub(crate) updated_at: DateTime<Utc>,
}

/// A key, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookKey)]
pub(crate) struct KeyView {
    /// Its id.
    pub(crate) id: Uuid,
    /// `ED25519` or `HMAC`.
    pub(crate) kind: String,
    /// The public key, where there is one.
    pub(crate) public_key: Option<String>,
    /// Since when it signs.
    pub(crate) valid_from: DateTime<Utc>,
    /// Until when; null: for good.
    pub(crate) valid_until: Option<DateTime<Utc>>,
}

impl From<Key> for KeyView {
    fn from(key: Key) -> Self {
        Self {
            id: key.id,
            kind: key.kind.to_string(),
            public_key: key.public_key,
            valid_from: key.valid_from,
            valid_until: key.valid_until,
        }
    }
}

impl WebhookView {
    fn new(webhook: Webhook, office: String, lane: &Lane, keys: Vec<Key>) -> Self {
        Self {
            office,
            url: webhook.url,
            state: webhook.state.to_string(),
            reason: webhook.reason.map(reason_text),
            on_exhausted: webhook.on_exhausted.to_string(),
            rate_per_second: webhook.rate_per_second,
            warned_percent: webhook.warned_percent,
            last_seq: lane.last_seq,
            delivered_seq: lane.delivered_seq,
            waiting: lane.last_seq - lane.acked_seq,
            attempts: lane.attempts,
            next_attempt_at: lane.next_attempt_at,
            breaker: lane.breaker.clone(),
            paused: lane.paused,
            keys: keys.into_iter().map(KeyView::from).collect(),
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }

    /// Reads what belongs to a webhook.
    pub(crate) async fn of(
        tx: &mut Tx,
        webhook: Webhook,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let office = offices::find(tx, webhook.office).await?;
        let code = office.map_or_else(|| webhook.office.to_string(), |office| office.code);
        let lane = outbox::find_lane(tx, &offices::lane_of(webhook.office)).await?;
        let lane = lane.ok_or(StoreError::Moved { what: "lane" })?;
        let keys = keys::list_valid(tx, webhook.office, now).await?;
        Ok(Self::new(webhook, code, &lane, keys))
    }
}

/// Reads an office's webhook; a problem where it has none.
pub(super) async fn read(api: &Api, office: OfficeId) -> Result<WebhookView, Problem> {
    let now = api.gateway.clock.now();
    let mut tx = api.gateway.store.read().await?;
    let webhook = webhooks::find(&mut tx, office).await?;
    let webhook = webhook.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    Ok(WebhookView::of(&mut tx, webhook, now).await?)
}

/// Reads an office's webhook in the transaction that changed it.
pub(super) async fn read_in(
    tx: &mut Tx,
    office: OfficeId,
    now: DateTime<Utc>,
) -> Result<WebhookView, StoreError> {
    let webhook = webhooks::find(tx, office).await?;
    let webhook = webhook.ok_or(StoreError::Moved { what: "webhook" })?;
    WebhookView::of(tx, webhook, now).await
}

/// Tries at successive events that ended alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(crate) struct RunView {
    /// When the first began.
    pub(crate) started_at: DateTime<Utc>,
    /// When the last ended.
    pub(crate) ended_at: DateTime<Utc>,
    /// The place of the first event.
    pub(crate) first_seq: i64,
    /// The place of the last event.
    pub(crate) last_seq: i64,
    /// The number of the try at each of them, from 1.
    pub(crate) attempt: i64,
    /// `DELIVERED`; `RETRY`, `LATER` and `AMBIGUOUS` are tried again; `PERMANENT` is not.
    pub(crate) outcome: String,
    /// The HTTP status, where there was one.
    pub(crate) status: Option<i64>,
    /// What was said.
    pub(crate) detail: Option<String>,
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        Self {
            started_at: run.started_at,
            ended_at: run.ended_at,
            first_seq: run.first_seq,
            last_seq: run.last_seq,
            attempt: run.attempt,
            outcome: run.outcome,
            status: run.status,
            detail: run.detail,
        }
    }
}
