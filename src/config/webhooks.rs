//! The section of what is pushed to offices.

use serde::Deserialize;

/// How events are pushed to offices.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Webhooks that one process sends to at a time.
    pub concurrency: u32,
    /// Events in one turn of a webhook at most.
    pub batch: u32,
    /// Events in a second at most.
    pub rate_per_second: u32,
    /// Seconds until a connection stands.
    pub connect_timeout_seconds: u32,
    /// Seconds until an event is sent and answered.
    pub total_timeout_seconds: u32,
    /// Whether they may lie in our own network and speak HTTP.
    pub allow_private: bool,
}
