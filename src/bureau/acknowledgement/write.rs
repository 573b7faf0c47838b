//! Writing an acknowledgement, as the bureau does.

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::bureau::acknowledgement::agreement::require_agreement;
use crate::bureau::acknowledgement::{Acknowledgement, Entry, Shipment, shape};
use crate::bureau::form;
use crate::bureau::header::{
    APPLICATION_NUMBER, BUREAU, CREATED_AT, ENVIRONMENT, HEADER, LINE_NUMBER, MESSAGE_ID,
    ORDER_NUMBER, REASON_CODE, environment,
};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;

/// Writes and signs an acknowledgement.
pub fn write_acknowledgement<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    document: &Acknowledgement,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    require_agreement(document)?;
    let mut writer = DocumentWriter::begin(sink, key, &shape::ACKNOWLEDGEMENT)?;
    write_header(&mut writer, document)?;
    for entry in &document.entries {
        write_entry(&mut writer, entry)?;
    }
    for shipment in &document.shipments {
        write_shipment(&mut writer, shipment)?;
    }
    write_control_totals(&mut writer, document)?;
    writer.finish(signed_at)
}

fn write_header<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    document: &Acknowledgement,
) -> Result<(), DocumentError> {
    writer.open(HEADER)?;
    writer.leaf(&MESSAGE_ID, &document.message_id.hyphenated().to_string())?;
    writer.leaf(&BUREAU, &document.bureau)?;
    writer.leaf(&ENVIRONMENT, environment(document.test))?;
    writer.leaf(&CREATED_AT, &form::instant_text(document.created_at))?;
    writer.close_record()
}

fn write_entry<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    entry: &Entry,
) -> Result<(), DocumentError> {
    let reason = entry.reason.map(|code| code.to_string());
    writer.open(shape::ENTRY.name)?;
    writer.leaf(&ORDER_NUMBER, &entry.order_number)?;
    writer.leaf(&LINE_NUMBER, &entry.line_no.to_string())?;
    writer.leaf(&APPLICATION_NUMBER, &entry.application_number)?;
    writer.leaf(&shape::SEQUENCE, &entry.sequence.to_string())?;
    writer.leaf(&shape::STATUS, entry.status.as_str())?;
    writer.leaf(&shape::OCCURRED_AT, &form::instant_text(entry.occurred_at))?;
    writer.optional(&REASON_CODE, reason.as_deref())?;
    writer.optional(&shape::DOCUMENT_NUMBER, entry.document_number.as_deref())?;
    writer.optional(&shape::CONSIGNMENT, entry.consignment.as_deref())?;
    writer.close_record()
}

fn write_shipment<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    shipment: &Shipment,
) -> Result<(), DocumentError> {
    writer.open(shape::SHIPMENT.name)?;
    writer.leaf(&shape::CONSIGNMENT, &shipment.consignment)?;
    writer.leaf(&shape::PARCEL, &shipment.parcel)?;
    writer.leaf(&shape::OFFICE_CODE, &shipment.office_code)?;
    writer.leaf(&shape::CARD_COUNT, &shipment.cards.len().to_string())?;
    for card in &shipment.cards {
        writer.open(shape::CARD.name)?;
        writer.leaf(&APPLICATION_NUMBER, &card.application_number)?;
        writer.leaf(&shape::DOCUMENT_NUMBER, &card.document_number)?;
        writer.close()?;
    }
    writer.close_record()
}

fn write_control_totals<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    document: &Acknowledgement,
) -> Result<(), DocumentError> {
    let cards: usize = document
        .shipments
        .iter()
        .map(|shipment| shipment.cards.len())
        .sum();
    let shipments = document.shipments.len();
    writer.open(shape::CONTROL_TOTALS.name)?;
    writer.leaf(&shape::ENTRY_COUNT, &document.entries.len().to_string())?;
    writer.leaf(&shape::SHIPMENT_COUNT, &shipments.to_string())?;
    writer.leaf(&shape::CARD_TOTAL, &cards.to_string())?;
    writer.close_record()
}
