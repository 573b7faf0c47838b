//! What must hold among the entries and shipments of one acknowledgement, written or read.

use std::collections::HashSet;

use crate::bureau::acknowledgement::{Acknowledgement, Entry, Shipment};
use crate::bureau::refusal::ContentCode;
use crate::domain::acknowledgement::LineEvent;
use crate::xmldsig::content::ContentFault;

/// Requires that entries and shipments do not contradict themselves or one another.
pub(crate) fn require_agreement(document: &Acknowledgement) -> Result<(), ContentFault> {
    if document.entries.is_empty() && document.shipments.is_empty() {
        return Err(ContentCode::ElementMissing.fault("neither an Entry nor a Shipment"));
    }
    let mut words = HashSet::new();
    for (index, entry) in document.entries.iter().enumerate() {
        require_reason(index, entry)?;
        if !words.insert((&entry.order_number, entry.line_no, entry.sequence)) {
            return Err(ContentCode::EntryRepeated.fault(format!(
                "entry {} repeats the line and sequence of another",
                index + 1
            )));
        }
    }
    require_distinct_cards(&document.shipments)
}

/// A line that is refused must say why: the reason decides who acts next.
fn require_reason(index: usize, entry: &Entry) -> Result<(), ContentFault> {
    if entry.status == LineEvent::LineRejected && entry.reason.is_none() {
        return Err(ContentCode::ElementsDisagree
            .fault(format!("entry {} is REJECTED without a Reason", index + 1)));
    }
    Ok(())
}

fn require_distinct_cards(shipments: &[Shipment]) -> Result<(), ContentFault> {
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
