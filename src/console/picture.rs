//! The picture from which a device reads the key of its codes.

use std::fmt::Write;

use anyhow::Context;
use qrcode::{Color, EcLevel, QrCode};

/// White modules around the picture (ISO/IEC 18004 §6.3.8 asks for four).
const MARGIN: usize = 4;

/// The QR code of a text, as SVG without styles, so that it needs no exception from the policy of
/// content.
pub(super) fn qr_code(text: &str, label: &str) -> anyhow::Result<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M);
    let code = code.context("drawing a QR code")?;
    let width = code.width();
    let side = width + 2 * MARGIN;
    let mut path = String::new();
    for (place, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (place % width + MARGIN, place / width + MARGIN);
            // A text takes every letter.
            write!(path, "M{x} {y}h1v1h-1z").unwrap_or_default();
        }
    }
    // The label is ours; the address of the key stands in no attribute.
    Ok(format!(
        "<svg class=\"qr-code\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {side} {side}\" \
         width=\"232\" height=\"232\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/>\
         <path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_a_square_with_a_margin_and_no_text_of_the_key() {
        let picture = qr_code("otpauth://totp/CEI:ana?secret=MZXW6YTBOI", "Cod").unwrap();
        assert!(picture.starts_with("<svg class=\"qr-code\" role=\"img\" aria-label=\"Cod\""));
        assert!(
            picture.contains("M4 4h1v1h-1z"),
            "the corner of the first square"
        );
        assert!(!picture.contains("MZXW6YTBOI") && !picture.contains("style"));
        let side: usize = picture
            .split("viewBox=\"0 0 ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        assert!(side >= 29 && (side - 8 - 17).is_multiple_of(4), "{side}");
    }
}
