//! Writes, signs and seals the document of a closed order in one streaming pass, and puts it in
//! the outbox. Until that is committed nothing refers to the bytes, so a crash leaves an orphan
//! and the order is sealed again.
//!
//! A line that cannot be written would stop all orders behind it. So its order is given up, its
//! application waits for an operator, and the others are ready for the next order.

mod line;
mod sink;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::convert::Infallible;

use anyhow::Context;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::bureau::order::{OrderHeader, OrderWriter};
use crate::bureau::writer::DocumentError;
use crate::domain::id::{MessageId, OfficeId, SealedId};
use crate::domain::operator::Actor;
use crate::domain::order::OrderEvent;
use crate::domain::reason::Reason;
use crate::domain::retention;
use crate::flow::Failure;
use crate::flow::content::ApplicationContent;
use crate::flow::progress::note;
use crate::flow::seal_order::line::{LineSource, line_of};
use crate::flow::seal_order::sink::{OrderSink, WrittenOrder};
use crate::flow::send_order::{payload_again, payload_of};
use crate::flow::withdraw_order::{SetAside, withdraw_order};
use crate::gateway::Gateway;
use crate::store::history::{self, take_step};
use crate::store::offices::{self, Office};
use crate::store::orders::{self, Order, SignedBytes};
use crate::store::outbox::{self, LaneKind, NewMessage};
use crate::store::sealed::{self, NewSealed};
use crate::store::{Tx, applications, order_evidence, order_lines, order_originals};
use crate::vault::Vault;

/// What became of a closed order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Sealing {
    /// It is signed and waits in the outbox.
    Signed {
        /// Its number.
        number: String,
    },
    /// A line could not be written, and it was given up.
    GivenUp {
        /// Its number.
        number: String,
        /// The line.
        line_no: i64,
        /// The number of the reason for which the line's application is held.
        code: u16,
    },
}

/// Seals the closed order that has waited longest; `None` when none waits.
pub async fn seal_order(gateway: &Gateway) -> Result<Option<Sealing>, Failure<Infallible>> {
    let mut tx = gateway.store.read().await?;
    let Some(order) = orders::find_closed(&mut tx).await? else {
        return Ok(None);
    };
    let header = header_of(&mut tx, &order).await?;
    let sources = gather(&mut tx, &order).await?;
    drop(tx);
    let number = order.number.clone();
    let sealing = match write(gateway, header, sources).await? {
        Ok(written) => {
            queue(gateway, &order, written).await?;
            Sealing::Signed { number }
        }
        Err(obstacle) => {
            let (line_no, code) = (obstacle.line_no, obstacle.code);
            give_up(gateway, &order, obstacle).await?;
            Sealing::GivenUp {
                number,
                line_no,
                code,
            }
        }
    };
    Ok(Some(sealing))
}

async fn header_of(tx: &mut Tx, order: &Order) -> anyhow::Result<OrderHeader> {
    let replaces = match order.replaces {
        Some(id) => orders::find(tx, id).await?.map(|before| before.number),
        None => None,
    };
    Ok(OrderHeader {
        number: order.number.clone(),
        message_id: order.message_id,
        bureau: order.bureau.clone(),
        product: order.product,
        test: order.test,
        created_at: order.created_at,
        line_count: u32::try_from(order.line_count).context("a line count out of range")?,
        replaces,
    })
}

async fn gather(tx: &mut Tx, order: &Order) -> anyhow::Result<Vec<LineSource>> {
    let lines = order_lines::list(tx, order.id, 0, i64::MAX).await?;
    let ids: Vec<Uuid> = lines.iter().map(|line| line.application.0).collect();
    let mut applications = applications::find_all(tx, &ids).await?;
    let contents: Vec<Uuid> = applications.values().map(|one| one.sealed.0).collect();
    let keys = sealed::find_keys(tx, &contents).await?;
    let mut offices_by_id: BTreeMap<OfficeId, Office> = BTreeMap::new();
    let mut sources = Vec::with_capacity(lines.len());
    for line in lines {
        let application = applications
            .remove(&line.application)
            .context("an order line names an application that does not exist")?;
        for id in [application.office, application.collect_office] {
            if let Entry::Vacant(vacant) = offices_by_id.entry(id) {
                let office = offices::find(tx, id).await?;
                vacant.insert(office.context("an office does not exist")?);
            }
        }
        let office = |id| {
            let known = offices_by_id.get(&id).cloned();
            known.context("an office does not exist")
        };
        sources.push(LineSource {
            line_no: u32::try_from(line.line_no).context("a line number out of range")?,
            attempt: u32::try_from(line.attempt).context("an attempt out of range")?,
            number: application.number,
            deadline_on: application.deadline_on,
            registered_on: application.registered_on,
            card_reason: application.card_reason,
            office: office(application.office)?,
            delivery_office: office(application.collect_office)?,
            sealed: application.sealed,
            wrapped_key: keys.get(&application.sealed).cloned(),
        });
    }
    Ok(sources)
}

/// Streams the document into the vault: one application's content in memory at a time. Answers
/// with the line that stands in the way, if one does; what was written until then is gone.
async fn write(
    gateway: &Gateway,
    header: OrderHeader,
    sources: Vec<LineSource>,
) -> anyhow::Result<Result<WrittenOrder, SetAside>> {
    let now = gateway.clock.now();
    let id = SealedId(gateway.random.uuid(now));
    let (vault, key) = (gateway.vault.clone(), gateway.seal.clone());
    let encryption = gateway.encryption.clone();
    let encryption = encryption.map(|one| (SealedId(gateway.random.uuid(now)), one));
    tokio::task::spawn_blocking(move || {
        let recipient = match &encryption {
            Some((id, encryption)) => Some((*id, encryption.recipient(now)?)),
            None => None,
        };
        let sink = OrderSink::open(&vault, id, &header, recipient)?;
        let mut writer = OrderWriter::begin(sink, key.as_ref(), &header)?;
        for source in &sources {
            if let Err(obstacle) = write_line(&mut writer, &vault, source)? {
                return Ok(Err(obstacle));
            }
        }
        let (sink, document) = writer.finish(now)?;
        Ok(Ok(sink.finish(document)?))
    })
    .await
    .context("the writing task ended early")?
}

fn write_line<W: std::io::Write>(
    writer: &mut OrderWriter<'_, W>,
    vault: &Vault,
    source: &LineSource,
) -> anyhow::Result<Result<(), SetAside>> {
    let content = match read_content(vault, source)? {
        Ok(content) => content,
        Err(obstacle) => return Ok(Err(obstacle)),
    };
    match writer.line(&line_of(source, &content)) {
        Ok(()) => Ok(Ok(())),
        Err(DocumentError::Line { fault, .. }) => {
            let code = Reason::SCHEMA_INVALID.number();
            Ok(Err(source.set_aside(code, fault.to_string())))
        }
        Err(ours) => Err(ours.into()),
    }
}

/// Opens an application's content. That it is lost or damaged is a matter of this application;
/// that the disk or the master key fails is one of all of them, and no reason to set one aside.
fn read_content(
    vault: &Vault,
    source: &LineSource,
) -> anyhow::Result<Result<ApplicationContent, SetAside>> {
    let lost = |why: String| Ok(Err(source.set_aside(Reason::DECRYPT_FAILED.number(), why)));
    let Some(key) = &source.wrapped_key else {
        return lost("its sealed content was erased".to_owned());
    };
    let plain = match vault.get(source.sealed, key) {
        Ok(plain) => plain,
        Err(damage) if damage.is_loss() => return lost(damage.to_string()),
        Err(ours) => return Err(ours.into()),
    };
    match serde_json::from_slice(&plain) {
        Ok(content) => Ok(Ok(content)),
        // What serde says may quote the content.
        Err(_quoting) => lost("its sealed content is no application".to_owned()),
    }
}

/// Gives up an order that cannot be written, because of one of its lines.
async fn give_up(
    gateway: &Gateway,
    order: &Order,
    obstacle: SetAside,
) -> Result<(), Failure<Infallible>> {
    let actor = Actor::Gateway("batcher");
    let why = format!("line {} cannot be written", obstacle.line_no);
    let note = note(gateway, &actor, Some(&why));
    let mut tx = gateway.store.begin().await?;
    let lines = order_lines::list(&mut tx, order.id, 0, i64::MAX).await?;
    withdraw_order(&mut tx, order, lines, &[obstacle], &note).await?;
    tx.commit().await?;
    Ok(())
}

/// Records the signed bytes and puts the order in the outbox, in one transaction.
async fn queue(
    gateway: &Gateway,
    order: &Order,
    written: WrittenOrder,
) -> Result<(), Failure<Infallible>> {
    let actor = Actor::Gateway("batcher");
    let note = note(gateway, &actor, None);
    let id = order.id.0;
    // No card in it is issued before it is signed, so that none is kept beyond its own term.
    let days = i64::try_from(retention::LAW.after_issue_days).unwrap_or(0);
    let erase_at = Some(note.at + TimeDelta::days(days));
    let mut tx = gateway.store.begin().await?;
    for blob in written.blobs {
        sealed::insert(&mut tx, &NewSealed { erase_at, ..blob }, note.at).await?;
    }
    let signed = SignedBytes {
        sealed: written.sent.sealed,
        sha256: &written.sent.sha256,
        size_bytes: written.sent.size_bytes,
        signed_at: note.at,
    };
    let signature = &written.signature;
    let event = OrderEvent::DocumentSigned;
    let state = take_step::<history::Order>(&mut tx, id, order.state, event, &note).await?;
    orders::set_signed(&mut tx, order.id, signed).await?;
    order_evidence::insert_signature(&mut tx, order.id, signature).await?;
    if let Some(original) = &written.original {
        order_originals::insert(&mut tx, order.id, original).await?;
    }
    let queued = OrderEvent::PutInOutbox;
    take_step::<history::Order>(&mut tx, id, state, queued, &note).await?;
    put_in_outbox(&mut tx, gateway, order, &note).await?;
    tx.commit().await?;
    Ok(())
}

/// Appends a message that will carry the order's bytes to the bureau, from now on.
pub async fn put_in_outbox(
    tx: &mut Tx,
    gateway: &Gateway,
    order: &Order,
    note: &history::Note<'_>,
) -> Result<MessageId, crate::store::StoreError> {
    put_in_outbox_after(tx, gateway, order, 0, note).await
}

/// The same for an order that was tried `tried` times already.
pub(crate) async fn put_in_outbox_after(
    tx: &mut Tx,
    gateway: &Gateway,
    order: &Order,
    tried: i64,
    note: &history::Note<'_>,
) -> Result<MessageId, crate::store::StoreError> {
    append(tx, gateway, order, &payload_of(order, tried), note).await
}

/// Appends a message that carries an order again which the bureau has answered.
pub(crate) async fn put_in_outbox_again(
    tx: &mut Tx,
    gateway: &Gateway,
    order: &Order,
    note: &history::Note<'_>,
) -> Result<MessageId, crate::store::StoreError> {
    append(tx, gateway, order, &payload_again(order), note).await
}

async fn append(
    tx: &mut Tx,
    gateway: &Gateway,
    order: &Order,
    payload: &str,
    note: &history::Note<'_>,
) -> Result<MessageId, crate::store::StoreError> {
    let lane = gateway.bureau_lane();
    let id = MessageId(note.random.uuid(note.at));
    let message = NewMessage {
        id,
        kind: "order",
        subject: order.id.0,
        payload,
        replay_of: None,
    };
    outbox::open_lane(tx, &lane, LaneKind::Bureau).await?;
    outbox::append(tx, &lane, &message, Some(note.at), note.at).await?;
    Ok(id)
}
