//! Writes, signs and seals the document of a closed order in one streaming pass, and puts it in
//! the outbox. Until that is committed nothing refers to the bytes, so a crash leaves an orphan
//! and the order is sealed again.

use std::convert::Infallible;

use anyhow::Context;
use chrono::NaiveDate;

use crate::bureau::order::{
    AddressData, ApplicantData, BiometricData, FingerData, ImageData, OfficeData, OrderHeader,
    OrderLine, OrderWriter, Validity,
};
use crate::domain::application::CardReason;
use crate::domain::calendar::age_on;
use crate::domain::fingerprints::FingersMissing;
use crate::domain::id::{MessageId, SealedId};
use crate::domain::operator::Actor;
use crate::domain::order::OrderEvent;
use crate::domain::validity;
use crate::flow::Failure;
use crate::flow::content::{ApplicationContent, ImageContent};
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::history::{self, take_step};
use crate::store::offices::{self, Office};
use crate::store::orders::{self, Order, SignedBytes};
use crate::store::outbox::{self, LaneKind, NewMessage};
use crate::store::sealed::{self, NewSealed, SealedKind};
use crate::store::{Tx, applications, order_lines};
use crate::xmldsig::sign::SignedDocument;

/// Seals the closed order that has waited longest. Returns its number, or `None` when none waits.
pub async fn seal_order(gateway: &Gateway) -> Result<Option<String>, Failure<Infallible>> {
    let mut tx = gateway.store.read().await?;
    let Some(order) = orders::find_closed(&mut tx).await? else {
        return Ok(None);
    };
    let sources = gather(&mut tx, &order).await?;
    drop(tx);
    let (blob, document) = write(gateway, &order, sources).await?;
    queue(gateway, &order, &blob, &document).await?;
    Ok(Some(order.number))
}

/// What a line is written from.
struct LineSource {
    line_no: u32,
    attempt: u32,
    number: String,
    deadline_on: NaiveDate,
    registered_on: NaiveDate,
    card_reason: CardReason,
    office: Office,
    delivery_office: Office,
    sealed: SealedId,
    wrapped_key: Vec<u8>,
}

async fn gather(tx: &mut Tx, order: &Order) -> anyhow::Result<Vec<LineSource>> {
    let lines = order_lines::list(tx, order.id, 0, i64::MAX).await?;
    let mut sources = Vec::with_capacity(lines.len());
    for line in lines {
        let application = applications::find(tx, line.application)
            .await?
            .context("an order line names an application that does not exist")?;
        let wrapped_key = sealed::find_key(tx, application.sealed)
            .await?
            .context("the content of an ordered application was erased")?;
        let office = offices::find(tx, application.office).await?;
        let delivery_office = offices::find(tx, application.collect_office).await?;
        sources.push(LineSource {
            line_no: u32::try_from(line.line_no).context("a line number out of range")?,
            attempt: u32::try_from(line.attempt).context("an attempt out of range")?,
            number: application.number,
            deadline_on: application.deadline_on,
            registered_on: application.registered_on,
            card_reason: application.card_reason,
            office: office.context("an application's office does not exist")?,
            delivery_office: delivery_office.context("an office of collection does not exist")?,
            sealed: application.sealed,
            wrapped_key,
        });
    }
    Ok(sources)
}

/// Streams the document into the vault: one application's content in memory at a time.
async fn write(
    gateway: &Gateway,
    order: &Order,
    sources: Vec<LineSource>,
) -> anyhow::Result<(NewSealed, SignedDocument)> {
    let now = gateway.clock.now();
    let id = SealedId(gateway.random.uuid(now));
    let header = OrderHeader {
        number: order.number.clone(),
        message_id: order.message_id,
        bureau: order.bureau.clone(),
        product: order.product,
        test: order.test,
        created_at: order.created_at,
        line_count: u32::try_from(order.line_count).context("a line count out of range")?,
        replaces: None,
    };
    let (vault, key) = (gateway.vault.clone(), gateway.seal.clone());
    tokio::task::spawn_blocking(move || {
        let mut writer = OrderWriter::begin(vault.writer(id)?, key.as_ref(), &header)?;
        for source in &sources {
            let plain = vault.get(source.sealed, &source.wrapped_key)?;
            let content: ApplicationContent =
                serde_json::from_slice(&plain).context("reading an application's content")?;
            writer.line(&line_of(source, &content))?;
        }
        let (sink, document) = writer.finish(now)?;
        let sealed = sink.finish()?;
        let blob = NewSealed {
            id,
            kind: SealedKind::Order,
            wrapped_key: sealed.wrapped_key,
            size_bytes: sealed.size_bytes,
            sha256: sealed.sha256.to_vec(),
            erase_at: None,
        };
        Ok((blob, document))
    })
    .await
    .context("the writing task ended early")?
}

fn line_of<'a>(source: &'a LineSource, content: &'a ApplicationContent) -> OrderLine<'a> {
    let person = &content.applicant;
    let home = &person.domicile;
    let biometrics = &content.biometrics;
    OrderLine {
        line_no: source.line_no,
        application_number: &source.number,
        attempt: source.attempt,
        office: office_data(&source.office),
        delivery_office: office_data(&source.delivery_office),
        deadline_on: source.deadline_on,
        card_reason: source.card_reason,
        validity: validity_of(source, content),
        applicant: ApplicantData {
            surname: &person.surname,
            given_names: &person.given_names,
            cnp: &person.cnp,
            sex: &person.sex,
            birth_on: person.birth_on,
            birth_place: &person.birth_place,
            citizenship: &person.citizenship,
            mother_given_names: person.mother_given_names.as_deref(),
            father_given_names: person.father_given_names.as_deref(),
            domicile: AddressData {
                county: &home.county,
                siruta: home.siruta,
                locality: &home.locality,
                street: home.street.as_deref(),
                number: home.number.as_deref(),
                postal_code: home.postal_code.as_deref(),
            },
        },
        biometrics: BiometricData {
            face: image_data(&biometrics.face),
            signature: biometrics.signature.as_ref().map(image_data),
            signature_missing: biometrics.signature_missing.as_deref(),
            fingers: biometrics
                .fingers
                .iter()
                .map(|finger| FingerData {
                    position: &finger.position,
                    image: image_data(&finger.image),
                })
                .collect(),
            fingers_missing: biometrics.fingers_missing.as_deref(),
        },
    }
}

/// How long the card is valid, by the age at registration (see `domain::validity`).
fn validity_of(source: &LineSource, content: &ApplicationContent) -> Validity {
    let age = age_on(content.applicant.birth_on, source.registered_on);
    let missing = content.biometrics.fingers_missing.as_deref();
    let missing = missing.and_then(|code| FingersMissing::parse(code).ok());
    match validity::decide(age, missing).validity {
        validity::Validity::Unlimited => Validity::Unlimited,
        validity::Validity::Months(months) => {
            Validity::Years(u8::try_from(months / 12).unwrap_or(u8::MAX))
        }
    }
}

fn office_data(office: &Office) -> OfficeData<'_> {
    OfficeData {
        code: &office.code,
        name: &office.name,
    }
}

fn image_data(image: &ImageContent) -> ImageData<'_> {
    ImageData {
        media_type: &image.media_type,
        base64: &image.data,
    }
}

/// Records the signed bytes and puts the order in the outbox, in one transaction.
async fn queue(
    gateway: &Gateway,
    order: &Order,
    blob: &NewSealed,
    document: &SignedDocument,
) -> Result<(), Failure<Infallible>> {
    let actor = Actor::Gateway("batcher");
    let note = note(gateway, &actor, None);
    let id = order.id.0;
    let mut tx = gateway.store.begin().await?;
    sealed::insert(&mut tx, blob, note.at).await?;
    let signed = SignedBytes {
        sealed: blob.id,
        sha256: &document.sha256,
        size_bytes: i64::try_from(document.size_bytes).context("an order out of range")?,
        signed_at: note.at,
    };
    let written = OrderEvent::DocumentSigned;
    let state = take_step::<history::Order>(&mut tx, id, order.state, written, &note).await?;
    orders::set_signed(&mut tx, order.id, signed).await?;
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
    let lane = gateway.bureau_lane();
    let id = MessageId(note.random.uuid(note.at));
    let payload = serde_json::json!({ "order": order.number }).to_string();
    let message = NewMessage {
        id,
        kind: "order",
        subject: order.id.0,
        payload: &payload,
        replay_of: None,
    };
    outbox::open_lane(tx, &lane, LaneKind::Bureau).await?;
    outbox::append(tx, &lane, &message, Some(note.at), note.at).await?;
    Ok(id)
}
