//! What stands where in a receipt; `receipt-1.xsd` says the same to other parties.

use crate::bureau::header::{IN_REPLY_TO, LINE_COUNT, ORDER_NUMBER, PLAIN_HEADER, SHA256};
use crate::bureau::reader::DocumentKind;
use crate::bureau::shape::{Shape, group, leaf, one, optional, several};
use crate::bureau::{RECEIPT_NAMESPACE, value};

pub(crate) static RECEIPT: DocumentKind = DocumentKind {
    namespace: RECEIPT_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group("Receipt", &[one(&PLAIN_HEADER), one(&ORDER), one(&ANSWER)]);

pub(crate) static ORDER: Shape = group(
    "Order",
    &[
        one(&ORDER_NUMBER),
        one(&SHA256),
        optional(&IN_REPLY_TO),
        optional(&LINE_COUNT),
    ],
);

pub(crate) static ANSWER: Shape = group(
    "Answer",
    &[one(&OUTCOME), several(&REASON, 0, value::REASONS_MAX)],
);
pub(crate) static OUTCOME: Shape = leaf("Outcome", &value::OUTCOME);
pub(crate) static REASON: Shape = group("Reason", &[one(&CODE), one(&TEXT)]);
pub(crate) static CODE: Shape = leaf("Code", &value::REASON);
pub(crate) static TEXT: Shape = leaf("Text", &value::REASON_TEXT);
