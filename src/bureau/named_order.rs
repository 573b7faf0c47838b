//! The file of an order, as letters name it.

use std::io::Write;

use uuid::Uuid;

use crate::bureau::fields::Fields;
use crate::bureau::form;
use crate::bureau::header::{MESSAGE_ID, ORDER_NUMBER, SHA256};
use crate::bureau::shape::{Shape, group, one};
use crate::bureau::writer::{DocumentError, DocumentWriter};
use crate::xmldsig::content::ContentFault;

pub(crate) static NAMED_ORDER: Shape = group(
    "Order",
    &[one(&ORDER_NUMBER), one(&SHA256), one(&MESSAGE_ID)],
);

/// Which file is meant: its number, the SHA-256 of its bytes and the identifier of its document.
#[derive(Clone, Copy)]
pub(crate) struct NamedOrder<'o> {
    pub(crate) number: &'o str,
    pub(crate) sha256: [u8; 32],
    pub(crate) message_id: Uuid,
}

impl<'o> NamedOrder<'o> {
    /// Reads which file is meant.
    pub(crate) fn read(head: &'o Fields) -> Result<Self, ContentFault> {
        let within = NAMED_ORDER.name;
        Ok(Self {
            number: head.text(within, "OrderNumber")?,
            sha256: head.read(within, "Sha256", form::sha256)?,
            message_id: head.uuid(within, "MessageId")?,
        })
    }

    /// Writes which file is meant.
    pub(crate) fn write<W: Write>(
        &self,
        writer: &mut DocumentWriter<'_, W>,
    ) -> Result<(), DocumentError> {
        writer.open(NAMED_ORDER.name)?;
        writer.leaf(&ORDER_NUMBER, self.number)?;
        writer.leaf(&SHA256, &form::sha256_text(&self.sha256))?;
        writer.leaf(&MESSAGE_ID, &form::uuid_text(self.message_id))?;
        writer.close_record()
    }
}
