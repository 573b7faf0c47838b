//! What every document says first: elements that the headers share.

use crate::bureau::shape::{Shape, leaf};
use crate::bureau::value;

pub(crate) const HEADER: &str = "Header";
pub(crate) static MESSAGE_ID: Shape = leaf("MessageId", &value::MESSAGE_ID);
pub(crate) static ORDER_NUMBER: Shape = leaf("OrderNumber", &value::NUMBER);
pub(crate) static BUREAU: Shape = leaf("Bureau", &value::PARTY_CODE);
pub(crate) static ENVIRONMENT: Shape = leaf("Environment", &value::ENVIRONMENT);
pub(crate) static CREATED_AT: Shape = leaf("CreatedAt", &value::INSTANT);
pub(crate) static LINE_COUNT: Shape = leaf("LineCount", &value::LINE_COUNT);
pub(crate) static APPLICATION_NUMBER: Shape = leaf("ApplicationNumber", &value::NUMBER);
pub(crate) static LINE_NUMBER: Shape = leaf("LineNumber", &value::LINE_NUMBER);
pub(crate) static REASON_CODE: Shape = leaf("Reason", &value::REASON);

/// How the test flag is written.
pub(crate) const fn environment(test: bool) -> &'static str {
    if test { value::TEST } else { value::PRODUCTION }
}
