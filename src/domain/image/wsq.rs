//! WSQ: segments up to the frame header, and the marker that ends the file.

use crate::domain::image::ImageFault;
use crate::domain::image::bytes::Bytes;

const END_OF_IMAGE: u8 = 0xA1;
const START_OF_FRAME: u8 = 0xA2;
const START_OF_BLOCK: u8 = 0xA3;

/// Width and height, from the frame header.
pub(super) fn dimensions(file: &[u8]) -> Result<(u32, u32), ImageFault> {
    let mut bytes = Bytes(file);
    bytes.take(2)?;
    let dimensions = loop {
        match bytes.marker()? {
            START_OF_FRAME => break frame_header(bytes.segment()?)?,
            END_OF_IMAGE | START_OF_BLOCK => {
                return Err(ImageFault::Malformed("no frame header"));
            }
            // Tables of transform, quantization, Huffman codes, restarts; comments.
            0xA4..=0xA8 => {
                bytes.segment()?;
            }
            _ => return Err(ImageFault::Malformed("an unknown marker")),
        }
    };
    if !bytes.0.ends_with(&[0xFF, END_OF_IMAGE]) {
        return Err(ImageFault::Truncated);
    }
    Ok(dimensions)
}

fn frame_header(mut segment: Bytes<'_>) -> Result<(u32, u32), ImageFault> {
    segment.take(2)?; // Black and white.
    let height = segment.u16()?;
    let width = segment.u16()?;
    Ok((u32::from(width), u32::from(height)))
}
