//! An office's webhook: the address to which its events are pushed, its life, and what follows on a
//! try at delivering one event.

mod address;
mod body;
mod endpoint;
mod tries;

use crate::coded;
use crate::domain::step::{self, IllegalStep, Step};

use {WebhookEvent::*, WebhookState::*};

pub use address::is_public;
pub use body::{TEST_KIND, body, test_payload};
pub use endpoint::{Endpoint, Host, Reach, UrlFault};
pub use tries::{
    ATTEMPTS_MAX, AfterTry, REFUSALS_MAX, WAIT_AFTER_REFUSAL, after_try, verdict, wait,
};

coded! {
    /// Whether events are pushed.
    pub enum WebhookState as "webhook state" {
        /// They are not; the office asks for them.
        Disabled = "DISABLED",
        /// They are.
        Enabled = "ENABLED",
    }
}

coded! {
    /// What may happen to a webhook.
    pub enum WebhookEvent as "webhook event" {
        /// The office or an operator had events pushed.
        TurnedOn = "TURNED_ON",
        /// The office or an operator had enough of it.
        TurnedOff = "TURNED_OFF",
        /// One event was tried as often as it may be.
        Exhausted = "EXHAUSTED",
        /// The receiver answered that it is gone for good (410).
        Gone = "GONE",
        /// The receiver refused many events in a row.
        RefusedAll = "REFUSED_ALL",
    }
}

/// The life of a webhook.
#[rustfmt::skip]
pub const STEPS: &[Step<WebhookState, WebhookEvent>] = &[
    (Disabled, TurnedOn,   Enabled),
    (Enabled,  TurnedOff,  Disabled),
    (Enabled,  Exhausted,  Disabled),
    (Enabled,  Gone,       Disabled),
    (Enabled,  RefusedAll, Disabled),
];

impl WebhookState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: WebhookEvent) -> Result<Self, IllegalStep<Self, WebhookEvent>> {
        step::next(STEPS, self, event)
    }
}

coded! {
    /// What becomes of an event that cannot be delivered.
    pub enum OnExhausted as "way to deal with undeliverable events" {
        /// It is set aside for an operator, and those behind it go on; the next one announces the gap.
        DeadLetter = "DEAD_LETTER",
        /// It stays the first: nothing is passed over.
        Block = "BLOCK",
    }
}

coded! {
    /// What an event is signed with, after Standard Webhooks 1.0.
    pub enum KeyKind as "kind of webhook key" {
        /// Version `v1a`: whoever knows the public key verifies, and cannot sign. Preferred.
        Ed25519 = "ED25519",
        /// Version `v1`: HMAC-SHA256 under a secret that both sides hold.
        Hmac = "HMAC",
    }
}

/// Keys of one webhook that are valid at a time, at most: more in one header help nobody.
pub const KEYS_MAX: usize = 5;

#[cfg(test)]
mod tests;
