//! What stands where in an acknowledgement; `acknowledgement-1.xsd` says the same to other parties.

use crate::bureau::header::{
    APPLICATION_NUMBER, BUREAU, CREATED_AT, ENVIRONMENT, HEADER, LINE_NUMBER, MESSAGE_ID,
    ORDER_NUMBER, REASON_CODE,
};
use crate::bureau::reader::DocumentKind;
use crate::bureau::shape::{Shape, group, leaf, one, optional, several};
use crate::bureau::{ACKNOWLEDGEMENT_NAMESPACE, value};

pub(crate) static ACKNOWLEDGEMENT: DocumentKind = DocumentKind {
    namespace: ACKNOWLEDGEMENT_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "Acknowledgement",
    &[
        one(&ACKNOWLEDGEMENT_HEADER),
        several(&ENTRY, 0, value::ENTRIES_MAX),
        several(&SHIPMENT, 0, value::SHIPMENTS_MAX),
        one(&CONTROL_TOTALS),
    ],
);

static ACKNOWLEDGEMENT_HEADER: Shape = group(
    HEADER,
    &[
        one(&MESSAGE_ID),
        one(&BUREAU),
        one(&ENVIRONMENT),
        one(&CREATED_AT),
    ],
);

pub(crate) static ENTRY: Shape = group(
    "Entry",
    &[
        one(&ORDER_NUMBER),
        one(&LINE_NUMBER),
        one(&APPLICATION_NUMBER),
        one(&SEQUENCE),
        one(&STATUS),
        one(&OCCURRED_AT),
        optional(&REASON_CODE),
        optional(&DOCUMENT_NUMBER),
        optional(&CONSIGNMENT),
    ],
);
pub(crate) static SEQUENCE: Shape = leaf("Sequence", &value::SEQUENCE);
pub(crate) static STATUS: Shape = leaf("Status", &value::STATUS);
pub(crate) static OCCURRED_AT: Shape = leaf("OccurredAt", &value::INSTANT);
pub(crate) static DOCUMENT_NUMBER: Shape = leaf("DocumentNumber", &value::DOCUMENT_NUMBER);
pub(crate) static CONSIGNMENT: Shape = leaf("Consignment", &value::CONSIGNMENT);

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
pub(crate) static PARCEL: Shape = leaf("Parcel", &value::CONSIGNMENT);
pub(crate) static OFFICE_CODE: Shape = leaf("OfficeCode", &value::PARTY_CODE);
pub(crate) static CARD_COUNT: Shape = leaf("CardCount", &value::CARD_COUNT);
pub(crate) static CARD: Shape = group("Card", &[one(&APPLICATION_NUMBER), one(&DOCUMENT_NUMBER)]);

pub(crate) static CONTROL_TOTALS: Shape = group(
    "ControlTotals",
    &[one(&ENTRY_COUNT), one(&SHIPMENT_COUNT), one(&CARD_TOTAL)],
);
pub(crate) static ENTRY_COUNT: Shape = leaf("EntryCount", &value::ENTRY_COUNT);
pub(crate) static SHIPMENT_COUNT: Shape = leaf("ShipmentCount", &value::SHIPMENT_COUNT);
pub(crate) static CARD_TOTAL: Shape = leaf("CardCount", &value::CARD_TOTAL);
