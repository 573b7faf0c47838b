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

/// What a message is bound to beside its key.
pub(super) struct Binding<'a> {
    /// Never used for two messages under one key.
    pub(super) nonce: &'a [u8; NONCE_LEN],
    /// Authenticated but not carried: both sides must know it.
    pub(super) bound_to: &'a [u8],
}

/// Seals messages under one key. The key is expanded, and OpenSSL asked for its cipher, only once.
pub(super) struct SealingKey(CipherCtx);

impl SealingKey {
    pub(super) fn new(key: &[u8; KEY_LEN]) -> Result<Self, ErrorStack> {
        let mut cipher = CipherCtx::new()?;
        cipher.encrypt_init(Some(Cipher::aes_256_gcm()), Some(key), None)?;
        Ok(Self(cipher))
    }

    /// Appends the ciphertext of `plain` and its tag to `sealed`.
    pub(super) fn seal(
        &mut self,
        binding: &Binding<'_>,
        plain: &[u8],
        sealed: &mut Vec<u8>,
    ) -> Result<(), ErrorStack> {
        let start = sealed.len();
        sealed.resize(start + plain.len(), 0);
        let ciphertext = sealed.get_mut(start..).unwrap_or_default();
        let tag = self.seal_to(binding, plain, ciphertext)?;
        sealed.extend_from_slice(&tag);
        Ok(())
    }

    /// Fills `ciphertext`, which is as long as `plain`, and gives the tag.
    pub(super) fn seal_to(
        &mut self,
        binding: &Binding<'_>,
        plain: &[u8],
        ciphertext: &mut [u8],
    ) -> Result<[u8; TAG_LEN], ErrorStack> {
        let Self(cipher) = self;
        cipher.encrypt_init(None, None, Some(binding.nonce))?;
        cipher.cipher_update(binding.bound_to, None)?;
        cipher.cipher_update(plain, Some(ciphertext))?;
        cipher.cipher_final(&mut [])?;
        let mut tag = [0; TAG_LEN];
        cipher.tag(&mut tag)?;
        Ok(tag)
    }
}

/// Opens messages that were sealed under one key.
pub(super) struct OpeningKey(CipherCtx);

impl OpeningKey {
    pub(super) fn new(key: &[u8; KEY_LEN]) -> Result<Self, ErrorStack> {
        let mut cipher = CipherCtx::new()?;
        cipher.decrypt_init(Some(Cipher::aes_256_gcm()), Some(key), None)?;
        Ok(Self(cipher))
    }

    /// Replaces `plain` by what `sealed` holds; false, and `plain` empty, if it is not authentic.
    pub(super) fn open(
        &mut self,
        binding: &Binding<'_>,
        sealed: &[u8],
        plain: &mut Vec<u8>,
    ) -> Result<bool, ErrorStack> {
        plain.clear();
        let Some((ciphertext, tag)) = sealed.split_last_chunk::<TAG_LEN>() else {
            return Ok(false);
        };
        let Self(cipher) = self;
        cipher.decrypt_init(None, None, Some(binding.nonce))?;
        cipher.cipher_update(binding.bound_to, None)?;
        cipher.cipher_update_vec(ciphertext, plain)?;
        cipher.set_tag(tag)?;
        let authentic = cipher.cipher_final_vec(plain).is_ok();
        if !authentic {
            zeroize::Zeroize::zeroize(plain);
        }
        Ok(authentic)
    }
}
