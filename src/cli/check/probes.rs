//! Tries everything that the configuration names: opens, reads, calls.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use chrono::{DateTime, TimeDelta, Utc};

use crate::cli::check::{Finding, Verdict};
use crate::cli::migrate::name_of;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::id::SealedId;
use crate::gateway::{OrderEncryption, load_bureau_client, load_provider, load_seal, open_spool};
use crate::random::Random;
use crate::store::{Store, credentials, offices};
use crate::transport;
use crate::transport::provider::ProviderFault;
use crate::vault::{Vault, VaultConfig};

/// Days before its end at which a certificate must be renewed.
const RENEW_DAYS: i64 = 61;

/// Days before its end at which a revocation list must be renewed; many are good for a week.
const RENEW_LISTS_DAYS: i64 = 2;

/// Tries everything.
pub(super) async fn try_all(config: &Config, clock: &Clock, random: &Random) -> Vec<Finding> {
    let mut findings = vec![
        Finding::of("files", files(config)),
        Finding::of("database", database(config).await),
        vault(config, clock, random),
    ];
    findings.extend(seal(config, clock));
    findings.extend(certificates(config, clock));
    findings.extend(revocation_lists(config, clock));
    findings.extend(callers(config, clock).await);
    findings.extend(encryption(config, clock));
    findings.push(bureau(config).await);
    findings.extend(provider(config, clock).await);
    findings
}

fn files(config: &Config) -> anyhow::Result<String> {
    config.check_files()?;
    Ok(String::from(
        "every file that is named can be read, and no secret by others",
    ))
}

async fn database(config: &Config) -> anyhow::Result<String> {
    let store = open(config).await?;
    let mut tx = store.read().await?;
    let offices = offices::list(&mut tx)
        .await
        .context("it answers, but not as its schema should: run `cei-gateway migrate`")?;
    drop(tx);
    let kind = name_of(store.kind());
    store.close().await;
    Ok(format!(
        "{kind} answers; it knows {} offices",
        offices.len()
    ))
}

/// Opens the database if it is there.
async fn open(config: &Config) -> anyhow::Result<Store> {
    if let Some(file) = config.database.url.strip_prefix("sqlite:")
        && !file.starts_with(":memory:")
        && !PathBuf::from(file).exists()
    {
        // Opening would make an empty file.
        bail!("there is no {file} yet: run `cei-gateway migrate`");
    }
    let password = config.database_password()?;
    let password = password.as_ref().map(|secret| secret.expose().as_str());
    Ok(Store::open(&config.database.url, password, 1).await?)
}

fn vault(config: &Config, clock: &Clock, random: &Random) -> Finding {
    const WHAT: &str = "vault";
    let settings = config.vault();
    if settings.create_missing_key && !settings.master_key_file.exists() {
        let words = "there is no master key yet; the first start makes one, in development only";
        return Finding::new(WHAT, Verdict::Warning, words);
    }
    Finding::of(WHAT, probe_vault(settings, clock, random))
}

/// Seals, reads and erases a few bytes.
fn probe_vault(settings: VaultConfig, clock: &Clock, random: &Random) -> anyhow::Result<String> {
    const PROBE: &[u8] = b"nothing about anybody";
    let vault = Vault::open(&VaultConfig {
        create_missing_key: false,
        ..settings
    })?;
    let id = SealedId(random.uuid(clock.now()));
    let sealed = vault.put(id, PROBE).context("sealing a probe")?;
    let read = vault
        .get(id, &sealed.wrapped_key)
        .context("reading a probe");
    vault.erase(id).context("erasing a probe")?;
    if read?.as_slice() != PROBE {
        bail!("a probe was read otherwise than it was sealed");
    }
    Ok(String::from("a probe was sealed, read and erased"))
}

/// Signs a few bytes, and looks how long the certificate of the seal is valid.
fn seal(config: &Config, clock: &Clock) -> Vec<Finding> {
    const WHAT: &str = "seal";
    let probe = || {
        let seal = load_seal(config)?;
        seal.sign(b"probe").context("signing a probe")?;
        let algorithm = seal.algorithm();
        if algorithm.has_ended(clock.now()) {
            bail!("the key signs, but {algorithm} is no longer accepted");
        }
        let kind = config.signing.kind;
        let words = format!("key ({kind}) and certificate are a pair; {algorithm}");
        let own = seal.certificates().first().map(|one| one.to_pem());
        anyhow::Ok((words, own.context("no certificate")??))
    };
    match probe() {
        Err(error) => vec![Finding::of(WHAT, Err(error))],
        Ok((words, pem)) => {
            let until = validity("certificate of the seal", || Ok(pem), clock);
            vec![Finding::of(WHAT, Ok(words)), until]
        }
    }
}

/// Whether orders can be encrypted for the bureau; nothing where they are not.
fn encryption(config: &Config, clock: &Clock) -> Option<Finding> {
    const WHAT: &str = "encryption of orders";
    let probe = || {
        let Some(encryption) = OrderEncryption::load(config)? else {
            return anyhow::Ok(None);
        };
        encryption.recipient(clock.now())?;
        Ok(Some(String::from("the bureau's key is fit for it")))
    };
    probe()
        .transpose()
        .map(|outcome| Finding::of(WHAT, outcome))
}

/// How long the other certificates of ours are valid.
fn certificates(config: &Config, clock: &Clock) -> Vec<Finding> {
    let ours = [
        ("certificate of the server", &config.http.tls_cert_file),
        (
            "authorities of client certificates",
            &config.http.client_ca_file,
        ),
        (
            "certificate towards the bureau",
            &config.bureau.identity_cert_file,
        ),
        (
            "certificate of the bureau for encryption",
            &config.bureau.encryption_cert_file,
        ),
    ];
    let read =
        |file: &PathBuf| std::fs::read(file).with_context(|| format!("reading {}", file.display()));
    ours.into_iter()
        .filter_map(|(what, file)| Some((what, file.as_ref()?)))
        .map(|(what, file)| validity(what, || read(file), clock))
        .collect()
}

/// How long the revocation lists of client certificates are current.
fn revocation_lists(config: &Config, clock: &Clock) -> Option<Finding> {
    let file = config.http.client_crl_file.as_ref()?;
    let until = std::fs::read(file)
        .with_context(|| format!("reading {}", file.display()))
        .and_then(|pem| Ok(transport::lists_valid_until(&pem)?));
    let what = "revocation lists of client certificates";
    Some(ending(what, until, RENEW_LISTS_DAYS, clock))
}

/// Whether the time of certificates or keys of callers ends soon and nothing takes over from them.
async fn callers(config: &Config, clock: &Clock) -> Option<Finding> {
    const WHAT: &str = "certificates and keys of callers";
    let count = async {
        let store = open(config).await?;
        let now = clock.now();
        let mut tx = store.read().await?;
        let before = now + TimeDelta::days(RENEW_DAYS);
        let count = credentials::count_ending(&mut tx, now, before).await?;
        drop(tx);
        store.close().await;
        anyhow::Ok(count)
    };
    // What is wrong with the database was found before.
    let count = count.await.ok().filter(|count| *count > 0)?;
    let words = format!(
        "{count} end within {RENEW_DAYS} days and nothing takes over from them: see `cei-gateway key list`"
    );
    Some(Finding::new(WHAT, Verdict::Warning, words))
}

fn validity(
    what: &'static str,
    read: impl FnOnce() -> anyhow::Result<Vec<u8>>,
    clock: &Clock,
) -> Finding {
    let until = read().and_then(|pem| Ok(transport::valid_until(&pem)?));
    ending(what, until, RENEW_DAYS, clock)
}

/// Says how long something is good, and that it is to be renewed `ahead` days before its end.
fn ending(
    what: &'static str,
    until: anyhow::Result<DateTime<Utc>>,
    ahead: i64,
    clock: &Clock,
) -> Finding {
    let until = match until {
        Ok(until) => until,
        Err(error) => return Finding::of(what, Err(error)),
    };
    let days = (until - clock.now()).num_days();
    let (verdict, words) = if until <= clock.now() {
        (Verdict::Failed, "expired; renew it")
    } else if days < ahead {
        (Verdict::Warning, "renew it")
    } else {
        (Verdict::Ok, "valid")
    };
    let until = until.date_naive();
    Finding::new(
        what,
        verdict,
        format!("{words}: until {until}, {days} days"),
    )
}

/// Whether anybody answers at the bureau's address whom the configuration trusts; what they
/// answer does not matter.
async fn bureau(config: &Config) -> Finding {
    const WHAT: &str = "bureau";
    if config.bureau.spool_dir.is_some() {
        let opened = open_spool(config).map(|_| "documents go through the spool".to_owned());
        return Finding::of(WHAT, opened);
    }
    let client = match load_bureau_client(config) {
        Ok(Some(client)) => client,
        Ok(None) => {
            let words = "bureau.url is empty: orders wait";
            return Finding::new(WHAT, Verdict::Warning, words);
        }
        Err(error) => return Finding::of(WHAT, Err(error)),
    };
    let url = &config.bureau.url;
    match client.get(url).send().await {
        Ok(answer) => {
            let words = format!("{url} answers over TLS (HTTP {})", answer.status().as_u16());
            Finding::new(WHAT, Verdict::Ok, words)
        }
        Err(error) => {
            let error = anyhow::Error::new(error.without_url());
            Finding::new(WHAT, Verdict::Unreachable, format!("{url}: {error:#}"))
        }
    }
}

/// Whether the provider of single sign-on answers and is fit for it; nothing where there is none.
async fn provider(config: &Config, clock: &Clock) -> Option<Finding> {
    const WHAT: &str = "provider of single sign-on";
    let provider = match load_provider(config, clock) {
        Ok(provider) => provider?,
        Err(error) => return Some(Finding::of(WHAT, Err(error))),
    };
    let found = match provider.examine().await {
        Ok((keys, lacking)) if lacking.is_empty() => {
            let words = format!("it tells its addresses and {keys} keys");
            Finding::new(WHAT, Verdict::Ok, words)
        }
        Ok((_, lacking)) => {
            let lacking = lacking.join(", ");
            let words = format!("it does not offer these of console.oidc.acr_values: {lacking}");
            Finding::new(WHAT, Verdict::Warning, words)
        }
        Err(fault) => {
            let verdict = match fault {
                ProviderFault::Away(_) => Verdict::Unreachable,
                _ => Verdict::Failed,
            };
            let error = anyhow::Error::new(fault);
            Finding::new(WHAT, verdict, format!("{error:#}"))
        }
    };
    Some(found)
}
