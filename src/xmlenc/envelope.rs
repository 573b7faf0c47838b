//! A document with a header in the open and the rest encrypted.
//!
//! XML Encryption binds nothing outside to the ciphertext. So the header is written from what is inside,
//! and whoever opens the envelope compares the two with [`OpenHeader::says`].

use std::io::{self, BufRead, Write};

use openssl::pkey::{PKey, Private};
use openssl::sha::Sha256;

use crate::xmlenc::read::{DecryptError, decrypt};
use crate::xmlenc::transport::Recipient;
use crate::xmlenc::write::{EncryptError, Encryption};

/// The longest header in the open.
const HEADER_BYTES_MAX: usize = 4 * 1024;

/// What an envelope's root is.
#[derive(Clone, Copy, Debug)]
pub struct Root {
    /// The name of the element.
    pub name: &'static str,
    /// Its namespace.
    pub namespace: &'static str,
}

impl Root {
    fn opening(self) -> String {
        format!("<{} xmlns=\"{}\">", self.name, self.namespace)
    }

    fn closing(self) -> String {
        format!("</{}>", self.name)
    }

    /// Whether a document is such an envelope, by how it begins.
    pub fn begins(self, document: &[u8]) -> bool {
        document.starts_with(self.opening().as_bytes())
    }
}

/// What a header says: elements with their texts, in their order.
pub type HeaderFields = [(&'static str, String)];

/// The file that was written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EnvelopeFile {
    /// The SHA-256 of the whole file.
    pub sha256: [u8; 32],
    /// How long it is.
    pub size_bytes: u64,
}

/// Writes an envelope: `begin`, then what is inside, then `finish`.
///
/// After an error the sink holds a part of a file; it must be thrown away.
pub struct EnvelopeWriter<W: Write> {
    encryption: Encryption<Hashed<W>>,
    root: Root,
}

impl<W: Write> EnvelopeWriter<W> {
    /// Writes the root and the header in the open.
    pub fn begin(
        sink: W,
        root: Root,
        header: &HeaderFields,
        recipient: &Recipient,
    ) -> Result<Self, EncryptError> {
        if let Some((name, _)) = header.iter().find(|(_, text)| text.contains(is_markup)) {
            return Err(EncryptError::Header(name));
        }
        let mut sink = Hashed::new(sink);
        sink.write_all(root.opening().as_bytes())?;
        sink.write_all(header_text(header).as_bytes())?;
        let encryption = Encryption::begin(sink, recipient)?;
        Ok(Self { encryption, root })
    }

    /// Writes the end.
    pub fn finish(self) -> Result<(W, EnvelopeFile), EncryptError> {
        let mut sink = self.encryption.finish()?;
        sink.write_all(self.root.closing().as_bytes())?;
        sink.flush()?;
        let file = EnvelopeFile {
            sha256: sink.hash.finish(),
            size_bytes: sink.size_bytes,
        };
        Ok((sink.sink, file))
    }
}

impl<W: Write> Write for EnvelopeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.encryption.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encryption.flush()
    }
}

/// The header in the open of an envelope that was opened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OpenHeader(String);

impl OpenHeader {
    /// Whether it says this and nothing else. If not, somebody changed it or put other content behind
    /// it, and the document must be refused.
    pub fn says(&self, header: &HeaderFields) -> bool {
        self.0 == header_text(header)
    }
}

/// Decrypts what is in an envelope into `sink`, in memory that does not grow with it.
///
/// **What the sink was given may be used only after this has returned `Ok`**, and the header that this
/// returns has to be compared with what is inside, by [`OpenHeader::says`].
pub fn open_envelope(
    mut source: impl BufRead,
    root: Root,
    key: &PKey<Private>,
    sink: &mut impl Write,
) -> Result<OpenHeader, DecryptError> {
    expect(&mut source, &root.opening())?;
    let header = read_header(&mut source)?;
    decrypt(&mut source, key, sink)?;
    expect(&mut source, &root.closing())?;
    let rest = source.fill_buf().map_err(DecryptError::Read)?;
    if rest.is_empty() {
        Ok(header)
    } else {
        Err(DecryptError::Layout("something behind the end"))
    }
}

fn header_text(header: &HeaderFields) -> String {
    let fields = header
        .iter()
        .map(|(name, text)| format!("<{name}>{text}</{name}>"));
    let fields: Vec<_> = fields.collect();
    format!("<Header>{}</Header>", fields.concat())
}

fn is_markup(c: char) -> bool {
    matches!(c, '<' | '>' | '&') || c.is_control()
}

fn expect(source: &mut impl BufRead, expected: &str) -> Result<(), DecryptError> {
    let mut found = vec![0; expected.len()];
    match source.read_exact(&mut found) {
        Ok(()) if found == expected.as_bytes() => Ok(()),
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            Err(DecryptError::Read(error))
        }
        Ok(()) | Err(_) => Err(DecryptError::Layout("it is no such envelope")),
    }
}

fn read_header(source: &mut impl BufRead) -> Result<OpenHeader, DecryptError> {
    const END: &[u8] = b"</Header>";
    let mut header = Vec::new();
    while !header.ends_with(END) {
        let byte = source.fill_buf().map_err(DecryptError::Read)?.first();
        let Some(byte) = byte.filter(|_| header.len() < HEADER_BYTES_MAX) else {
            return Err(DecryptError::Layout("a header without end"));
        };
        header.push(*byte);
        source.consume(1);
    }
    let header = String::from_utf8(header);
    let header = header.map_err(|_bytes| DecryptError::Layout("a header that is no text"))?;
    Ok(OpenHeader(header))
}

/// A sink that is hashed and counted.
struct Hashed<W> {
    sink: W,
    hash: Sha256,
    size_bytes: u64,
}

impl<W> Hashed<W> {
    fn new(sink: W) -> Self {
        Self {
            sink,
            hash: Sha256::new(),
            size_bytes: 0,
        }
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.sink.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        self.size_bytes += u64::try_from(count).unwrap_or(u64::MAX);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
