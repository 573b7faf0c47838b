//! A parcel with the list of its cards, as acknowledgements and shipment notices carry it.

use std::collections::HashSet;
use std::io::Write;

use crate::bureau::fields::Fields;
use crate::bureau::header::{APPLICATION_NUMBER, DOCUMENT_NUMBER};
use crate::bureau::reader::{count, require_total};
use crate::bureau::refusal::ContentCode;
use crate::bureau::shape::{Shape, group, leaf, one, several};
use crate::bureau::value;
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::xmldsig::content::ContentFault;

/// One parcel on its way to one office.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shipment {
    /// The number of the consignment, as the courier knows it.
    pub consignment: String,
    /// The mark of the parcel in the consignment; no two shipments have both the same.
    pub parcel: String,
    /// The code of the office that it is for.
    pub office_code: String,
    /// The cards in it, 1 to 1,000.
    pub cards: Vec<ShippedCard>,
}

/// One card in a parcel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShippedCard {
    /// The number of the application that the card was made for.
    pub application_number: String,
    /// The number of the card.
    pub document_number: String,
}

pub(crate) static SHIPMENT: Shape = group(
    "Shipment",
    &[
        one(&CONSIGNMENT),
        one(&PARCEL),
        one(&OFFICE_CODE),
        one(&CARD_COUNT),
        several(&CARD, 1, value::CARDS_MAX),
    ],
);
pub(crate) static CONSIGNMENT: Shape = leaf("Consignment", &value::CONSIGNMENT);
static PARCEL: Shape = leaf("Parcel", &value::CONSIGNMENT);
static OFFICE_CODE: Shape = leaf("OfficeCode", &value::PARTY_CODE);
static CARD_COUNT: Shape = leaf("CardCount", &value::CARD_COUNT);
static CARD: Shape = group("Card", &[one(&APPLICATION_NUMBER), one(&DOCUMENT_NUMBER)]);

/// How many shipments a document has.
pub(crate) static SHIPMENT_COUNT: Shape = leaf("ShipmentCount", &value::SHIPMENT_COUNT);
/// How many cards the shipments of a document have together.
pub(crate) static CARD_TOTAL: Shape = leaf("CardCount", &value::CARD_TOTAL);

/// The shipments of a document while it is read.
#[derive(Default)]
pub(crate) struct Shipments {
    list: Vec<Shipment>,
    card_count: u64,
}

impl Shipments {
    /// Reads the record of one shipment; bounds the memory that many of them take.
    pub(crate) fn take(&mut self, fields: &Fields) -> Result<(), ContentFault> {
        let shipment = Shipment::read(fields)?;
        self.card_count += count(&shipment.cards);
        self.list.push(shipment);
        require_few(self.card_count)
    }

    /// The shipments, which must be as many as the record `within` of the head says.
    pub(crate) fn counted(
        self,
        head: &Fields,
        within: &'static str,
    ) -> Result<Vec<Shipment>, ContentFault> {
        for (name, counted) in [
            ("ShipmentCount", count(&self.list)),
            ("CardCount", self.card_count),
        ] {
            require_total(name, head.number(within, name)?, counted)?;
        }
        Ok(self.list)
    }
}

impl Shipment {
    fn read(fields: &Fields) -> Result<Self, ContentFault> {
        let (within, card) = (SHIPMENT.name, CARD.name);
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
        Ok(Self {
            consignment: fields.text(within, "Consignment")?.to_owned(),
            parcel: fields.text(within, "Parcel")?.to_owned(),
            office_code: fields.text(within, "OfficeCode")?.to_owned(),
            cards,
        })
    }

    /// Writes the record of one shipment.
    pub(crate) fn write<W: Write>(
        &self,
        writer: &mut DocumentWriter<'_, W>,
    ) -> Result<(), DocumentError> {
        writer.open(SHIPMENT.name)?;
        writer.leaf(&CONSIGNMENT, &self.consignment)?;
        writer.leaf(&PARCEL, &self.parcel)?;
        writer.leaf(&OFFICE_CODE, &self.office_code)?;
        writer.leaf(&CARD_COUNT, &self.cards.len().to_string())?;
        for card in &self.cards {
            writer.open(CARD.name)?;
            writer.leaf(&APPLICATION_NUMBER, &card.application_number)?;
            writer.leaf(&DOCUMENT_NUMBER, &card.document_number)?;
            writer.close()?;
        }
        writer.close_record()
    }
}

/// Writes how many shipments and cards there are.
pub(crate) fn write_counts<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    shipments: &[Shipment],
) -> Result<(), DocumentError> {
    let cards: usize = shipments.iter().map(|shipment| shipment.cards.len()).sum();
    writer.leaf(&SHIPMENT_COUNT, &shipments.len().to_string())?;
    writer.leaf(&CARD_TOTAL, &cards.to_string())
}

/// Requires that no parcel, card or application stands twice among the shipments of one document.
pub(crate) fn require_agreement(shipments: &[Shipment]) -> Result<(), ContentFault> {
    let mut parcels = HashSet::new();
    let mut cards = HashSet::new();
    let mut applications = HashSet::new();
    for (index, shipment) in shipments.iter().enumerate() {
        let number = index + 1;
        if !parcels.insert((&shipment.consignment, &shipment.parcel)) {
            return Err(ContentCode::ElementsDisagree
                .fault(format!("shipment {number} is the parcel of another")));
        }
        for card in &shipment.cards {
            if !cards.insert(&card.document_number) {
                return Err(
                    ContentCode::CardRepeated.fault(format!("shipment {number} repeats a card"))
                );
            }
            if !applications.insert(&card.application_number) {
                return Err(ContentCode::ApplicationRepeated
                    .fault(format!("shipment {number} repeats an application")));
            }
        }
    }
    Ok(())
}

fn require_few(card_count: u64) -> Result<(), ContentFault> {
    if card_count <= value::CARDS_TOTAL_MAX.into() {
        return Ok(());
    }
    let most = value::CARDS_TOTAL_MAX;
    Err(ContentCode::ElementLimit.fault(format!("more than {most} Card in the document")))
}
