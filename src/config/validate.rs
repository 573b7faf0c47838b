//! What the values must be, beyond their kind: within bounds, complete, and fit for each other.

mod bureau;
mod console;
mod webhooks;

use std::path::PathBuf;

use crate::config::fault::Findings;
use crate::config::{Config, Environment, Faults};
use crate::domain::bank_text::transliterate;
use crate::domain::term::TERM_DAYS;
use crate::telemetry;

/// Lines in one order at most, as `schemas/order-1.xsd` says.
const ORDER_LINES_MAX: u32 = 1_000;

const GIVE_BOTH: &str = "give both files or neither";
const AT_LEAST_ONE: &str = "give a number from 1 on";

impl Config {
    /// Checks every value and answers with all faults together. Touches no file and no network;
    /// [`Config::check_files`] does.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut findings = Findings::default();
        self.check_database(&mut findings);
        self.check_http(&mut findings);
        self.check_console(&mut findings);
        self.check_vault(&mut findings);
        self.check_signing(&mut findings);
        self.check_bureau(&mut findings);
        self.check_acknowledgements(&mut findings);
        self.check_batching(&mut findings);
        self.check_production(&mut findings);
        self.check_delivery(&mut findings);
        self.check_webhooks(&mut findings);
        self.check_payments(&mut findings);
        self.check_limits(&mut findings);
        self.check_refunds(&mut findings);
        if let Err(error) = telemetry::filter(&self.logging.level) {
            findings.add(
                "logging.level",
                &error.to_string(),
                "write for example `info`",
            );
        }
        findings.into_result()
    }

    /// Whether nothing may be left to chance: every certificate must be configured.
    fn is_strict(&self) -> bool {
        self.environment != Environment::Development
    }

    /// Notes a file that only a developer's machine may lack.
    pub(super) fn require(&self, findings: &mut Findings, key: &str, file: Option<&PathBuf>) {
        let what = format!(
            "is missing, which only development may have, not {}",
            self.environment
        );
        findings.expect(
            file.is_some() || !self.is_strict(),
            key,
            &what,
            "name the file",
        );
    }

    fn check_database(&self, findings: &mut Findings) {
        let url = &self.database.url;
        if let Some(rest) = url
            .strip_prefix("postgres://")
            .or(url.strip_prefix("postgresql://"))
        {
            let authority = rest.split(['/', '?']).next().unwrap_or_default();
            let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
            findings.expect(
                !user.contains(':') && !rest.contains("password="),
                "database.url",
                "holds a password",
                "put it in a file and name that in database.password_file",
            );
        } else {
            findings.expect(
                url.starts_with("sqlite:"),
                "database.url",
                "is no known database",
                "write `sqlite:FILE` or `postgres://USER@HOST/DATABASE`",
            );
            findings.expect(
                self.database.password_file.is_none(),
                "database.password_file",
                "is given for a database that has no password",
                "leave it empty",
            );
        }
        let connections = self.database.connections_max;
        findings.expect(
            connections > 0,
            "database.connections_max",
            "is 0",
            AT_LEAST_ONE,
        );
    }

    fn check_http(&self, findings: &mut Findings) {
        let http = &self.http;
        self.check_url(findings, "http.public_url", &http.public_url);
        findings.expect(
            http.tls_cert_file.is_some() == http.tls_key_file.is_some(),
            "http.tls_cert_file",
            "certificate and key belong together",
            GIVE_BOTH,
        );
        self.require(findings, "http.tls_cert_file", http.tls_cert_file.as_ref());
        self.require(
            findings,
            "http.client_ca_file",
            http.client_ca_file.as_ref(),
        );
        findings.expect(
            http.client_ca_file.is_none() || http.tls_cert_file.is_some(),
            "http.client_ca_file",
            "client certificates need TLS",
            "name http.tls_cert_file and http.tls_key_file too",
        );
        findings.expect(
            http.client_crl_file.is_none() || http.client_ca_file.is_some(),
            "http.client_crl_file",
            "a revocation list needs its authority",
            "name http.client_ca_file too",
        );
        findings.expect(
            http.metrics_bind != Some(http.bind) || http.bind.port() == 0,
            "http.metrics_bind",
            "is the same address as http.bind",
            "choose another port",
        );
        findings.expect(
            http.body_bytes_max <= http.upload_bytes_max,
            "http.body_bytes_max",
            "is larger than http.upload_bytes_max",
            "make it smaller",
        );
    }

    fn check_url(&self, findings: &mut Findings, key: &str, url: &str) {
        let plain = url.strip_prefix("http://").filter(|_| !self.is_strict());
        let address = url.strip_prefix("https://").or(plain).unwrap_or_default();
        let remedy = "write it as `https://HOST` or `https://HOST/PATH`";
        if address.is_empty() || address.starts_with('/') {
            findings.add(key, "is no https address", remedy);
        } else if address.contains(['@', '?', '#']) {
            findings.add(key, "holds more than host and path", remedy);
        } else if address.ends_with('/') {
            findings.add(key, "ends with a slash", "leave the slash out");
        }
    }

    fn check_vault(&self, findings: &mut Findings) {
        findings.expect(
            !self.vault.master_key_file.starts_with(&self.vault.dir),
            "vault.master_key_file",
            "lies in vault.dir, so that whoever has a copy of the data has the key",
            "keep it elsewhere",
        );
        findings.expect(
            self.vault.durable || self.environment != Environment::Production,
            "vault.durable",
            "is off in production, where a power cut would lose applications",
            "turn it on",
        );
    }

    fn check_batching(&self, findings: &mut Findings) {
        let batching = &self.batching;
        findings.expect(
            (1..=ORDER_LINES_MAX).contains(&batching.lines_max),
            "batching.lines_max",
            "does not lie between 1 and 1000, which an order holds at most",
            "give a number from 1 to 1000",
        );
        let room = u64::try_from(self.http.body_bytes_max).unwrap_or(u64::MAX);
        findings.expect(
            batching.bytes_max >= room,
            "batching.bytes_max",
            "is smaller than http.body_bytes_max, so that some application would fit no order",
            "make it larger",
        );
        findings.expect(
            batching.age_max_minutes > 0,
            "batching.age_max_minutes",
            "is 0",
            AT_LEAST_ONE,
        );
        findings.expect(
            batching.deadline_risk_days < TERM_DAYS,
            "batching.deadline_risk_days",
            "is not below the legal term of 30 days, so that nothing would wait for anything",
            "make it smaller",
        );
        let (off, on) = (&batching.days_off, &batching.extra_working_days);
        findings.expect(
            !on.iter().any(|day| off.contains(day)),
            "batching.extra_working_days",
            "names a day that batching.days_off names as well",
            "name each day once",
        );
    }

    fn check_delivery(&self, findings: &mut Findings) {
        let delivery = &self.delivery;
        findings.expect(
            delivery.lease_seconds > 0,
            "delivery.lease_seconds",
            "is 0",
            AT_LEAST_ONE,
        );
        findings.expect(
            delivery.attempts_max > 0,
            "delivery.attempts_max",
            "is 0",
            AT_LEAST_ONE,
        );
        findings.expect(
            delivery.base_seconds > 0 && delivery.base_seconds <= delivery.cap_seconds,
            "delivery.base_seconds",
            "does not lie between 1 and delivery.cap_seconds",
            "make it smaller than the other",
        );
        findings.expect(
            delivery.breaker_failures > 0,
            "delivery.breaker_failures",
            "is 0",
            AT_LEAST_ONE,
        );
        findings.expect(
            delivery.breaker_cool_down_seconds > 0,
            "delivery.breaker_cool_down_seconds",
            "is 0",
            AT_LEAST_ONE,
        );
        findings.expect(
            delivery.receipt_resend_minutes > 0
                && delivery.receipt_resend_minutes < delivery.receipt_escalate_minutes,
            "delivery.receipt_resend_minutes",
            "does not lie between 1 and delivery.receipt_escalate_minutes",
            "make it smaller than the other",
        );
        findings.expect(
            (1..=90).contains(&delivery.forced_word_days),
            "delivery.forced_word_days",
            "does not lie between 1 and 90",
            "give a number of days within which two persons meet",
        );
    }

    fn check_payments(&self, findings: &mut Findings) {
        let folders = &self.payments.folders;
        let is_twice =
            |at: usize, path: &PathBuf| folders.iter().skip(at + 1).any(|it| it.path == *path);
        let repeated = (0..)
            .zip(folders)
            .any(|(at, folder)| is_twice(at, &folder.path));
        findings.expect(
            !repeated,
            "payments.folders",
            "names a folder twice",
            "name each folder once, with one channel",
        );
    }

    fn check_refunds(&self, findings: &mut Findings) {
        let refund = &self.payments.refund;
        let has_name = !transliterate(&refund.debtor_name, 1).is_empty();
        findings.expect(
            has_name == refund.debtor_iban.is_some(),
            "payments.refund.debtor_name",
            "holder and account belong together",
            "give debtor_name and debtor_iban or neither",
        );
        let is_bic = |bic: &String| {
            matches!(bic.len(), 8 | 11)
                && bic
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        };
        findings.expect(
            refund.debtor_bic.as_ref().is_none_or(is_bic),
            "payments.refund.debtor_bic",
            "is not 8 or 11 capital letters and digits",
            "write the bank's code, such as CECEROBU",
        );
    }

    fn check_limits(&self, findings: &mut Findings) {
        let selfpay = &self.channels.selfpay;
        let positive = [
            ("payments.file_bytes_max", self.payments.file_bytes_max > 0),
            ("http.body_bytes_max", self.http.body_bytes_max > 0),
            (
                "http.header_timeout_seconds",
                self.http.header_timeout_seconds > 0,
            ),
            (
                "http.body_timeout_seconds",
                self.http.body_timeout_seconds > 0,
            ),
            (
                "channels.selfpay.tolerance_seconds",
                selfpay.tolerance_seconds > 0,
            ),
            (
                "channels.selfpay.body_bytes_max",
                selfpay.body_bytes_max > 0,
            ),
            (
                "workers.idle_milliseconds",
                self.workers.idle_milliseconds > 0,
            ),
            (
                "workers.failure_milliseconds",
                self.workers.failure_milliseconds > 0,
            ),
            (
                "reconciliation.overdue_days",
                self.reconciliation.overdue_days > 0,
            ),
            ("retention.orphan_hours", self.retention.orphan_hours > 0),
            ("retention.event_days", self.retention.event_days > 0),
            ("retention.refund_days", self.retention.refund_days > 0),
            (
                "retention.authentication_failure_days",
                self.retention.authentication_failure_days > 0,
            ),
            (
                "limits.office_requests_burst",
                self.limits.office_requests_burst > 0,
            ),
        ];
        for (key, good) in positive {
            findings.expect(good, key, "is 0", AT_LEAST_ONE);
        }
        findings.expect(
            self.retention.idempotency_days >= 7,
            "retention.idempotency_days",
            "is below 7, which the API promises",
            "give a number from 7 on",
        );
    }
}
