//! The settings of the operators' console.

use crate::config::Config;
use crate::config::fault::Findings;
use crate::config::validate::{AT_LEAST_ONE, GIVE_BOTH};

impl Config {
    pub(super) fn check_console(&self, findings: &mut Findings) {
        let console = &self.console;
        findings.expect(
            console.certificate_file.is_some() == console.key_file.is_some(),
            "console.certificate_file",
            "certificate and key belong together",
            GIVE_BOTH,
        );
        let is_local = console.bind.is_none_or(|bind| bind.ip().is_loopback());
        findings.expect(
            console.certificate_file.is_some() || is_local || !self.is_strict(),
            "console.bind",
            "would carry passwords over the network in the clear",
            "name console.certificate_file, or listen on 127.0.0.1 behind a proxy",
        );
        findings.expect(
            console.bind != Some(self.http.bind) || self.http.bind.port() == 0,
            "console.bind",
            "is the same address as http.bind",
            "choose another port",
        );
        findings.expect(
            (1..=24).contains(&console.session_hours),
            "console.session_hours",
            "does not lie between 1 and 24",
            "give the hours of a working day",
        );
        findings.expect(
            console.idle_minutes > 0,
            "console.idle_minutes",
            "is 0",
            AT_LEAST_ONE,
        );
    }
}
