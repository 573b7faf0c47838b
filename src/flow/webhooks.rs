//! Events that are pushed to offices: what an office sets ([`settings`], [`keys`]), and one turn of its lane
//! ([`turn`]).
//!
//! The office's lane is the log; its `acked_seq` is how far pushing has come. Reading the feed and being
//! pushed to do not disturb each other.

pub mod keys;
pub mod settings;
mod trouble;
pub mod turn;

use anyhow::Context;

use crate::domain::id::OfficeId;
use crate::domain::webhook::UrlFault;
use crate::flow::Failure;
use crate::gateway::Gateway;
use crate::store::outbox::{self, Lane};
use crate::store::webhooks::{self, Webhook};
use crate::store::{Tx, offices};
use crate::worker::bell::Bell;

/// Why a wish about a webhook is not carried out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WebhookRefusal {
    /// The office has none.
    #[error("the office has no webhook")]
    Unknown,
    /// The address does not serve.
    #[error("the address does not serve")]
    Url(#[from] UrlFault),
    /// More messages in a second than the gateway sends, or none.
    #[error("the rate is not between 1 and {max} messages in a second")]
    Rate {
        /// The most that the gateway sends.
        max: u32,
    },
    /// It has no key, so that nothing could be signed.
    #[error("the webhook has no key")]
    KeyMissing,
    /// It has as many keys as it may.
    #[error("the webhook has as many valid keys as it may")]
    TooManyKeys,
    /// There is no such key that is valid.
    #[error("there is no such key that is valid")]
    KeyUnknown,
    /// The key is the only one, and events are pushed.
    #[error("it is the last key of a webhook that is enabled")]
    LastKey,
    /// The place is not one of the office's events.
    #[error("there is no such place among the office's events")]
    PlaceUnknown,
    /// An operator's decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
}

impl From<UrlFault> for Failure<WebhookRefusal> {
    fn from(fault: UrlFault) -> Self {
        Self::Refused(fault.into())
    }
}

impl From<WebhookRefusal> for Failure<WebhookRefusal> {
    fn from(refusal: WebhookRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Wakes whoever pushes events, after a change of what is to be pushed.
pub(crate) fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Herald);
}

/// Locks an office's webhook.
async fn locked(tx: &mut Tx, office: OfficeId) -> Result<Webhook, Failure<WebhookRefusal>> {
    let found = webhooks::lock(tx, office).await?;
    Ok(found.ok_or(WebhookRefusal::Unknown)?)
}

/// The lane of an office.
pub(crate) async fn lane_of<R>(tx: &mut Tx, office: OfficeId) -> Result<Lane, Failure<R>> {
    let lane = outbox::find_lane(tx, &offices::lane_of(office)).await?;
    Ok(lane.context("the office has no lane")?)
}
