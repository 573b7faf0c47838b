//! Writing an acknowledgement, as the bureau does.

use std::io::Write;

use chrono::{DateTime, Utc};

use crate::bureau::acknowledgement::read::require_agreement;
use crate::bureau::acknowledgement::{Acknowledgement, shape};
use crate::bureau::entry::ENTRY_COUNT;
use crate::bureau::header::Heading;
use crate::bureau::shipment::write_counts;
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
    let heading = Heading {
        message_id: document.message_id,
        bureau: &document.bureau,
        test: document.test,
        created_at: document.created_at,
    };
    heading.write(&mut writer)?;
    for entry in &document.entries {
        entry.write(&mut writer)?;
    }
    for shipment in &document.shipments {
        shipment.write(&mut writer)?;
    }
    writer.open(shape::CONTROL_TOTALS.name)?;
    writer.leaf(&ENTRY_COUNT, &document.entries.len().to_string())?;
    write_counts(&mut writer, &document.shipments)?;
    writer.close_record()?;
    writer.finish(signed_at)
}
