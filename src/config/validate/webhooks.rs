//! The settings of what is pushed to offices.

use crate::config::fault::Findings;
use crate::config::validate::AT_LEAST_ONE;
use crate::config::{Config, Environment};

impl Config {
    pub(super) fn check_webhooks(&self, findings: &mut Findings) {
        let webhooks = &self.webhooks;
        for (key, number) in [
            ("webhooks.concurrency", webhooks.concurrency),
            ("webhooks.batch", webhooks.batch),
            ("webhooks.rate_per_second", webhooks.rate_per_second),
        ] {
            findings.expect(number > 0, key, "is 0", AT_LEAST_ONE);
        }
        let (connect, total) = (
            webhooks.connect_timeout_seconds,
            webhooks.total_timeout_seconds,
        );
        findings.expect(
            connect > 0 && connect <= total,
            "webhooks.connect_timeout_seconds",
            "does not lie between 1 and webhooks.total_timeout_seconds",
            "make it smaller than the other",
        );
        // A turn begins no try after half of its lease, and one that begins then must end before the rest.
        findings.expect(
            total < self.delivery.lease_seconds.div_ceil(2),
            "webhooks.total_timeout_seconds",
            "is not less than half of delivery.lease_seconds",
            "make it shorter, or the lease longer",
        );
        findings.expect(
            !webhooks.allow_private || self.environment != Environment::Production,
            "webhooks.allow_private",
            "would let offices reach into our own network",
            "leave it false in production",
        );
    }
}
