//! JPEG 2000 file format: boxes, the image header, and the codestream to its end.

use crate::domain::image::ImageFault;
use crate::domain::image::bytes::{Bytes, length};

/// The signature box, whole.
pub(super) const MAGIC: &[u8] = b"\x00\x00\x00\x0cjP  \r\n\x87\n";

/// Start of codestream, followed by the marker of its sizes.
const CODESTREAM_START: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51];

/// End of codestream.
const CODESTREAM_END: &[u8] = &[0xFF, 0xD9];

/// Width and height, from the image header box, which the codestream must not contradict.
pub(super) fn dimensions(file: &[u8]) -> Result<(u32, u32), ImageFault> {
    let mut bytes = Bytes(file);
    bytes.take(MAGIC.len())?;
    let (mut header, mut codestream) = (None, None);
    while !bytes.is_empty() {
        match next_box(&mut bytes)? {
            (b"jp2h", content) => header = Some(image_header(content)?),
            (b"jp2c", content) => codestream = Some(codestream_sizes(content)?),
            _ => {}
        }
    }
    match (header, codestream) {
        (Some(header), Some(codestream)) if header == codestream => Ok(header),
        (Some(_), Some(_)) => Err(ImageFault::Malformed(
            "header and codestream differ in size",
        )),
        (None, _) => Err(ImageFault::Malformed("no image header")),
        (Some(_), None) => Err(ImageFault::Truncated),
    }
}

/// Takes a box: length, kind, an extended length where it says so, content. Length 0 means "to
/// the end of the file".
fn next_box<'a>(bytes: &mut Bytes<'a>) -> Result<(&'a [u8], Bytes<'a>), ImageFault> {
    let short = bytes.u32()?;
    let kind = bytes.take(4)?;
    let content_length = match short {
        0 => Some(bytes.0.len()),
        1 => length(bytes.u64()?)?.checked_sub(16),
        _ => length(u64::from(short))?.checked_sub(8),
    };
    let size = content_length.ok_or(ImageFault::Malformed("a box shorter than its header"))?;
    bytes.take(size).map(|content| (kind, Bytes(content)))
}

fn image_header(mut boxes: Bytes<'_>) -> Result<(u32, u32), ImageFault> {
    let (kind, mut content) = next_box(&mut boxes)?;
    if kind != b"ihdr" {
        return Err(ImageFault::Malformed(
            "the image header does not come first",
        ));
    }
    let height = content.u32()?;
    let width = content.u32()?;
    Ok((width, height))
}

/// The size that the codestream gives: the reference grid less its offset (SIZ, A.5.1).
fn codestream_sizes(mut bytes: Bytes<'_>) -> Result<(u32, u32), ImageFault> {
    if !bytes.0.ends_with(CODESTREAM_END) {
        return Err(ImageFault::Truncated);
    }
    if bytes.take(CODESTREAM_START.len())? != CODESTREAM_START {
        return Err(ImageFault::Malformed("the codestream does not begin"));
    }
    let mut sizes = bytes.segment()?;
    sizes.u16()?; // Capabilities.
    let (right, bottom) = (sizes.u32()?, sizes.u32()?);
    let (left, top) = (sizes.u32()?, sizes.u32()?);
    match (right.checked_sub(left), bottom.checked_sub(top)) {
        (Some(width), Some(height)) => Ok((width, height)),
        _ => Err(ImageFault::Malformed("the codestream has a negative size")),
    }
}
