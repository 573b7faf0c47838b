//! The notice that parcels are on their way, with the list of the cards in each.

#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::acknowledgement::Acknowledgement;
use crate::bureau::document::{Document, read_one};
use crate::bureau::fields::Fields;
use crate::bureau::header::{Heading, PLAIN_HEADER};
use crate::bureau::reader::DocumentKind;
use crate::bureau::refusal::{ContentCode, ReadError};
use crate::bureau::shape::{Shape, group, one, several};
use crate::bureau::shipment::{
    self, CARD_TOTAL, SHIPMENT, SHIPMENT_COUNT, Shipment, Shipments, write_counts,
};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{SHIPMENT_NOTICE_NAMESPACE, value};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::TrustPolicy;

/// Parcels on their way to offices.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShipmentNotice {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that wrote it.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The parcels, 1 to 1,000, with at most 10,000 cards together.
    pub shipments: Vec<Shipment>,
}

impl From<ShipmentNotice> for Acknowledgement {
    /// What the notice tells, as an acknowledgement without words would tell it.
    fn from(notice: ShipmentNotice) -> Self {
        Self {
            message_id: notice.message_id,
            bureau: notice.bureau,
            test: notice.test,
            created_at: notice.created_at,
            entries: Vec::new(),
            shipments: notice.shipments,
        }
    }
}

pub(crate) static SHIPMENT_NOTICE: DocumentKind = DocumentKind {
    namespace: SHIPMENT_NOTICE_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "ShipmentNotice",
    &[
        one(&PLAIN_HEADER),
        several(&SHIPMENT, 1, value::SHIPMENTS_MAX),
        one(&CONTROL_TOTALS),
    ],
);

static CONTROL_TOTALS: Shape = group("ControlTotals", &[one(&SHIPMENT_COUNT), one(&CARD_TOTAL)]);

/// Writes and signs a notice of parcels, as the bureau does.
pub fn write_shipment_notice<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    notice: &ShipmentNotice,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    require_agreement(notice)?;
    let mut writer = DocumentWriter::begin(sink, key, &SHIPMENT_NOTICE)?;
    let heading = Heading {
        message_id: notice.message_id,
        bureau: &notice.bureau,
        test: notice.test,
        created_at: notice.created_at,
    };
    heading.write(&mut writer)?;
    for shipment in &notice.shipments {
        shipment.write(&mut writer)?;
    }
    writer.open(CONTROL_TOTALS.name)?;
    write_counts(&mut writer, &notice.shipments)?;
    writer.close_record()?;
    writer.finish(signed_at)
}

/// Verifies and reads a notice of parcels. Whether their cards were ordered is the caller's to
/// ask.
pub fn read_shipment_notice(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<ShipmentNotice, ReadError> {
    read_one(source, policy)
}

impl Document for ShipmentNotice {
    type Parts = Shipments;

    fn kind() -> &'static DocumentKind {
        &SHIPMENT_NOTICE
    }

    fn take(
        shipments: &mut Shipments,
        name: &'static str,
        fields: &Fields,
    ) -> Result<bool, ContentFault> {
        let is_shipment = name == SHIPMENT.name;
        if is_shipment {
            shipments.take(fields)?;
        }
        Ok(is_shipment)
    }

    fn gather(head: &Fields, shipments: Shipments) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        let notice = Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            shipments: shipments.counted(head, CONTROL_TOTALS.name)?,
        };
        require_agreement(&notice)?;
        Ok(notice)
    }
}

fn require_agreement(notice: &ShipmentNotice) -> Result<(), ContentFault> {
    if notice.shipments.is_empty() {
        return Err(ContentCode::ElementMissing.fault("no Shipment"));
    }
    shipment::require_agreement(&notice.shipments)
}
