//! The account that a refund goes to: from the bank's statement where it tells the payer's, else as
//! an operator types it. It is personal, and lies in sealed content.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::channel::{self, Entry};
use crate::domain::bank_text::transliterate;
use crate::domain::iban::Iban;
use crate::domain::narrative;
use crate::domain::operator::Actor;
use crate::domain::payment::Channel;
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::flow::refund::{RefundRefusal, require_reason};
use crate::flow::sealing::{open, seal};
use crate::gateway::Gateway;
use crate::store::history::{self, SubjectKind};
use crate::store::payments::{self, Payment};
use crate::store::refunds::{self, Refund};
use crate::store::sealed::{self, NewSealed, SealedKind};

/// Letters of a name at most.
const NAME_MAX: usize = 140;

/// Bytes of a statement that is opened again to look for a payer: what fits into memory.
const STATEMENT_BYTES_MAX: i64 = 64 * 1024 * 1024;

/// An account and whose it is.
#[derive(Clone, Eq, PartialEq)]
pub struct Account {
    /// The name of its holder.
    pub name: String,
    /// Its number.
    pub iban: Iban,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Account(…)")
    }
}

/// An account as it is sealed.
#[derive(Deserialize, Serialize)]
struct Written {
    name: String,
    iban: String,
}

impl Account {
    /// Reads what an operator typed.
    pub fn typed(iban: &str, name: &str) -> Result<Self, RefundRefusal> {
        let iban = Iban::parse(iban).map_err(RefundRefusal::AccountWrong)?;
        let name: String = name.trim().chars().take(NAME_MAX).collect();
        let is_written = transliterate(&name, NAME_MAX)
            .chars()
            .any(|letter| letter.is_ascii_alphanumeric());
        if !is_written {
            return Err(RefundRefusal::NameMissing);
        }
        Ok(Self { name, iban })
    }

    /// Seals it durably.
    pub(super) async fn seal(&self, gateway: &Gateway) -> anyhow::Result<NewSealed> {
        let written = Written {
            name: self.name.clone(),
            iban: self.iban.as_str().to_owned(),
        };
        let plain = serde_json::to_vec(&written).context("writing an account")?;
        seal(gateway, SealedKind::Narrative, Zeroizing::new(plain)).await
    }
}

/// Opens the account of a refund; `None` when it was erased.
pub(super) async fn open_account(
    gateway: &Gateway,
    refund: &Refund,
) -> anyhow::Result<Option<Account>> {
    let mut tx = gateway.store.read().await?;
    let key = sealed::find_key(&mut tx, refund.sealed).await?;
    drop(tx);
    let Some(key) = key else {
        return Ok(None);
    };
    let plain = open(gateway, refund.sealed, key).await?;
    let written: Written = serde_json::from_slice(&plain).context("reading an account")?;
    let iban = Iban::parse(&written.iban).context("a sealed account is no IBAN")?;
    Ok(Some(Account {
        name: written.name,
        iban,
    }))
}

/// Shows an operator the account of a refund, and records who saw it and why.
pub async fn disclose_account(
    gateway: &Gateway,
    number: &str,
    (actor, reason): (&Actor, &str),
) -> Result<Account, Failure<RefundRefusal>> {
    let note = note(gateway, actor, Some(reason));
    require_reason(&note)?;
    let mut tx = gateway.store.begin().await?;
    let found = refunds::find_by_number(&mut tx, number).await?;
    let refund = found.ok_or(Failure::Refused(RefundRefusal::RefundUnknown))?;
    let state = refund.state.as_str();
    let words = [state, "ACCOUNT_DISCLOSED", state];
    history::record(&mut tx, SubjectKind::Refund, refund.id.0, words, &note).await?;
    tx.commit().await?;
    let account = open_account(gateway, &refund).await?;
    account.ok_or(Failure::Refused(RefundRefusal::Erased))
}

/// Finds the payer's account in the statement that told of a payment first. `None` where the bank
/// does not tell it, or tells several: the statement is opened, and nothing of it is kept.
pub(super) async fn find_payer(
    gateway: &Gateway,
    payment: &Payment,
) -> anyhow::Result<Option<Account>> {
    let Some(sealed) = payment.sealed.filter(|_| payment.channel == Channel::Cec) else {
        return Ok(None);
    };
    let mut tx = gateway.store.read().await?;
    let place = payments::find_place(&mut tx, payment.id, sealed).await?;
    let key = sealed::find_key(&mut tx, sealed).await?;
    drop(tx);
    let (Some((place, size_bytes)), Some(key)) = (place, key) else {
        return Ok(None);
    };
    if size_bytes > STATEMENT_BYTES_MAX {
        return Ok(None);
    }
    let bytes = open(gateway, sealed, key).await?;
    let own = gateway.config.payments.refund.debtor_iban.clone();
    let on = payment.booked_on.unwrap_or_default();
    let reading = tokio::task::spawn_blocking(move || {
        let file = channel::read(&bytes).ok()?;
        let mut entries = file.statements.iter().flat_map(|one| &one.entries);
        let views = entries.find_map(|entry| views_at(entry, &place))?;
        let texts: Vec<&str> = views.iter().map(String::as_str).collect();
        let name = narrative::read_views(&texts, on).payer_name?;
        let found = texts
            .iter()
            .find_map(|text| Iban::find_only(&narrative::fold(text), own.as_ref()))?;
        Account::typed(found.as_str(), &name).ok()
    });
    reading.await.context("the reading task ended early")
}

/// The words of the entry, or of the one detail of it, that stands at a place.
fn views_at(entry: &Entry, place: &str) -> Option<Vec<String>> {
    let account = entry.payer_account.iter().cloned();
    if entry.place == place {
        let own = [&entry.joined_text, &entry.text, &entry.as_written];
        return Some(own.into_iter().cloned().chain(account).collect());
    }
    let rest = place.strip_prefix(entry.place.as_str())?;
    let number: usize = rest.strip_prefix(", detail ")?.parse().ok()?;
    let detail = entry.details.get(number.checked_sub(1)?)?;
    Some(vec![
        detail.text.replace('\n', ""),
        detail.text.replace('\n', " "),
    ])
}
