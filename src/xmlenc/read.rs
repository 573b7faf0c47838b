//! Decrypting, by the one layout that is written here. Nothing is believed before its tag.

use std::io::{self, BufRead, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::cipher::Cipher;
use openssl::cipher_ctx::CipherCtx;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};

use crate::xmlenc::transport::KeyTransport;
use crate::xmlenc::{
    BEFORE_CERTIFICATE, BEFORE_KEY, BEFORE_TEXT, CLOSING, KEY_LEN, NONCE_LEN, TAG_LEN, opening,
};

/// The longest text but the ciphertext: a certificate.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Base64 that is decoded at once: a multiple of 4.
const PIECE_BYTES: usize = 64 * 1024;

/// Why nothing was decrypted.
#[derive(Debug, thiserror::Error)]
pub enum DecryptError {
    /// The document has another layout, or another algorithm.
    #[error("the encrypted document is not as the profile has it: {0}")]
    Layout(&'static str),
    /// The key of the document is not wrapped for this key, or its bytes were changed.
    #[error("the document was not encrypted for this key, or was changed")]
    NotAuthentic,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Crypto(#[from] ErrorStack),
    /// The source failed.
    #[error("the encrypted document cannot be read")]
    Read(#[source] io::Error),
    /// The sink failed.
    #[error("the decrypted document cannot be written")]
    Write(#[source] io::Error),
}

/// Decrypts the `xenc:EncryptedData` with which `source` begins, and leaves `source` behind it.
///
/// **What the sink was given may be used only after this has returned `Ok`**: until the tag at the end
/// was verified, it may be anybody's.
pub fn decrypt(
    source: &mut impl BufRead,
    key: &PKey<Private>,
    sink: &mut impl Write,
) -> Result<(), DecryptError> {
    expect(source, &opening())?;
    let transport = read_method(source)?;
    expect(source, BEFORE_CERTIFICATE)?;
    read_text(source)?;
    expect(source, BEFORE_KEY)?;
    let wrapped = decode(&read_text(source)?)?;
    expect(source, BEFORE_TEXT)?;
    // A key that does not open is replaced by one that nobody has, so that both faults look alike.
    let opened = transport.unwrap_key(key, &wrapped)?;
    let (is_ours, document_key) = (opened.is_some(), opened.unwrap_or_default());
    let mut text = Ciphertext::new(&document_key);
    while let Some(piece) = read_piece(source)? {
        text.take(&decode(&piece)?, sink)?;
    }
    text.finish(is_ours, sink)?;
    expect(source, CLOSING)
}

fn read_method(source: &mut impl BufRead) -> Result<KeyTransport, DecryptError> {
    let methods = KeyTransport::ALL.iter().map(|one| (*one, one.method()));
    let mut possible: Vec<_> = methods.collect();
    let mut read = String::new();
    loop {
        if let Some((transport, _)) = possible.iter().find(|(_, method)| *method == read) {
            return Ok(*transport);
        }
        read.push(char::from(next(source)?));
        possible.retain(|(_, method)| method.starts_with(&read));
        if possible.is_empty() {
            return Err(DecryptError::Layout("the method of the key"));
        }
    }
}

fn next(source: &mut impl BufRead) -> Result<u8, DecryptError> {
    let byte = source
        .fill_buf()
        .map_err(DecryptError::Read)?
        .first()
        .copied();
    let byte = byte.ok_or(DecryptError::Layout("it ends too early"))?;
    source.consume(1);
    Ok(byte)
}

/// Requires that the source goes on with these bytes.
fn expect(source: &mut impl BufRead, expected: &str) -> Result<(), DecryptError> {
    for wanted in expected.bytes() {
        if next(source)? != wanted {
            return Err(DecryptError::Layout("an element that is not expected"));
        }
    }
    Ok(())
}

/// A short text, up to the markup behind it.
fn read_text(source: &mut impl BufRead) -> Result<Vec<u8>, DecryptError> {
    let mut text = Vec::new();
    loop {
        let bytes = source.fill_buf().map_err(DecryptError::Read)?;
        let end = bytes.iter().position(|byte| *byte == b'<');
        let taken = end.unwrap_or(bytes.len());
        text.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        let is_over = bytes.is_empty();
        source.consume(taken);
        if end.is_some() {
            return Ok(text);
        }
        if is_over || text.len() > TEXT_BYTES_MAX {
            return Err(DecryptError::Layout("a text without end"));
        }
    }
}

/// The next piece of base64, of whole groups; `None` before markup.
fn read_piece(source: &mut impl BufRead) -> Result<Option<Vec<u8>>, DecryptError> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    while piece.len() < PIECE_BYTES {
        let bytes = source.fill_buf().map_err(DecryptError::Read)?;
        if bytes.is_empty() {
            return Err(DecryptError::Layout("it ends too early"));
        }
        let room = bytes.len().min(PIECE_BYTES - piece.len());
        let bytes = bytes.get(..room).unwrap_or_default();
        let end = bytes.iter().position(|byte| *byte == b'<');
        let taken = end.unwrap_or(bytes.len());
        piece.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        source.consume(taken);
        if end.is_some() {
            break;
        }
    }
    Ok(Some(piece).filter(|piece| !piece.is_empty()))
}

fn decode(text: &[u8]) -> Result<Vec<u8>, DecryptError> {
    let decoded = STANDARD.decode(text);
    decoded.map_err(|_what_stands_there| DecryptError::Layout("a text that is no base64"))
}

/// The nonce, the ciphertext and the tag, as they come.
struct Ciphertext<'k> {
    key: &'k [u8; KEY_LEN],
    cipher: Option<CipherCtx>,
    /// What may still turn out to be nonce or tag.
    held: Vec<u8>,
    plain: Vec<u8>,
}

impl<'k> Ciphertext<'k> {
    fn new(key: &'k [u8; KEY_LEN]) -> Self {
        Self {
            key,
            cipher: None,
            held: Vec::new(),
            plain: Vec::new(),
        }
    }

    fn take(&mut self, bytes: &[u8], sink: &mut impl Write) -> Result<(), DecryptError> {
        self.held.extend_from_slice(bytes);
        if self.cipher.is_none() {
            let Some(nonce) = self.held.get(..NONCE_LEN) else {
                return Ok(());
            };
            let mut cipher = CipherCtx::new()?;
            cipher.decrypt_init(Some(Cipher::aes_256_gcm()), Some(self.key), Some(nonce))?;
            self.held.drain(..NONCE_LEN);
            self.cipher = Some(cipher);
        }
        let ready = self.held.len().saturating_sub(TAG_LEN);
        if let (Some(cipher), Some(text)) = (&mut self.cipher, self.held.get(..ready)) {
            self.plain.clear();
            cipher.cipher_update_vec(text, &mut self.plain)?;
            sink.write_all(&self.plain).map_err(DecryptError::Write)?;
        }
        self.held.drain(..ready);
        Ok(())
    }

    fn finish(self, is_ours: bool, sink: &mut impl Write) -> Result<(), DecryptError> {
        let Some(mut cipher) = self.cipher.filter(|_| self.held.len() == TAG_LEN) else {
            return Err(DecryptError::Layout("a text shorter than its tag"));
        };
        cipher.set_tag(&self.held)?;
        let is_authentic = cipher.cipher_final(&mut []).is_ok();
        if !(is_ours && is_authentic) {
            return Err(DecryptError::NotAuthentic);
        }
        sink.flush().map_err(DecryptError::Write)
    }
}
