//! Taking an order out of its encryption, if it is in one.

use std::borrow::Cow;

use openssl::pkey::{PKey, Private};

use crate::bureau::encrypted_order::{decrypt_order, is_encrypted_order};
use crate::xmlenc::{DecryptError, OpenHeader};

/// `DECRYPT_FAILED`, by the catalogue of reasons.
const CANNOT_BE_DECRYPTED: u16 = 103;
/// `SCHEMA_INVALID`.
const NOT_AS_IT_SHOULD_BE: u16 = 104;

/// A signed order, and the header that stood in the open.
pub(super) type Opened<'d> = (Cow<'d, [u8]>, Option<OpenHeader>);

/// The signed order, and the header in the open if it was encrypted. A refusal has the number of its
/// reason.
pub(super) fn open<'d>(
    document: &'d [u8],
    key: Option<&PKey<Private>>,
) -> Result<Opened<'d>, (u16, String)> {
    if !is_encrypted_order(document) {
        return Ok((Cow::Borrowed(document), None));
    }
    let no_key = || {
        (
            CANNOT_BE_DECRYPTED,
            "we have no key for encrypted orders".to_owned(),
        )
    };
    let key = key.ok_or_else(no_key)?;
    let mut order = Vec::with_capacity(document.len() / 4 * 3);
    match decrypt_order(document, key, &mut order) {
        Ok(header) => Ok((Cow::Owned(order), Some(header))),
        Err(error @ DecryptError::Layout(_)) => Err((NOT_AS_IT_SHOULD_BE, error.to_string())),
        Err(error) => Err((CANNOT_BE_DECRYPTED, error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_encrypted_is_passed_on_and_what_nobody_can_open_is_refused() {
        let (document, header) = open(b"<Order/>", None).unwrap();
        assert_eq!((&*document, header), (b"<Order/>".as_slice(), None));
        let encrypted = b"<EncryptedOrder xmlns=\"urn:cei-gateway:encrypted-order:1\"><Header>";
        assert_eq!(open(encrypted, None).unwrap_err().0, 103);
        let key = PKey::from_rsa(openssl::rsa::Rsa::generate(2048).unwrap()).unwrap();
        assert_eq!(open(encrypted, Some(&key)).unwrap_err().0, 104);
    }
}
