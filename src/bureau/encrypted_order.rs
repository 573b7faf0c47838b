//! An order that only the bureau can read: signed first, then encrypted whole. Its header stands in
//! the open, so that it can be routed, and is bound to the order inside by being the same.

use std::io::{BufRead, Write};

use openssl::pkey::{PKey, Private};

use crate::bureau::ENCRYPTED_ORDER_NAMESPACE;
use crate::bureau::form;
use crate::bureau::header::{
    BUREAU, CREATED_AT, ENVIRONMENT, LINE_COUNT, MESSAGE_ID, ORDER_NUMBER, environment,
};
use crate::bureau::order::OrderHeader;
use crate::xmlenc::{
    DecryptError, EncryptError, EnvelopeWriter, OpenHeader, Recipient, Root, open_envelope,
};

const ROOT: Root = Root {
    name: "EncryptedOrder",
    namespace: ENCRYPTED_ORDER_NAMESPACE,
};

/// Begins an encrypted order; the signed order with this header is to be written to it.
pub fn encrypt_order<W: Write>(
    sink: W,
    header: &OrderHeader,
    recipient: &Recipient,
) -> Result<EnvelopeWriter<W>, EncryptError> {
    EnvelopeWriter::begin(sink, ROOT, &fields_of(header), recipient)
}

/// Whether a document is an encrypted order, by how it begins.
pub fn is_encrypted_order(document: &[u8]) -> bool {
    ROOT.begins(document)
}

/// Decrypts an encrypted order into `sink`, in memory that does not grow with it.
///
/// **What the sink was given may be used only after this has returned `Ok`**, and the header that this
/// returns has to be compared with that of the order, by [`is_header_of`].
pub fn decrypt_order(
    source: impl BufRead,
    key: &PKey<Private>,
    sink: &mut impl Write,
) -> Result<OpenHeader, DecryptError> {
    open_envelope(source, ROOT, key, sink)
}

/// Whether a header in the open is that of the order that was inside.
pub fn is_header_of(open: &OpenHeader, header: &OrderHeader) -> bool {
    open.says(&fields_of(header))
}

fn fields_of(header: &OrderHeader) -> [(&'static str, String); 6] {
    [
        (MESSAGE_ID.name, header.message_id.hyphenated().to_string()),
        (ORDER_NUMBER.name, header.number.clone()),
        (BUREAU.name, header.bureau.clone()),
        (ENVIRONMENT.name, environment(header.test).to_owned()),
        (CREATED_AT.name, form::instant_text(header.created_at)),
        (LINE_COUNT.name, header.line_count.to_string()),
    ]
}
