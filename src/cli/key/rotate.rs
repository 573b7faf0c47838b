//! A new key or certificate in the place of an old one, with a time in which both count: nobody has to
//! change both sides in the same second.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use serde_json::json;
use uuid::Uuid;

use crate::cli::Exit;
use crate::cli::arguments::MayBeWhy;
use crate::cli::context::{Change, Context};
use crate::cli::exit::CliError;
use crate::cli::key::{Life, new_api_key, public_key_hash};
use crate::cli::output::instant;
use crate::domain::id::CredentialId;
use crate::store::Tx;
use crate::store::credentials::{self, Credential, CredentialKind, Period, Standing};

/// Which one, and for how long it still counts.
#[derive(Args, Debug)]
pub(crate) struct Old {
    /// The id of the one that ends, as `key list` says it
    id: Uuid,
    /// Hours for which the old one still counts beside the new one
    #[arg(long, value_name = "HOURS", default_value_t = 168, value_parser = clap::value_parser!(i64).range(0..=8_760))]
    overlap_hours: i64,
    #[command(flatten)]
    life: Life,
    #[command(flatten)]
    why: MayBeWhy,
}

/// Make a new API key that takes over from another
#[derive(Args, Debug)]
pub(crate) struct Rotate {
    #[command(flatten)]
    old: Old,
}

/// Let a new certificate take over from another
#[derive(Args, Debug)]
pub(crate) struct RenewCertificate {
    #[command(flatten)]
    old: Old,
    /// The new certificate, PEM; one with the key of the old one counts already
    file: PathBuf,
}

/// What has taken over.
struct Replaced {
    new: CredentialId,
    old_until: DateTime<Utc>,
}

pub(super) async fn rotate(command: &Rotate, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let is_test = context.config()?.environment.is_test();
    let key = new_api_key(is_test)?;
    let hash = openssl::sha::sha256(key.as_bytes());
    let Replaced { new, old_until } =
        replace(context, &command.old, CredentialKind::ApiKey, &hash).await?;
    context.output.done(
        &json!({ "done": "rotated", "id": new.0, "key": key.as_str(), "old_until": old_until }),
        &format!(
            "{}\nKeep it now: it is not shown again. Its id is {new}. The old one counts until {}.",
            key.as_str(),
            instant(old_until)
        ),
    )?;
    Ok(Exit::Ok)
}

pub(super) async fn renew_certificate(
    command: &RenewCertificate,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let hash = public_key_hash(&command.file)?;
    let Replaced { new, old_until } =
        replace(context, &command.old, CredentialKind::Certificate, &hash).await?;
    context.output.done(
        &json!({ "done": "renewed", "id": new.0, "old_until": old_until }),
        &format!(
            "The new one is {new}. The old one counts until {}.",
            instant(old_until)
        ),
    )?;
    Ok(Exit::Ok)
}

/// Enters a credential with the rights of another, and lets that one end, in one transaction.
async fn replace(
    context: &Context<'_>,
    old: &Old,
    kind: CredentialKind,
    hash: &[u8],
) -> Result<Replaced, CliError> {
    let now = context.clock.now();
    let mut tx = context.store().await?.begin().await?;
    let standing = find_valid(&mut tx, CredentialId(old.id), kind, now).await?;
    let new = Credential {
        id: CredentialId(context.random.uuid(now)),
        kind,
        hash: hash.to_owned(),
        ..standing.credential.clone()
    };
    if !credentials::insert(&mut tx, &new, now).await? {
        return Err(CliError::refused(
            "the key of this certificate is known already, and counts",
        ));
    }
    credentials::set_period(&mut tx, new.id, old.life.period(None, now)).await?;
    credentials::set_replaces(&mut tx, new.id, standing.credential.id).await?;
    let ends_at = now + TimeDelta::hours(old.overlap_hours);
    let period = Period {
        until: Some(
            standing
                .period
                .until
                .map_or(ends_at, |until| until.min(ends_at)),
        ),
        ..standing.period
    };
    credentials::set_period(&mut tx, standing.credential.id, period).await?;
    let change = Change {
        action: "KEY_REPLACED",
        kind: "KEY",
        subject: new.id.to_string(),
        detail: format!("in place of {}", standing.credential.id),
        reason: old.why.given().map(str::to_owned),
    };
    context.put_on_record(&mut tx, change);
    tx.commit().await?;
    Ok(Replaced {
        new: new.id,
        old_until: period.until.unwrap_or(ends_at),
    })
}

/// Finds a credential of this kind that counts or will count.
async fn find_valid(
    tx: &mut Tx,
    id: CredentialId,
    kind: CredentialKind,
    now: DateTime<Utc>,
) -> Result<Standing, CliError> {
    let found = credentials::find(tx, id).await?;
    let standing = found.ok_or_else(|| CliError::not_found("key", &id.to_string()))?;
    let is_over = standing.period.until.is_some_and(|until| until <= now);
    if standing.credential.revoked_at.is_some() || is_over {
        return Err(CliError::refused(
            "it counts no more, so nothing can take over from it; make a new one",
        ));
    }
    if standing.credential.kind != kind {
        return Err(CliError::refused(match kind {
            CredentialKind::ApiKey => "it is a certificate: use `key renew-certificate`",
            CredentialKind::Certificate => "it is an API key: use `key rotate`",
        }));
    }
    Ok(standing)
}
