//! The hash by which a repeated word is told from a contradicting one.

use openssl::sha::sha256;

use crate::bureau::entry::Entry;
use crate::bureau::form;

/// The first line of the text that is hashed; another form of it would be another version.
const FORM: &str = "cei-gateway acknowledgement entry 1";

impl Entry {
    /// The SHA-256 of all that the entry says: two entries on the same line with the same sequence
    /// number are one word told twice when their hashes are equal, and a conflict when not.
    ///
    /// What is hashed is UTF-8 text of ten lines, each ended by a line feed: the name of the form,
    /// then order number, line number, application number, sequence, status, instant (UTC, with
    /// six digits of the second's fraction), reason, document number and consignment; what is
    /// left out is an empty line. No value can hold a line feed. How the document wrote the
    /// instant makes no difference, and neither does the document it stood in.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.canonical_text().as_bytes())
    }

    pub(crate) fn canonical_text(&self) -> String {
        let reason = self.reason.map(|code| code.to_string());
        let mut text = String::with_capacity(256);
        for line in [
            FORM,
            &self.order_number,
            &self.line_no.to_string(),
            &self.application_number,
            &self.sequence.to_string(),
            self.status.as_str(),
            &form::instant_text_of_six_digits(self.occurred_at),
            reason.as_deref().unwrap_or_default(),
            self.document_number.as_deref().unwrap_or_default(),
            self.consignment.as_deref().unwrap_or_default(),
        ] {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}
