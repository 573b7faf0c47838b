//! The section about cards after they are made, and its bounds.

use serde::Deserialize;

use crate::config::Config;
use crate::config::fault::Findings;

/// What becomes of cards once they are made.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Production {
    /// Days for which a card lies at its office before it is called unclaimed.
    pub unclaimed_days: u32,
    /// Months from the hand-over for which chip and material are under warranty.
    pub warranty_months: u32,
    /// Whether the county checks a card before its office may say that it holds it.
    pub county_validation: bool,
}

impl Config {
    pub(super) fn check_production(&self, findings: &mut Findings) {
        let production = &self.production;
        findings.expect(
            production.unclaimed_days > 0,
            "production.unclaimed_days",
            "is 0",
            "give a number from 1 on",
        );
        findings.expect(
            production.warranty_months <= 120,
            "production.warranty_months",
            "is longer than a card is valid",
            "give 120 months at most",
        );
    }
}
