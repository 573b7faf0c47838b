//! Every setting with its value, under the names of the configuration's reference. Secrets are
//! named by their files, so there is none to hide.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::config::{Config, Oidc};
use crate::domain::hex::hex;
use crate::domain::iban::Iban;

/// A key and its value.
pub type Setting = (&'static str, String);

/// Every setting, in the order of the reference.
pub fn settings(config: &Config) -> Vec<Setting> {
    let mut all = vec![
        ("environment", config.environment.to_string()),
        ("data_dir", path(&config.data_dir)),
    ];
    all.extend(database_and_http(config));
    all.extend(console(config));
    all.extend(oidc(&config.console.oidc));
    all.extend(limits(config));
    all.extend(vault_and_signing(config));
    all.extend(bureau(config));
    all.extend(batching(config));
    all.extend(delivery(config));
    all.extend(webhooks(config));
    all.extend(reconciliation(config));
    all.extend(payments(config));
    all.extend(the_rest(config));
    all
}

fn database_and_http(config: &Config) -> Vec<Setting> {
    let (database, http) = (&config.database, &config.http);
    vec![
        ("database.url", database.url.clone()),
        (
            "database.password_file",
            file(database.password_file.as_ref()),
        ),
        (
            "database.connections_max",
            database.connections_max.to_string(),
        ),
        ("http.bind", http.bind.to_string()),
        ("http.metrics_bind", maybe(http.metrics_bind)),
        ("http.public_url", http.public_url.clone()),
        ("http.tls_cert_file", file(http.tls_cert_file.as_ref())),
        ("http.tls_key_file", file(http.tls_key_file.as_ref())),
        ("http.client_ca_file", file(http.client_ca_file.as_ref())),
        ("http.client_crl_file", file(http.client_crl_file.as_ref())),
        ("http.body_bytes_max", http.body_bytes_max.to_string()),
        ("http.upload_bytes_max", http.upload_bytes_max.to_string()),
        (
            "http.header_timeout_seconds",
            http.header_timeout_seconds.to_string(),
        ),
        (
            "http.body_timeout_seconds",
            http.body_timeout_seconds.to_string(),
        ),
    ]
}

fn console(config: &Config) -> Vec<Setting> {
    let console = &config.console;
    vec![
        ("console.bind", maybe(console.bind)),
        (
            "console.certificate_file",
            file(console.certificate_file.as_ref()),
        ),
        ("console.key_file", file(console.key_file.as_ref())),
        ("console.public_url", maybe(console.public_url.as_ref())),
        ("console.behind_proxy", console.behind_proxy.to_string()),
        ("console.session_hours", console.session_hours.to_string()),
        ("console.idle_minutes", console.idle_minutes.to_string()),
    ]
}

fn oidc(oidc: &Oidc) -> Vec<Setting> {
    vec![
        ("console.oidc.issuer", maybe(oidc.issuer.as_ref())),
        ("console.oidc.client_id", oidc.client_id.clone()),
        (
            "console.oidc.client_secret_file",
            file(oidc.client_secret_file.as_ref()),
        ),
        ("console.oidc.ca_file", file(oidc.ca_file.as_ref())),
        ("console.oidc.scopes", list(oidc.scopes.iter().cloned())),
        ("console.oidc.second_factor", oidc.second_factor.to_string()),
        (
            "console.oidc.acr_values",
            list(oidc.acr_values.iter().cloned()),
        ),
        ("console.oidc.name", oidc.name.clone()),
    ]
}

fn limits(config: &Config) -> Vec<Setting> {
    let limits = &config.limits;
    let numbers = [
        (
            "limits.office_requests_per_second",
            limits.office_requests_per_second,
        ),
        ("limits.office_requests_burst", limits.office_requests_burst),
        ("limits.failures_per_minute", limits.failures_per_minute),
        (
            "limits.connections_per_address",
            limits.connections_per_address,
        ),
    ];
    numbers
        .map(|(key, number)| (key, number.to_string()))
        .into()
}

fn vault_and_signing(config: &Config) -> Vec<Setting> {
    let (vault, signing) = (&config.vault, &config.signing);
    let token = &signing.pkcs11;
    let word = |word: &Option<String>| word.clone().unwrap_or_default();
    vec![
        ("vault.dir", path(&vault.dir)),
        ("vault.master_key_file", path(&vault.master_key_file)),
        ("vault.durable", vault.durable.to_string()),
        ("signing.kind", signing.kind.to_string()),
        ("signing.key_file", file(signing.key_file.as_ref())),
        (
            "signing.passphrase_file",
            file(signing.passphrase_file.as_ref()),
        ),
        ("signing.chain_file", file(signing.chain_file.as_ref())),
        ("signing.rsa_pkcs1", signing.rsa_pkcs1.to_string()),
        (
            "signing.pkcs11.module_file",
            file(token.module_file.as_ref()),
        ),
        ("signing.pkcs11.token_label", word(&token.token_label)),
        ("signing.pkcs11.token_serial", word(&token.token_serial)),
        ("signing.pkcs11.key_label", word(&token.key_label)),
        ("signing.pkcs11.key_id", maybe(token.key_id.as_ref())),
        ("signing.pkcs11.pin_file", file(token.pin_file.as_ref())),
    ]
}

fn bureau(config: &Config) -> Vec<Setting> {
    let bureau = &config.bureau;
    let keys = bureau.acknowledgement_spki_sha256.iter();
    let keys = keys.map(|key| hex(&key.0));
    vec![
        ("bureau.code", bureau.code.clone()),
        ("bureau.name", bureau.name.clone()),
        ("bureau.url", bureau.url.clone()),
        ("bureau.spool_dir", file(bureau.spool_dir.as_ref())),
        ("bureau.poll_seconds", bureau.poll_seconds.to_string()),
        ("bureau.ca_file", file(bureau.ca_file.as_ref())),
        ("bureau.crl_file", file(bureau.crl_file.as_ref())),
        (
            "bureau.identity_cert_file",
            file(bureau.identity_cert_file.as_ref()),
        ),
        (
            "bureau.identity_key_file",
            file(bureau.identity_key_file.as_ref()),
        ),
        (
            "bureau.acknowledgement_anchors_file",
            file(bureau.acknowledgement_anchors_file.as_ref()),
        ),
        (
            "bureau.acknowledgement_crl_file",
            file(bureau.acknowledgement_crl_file.as_ref()),
        ),
        ("bureau.acknowledgement_spki_sha256", list(keys)),
        (
            "bureau.acknowledgement_rsa_pkcs1",
            bureau.acknowledgement_rsa_pkcs1.to_string(),
        ),
        (
            "bureau.encryption_cert_file",
            file(bureau.encryption_cert_file.as_ref()),
        ),
        (
            "bureau.encryption_oaep_sha1",
            bureau.encryption_oaep_sha1.to_string(),
        ),
        (
            "bureau.connect_timeout_seconds",
            bureau.connect_timeout_seconds.to_string(),
        ),
        (
            "bureau.continue_timeout_seconds",
            bureau.continue_timeout_seconds.to_string(),
        ),
        (
            "bureau.total_timeout_seconds",
            bureau.total_timeout_seconds.to_string(),
        ),
    ]
}

fn batching(config: &Config) -> Vec<Setting> {
    let batching = &config.batching;
    let cut_offs: Vec<_> = batching
        .cut_offs
        .iter()
        .map(|cut_off| cut_off.0.format("%H:%M").to_string())
        .collect();
    vec![
        ("batching.lines_max", batching.lines_max.to_string()),
        ("batching.bytes_max", batching.bytes_max.to_string()),
        (
            "batching.age_max_minutes",
            batching.age_max_minutes.to_string(),
        ),
        (
            "batching.deadline_risk_days",
            batching.deadline_risk_days.to_string(),
        ),
        ("batching.cut_offs", cut_offs.join(", ")),
        ("batching.days_off", days(&batching.days_off)),
        (
            "batching.extra_working_days",
            days(&batching.extra_working_days),
        ),
        ("batching.lines_per_day", batching.lines_per_day.to_string()),
        (
            "batching.group_by",
            batching.group_by.0.as_str().to_lowercase(),
        ),
        (
            "production.unclaimed_days",
            config.production.unclaimed_days.to_string(),
        ),
        (
            "production.warranty_months",
            config.production.warranty_months.to_string(),
        ),
        (
            "production.county_validation",
            config.production.county_validation.to_string(),
        ),
    ]
}

fn delivery(config: &Config) -> Vec<Setting> {
    let delivery = &config.delivery;
    vec![
        ("delivery.lease_seconds", delivery.lease_seconds.to_string()),
        ("delivery.attempts_max", delivery.attempts_max.to_string()),
        ("delivery.base_seconds", delivery.base_seconds.to_string()),
        ("delivery.cap_seconds", delivery.cap_seconds.to_string()),
        (
            "delivery.breaker_failures",
            delivery.breaker_failures.to_string(),
        ),
        (
            "delivery.breaker_cool_down_seconds",
            delivery.breaker_cool_down_seconds.to_string(),
        ),
        (
            "delivery.webhook_ca_file",
            file(delivery.webhook_ca_file.as_ref()),
        ),
        (
            "delivery.receipt_resend_minutes",
            delivery.receipt_resend_minutes.to_string(),
        ),
        (
            "delivery.receipt_escalate_minutes",
            delivery.receipt_escalate_minutes.to_string(),
        ),
        (
            "delivery.forced_word_days",
            delivery.forced_word_days.to_string(),
        ),
    ]
}

fn webhooks(config: &Config) -> Vec<Setting> {
    let webhooks = &config.webhooks;
    vec![
        ("webhooks.concurrency", webhooks.concurrency.to_string()),
        ("webhooks.batch", webhooks.batch.to_string()),
        (
            "webhooks.rate_per_second",
            webhooks.rate_per_second.to_string(),
        ),
        (
            "webhooks.connect_timeout_seconds",
            webhooks.connect_timeout_seconds.to_string(),
        ),
        (
            "webhooks.total_timeout_seconds",
            webhooks.total_timeout_seconds.to_string(),
        ),
        ("webhooks.allow_private", webhooks.allow_private.to_string()),
    ]
}

fn reconciliation(config: &Config) -> Vec<Setting> {
    vec![
        (
            "reconciliation.at",
            config.reconciliation.at.0.format("%H:%M").to_string(),
        ),
        (
            "reconciliation.overdue_days",
            config.reconciliation.overdue_days.to_string(),
        ),
    ]
}

fn days(days: &[NaiveDate]) -> String {
    let days: Vec<_> = days.iter().map(NaiveDate::to_string).collect();
    days.join(", ")
}

fn payments(config: &Config) -> Vec<Setting> {
    let (selfpay, refund) = (&config.channels.selfpay, &config.payments.refund);
    let iban = refund.debtor_iban.as_ref();
    let folders = config.payments.folders.iter().map(ToString::to_string);
    vec![
        (
            "channels.selfpay.hmac_key_files",
            files(&selfpay.hmac_key_files),
        ),
        (
            "channels.selfpay.ed25519_key_files",
            files(&selfpay.ed25519_key_files),
        ),
        (
            "channels.selfpay.tolerance_seconds",
            selfpay.tolerance_seconds.to_string(),
        ),
        (
            "channels.selfpay.body_bytes_max",
            selfpay.body_bytes_max.to_string(),
        ),
        (
            "payments.file_bytes_max",
            config.payments.file_bytes_max.to_string(),
        ),
        ("payments.folders", list(folders)),
        (
            "payments.refund.two_persons_over",
            refund.two_persons_over.to_string(),
        ),
        ("payments.refund.debtor_name", refund.debtor_name.clone()),
        ("payments.refund.debtor_iban", maybe(iban.map(Iban::as_str))),
        (
            "payments.refund.debtor_bic",
            maybe(refund.debtor_bic.as_ref()),
        ),
    ]
}

fn the_rest(config: &Config) -> Vec<Setting> {
    let (workers, retention) = (&config.workers, &config.retention);
    vec![
        (
            "workers.idle_milliseconds",
            workers.idle_milliseconds.to_string(),
        ),
        (
            "workers.failure_milliseconds",
            workers.failure_milliseconds.to_string(),
        ),
        (
            "retention.cancelled_days",
            retention.cancelled_days.to_string(),
        ),
        ("retention.orphan_hours", retention.orphan_hours.to_string()),
        (
            "retention.idempotency_days",
            retention.idempotency_days.to_string(),
        ),
        ("retention.event_days", retention.event_days.to_string()),
        ("retention.refund_days", retention.refund_days.to_string()),
        (
            "retention.authentication_failure_days",
            retention.authentication_failure_days.to_string(),
        ),
        ("logging.level", config.logging.level.clone()),
    ]
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

fn file(file: Option<&PathBuf>) -> String {
    file.map(|file| path(file)).unwrap_or_default()
}

fn files(files: &[PathBuf]) -> String {
    list(files.iter().map(|file| path(file)))
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

fn maybe(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_of_the_reference_is_shown() {
        let reference = crate::config::reference();
        let variables = reference
            .lines()
            .filter_map(|line| line.split_once("Variable: `"))
            .map(|(_, variable)| variable.trim_end_matches('`').to_owned());
        let variable = |key: &str| format!("CEI__{}", key.to_uppercase().replace('.', "__"));

        let shown: Vec<_> = settings(&Config::development(Path::new("data")))
            .into_iter()
            .map(|(key, _)| variable(key))
            .collect();

        assert_eq!(shown, variables.collect::<Vec<_>>());
    }
}
