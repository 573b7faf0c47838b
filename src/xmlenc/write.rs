//! Encrypting what is written.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::PAD;
use base64::engine::simd::Simd;
use openssl::cipher::Cipher;
use openssl::cipher_ctx::CipherCtx;
use openssl::error::ErrorStack;
use zeroize::Zeroizing;

use crate::xmlenc::transport::Recipient;
use crate::xmlenc::{
    BEFORE_CERTIFICATE, BEFORE_KEY, BEFORE_TEXT, CLOSING, KEY_LEN, NONCE_LEN, TAG_LEN, opening,
};

/// How much is encrypted and encoded at once: a multiple of 3, so that pieces join without padding.
const PIECE_BYTES: usize = 48 * 1024;

/// Why nothing was encrypted.
#[derive(Debug, thiserror::Error)]
pub enum EncryptError {
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Crypto(#[from] ErrorStack),
    /// A header whose text would be markup.
    #[error("{0} in the open would be markup")]
    Header(&'static str),
    /// The sink failed.
    #[error("the encrypted document cannot be written")]
    Write(#[from] io::Error),
}

/// An `xenc:EncryptedData` being written: what is written to it is its content.
///
/// Until [`Encryption::finish`] the sink holds a part that nobody can verify.
pub struct Encryption<W> {
    sink: W,
    cipher: CipherCtx,
    base64: Simd,
    /// Ciphertext that is not encoded yet.
    waiting: Vec<u8>,
    encoded: Vec<u8>,
}

impl<W: Write> Encryption<W> {
    /// Draws a key and a nonce, which serve this one document, and writes what stands before the
    /// ciphertext.
    pub fn begin(mut sink: W, recipient: &Recipient) -> Result<Self, EncryptError> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        openssl::rand::rand_priv_bytes(key.as_mut())?;
        let mut nonce = [0; NONCE_LEN];
        openssl::rand::rand_bytes(&mut nonce)?;
        let base64 = Simd::standard(PAD);
        let certificate = base64.encode(recipient.certificate().to_der()?);
        let wrapped = base64.encode(recipient.wrap(&key)?);
        for part in [
            opening().as_str(),
            &recipient.transport().method(),
            BEFORE_CERTIFICATE,
            &certificate,
            BEFORE_KEY,
            &wrapped,
            BEFORE_TEXT,
        ] {
            sink.write_all(part.as_bytes())?;
        }
        let mut cipher = CipherCtx::new()?;
        cipher.encrypt_init(
            Some(Cipher::aes_256_gcm()),
            Some(key.as_ref()),
            Some(&nonce),
        )?;
        let mut waiting = Vec::with_capacity(2 * PIECE_BYTES);
        waiting.extend_from_slice(&nonce);
        Ok(Self {
            sink,
            cipher,
            base64,
            waiting,
            encoded: Vec::new(),
        })
    }

    /// Writes the tag and what stands behind it.
    pub fn finish(mut self) -> Result<W, EncryptError> {
        self.cipher.cipher_final(&mut [])?;
        let mut tag = [0; TAG_LEN];
        self.cipher.tag(&mut tag)?;
        self.waiting.extend_from_slice(&tag);
        self.encode(self.waiting.len())?;
        self.sink.write_all(CLOSING.as_bytes())?;
        Ok(self.sink)
    }

    fn encrypt(&mut self, plain: &[u8]) -> Result<(), ErrorStack> {
        let start = self.waiting.len();
        self.waiting.resize(start + plain.len(), 0);
        let room = self.waiting.get_mut(start..);
        self.cipher.cipher_update(plain, room)?;
        Ok(())
    }

    /// Encodes and writes the first bytes of what waits.
    fn encode(&mut self, length: usize) -> io::Result<()> {
        let bytes = self.waiting.get(..length).unwrap_or_default();
        self.encoded.resize(length.div_ceil(3) * 4, 0);
        self.base64
            .encode_slice(bytes, &mut self.encoded)
            .map_err(io::Error::other)?;
        self.sink.write_all(&self.encoded)?;
        self.waiting.drain(..length);
        Ok(())
    }
}

impl<W: Write> Write for Encryption<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = bytes.get(..PIECE_BYTES).unwrap_or(bytes);
        self.encrypt(piece).map_err(io::Error::other)?;
        let whole = self.waiting.len() / 3 * 3;
        if whole >= PIECE_BYTES {
            self.encode(whole)?;
        }
        Ok(piece.len())
    }

    /// Does nothing: ciphertext is encoded in whole pieces.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
