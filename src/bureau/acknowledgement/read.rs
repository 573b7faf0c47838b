//! Reading an acknowledgement.

use std::io::BufRead;

use crate::bureau::acknowledgement::agreement::require_agreement;
use crate::bureau::acknowledgement::{
    ACKNOWLEDGEMENT, Acknowledgement, Entry, Shipment, ShippedCard, shape,
};
use crate::bureau::fields::Fields;
use crate::bureau::header::HEADER;
use crate::bureau::reader::{
    DocumentKind, RecordReader, count, read_document, require_kind, require_total,
};
use crate::bureau::refusal::{ContentCode, ReadError, incomplete};
use crate::bureau::{form, value};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::trust::TrustPolicy;

/// Verifies and reads an acknowledgement. Whether its orders and lines are known, its words
/// follow one another and its test flag is the environment's is the caller's to ask.
pub fn read_acknowledgement(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<Acknowledgement, ReadError> {
    let mut records = AcknowledgementRecords::default();
    read_document(source, policy, &mut records)?;
    records.acknowledgement()
}

/// What was gathered while an acknowledgement was read; believed only afterwards.
#[derive(Default)]
pub(crate) struct AcknowledgementRecords {
    document: Option<Acknowledgement>,
    card_count: u64,
}

impl AcknowledgementRecords {
    /// The acknowledgement, once it is verified.
    pub(crate) fn acknowledgement(self) -> Result<Acknowledgement, ReadError> {
        self.document.ok_or_else(|| incomplete(HEADER))
    }
}

impl RecordReader for AcknowledgementRecords {
    fn begin(
        &mut self,
        namespace: &str,
        root: &str,
    ) -> Result<&'static DocumentKind, ContentFault> {
        require_kind(&ACKNOWLEDGEMENT, namespace, root)
    }

    fn record(&mut self, name: &'static str, fields: &Fields) -> Result<(), ContentFault> {
        let Some(document) = &mut self.document else {
            self.document = Some(read_header(fields)?);
            return Ok(());
        };
        if name == shape::ENTRY.name {
            document.entries.push(read_entry(fields)?);
            Ok(())
        } else if name == shape::SHIPMENT.name {
            let shipment = read_shipment(fields)?;
            self.card_count += count(&shipment.cards);
            document.shipments.push(shipment);
            require_few(self.card_count)
        } else {
            require_control_totals(fields, document, self.card_count)
        }
    }

    fn finish(&mut self) -> Result<(), ContentFault> {
        self.document.as_ref().map_or(Ok(()), require_agreement)
    }
}

fn read_header(fields: &Fields) -> Result<Acknowledgement, ContentFault> {
    Ok(Acknowledgement {
        message_id: fields.uuid(HEADER, "MessageId")?,
        bureau: fields.text(HEADER, "Bureau")?.to_owned(),
        test: fields.is_test(HEADER)?,
        created_at: fields.instant(HEADER, "CreatedAt")?,
        entries: Vec::new(),
        shipments: Vec::new(),
    })
}

fn read_entry(fields: &Fields) -> Result<Entry, ContentFault> {
    let within = shape::ENTRY.name;
    Ok(Entry {
        order_number: fields.text(within, "OrderNumber")?.to_owned(),
        line_no: fields.number(within, "LineNumber")?,
        application_number: fields.text(within, "ApplicationNumber")?.to_owned(),
        sequence: fields.number(within, "Sequence")?,
        status: fields.read(within, "Status", form::status)?,
        occurred_at: fields.instant(within, "OccurredAt")?,
        reason: fields.read_optional(within, "Reason", form::number_as)?,
        document_number: fields.find(within, "DocumentNumber").map(str::to_owned),
        consignment: fields.find(within, "Consignment").map(str::to_owned),
    })
}

fn read_shipment(fields: &Fields) -> Result<Shipment, ContentFault> {
    let (within, card) = (shape::SHIPMENT.name, shape::CARD.name);
    // Each Card has exactly one of both, so that they pair up.
    let cards: Vec<_> = fields
        .all(card, "ApplicationNumber")
        .zip(fields.all(card, "DocumentNumber"))
        .map(|(application, document)| ShippedCard {
            application_number: application.text.to_owned(),
            document_number: document.text.to_owned(),
        })
        .collect();
    require_total(
        "CardCount",
        fields.number(within, "CardCount")?,
        count(&cards),
    )?;
    Ok(Shipment {
        consignment: fields.text(within, "Consignment")?.to_owned(),
        parcel: fields.text(within, "Parcel")?.to_owned(),
        office_code: fields.text(within, "OfficeCode")?.to_owned(),
        cards,
    })
}

fn require_control_totals(
    fields: &Fields,
    document: &Acknowledgement,
    card_count: u64,
) -> Result<(), ContentFault> {
    let within = shape::CONTROL_TOTALS.name;
    for (name, counted) in [
        ("EntryCount", count(&document.entries)),
        ("ShipmentCount", count(&document.shipments)),
        ("CardCount", card_count),
    ] {
        require_total(name, fields.number(within, name)?, counted)?;
    }
    Ok(())
}

/// Bounds the memory that a document of many parcels takes.
fn require_few(card_count: u64) -> Result<(), ContentFault> {
    if card_count <= value::CARDS_TOTAL_MAX.into() {
        return Ok(());
    }
    let most = value::CARDS_TOTAL_MAX;
    Err(ContentCode::ElementLimit.fault(format!("more than {most} Card in the document")))
}
