//! Certificates and keys: our own, and those of whoever calls, with the days that are left.

use std::path::PathBuf;

use anyhow::Context;
use chrono::{DateTime, Utc};

use crate::domain::calendar::bucharest_day;
use crate::gateway::Gateway;
use crate::store::credentials::{CredentialKind, Party, Standing};
use crate::transport;
use crate::words::{Language, count, date, noun};

/// Days before the end from which something is to be renewed; `check` says the same.
const RENEW_DAYS: i64 = 61;

/// Callers that are shown: those whose time ends first.
const CALLERS_SHOWN: usize = 20;

/// A certificate or a key.
#[derive(Debug)]
pub(super) struct KeyRow {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) until: String,
    pub(super) left: String,
    pub(super) tone: &'static str,
}

/// The gateway's own.
pub(super) fn ours(gateway: &Gateway, language: Language) -> Vec<KeyRow> {
    let (now, config) = (gateway.clock.now(), &gateway.config);
    let files: [(&str, &str, Option<&PathBuf>); 5] = [
        (
            "Certificatul interfeței",
            "Certificate of the API",
            config.http.tls_cert_file.as_ref(),
        ),
        (
            "Autoritățile apelanților",
            "Authorities of callers",
            config.http.client_ca_file.as_ref(),
        ),
        (
            "Certificatul consolei",
            "Certificate of the console",
            config.console.certificate_file.as_ref(),
        ),
        (
            "Certificatul către C.N.I.N.",
            "Certificate towards the bureau",
            config.bureau.identity_cert_file.as_ref(),
        ),
        (
            "Certificatul C.N.I.N. pentru criptare",
            "Certificate of the bureau for encryption",
            config.bureau.encryption_cert_file.as_ref(),
        ),
    ];
    let certificate = language.choose("certificate", "certificat");
    let of_file = |(ro, en, file): (&'static str, &'static str, Option<&PathBuf>)| {
        let until = read_end(file?);
        let name = language.choose(en, ro).to_owned();
        Some(row((name, certificate), until, now, language))
    };
    let seal = gateway.seal.certificates().first();
    let seal = seal.map(|seal| {
        let until = seal.to_pem().context("writing the seal's certificate");
        let until = until.and_then(|pem| Ok(transport::valid_until(&pem)?));
        let name = language.choose("Seal on orders", "Sigiliul de pe comenzi");
        row(
            (name.to_owned(), certificate),
            until.map(Some),
            now,
            language,
        )
    });
    seal.into_iter()
        .chain(files.into_iter().filter_map(of_file))
        .collect()
}

fn read_end(file: &PathBuf) -> anyhow::Result<Option<DateTime<Utc>>> {
    let pem = std::fs::read(file).context("reading a certificate")?;
    Ok(Some(transport::valid_until(&pem)?))
}

/// Those of whoever calls that count, the first to end first, and how many more there are.
pub(super) fn callers_of(
    standing: &[Standing],
    now: DateTime<Utc>,
    language: Language,
) -> (Vec<KeyRow>, usize) {
    let mut counting: Vec<&Standing> = standing
        .iter()
        .filter(|one| one.credential.revoked_at.is_none())
        .filter(|one| one.period.until.is_none_or(|until| until > now))
        .collect();
    counting.sort_by_key(|one| (one.period.until.is_none(), one.period.until));
    let more = counting.len().saturating_sub(CALLERS_SHOWN);
    let rows = counting.into_iter().take(CALLERS_SHOWN).map(|one| {
        let kind = match one.credential.kind {
            CredentialKind::Certificate => language.choose("certificate", "certificat"),
            CredentialKind::ApiKey => language.choose("API key", "cheie API"),
        };
        let party = match one.credential.party {
            Party::Office => language.choose("office", "serviciu"),
            Party::Bureau => language.choose("bureau", "C.N.I.N."),
            Party::Channel => language.choose("payment channel", "canal de plată"),
            Party::Automation => language.choose("program", "program"),
            Party::Operator => language.choose("operator", "operator"),
        };
        let name = format!("{} ({party})", one.credential.label);
        row((name, kind), Ok(one.period.until), now, language)
    });
    (rows.collect(), more)
}

/// A row; `None` is an end that nobody has set.
fn row(
    (name, kind): (String, &'static str),
    until: anyhow::Result<Option<DateTime<Utc>>>,
    now: DateTime<Utc>,
    language: Language,
) -> KeyRow {
    let (until, left, tone) = match until {
        Err(_unreadable) => {
            let left = language.choose("cannot be read", "nu poate fi citit");
            ("–".to_owned(), left.to_owned(), "bad")
        }
        Ok(None) => {
            let left = language.choose("no end", "fără termen");
            ("–".to_owned(), left.to_owned(), "")
        }
        Ok(Some(until)) => {
            let days = (until - now).num_days();
            let tone = match days {
                _ if until <= now => "bad",
                ..RENEW_DAYS => "warn",
                _ => "ok",
            };
            let left = match tone {
                "bad" => language.choose("expired", "expirat").to_owned(),
                _ => count(language, days, noun::DAY),
            };
            (date(language, bucharest_day(until)), left, tone)
        }
    };
    KeyRow {
        name,
        kind,
        until,
        left,
        tone,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_ends_soon_is_seen_and_what_has_ended_stands_out() {
        let now: DateTime<Utc> = "2026-11-02T07:00:00Z".parse().unwrap();
        let tone = |days: i64| {
            let until = Ok(Some(now + TimeDelta::days(days)));
            let row = row((String::new(), ""), until, now, Language::Romanian);
            (row.left, row.tone)
        };
        assert_eq!(tone(365), ("365 de zile".to_owned(), "ok"));
        assert_eq!(tone(60), ("60 de zile".to_owned(), "warn"));
        assert_eq!(tone(1), ("1 zi".to_owned(), "warn"));
        assert_eq!(tone(-1), ("expirat".to_owned(), "bad"));
        let open = row((String::new(), ""), Ok(None), now, Language::English);
        assert_eq!((open.left.as_str(), open.tone), ("no end", ""));
        let unread = Err(anyhow::anyhow!("no file"));
        assert_eq!(
            row((String::new(), ""), unread, now, Language::English).tone,
            "bad"
        );
    }
}
