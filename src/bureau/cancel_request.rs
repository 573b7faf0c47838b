//! The request to cancel lines of an order: answered for each line with `CANCELLED`, or with
//! `TOO_LATE_TO_CANCEL` and everything goes on.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io::{BufRead, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::document::{Document, read_one};
use crate::bureau::fields::Fields;
use crate::bureau::header::{
    APPLICATION_NUMBER, Heading, LINE_COUNT, LINE_NUMBER, PLAIN_HEADER, REASON_CODE,
};
use crate::bureau::named_order::{NAMED_ORDER, NamedOrder};
use crate::bureau::reader::{DocumentKind, count, require_total};
use crate::bureau::refusal::{ContentCode, ReadError};
use crate::bureau::shape::{Shape, group, one, several};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{CANCEL_REQUEST_NAMESPACE, value};
use crate::xmldsig::content::ContentFault;
use crate::xmldsig::key::SigningKey;
use crate::xmldsig::sign::SignedDocument;
use crate::xmldsig::trust::TrustPolicy;

/// A request to make no cards for certain lines of one order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CancelRequest {
    /// The identifier of the document.
    pub message_id: Uuid,
    /// The code of the bureau that it is for.
    pub bureau: String,
    /// Whether it belongs to the test environment.
    pub test: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The number of the order.
    pub order_number: String,
    /// The SHA-256 of the order's file as it was signed.
    pub order_sha256: [u8; 32],
    /// The identifier of the order's document.
    pub order_message_id: Uuid,
    /// The lines, 1 to 1,000, each once.
    pub lines: Vec<CancelLine>,
}

/// One line that is to be cancelled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CancelLine {
    /// The number of the line in its order, from 1.
    pub line_no: u32,
    /// The number of the application that the line is of.
    pub application_number: String,
    /// Why, by the catalogue of reasons.
    pub reason: u16,
}

pub(crate) static CANCEL_REQUEST: DocumentKind = DocumentKind {
    namespace: CANCEL_REQUEST_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "CancelRequest",
    &[
        one(&PLAIN_HEADER),
        one(&NAMED_ORDER),
        several(&LINE, 1, value::LINES_MAX),
        one(&CONTROL_TOTALS),
    ],
);

static LINE: Shape = group(
    "Line",
    &[
        one(&LINE_NUMBER),
        one(&APPLICATION_NUMBER),
        one(&REASON_CODE),
    ],
);
static CONTROL_TOTALS: Shape = group("ControlTotals", &[one(&LINE_COUNT)]);

/// Writes and signs a request to cancel lines.
pub fn write_cancel_request<W: Write>(
    sink: W,
    key: &dyn SigningKey,
    request: &CancelRequest,
    signed_at: DateTime<Utc>,
) -> Result<(W, SignedDocument), DocumentError> {
    require_agreement(request)?;
    let mut writer = DocumentWriter::begin(sink, key, &CANCEL_REQUEST)?;
    let heading = Heading {
        message_id: request.message_id,
        bureau: &request.bureau,
        test: request.test,
        created_at: request.created_at,
    };
    heading.write(&mut writer)?;
    let order = NamedOrder {
        number: &request.order_number,
        sha256: request.order_sha256,
        message_id: request.order_message_id,
    };
    order.write(&mut writer)?;
    for line in &request.lines {
        write_line(&mut writer, line)?;
    }
    writer.open(CONTROL_TOTALS.name)?;
    writer.leaf(&LINE_COUNT, &request.lines.len().to_string())?;
    writer.close_record()?;
    writer.finish(signed_at)
}

fn write_line<W: Write>(
    writer: &mut DocumentWriter<'_, W>,
    line: &CancelLine,
) -> Result<(), DocumentError> {
    writer.open(LINE.name)?;
    writer.leaf(&LINE_NUMBER, &line.line_no.to_string())?;
    writer.leaf(&APPLICATION_NUMBER, &line.application_number)?;
    writer.leaf(&REASON_CODE, &line.reason.to_string())?;
    writer.close_record()
}

/// Verifies and reads a request to cancel lines, as the bureau does.
pub fn read_cancel_request(
    source: impl BufRead,
    policy: &TrustPolicy,
) -> Result<CancelRequest, ReadError> {
    read_one(source, policy)
}

impl Document for CancelRequest {
    type Parts = Vec<CancelLine>;

    fn kind() -> &'static DocumentKind {
        &CANCEL_REQUEST
    }

    fn take(
        lines: &mut Vec<CancelLine>,
        name: &'static str,
        fields: &Fields,
    ) -> Result<bool, ContentFault> {
        let is_line = name == LINE.name;
        if is_line {
            lines.push(CancelLine {
                line_no: fields.number(name, "LineNumber")?,
                application_number: fields.text(name, "ApplicationNumber")?.to_owned(),
                reason: fields.number(name, "Reason")?,
            });
        }
        Ok(is_line)
    }

    fn gather(head: &Fields, lines: Vec<CancelLine>) -> Result<Self, ContentFault> {
        let heading = Heading::read(head)?;
        let order = NamedOrder::read(head)?;
        let told = head.number(CONTROL_TOTALS.name, "LineCount")?;
        require_total("LineCount", told, count(&lines))?;
        let request = Self {
            message_id: heading.message_id,
            bureau: heading.bureau.to_owned(),
            test: heading.test,
            created_at: heading.created_at,
            order_number: order.number.to_owned(),
            order_sha256: order.sha256,
            order_message_id: order.message_id,
            lines,
        };
        require_agreement(&request)?;
        Ok(request)
    }
}

/// Requires that no line and no application is named twice.
fn require_agreement(request: &CancelRequest) -> Result<(), ContentFault> {
    let mut numbers = HashSet::new();
    let mut applications = HashSet::new();
    for line in &request.lines {
        if !numbers.insert(line.line_no) {
            let number = line.line_no;
            return Err(ContentCode::EntryRepeated.fault(format!("line {number} is named twice")));
        }
        if !applications.insert(&line.application_number) {
            let number = line.line_no;
            return Err(ContentCode::ApplicationRepeated
                .fault(format!("line {number} repeats an application")));
        }
    }
    Ok(())
}
