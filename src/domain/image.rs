//! Images of face, fingers and signature: what their headers say, and what is allowed.
//!
//! Images are never decoded nor recompressed here. Magic bytes tell the format (whatever the file
//! claims to be), headers the dimensions, and the end of the file that nothing was cut off or put
//! behind it. Limits are data; the bureau's own numbers replace them by configuration.

use crate::coded;

mod bytes;
mod jp2;
mod jpeg;
mod png;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
mod wsq;

coded! {
    /// An image format, by its media type.
    pub enum ImageFormat as "image format" {
        /// JPEG (ITU-T T.81).
        Jpeg = "image/jpeg",
        /// JPEG 2000 in its file format (ISO/IEC 15444-1, annex I).
        Jp2 = "image/jp2",
        /// PNG (ISO/IEC 15948).
        Png = "image/png",
        /// WSQ, the FBI's format for fingerprints (IAFIS-IC-0110).
        Wsq = "image/x-wsq",
    }
}

/// What an image's headers say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ImageInfo {
    /// The format.
    pub format: ImageFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Size of the file in bytes.
    pub size_bytes: usize,
}

/// Why bytes are not a usable image file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ImageFault {
    /// There are no bytes.
    #[error("the image file is empty")]
    Empty,
    /// The magic bytes are of none of the formats.
    #[error("the image is neither JPEG, JPEG 2000, PNG nor WSQ")]
    UnknownFormat,
    /// JPEG 2000 without its file format; the card's chip needs the file format.
    #[error("the image is a bare JPEG 2000 codestream")]
    BareCodestream,
    /// The file ends before the image does.
    #[error("the image file is cut off")]
    Truncated,
    /// The file contradicts its format; says where.
    #[error("the image file is malformed: {0}")]
    Malformed(&'static str),
}

/// Reads format and dimensions of an image, and checks that the file is whole.
pub fn inspect(bytes: &[u8]) -> Result<ImageInfo, ImageFault> {
    let (format, (width, height)) = match bytes {
        [] => return Err(ImageFault::Empty),
        [0xFF, 0xD8, 0xFF, ..] => (ImageFormat::Jpeg, jpeg::dimensions(bytes)?),
        [0xFF, 0xA0, 0xFF, ..] => (ImageFormat::Wsq, wsq::dimensions(bytes)?),
        [0xFF, 0x4F, 0xFF, 0x51, ..] => return Err(ImageFault::BareCodestream),
        _ if bytes.starts_with(png::MAGIC) => (ImageFormat::Png, png::dimensions(bytes)?),
        _ if bytes.starts_with(jp2::MAGIC) => (ImageFormat::Jp2, jp2::dimensions(bytes)?),
        _ => return Err(ImageFault::UnknownFormat),
    };
    if width == 0 || height == 0 {
        return Err(ImageFault::Malformed("no width or height"));
    }
    Ok(ImageInfo {
        format,
        width,
        height,
        size_bytes: bytes.len(),
    })
}

/// What an image of one kind may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ImageRule {
    /// The formats allowed.
    pub formats: &'static [ImageFormat],
    /// Least width and height in pixels.
    pub pixels_min: (u32, u32),
    /// Greatest width and height in pixels.
    pub pixels_max: (u32, u32),
    /// Greatest size of the file in bytes.
    pub size_max_bytes: usize,
}

/// The face: nominally 413 × 531 pixels (35 × 45 mm at 300 dpi), somewhat less or more allowed.
pub const FACE: ImageRule = ImageRule {
    formats: &[ImageFormat::Jpeg, ImageFormat::Jp2],
    pixels_min: (300, 400),
    pixels_max: (1200, 1600),
    size_max_bytes: 120 * 1024,
};

/// A finger: at 500 dpi, from about 10 mm to about 50 mm; the chip has room for 18 KiB of each.
pub const FINGER: ImageRule = ImageRule {
    formats: &[ImageFormat::Wsq, ImageFormat::Jp2],
    pixels_min: (192, 192),
    pixels_max: (1000, 1000),
    size_max_bytes: 18 * 1024,
};

/// The signature, wider than high.
pub const SIGNATURE: ImageRule = ImageRule {
    formats: &[ImageFormat::Png, ImageFormat::Jpeg],
    pixels_min: (100, 30),
    pixels_max: (2000, 1000),
    size_max_bytes: 30 * 1024,
};

/// Why an image is not allowed where it stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ImageRefusal {
    /// Another format is asked for.
    #[error("the format {0} is not allowed here")]
    Format(ImageFormat),
    /// Fewer pixels than needed.
    #[error("the image has too few pixels")]
    TooFewPixels,
    /// More pixels than allowed.
    #[error("the image has too many pixels")]
    TooManyPixels,
    /// The file is larger than allowed.
    #[error("the image file is too large")]
    TooLarge,
}

impl ImageRule {
    /// Lists every reason why `image` is not allowed; empty when it is.
    pub fn refusals(&self, image: &ImageInfo) -> Vec<ImageRefusal> {
        let (width_min, height_min) = self.pixels_min;
        let (width_max, height_max) = self.pixels_max;
        let is_small = image.width < width_min || image.height < height_min;
        let is_great = image.width > width_max || image.height > height_max;
        let is_allowed = self.formats.contains(&image.format);
        [
            (!is_allowed).then_some(ImageRefusal::Format(image.format)),
            is_small.then_some(ImageRefusal::TooFewPixels),
            is_great.then_some(ImageRefusal::TooManyPixels),
            (image.size_bytes > self.size_max_bytes).then_some(ImageRefusal::TooLarge),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
