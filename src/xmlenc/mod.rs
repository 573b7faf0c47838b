//! Owns encrypting and decrypting one `xenc:EncryptedData` (XML Encryption 1.1), in one pass and in
//! memory that does not grow with what is encrypted. Knows no order and no bureau.
//!
//! The profile is closed: AES-256-GCM under a key of its own for each document, wrapped with
//! RSA-OAEP for one certificate, in exactly the layout that is written here. Other programs read it
//! with any library of XML Encryption; [`decrypt`] reads nothing else.

mod envelope;
mod read;
#[cfg(test)]
mod tests;
mod transport;
mod write;

pub use envelope::{EnvelopeFile, EnvelopeWriter, HeaderFields, OpenHeader, Root, open_envelope};
pub use read::{DecryptError, decrypt};
pub use transport::{KeyTransport, Recipient, RecipientError};
pub use write::{EncryptError, Encryption};

use crate::xmlenc::transport::{AES_256_GCM, DS, XENC};

/// Bytes of the key of a document.
const KEY_LEN: usize = 32;
/// Bytes of the nonce before the ciphertext (XML Encryption 1.1 §5.2.4).
const NONCE_LEN: usize = 12;
/// Bytes of the tag behind it.
const TAG_LEN: usize = 16;

/// All that stands before the wrapped key's method.
fn opening() -> String {
    format!(
        "<xenc:EncryptedData xmlns:xenc=\"{XENC}\" MimeType=\"application/xml\">\
         <xenc:EncryptionMethod Algorithm=\"{AES_256_GCM}\"></xenc:EncryptionMethod>\
         <ds:KeyInfo xmlns:ds=\"{DS}\"><xenc:EncryptedKey>"
    )
}

/// Between the wrapped key's method and the receiver's certificate.
const BEFORE_CERTIFICATE: &str = "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>";
/// Between the certificate and the wrapped key.
const BEFORE_KEY: &str =
    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>";
/// Between the wrapped key and the ciphertext.
const BEFORE_TEXT: &str = "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>\
                           <xenc:CipherData><xenc:CipherValue>";
/// All that stands behind the ciphertext.
const CLOSING: &str = "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>";
