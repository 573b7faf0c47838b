//! Writes approved refunds into a list for the bank, gives the same bytes again, and withdraws a
//! list that the bank refused. A refund stands in one list at a time, and is never listed twice.

use anyhow::Context;
use chrono::TimeDelta;
use openssl::sha::sha256;
use zeroize::Zeroizing;

use crate::channel::amount::fraction_digits;
use crate::channel::refund_list::{Debtor, RefundDocument, Transfer};
use crate::domain::calendar::bucharest_day;
use crate::domain::id::RefundListId;
use crate::domain::operator::Actor;
use crate::domain::refund::{RefundEvent, RefundState, end_to_end_id};
use crate::flow::Failure;
use crate::flow::progress::note;
use crate::flow::refund::account::open_account;
use crate::flow::refund::decide::{keep_for, step};
use crate::flow::refund::{RefundRefusal, require_reason};
use crate::flow::sealing::{open, seal};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, SubjectKind};
use crate::store::payments::{self, Payment};
use crate::store::refund_lists::{self, RefundList};
use crate::store::refunds::{self, Refund};
use crate::store::sealed::{self, NewSealed, SealedKind};
use crate::store::{Tx, counters};

/// Refunds in one list at most; the rest stands in the next one.
pub const LIST_MAX: i64 = 1_000;

/// Currencies with hundredths have this many digits after the point.
const HUNDREDTHS: usize = 2;

/// A list that is sealed, ready to be written.
#[derive(Debug)]
pub struct PreparedList {
    list: RefundList,
    refunds: Vec<Refund>,
    document: NewSealed,
    table: NewSealed,
}

/// Which form of a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ListForm {
    /// The pain.001.001.09 document.
    Document,
    /// The table with semicolons.
    Table,
}

/// Writes a list of all approved refunds in a currency.
pub async fn export_refunds(
    gateway: &Gateway,
    currency: &str,
    actor: &Actor,
) -> Result<RefundList, Failure<RefundRefusal>> {
    let prepared = prepare_list(gateway, currency, actor).await?;
    let note = note(gateway, actor, None);
    let mut tx = gateway.store.begin().await?;
    let list = write_list(&mut tx, &prepared, &note).await?;
    tx.commit().await?;
    Ok(list)
}

/// Writes and seals the bytes of a list. Until [`write_list`] nothing is listed.
pub async fn prepare_list(
    gateway: &Gateway,
    currency: &str,
    actor: &Actor,
) -> Result<PreparedList, Failure<RefundRefusal>> {
    let debtor = debtor(gateway)?;
    if fraction_digits(currency) != HUNDREDTHS {
        return Err(Failure::Refused(RefundRefusal::CurrencyUnsupported));
    }
    let now = gateway.clock.now();
    let on = bucharest_day(now);
    let mut tx = gateway.store.begin().await?;
    let approved = refunds::list_approved(&mut tx, currency, LIST_MAX).await?;
    if approved.is_empty() {
        return Err(Failure::Refused(RefundRefusal::NothingToList));
    }
    let mut given_back = Vec::new();
    for refund in &approved {
        let payment = payments::find(&mut tx, refund.payment).await?;
        given_back.push(payment.context("a refund names a payment that does not exist")?);
    }
    let series = format!("refund-list:{}", on.format("%Y%m%d"));
    let serial = counters::take_number(&mut tx, &series).await?;
    tx.commit().await?;
    let mut transfers = Vec::new();
    for (refund, payment) in approved.iter().zip(&given_back) {
        transfers.push(transfer(gateway, refund, payment).await?);
    }
    let document = RefundDocument {
        number: format!("RL-{}-{serial:03}", on.format("%Y%m%d")),
        written_at: now,
        pay_on: on,
        currency: currency.to_owned(),
        debtor,
        transfers,
    };
    seal_list(gateway, document, approved, actor).await
}

fn debtor(gateway: &Gateway) -> Result<Debtor, Failure<RefundRefusal>> {
    let rule = &gateway.config.payments.refund;
    let missing = || Failure::Refused(RefundRefusal::DebtorMissing);
    let name = rule.debtor_name.trim();
    Ok(Debtor {
        name: Some(name)
            .filter(|name| !name.is_empty())
            .ok_or_else(missing)?
            .to_owned(),
        iban: rule.debtor_iban.clone().ok_or_else(missing)?,
        bic: rule.debtor_bic.clone(),
    })
}

async fn transfer(
    gateway: &Gateway,
    refund: &Refund,
    payment: &Payment,
) -> Result<Transfer, Failure<RefundRefusal>> {
    let account = open_account(gateway, refund).await?;
    let account = account.ok_or(Failure::Refused(RefundRefusal::Erased))?;
    let reference = payment.payment_reference.as_deref();
    let reference = reference
        .map(|one| format!(", ref {one}"))
        .unwrap_or_default();
    let id = end_to_end_id(&refund.number);
    Ok(Transfer {
        text: format!(
            "Restituire taxa CEI {id}, plata {}{reference}",
            payment.number
        ),
        end_to_end_id: id,
        amount: refund.amount,
        name: account.name,
        iban: account.iban,
    })
}

async fn seal_list(
    gateway: &Gateway,
    document: RefundDocument,
    refunds: Vec<Refund>,
    actor: &Actor,
) -> Result<PreparedList, Failure<RefundRefusal>> {
    let xml = document.to_xml().context("writing a list of refunds")?;
    let csv = document.to_csv().context("writing a list of refunds")?;
    let digest = sha256(&xml);
    let kind = SealedKind::Narrative;
    let sealed_document = seal(gateway, kind, Zeroizing::new(xml)).await?;
    let sealed_table = seal(gateway, kind, Zeroizing::new(csv)).await?;
    let list = RefundList {
        id: RefundListId(gateway.random.uuid(document.written_at)),
        amount: document.sum().context("the sum of a list overflows")?,
        refunds: i64::try_from(document.transfers.len()).context("a list is too long")?,
        number: document.number,
        currency: document.currency,
        document: sealed_document.id,
        table: sealed_table.id,
        sha256: digest.to_vec(),
        written_by: actor.to_string(),
        written_at: document.written_at,
        withdrawn_at: None,
    };
    Ok(PreparedList {
        list,
        refunds,
        document: sealed_document,
        table: sealed_table,
    })
}

/// Writes a list down: each of its refunds is in it from now on. Fails as a lost race when one of
/// them is not approved any more, or stands in another list.
pub async fn write_list(
    tx: &mut Tx,
    prepared: &PreparedList,
    note: &Note<'_>,
) -> Result<RefundList, Failure<RefundRefusal>> {
    let list = &prepared.list;
    sealed::insert(tx, &prepared.document, note.at).await?;
    sealed::insert(tx, &prepared.table, note.at).await?;
    refund_lists::insert(tx, list).await?;
    let on = bucharest_day(list.written_at);
    for refund in &prepared.refunds {
        step(tx, &mut refund.clone(), RefundEvent::ListWritten, note).await?;
        refunds::set_list(tx, refund.id, list.id, on).await?;
    }
    Ok(list.clone())
}

/// Gives the bytes of a list, the same as ever, and records who took them.
pub async fn read_list(
    gateway: &Gateway,
    number: &str,
    form: ListForm,
    actor: &Actor,
) -> Result<Zeroizing<Vec<u8>>, Failure<RefundRefusal>> {
    let note = note(gateway, actor, None);
    let mut tx = gateway.store.begin().await?;
    let list = find_list(&mut tx, number).await?;
    let sealed = match form {
        ListForm::Document => list.document,
        ListForm::Table => list.table,
    };
    let key = sealed::find_key(&mut tx, sealed).await?;
    let key = key.ok_or(Failure::Refused(RefundRefusal::Erased))?;
    let words = ["WRITTEN", "BYTES_DISCLOSED", "WRITTEN"];
    history::record(&mut tx, SubjectKind::Refund, list.id.0, words, &note).await?;
    tx.commit().await?;
    Ok(open(gateway, sealed, key).await?)
}

/// Withdraws a list as a whole in a transaction of its own.
pub async fn withdraw_refund_list(
    gateway: &Gateway,
    number: &str,
    (actor, reason): (&Actor, &str),
) -> Result<RefundList, Failure<RefundRefusal>> {
    let note = note(gateway, actor, Some(reason));
    let mut tx = gateway.store.begin().await?;
    let list = withdraw_list(&mut tx, number, keep_for(gateway), &note).await?;
    tx.commit().await?;
    Ok(list)
}

/// Withdraws a list that the bank refused: its refunds are approved again, and may be listed again.
pub async fn withdraw_list(
    tx: &mut Tx,
    number: &str,
    keep: TimeDelta,
    note: &Note<'_>,
) -> Result<RefundList, Failure<RefundRefusal>> {
    require_reason(note)?;
    let mut list = find_list(tx, number).await?;
    if !refund_lists::withdraw(tx, list.id, note.at).await? {
        return Err(Failure::Refused(RefundRefusal::ListWithdrawn));
    }
    for mut refund in refunds::list_of_list(tx, list.id).await? {
        if refund.state != RefundState::Exported {
            return Err(Failure::Refused(RefundRefusal::ListPaid(refund.number)));
        }
        step(tx, &mut refund, RefundEvent::ListWithdrawn, note).await?;
        refunds::clear_list(tx, refund.id).await?;
    }
    sealed::erase_by(tx, list.document, note.at + keep).await?;
    sealed::erase_by(tx, list.table, note.at + keep).await?;
    let words = ["WRITTEN", "WITHDRAWN", "WITHDRAWN"];
    history::record(tx, SubjectKind::Refund, list.id.0, words, note).await?;
    list.withdrawn_at = Some(note.at);
    Ok(list)
}

async fn find_list(tx: &mut Tx, number: &str) -> Result<RefundList, Failure<RefundRefusal>> {
    let found = refund_lists::find_by_number(tx, number).await?;
    found.ok_or(Failure::Refused(RefundRefusal::ListUnknown))
}
