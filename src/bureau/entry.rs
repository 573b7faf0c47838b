//! The bureau's word on one line, as acknowledgements and answers carry it.

mod hash;

use std::collections::HashSet;
use std::io::Write;

use chrono::{DateTime, Utc};

use crate::bureau::fields::Fields;
use crate::bureau::header::{
    APPLICATION_NUMBER, DOCUMENT_NUMBER, LINE_NUMBER, ORDER_NUMBER, REASON_CODE,
};
use crate::bureau::refusal::ContentCode;
use crate::bureau::shape::{Shape, group, leaf, one, optional};
use crate::bureau::shipment::CONSIGNMENT;
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{form, value};
use crate::domain::acknowledgement::LineEvent;
use crate::xmldsig::content::ContentFault;

/// One word of the bureau on one line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The number of the order.
    pub order_number: String,
    /// The number of the line in its order, from 1.
    pub line_no: u32,
    /// The number of the application that the line is of.
    pub application_number: String,
    /// The place of this word among the bureau's words on the line: 1, 2, 3 …
    pub sequence: u32,
    /// What happened; one of the bureau's own words.
    pub status: LineEvent,
    /// When it happened; read and written to the microsecond.
    pub occurred_at: DateTime<Utc>,
    /// The number of the reason, by the catalogue of reasons; a `REJECTED` line has one.
    pub reason: Option<u16>,
    /// The number of the card: 1 to 9 of `A-Z` and `0-9`.
    pub document_number: Option<String>,
    /// The number of the consignment that carries the card.
    pub consignment: Option<String>,
}

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
static STATUS: Shape = leaf("Status", &value::STATUS);
static OCCURRED_AT: Shape = leaf("OccurredAt", &value::INSTANT);

/// How many entries a document has, of 10,000 at most.
pub(crate) static ENTRY_COUNT: Shape = leaf("EntryCount", &value::ENTRY_COUNT);

impl Entry {
    /// Reads the record of one entry.
    pub(crate) fn read(fields: &Fields) -> Result<Self, ContentFault> {
        let within = ENTRY.name;
        Ok(Self {
            order_number: fields.text(within, "OrderNumber")?.to_owned(),
            line_no: fields.number(within, "LineNumber")?,
            application_number: fields.text(within, "ApplicationNumber")?.to_owned(),
            sequence: fields.number(within, "Sequence")?,
            status: fields.read(within, "Status", form::status)?,
            occurred_at: fields.instant(within, "OccurredAt")?,
            reason: fields.read_optional(within, "Reason", form::number_as)?,
            document_number: fields.find(within, "DocumentNumber").map(str::to_owned),
            consignment: fields.find(within, "Consignment").map(str::to_owned),
        })
    }

    /// Writes the record of one entry.
    pub(crate) fn write<W: Write>(
        &self,
        writer: &mut DocumentWriter<'_, W>,
    ) -> Result<(), DocumentError> {
        let reason = self.reason.map(|code| code.to_string());
        writer.open(ENTRY.name)?;
        writer.leaf(&ORDER_NUMBER, &self.order_number)?;
        writer.leaf(&LINE_NUMBER, &self.line_no.to_string())?;
        writer.leaf(&APPLICATION_NUMBER, &self.application_number)?;
        writer.leaf(&SEQUENCE, &self.sequence.to_string())?;
        writer.leaf(&STATUS, self.status.as_str())?;
        writer.leaf(&OCCURRED_AT, &form::instant_text(self.occurred_at))?;
        writer.optional(&REASON_CODE, reason.as_deref())?;
        writer.optional(&DOCUMENT_NUMBER, self.document_number.as_deref())?;
        writer.optional(&CONSIGNMENT, self.consignment.as_deref())?;
        writer.close_record()
    }
}

/// Requires that entries of one document do not contradict themselves or one another.
pub(crate) fn require_agreement(entries: &[Entry]) -> Result<(), ContentFault> {
    let mut words = HashSet::new();
    for (index, entry) in entries.iter().enumerate() {
        require_reason(index, entry)?;
        if !words.insert((&entry.order_number, entry.line_no, entry.sequence)) {
            return Err(ContentCode::EntryRepeated.fault(format!(
                "entry {} repeats the line and sequence of another",
                index + 1
            )));
        }
    }
    Ok(())
}

/// Requires that entries of an answer are about lines of the order that it names.
pub(crate) fn require_order(entries: &[Entry], order_number: &str) -> Result<(), ContentFault> {
    match entries
        .iter()
        .position(|entry| entry.order_number != order_number)
    {
        None => Ok(()),
        Some(index) => Err(ContentCode::ElementsDisagree
            .fault(format!("entry {} is about another order", index + 1))),
    }
}

/// A line that is refused must say why: the reason decides who acts next.
fn require_reason(index: usize, entry: &Entry) -> Result<(), ContentFault> {
    if entry.status == LineEvent::LineRejected && entry.reason.is_none() {
        return Err(ContentCode::ElementsDisagree
            .fault(format!("entry {} is REJECTED without a Reason", index + 1)));
    }
    Ok(())
}
