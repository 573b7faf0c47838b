//! JPEG: segments up to the first scan, and the marker that ends the file.

use crate::domain::image::ImageFault;
use crate::domain::image::bytes::Bytes;

const START_OF_SCAN: u8 = 0xDA;
const END_OF_IMAGE: u8 = 0xD9;

/// Width and height, from the frame header (SOF0 to SOF15).
pub(super) fn dimensions(file: &[u8]) -> Result<(u32, u32), ImageFault> {
    let mut bytes = Bytes(file);
    bytes.take(2)?;
    let mut frame = None;
    loop {
        match bytes.marker()? {
            START_OF_SCAN => break,
            END_OF_IMAGE => return Err(ImageFault::Malformed("no scan")),
            0x01 | 0xD0..=0xD8 => return Err(ImageFault::Malformed("a marker out of place")),
            code if is_frame_header(code) => frame = Some(frame_header(bytes.segment()?)?),
            _ => {
                bytes.segment()?;
            }
        }
    }
    let dimensions = frame.ok_or(ImageFault::Malformed("no frame before the scan"))?;
    bytes.segment()?;
    if !bytes.0.ends_with(&[0xFF, END_OF_IMAGE]) {
        return Err(ImageFault::Truncated);
    }
    Ok(dimensions)
}

/// C4, C8 and CC define tables and extensions; every other code from C0 to CF begins a frame.
const fn is_frame_header(code: u8) -> bool {
    matches!(code, 0xC0..=0xCF) && !matches!(code, 0xC4 | 0xC8 | 0xCC)
}

fn frame_header(mut segment: Bytes<'_>) -> Result<(u32, u32), ImageFault> {
    segment.u8()?; // Bits per sample.
    let height = segment.u16()?;
    let width = segment.u16()?;
    Ok((u32::from(width), u32::from(height)))
}
