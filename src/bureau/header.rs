//! What every document says first: the header, and elements that documents share.

use std::io::Write;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bureau::fields::Fields;
use crate::bureau::shape::{Shape, group, leaf, one};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::bureau::{form, value};
use crate::xmldsig::content::ContentFault;

pub(crate) const HEADER: &str = "Header";
pub(crate) static MESSAGE_ID: Shape = leaf("MessageId", &value::MESSAGE_ID);
pub(crate) static IN_REPLY_TO: Shape = leaf("InReplyTo", &value::MESSAGE_ID);
pub(crate) static ORDER_NUMBER: Shape = leaf("OrderNumber", &value::NUMBER);
pub(crate) static SHA256: Shape = leaf("Sha256", &value::SHA256);
pub(crate) static BUREAU: Shape = leaf("Bureau", &value::PARTY_CODE);
pub(crate) static ENVIRONMENT: Shape = leaf("Environment", &value::ENVIRONMENT);
pub(crate) static CREATED_AT: Shape = leaf("CreatedAt", &value::INSTANT);
pub(crate) static LINE_COUNT: Shape = leaf("LineCount", &value::LINE_COUNT);
pub(crate) static APPLICATION_NUMBER: Shape = leaf("ApplicationNumber", &value::NUMBER);
pub(crate) static DOCUMENT_NUMBER: Shape = leaf("DocumentNumber", &value::DOCUMENT_NUMBER);
pub(crate) static LINE_NUMBER: Shape = leaf("LineNumber", &value::LINE_NUMBER);
pub(crate) static REASON_CODE: Shape = leaf("Reason", &value::REASON);

/// The header of a document that answers none.
pub(crate) static PLAIN_HEADER: Shape = group(
    HEADER,
    &[
        one(&MESSAGE_ID),
        one(&BUREAU),
        one(&ENVIRONMENT),
        one(&CREATED_AT),
    ],
);

/// The header of a document that answers another.
pub(crate) static ANSWER_HEADER: Shape = group(
    HEADER,
    &[
        one(&MESSAGE_ID),
        one(&BUREAU),
        one(&ENVIRONMENT),
        one(&CREATED_AT),
        one(&IN_REPLY_TO),
    ],
);

/// What a header says.
#[derive(Clone, Copy)]
pub(crate) struct Heading<'h> {
    pub(crate) message_id: Uuid,
    pub(crate) bureau: &'h str,
    pub(crate) test: bool,
    pub(crate) created_at: DateTime<Utc>,
}

impl<'h> Heading<'h> {
    /// Reads the header.
    pub(crate) fn read(head: &'h Fields) -> Result<Self, ContentFault> {
        Ok(Self {
            message_id: head.uuid(HEADER, "MessageId")?,
            bureau: head.text(HEADER, "Bureau")?,
            test: head.is_test(HEADER)?,
            created_at: head.instant(HEADER, "CreatedAt")?,
        })
    }

    /// Writes the header of a document that answers none.
    pub(crate) fn write<W: Write>(
        &self,
        writer: &mut DocumentWriter<'_, W>,
    ) -> Result<(), DocumentError> {
        self.write_with(writer, None)
    }

    /// Writes the header of an answer to the document `in_reply_to`.
    pub(crate) fn write_answering<W: Write>(
        &self,
        writer: &mut DocumentWriter<'_, W>,
        in_reply_to: Uuid,
    ) -> Result<(), DocumentError> {
        self.write_with(writer, Some(in_reply_to))
    }

    fn write_with<W: Write>(
        &self,
        writer: &mut DocumentWriter<'_, W>,
        in_reply_to: Option<Uuid>,
    ) -> Result<(), DocumentError> {
        let in_reply_to = in_reply_to.map(form::uuid_text);
        writer.open(HEADER)?;
        writer.leaf(&MESSAGE_ID, &form::uuid_text(self.message_id))?;
        writer.leaf(&BUREAU, self.bureau)?;
        writer.leaf(&ENVIRONMENT, environment(self.test))?;
        writer.leaf(&CREATED_AT, &form::instant_text(self.created_at))?;
        writer.optional(&IN_REPLY_TO, in_reply_to.as_deref())?;
        writer.close_record()
    }
}

/// How the test flag is written.
pub(crate) const fn environment(test: bool) -> &'static str {
    if test { value::TEST } else { value::PRODUCTION }
}
