//! PNG: chunks from IHDR to IEND, and nothing behind.

use crate::domain::image::ImageFault;
use crate::domain::image::bytes::{Bytes, length};

pub(super) const MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Width and height, from IHDR; there must be image data and an end.
pub(super) fn dimensions(file: &[u8]) -> Result<(u32, u32), ImageFault> {
    let mut bytes = Bytes(file);
    bytes.take(MAGIC.len())?;
    let (kind, mut header) = chunk(&mut bytes)?;
    if kind != b"IHDR" {
        return Err(ImageFault::Malformed("IHDR does not come first"));
    }
    let dimensions = (header.u32()?, header.u32()?);
    let mut has_data = false;
    loop {
        match chunk(&mut bytes)? {
            (b"IDAT", _) => has_data = true,
            (b"IEND", _) => break,
            _ => {}
        }
    }
    if !has_data {
        return Err(ImageFault::Malformed("no image data"));
    }
    if !bytes.is_empty() {
        return Err(ImageFault::Malformed("bytes behind the end"));
    }
    Ok(dimensions)
}

/// Takes a chunk: length, kind, content, checksum (which decoders check).
fn chunk<'a>(bytes: &mut Bytes<'a>) -> Result<(&'a [u8], Bytes<'a>), ImageFault> {
    let size = length(u64::from(bytes.u32()?))?;
    let kind = bytes.take(4)?;
    let content = bytes.take(size)?;
    bytes.take(4)?;
    Ok((kind, Bytes(content)))
}
