//! Reading an acknowledgement.

use std::io::BufRead;

use crate::bureau::acknowledgement::{ACKNOWLEDGEMENT, Acknowledgement, Entry, shape};
use crate::bureau::document::{Document, read_one};
use crate::bureau::entry::{self, ENTRY};
use crate::bureau::fields::Fields;
use crate::bureau::header::Heading;
use crate::bureau::reader::{DocumentKind, count, require_total};
use crate::bureau::refusal::{ContentCode, ReadError};
use crate::bureau::shipment::{self, SHIPMENT, Shipments};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::trust::TrustPolicy;

/// Verifies and reads an acknowledgement. Whether its orders and lines are known, its words
/// follow one another and its test flag is the environment's is the caller's to ask.
pub fn read_acknowledgement(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<Acknowledgement, ReadError> {
    read_one(source, policy)
}

/// What an acknowledgement tells of, while it is read.
#[derive(Default)]
pub(crate) struct Told {
    entries: Vec<Entry>,
    shipments: Shipments,
}

impl Document for Acknowledgement {
    type Parts = Told;

    fn kind() -> &'static DocumentKind {
        &ACKNOWLEDGEMENT
    }

    fn take(told: &mut Told, name: &'static str, fields: &Fields) -> Result<bool, ContentFault> {
        if name == ENTRY.name {
            told.entries.push(Entry::read(fields)?);
        } else if name == SHIPMENT.name {
            told.shipments.take(fields)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn gather(head: &Fields, told: Told) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        let totals = shape::CONTROL_TOTALS.name;
        require_total(
            "EntryCount",
            head.number(totals, "EntryCount")?,
            count(&told.entries),
        )?;
        let document = Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            entries: told.entries,
            shipments: told.shipments.counted(head, totals)?,
        };
        require_agreement(&document)?;
        Ok(document)
    }
}

/// Requires that entries and shipments do not contradict themselves or one another.
pub(crate) fn require_agreement(document: &Acknowledgement) -> Result<(), ContentFault> {
    if document.entries.is_empty() && document.shipments.is_empty() {
        return Err(ContentCode::ElementMissing.fault("neither an Entry nor a Shipment"));
    }
    entry::require_agreement(&document.entries)?;
    shipment::require_agreement(&document.shipments)
}
