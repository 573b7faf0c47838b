//! AES-256-GCM of one message (NIST SP 800-38D), over openssl.

use openssl::cipher::Cipher;
use openssl::cipher_ctx::CipherCtx;
use openssl::error::ErrorStack;

/// Bytes of a key.
pub(super) const KEY_LEN: usize = 32;
/// Bytes of a nonce.
pub(super) const NONCE_LEN: usize = 12;
/// Bytes of the authentication tag that follows each ciphertext.
pub(super) const TAG_LEN: usize = 16;

/// What decides a ciphertext beside the plain text: never used for two messages.
pub(super) struct Parameters<'a> {
    pub(super) key: &'a [u8; KEY_LEN],
    pub(super) nonce: &'a [u8; NONCE_LEN],
    /// Authenticated but not carried: both sides must know it.
    pub(super) bound_to: &'a [u8],
}

/// Appends the ciphertext of `plain` and its tag to `sealed`.
pub(super) fn seal(
    cipher: &mut CipherCtx,
    parameters: &Parameters<'_>,
    plain: &[u8],
    sealed: &mut Vec<u8>,
) -> Result<(), ErrorStack> {
    let start = sealed.len();
    sealed.resize(start + plain.len(), 0);
    let ciphertext = sealed.get_mut(start..).unwrap_or_default();
    let tag = seal_to(cipher, parameters, plain, ciphertext)?;
    sealed.extend_from_slice(&tag);
    Ok(())
}

/// Fills `ciphertext`, which is as long as `plain`, and gives the tag.
pub(super) fn seal_to(
    cipher: &mut CipherCtx,
    parameters: &Parameters<'_>,
    plain: &[u8],
    ciphertext: &mut [u8],
) -> Result<[u8; TAG_LEN], ErrorStack> {
    let Parameters {
        key,
        nonce,
        bound_to,
    } = parameters;
    cipher.encrypt_init(Some(Cipher::aes_256_gcm()), Some(*key), Some(*nonce))?;
    cipher.cipher_update(bound_to, None)?;
    cipher.cipher_update(plain, Some(ciphertext))?;
    cipher.cipher_final(&mut [])?;
    let mut tag = [0; TAG_LEN];
    cipher.tag(&mut tag)?;
    Ok(tag)
}

/// Replaces `plain` by what `sealed` holds; false, and `plain` empty, if it is not authentic.
pub(super) fn open(
    cipher: &mut CipherCtx,
    parameters: &Parameters<'_>,
    sealed: &[u8],
    plain: &mut Vec<u8>,
) -> Result<bool, ErrorStack> {
    plain.clear();
    let Some((ciphertext, tag)) = sealed.split_last_chunk::<TAG_LEN>() else {
        return Ok(false);
    };
    let Parameters {
        key,
        nonce,
        bound_to,
    } = parameters;
    cipher.decrypt_init(Some(Cipher::aes_256_gcm()), Some(*key), Some(*nonce))?;
    cipher.cipher_update(bound_to, None)?;
    cipher.cipher_update_vec(ciphertext, plain)?;
    cipher.set_tag(tag)?;
    let authentic = cipher.cipher_final_vec(plain).is_ok();
    if !authentic {
        zeroize::Zeroize::zeroize(plain);
    }
    Ok(authentic)
}
