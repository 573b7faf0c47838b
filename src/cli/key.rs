//! `key`: what proves who is calling. A certificate counts by the hash of its public key; of an
//! API key only the hash is kept, so it is shown once. Each may begin later and end by itself; while
//! one takes over from another, both count.

mod rotate;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use openssl::x509::X509;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cli::Exit;
use crate::cli::arguments::{MayBeWhy, codes};
use crate::cli::context::{Change, Context};
use crate::cli::exit::CliError;
use crate::cli::output::{Row, instant};
use crate::domain::id::{CredentialId, OfficeId};
use crate::http::routes::{ROUTES, Who};
use crate::store::credentials::{self, Credential, CredentialKind, Party, Period};
use crate::store::{Tx, offices};
use crate::transport;

/// Random bytes in an API key.
const KEY_BYTES: usize = 32;

/// Certificates and API keys of those who call
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Let the holder of a client certificate call
    AddCertificate(AddCertificate),
    /// Make an API key; it is shown once
    Create(Holder),
    /// Make a new API key that takes over from another; for a while both count
    Rotate(rotate::Rotate),
    /// Let a new certificate take over from another; for a while both count
    RenewCertificate(rotate::RenewCertificate),
    /// List certificates and API keys by party, without anything secret
    List,
    /// Let a certificate or an API key count no more
    Revoke(Revoke),
}

/// Who calls, and what for.
#[derive(Args, Debug)]
pub(crate) struct Holder {
    /// Who calls
    #[arg(long, ignore_case = true, value_parser = codes(Party::ALL, Party::parse))]
    party: Party,
    /// Code of the office, where an office calls
    #[arg(long, value_name = "CODE", required_if_eq("party", "OFFICE"))]
    office: Option<String>,
    /// A name for people, such as the program that calls
    #[arg(long, value_name = "NAME")]
    label: String,
    /// What it may do of what its party may, such as `applications:read`; may be repeated
    #[arg(long = "scope", value_name = "SCOPE", default_value = "*")]
    scopes: Vec<String>,
    /// From when on it counts, as 2026-03-02T07:00:00Z; else at once
    #[arg(long, value_name = "INSTANT")]
    valid_from: Option<DateTime<Utc>>,
    #[command(flatten)]
    life: Life,
    #[command(flatten)]
    why: MayBeWhy,
}

/// How long it counts.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Life {
    /// Days for which it counts; else until it is revoked
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..=36_500))]
    valid_days: Option<i64>,
}

impl Life {
    /// The period that begins at `from`, or else now.
    fn period(self, from: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Period {
        let days = self.valid_days.map(TimeDelta::days);
        Period {
            from,
            until: days.map(|days| from.unwrap_or(now) + days),
        }
    }
}

/// Let the holder of a client certificate call
#[derive(Args, Debug)]
pub(crate) struct AddCertificate {
    /// The certificate, PEM; the private key is not needed
    file: PathBuf,
    #[command(flatten)]
    holder: Holder,
}

/// Let a certificate or an API key count no more
#[derive(Args, Debug)]
pub(crate) struct Revoke {
    /// Its id, as `key list` says it
    id: Uuid,
    #[command(flatten)]
    why: MayBeWhy,
}

#[derive(Serialize)]
struct KeyRow {
    id: Uuid,
    party: String,
    office: Option<String>,
    label: String,
    kind: String,
    scopes: String,
    valid_from: Option<DateTime<Utc>>,
    valid_until: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    replaces: Option<Uuid>,
    revoked_at: Option<DateTime<Utc>>,
}

impl Row for KeyRow {
    const HEADS: &'static [&'static str] = &[
        "ID",
        "PARTY",
        "OFFICE",
        "LABEL",
        "KIND",
        "SCOPES",
        "VALID FROM",
        "VALID UNTIL",
        "LAST USED",
        "REVOKED",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.party.clone(),
            self.office.clone().unwrap_or_default(),
            self.label.clone(),
            self.kind.clone(),
            self.scopes.clone(),
            self.valid_from.map(instant).unwrap_or_default(),
            self.valid_until.map(instant).unwrap_or_default(),
            self.last_used_at.map(instant).unwrap_or_default(),
            self.revoked_at.map(instant).unwrap_or_default(),
        ]
    }
}

pub(crate) async fn run(command: Key, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Key::AddCertificate(command) => add_certificate(command, context).await,
        Key::Create(holder) => create(holder, context).await,
        Key::Rotate(command) => rotate::rotate(&command, context).await,
        Key::RenewCertificate(command) => rotate::renew_certificate(&command, context).await,
        Key::List => list(context).await,
        Key::Revoke(command) => revoke(&command, context).await,
    }
}

async fn add_certificate(
    command: AddCertificate,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let hash = public_key_hash(&command.file)?;
    let id = insert(context, &command.holder, CredentialKind::Certificate, &hash).await?;
    let label = &command.holder.label;
    context.output.done(
        &json!({ "done": "added", "id": id }),
        &format!("Whoever holds the key of this certificate may call as {label} ({id})."),
    )?;
    Ok(Exit::Ok)
}

fn public_key_hash(file: &Path) -> Result<[u8; 32], CliError> {
    let name = file.display();
    let pem = std::fs::read(file).with_context(|| format!("reading {name}"))?;
    let not_one = |_| CliError::invalid(format!("{name} holds no certificate in PEM"));
    let der = X509::from_pem(&pem)
        .and_then(|certificate| certificate.to_der())
        .map_err(not_one)?;
    transport::spki_sha256(&der).map_err(|error| CliError::invalid(error.to_string()))
}

async fn create(holder: Holder, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let is_test = context.config()?.environment.is_test();
    let key = new_api_key(is_test)?;
    let hash = openssl::sha::sha256(key.as_bytes());
    let id = insert(context, &holder, CredentialKind::ApiKey, &hash).await?;
    context.output.done(
        &json!({ "done": "created", "id": id, "key": key.as_str() }),
        &format!(
            "{}\nKeep it now: it is not shown again. Its id is {id}.",
            key.as_str()
        ),
    )?;
    Ok(Exit::Ok)
}

/// A new API key. Its beginning says where it counts, so that scanners find one that leaked.
fn new_api_key(is_test: bool) -> anyhow::Result<Zeroizing<String>> {
    let mut secret = Zeroizing::new([0; KEY_BYTES]);
    openssl::rand::rand_priv_bytes(&mut *secret).context("asking for random bytes")?;
    let environment = if is_test { "test" } else { "live" };
    let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(*secret));
    Ok(Zeroizing::new(format!("cei_{environment}_{}", *secret)))
}

async fn insert(
    context: &Context<'_>,
    holder: &Holder,
    kind: CredentialKind,
    hash: &[u8],
) -> Result<Uuid, CliError> {
    check_scopes(&holder.scopes)?;
    let at = context.clock.now();
    let mut tx = context.store().await?.begin().await?;
    let credential = Credential {
        id: CredentialId(context.random.uuid(at)),
        party: holder.party,
        office: find_office(&mut tx, holder, context).await?,
        label: holder.label.clone(),
        kind,
        hash: hash.to_owned(),
        scopes: holder.scopes.join(" "),
        revoked_at: None,
    };
    if !credentials::insert(&mut tx, &credential, at).await? {
        return Err(CliError::refused("the same key is known already"));
    }
    let period = holder.life.period(holder.valid_from, at);
    if period != Period::default() {
        credentials::set_period(&mut tx, credential.id, period).await?;
    }
    let change = Change {
        action: "KEY_ADDED",
        kind: "KEY",
        subject: credential.id.to_string(),
        detail: format!("{} {} {}", credential.party, kind, credential.label),
        reason: holder.why.given().map(str::to_owned),
    };
    context.put_on_record(&mut tx, change);
    tx.commit().await?;
    Ok(credential.id.0)
}

/// Refuses a scope that no route asks for: it is misspelt, and would open nothing.
fn check_scopes(scopes: &[String]) -> Result<(), CliError> {
    let known: BTreeSet<&str> = ROUTES
        .iter()
        .filter_map(|route| match route.who {
            Who::Only { scope, .. } => Some(scope),
            Who::Anyone | Who::Signed => None,
        })
        .collect();
    let is_known = |scope: &String| scope == "*" || known.contains(scope.as_str());
    match scopes.iter().find(|scope| !is_known(scope)) {
        None => Ok(()),
        Some(stranger) => {
            let known: Vec<&str> = known.into_iter().collect();
            let known = known.join(", ");
            let message = format!("there is no scope {stranger:?}; known are *, {known}");
            Err(CliError::usage(message))
        }
    }
}

async fn find_office(
    tx: &mut Tx,
    holder: &Holder,
    context: &Context<'_>,
) -> Result<Option<OfficeId>, CliError> {
    let Some(code) = &holder.office else {
        return Ok(None);
    };
    if holder.party != Party::Office {
        return Err(CliError::usage("--office goes with --party OFFICE only"));
    }
    let office = offices::find_by_code(tx, code, context.clock.today()).await?;
    let office = office.ok_or_else(|| CliError::not_found("office", code))?;
    Ok(Some(office.id))
}

async fn list(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let mut tx = context.store().await?.read().await?;
    let mut rows = Vec::new();
    for standing in credentials::list(&mut tx).await? {
        let credential = standing.credential;
        let period = standing.period;
        let office = match credential.office {
            Some(id) => offices::find(&mut tx, id).await?,
            None => None,
        };
        rows.push(KeyRow {
            id: credential.id.0,
            party: credential.party.to_string(),
            office: office.map(|office| office.code),
            label: credential.label,
            kind: credential.kind.to_string(),
            scopes: credential.scopes,
            valid_from: period.from,
            valid_until: period.until,
            last_used_at: standing.last_used_at,
            replaces: standing.replaces.map(|replaced| replaced.0),
            revoked_at: credential.revoked_at,
        });
    }
    context.output.list(&rows, None)?;
    Ok(Exit::Ok)
}

async fn revoke(command: &Revoke, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let at = context.clock.now();
    let mut tx = context.store().await?.begin().await?;
    let id = command.id;
    if !credentials::revoke(&mut tx, CredentialId(id), at).await? {
        return Err(CliError::not_found("valid key", &id.to_string()));
    }
    let change = Change {
        action: "KEY_REVOKED",
        kind: "KEY",
        subject: id.to_string(),
        detail: String::new(),
        reason: command.why.given().map(str::to_owned),
    };
    context.put_on_record(&mut tx, change);
    tx.commit().await?;
    context.output.done(
        &json!({ "done": "revoked", "id": id }),
        &format!("{id} counts no more."),
    )?;
    Ok(Exit::Ok)
}
