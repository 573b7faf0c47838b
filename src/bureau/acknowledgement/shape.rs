//! What stands where in an acknowledgement; `acknowledgement-1.xsd` says the same to other parties.

use crate::bureau::entry::{ENTRY, ENTRY_COUNT};
use crate::bureau::header::PLAIN_HEADER;
use crate::bureau::reader::DocumentKind;
use crate::bureau::shape::{Shape, group, one, several};
use crate::bureau::shipment::{CARD_TOTAL, SHIPMENT, SHIPMENT_COUNT};
use crate::bureau::{ACKNOWLEDGEMENT_NAMESPACE, value};

pub(crate) static ACKNOWLEDGEMENT: DocumentKind = DocumentKind {
    namespace: ACKNOWLEDGEMENT_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "Acknowledgement",
    &[
        one(&PLAIN_HEADER),
        several(&ENTRY, 0, value::ENTRIES_MAX),
        several(&SHIPMENT, 0, value::SHIPMENTS_MAX),
        one(&CONTROL_TOTALS),
    ],
);

pub(crate) static CONTROL_TOTALS: Shape = group(
    "ControlTotals",
    &[one(&ENTRY_COUNT), one(&SHIPMENT_COUNT), one(&CARD_TOTAL)],
);
