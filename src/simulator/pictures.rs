//! The images that simulated offices submit: real files of their formats, drawn by
//! `scripts/make-images` and embedded. No face, finger or signature here is anybody's.

use crate::random::Random;
use crate::simulator::draw::{once_in, one_of};
use crate::simulator::person::Sex;

/// An image file and what it is.
#[derive(Clone, Eq, PartialEq)]
pub struct Picture {
    /// The media type as applications name it: `image/jp2`, `image/x-wsq` …
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Picture(…)")
    }
}

const JP2: &str = "image/jp2";
const JPEG: &str = "image/jpeg";
const PNG: &str = "image/png";
const WSQ: &str = "image/x-wsq";

/// A media type and an embedded file.
type Embedded = (&'static str, &'static [u8]);

const WOMEN: &[Embedded] = &[
    (JP2, include_bytes!("images/face-2.jp2")),
    (JP2, include_bytes!("images/face-5.jp2")),
    (JP2, include_bytes!("images/face-6.jp2")),
    (JPEG, include_bytes!("images/face-1.jpg")),
    (JPEG, include_bytes!("images/face-3.jpg")),
];

const MEN: &[Embedded] = &[
    (JP2, include_bytes!("images/face-1.jp2")),
    (JP2, include_bytes!("images/face-3.jp2")),
    (JP2, include_bytes!("images/face-4.jp2")),
    (JPEG, include_bytes!("images/face-2.jpg")),
    (JPEG, include_bytes!("images/face-4.jpg")),
];

const SMALL_FACE: &[u8] = include_bytes!("images/face-small.jpg");

const FINGERS: &[Embedded] = &[
    (JP2, include_bytes!("images/finger-1.jp2")),
    (JP2, include_bytes!("images/finger-2.jp2")),
    (JP2, include_bytes!("images/finger-3.jp2")),
    (JP2, include_bytes!("images/finger-4.jp2")),
    (JP2, include_bytes!("images/finger-5.jp2")),
    (JP2, include_bytes!("images/finger-6.jp2")),
];

/// Marked as WSQ files are, around filler: no decoder can read them.
const WSQ_FINGERS: &[Embedded] = &[
    (WSQ, include_bytes!("images/finger-1.wsq")),
    (WSQ, include_bytes!("images/finger-2.wsq")),
];

const SIGNATURES: &[Embedded] = &[
    (PNG, include_bytes!("images/signature-1.png")),
    (PNG, include_bytes!("images/signature-2.png")),
    (PNG, include_bytes!("images/signature-3.png")),
    (PNG, include_bytes!("images/signature-4.png")),
    (PNG, include_bytes!("images/signature-5.png")),
    (PNG, include_bytes!("images/signature-6.png")),
];

/// A face, 413x531 or 480x600; `serial` is written into the file, so that no two are equal.
pub fn face(sex: Sex, serial: u64, random: &Random) -> Picture {
    let faces = match sex {
        Sex::Female => WOMEN,
        Sex::Male => MEN,
    };
    numbered(one_of(random, faces), serial)
}

/// A finger, 300x400 pixels of 500 dpi; JPEG 2000 with `serial` written into the file, or, once in
/// eight times, WSQ.
pub fn finger(serial: u64, random: &Random) -> Picture {
    if once_in(random, 8) {
        numbered(one_of(random, WSQ_FINGERS), serial)
    } else {
        numbered(one_of(random, FINGERS), serial)
    }
}

/// A handwritten signature, 400x140.
pub fn signature(random: &Random) -> Picture {
    let (media_type, bytes) = one_of(random, SIGNATURES);
    Picture {
        media_type,
        bytes: bytes.to_vec(),
    }
}

/// A face of 120x154 pixels, too small for any card.
pub fn small_face() -> Picture {
    Picture {
        media_type: JPEG,
        bytes: SMALL_FACE.to_vec(),
    }
}

/// A copy of a file that differs from every other by `serial`, and shows the same image.
fn numbered((media_type, file): Embedded, serial: u64) -> Picture {
    let bytes = match media_type {
        JP2 => [file, &serial_box(serial)].concat(),
        JPEG => with_comment_after_first_segment(file, serial),
        _ => file.to_vec(),
    };
    Picture { media_type, bytes }
}

/// Names our serial numbers among the `uuid` boxes of JPEG 2000 files.
const SERIAL_BOX: [u8; 16] = *b"cei-sim-serial-1";

/// A `uuid` box (ISO/IEC 15444-1, I.7.2), which may follow the last box of a JP2 file.
fn serial_box(serial: u64) -> Vec<u8> {
    [
        32_u32.to_be_bytes().as_slice(),
        b"uuid",
        &SERIAL_BOX,
        &serial.to_be_bytes(),
    ]
    .concat()
}

/// Puts a COM segment (ITU-T T.81, B.2.4.5) behind the first segment, because JFIF wants its APP0
/// to be the first.
fn with_comment_after_first_segment(file: &[u8], serial: u64) -> Vec<u8> {
    let Some((head, rest)) = first_segment_end(file).and_then(|end| file.split_at_checked(end))
    else {
        return file.to_vec();
    };
    let comment = [
        [0xFF, 0xFE].as_slice(),
        &10_u16.to_be_bytes(),
        &serial.to_be_bytes(),
    ]
    .concat();
    [head, &comment, rest].concat()
}

/// Where the segment that follows the SOI marker ends.
fn first_segment_end(file: &[u8]) -> Option<usize> {
    let length = file.get(4..6)?.try_into().ok()?;
    Some(4 + usize::from(u16::from_be_bytes(length)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Width and height as the file's own headers state them.
    fn dimensions(picture: &Picture) -> (u32, u32) {
        let bytes = &picture.bytes;
        let number = |at: usize, size: usize| {
            bytes[at..at + size]
                .iter()
                .fold(0, |sum: u32, byte| sum * 256 + u32::from(*byte))
        };
        let find = |mark: &[u8]| bytes.windows(mark.len()).position(|at| at == mark).unwrap();
        match picture.media_type {
            JP2 => {
                let header = find(b"ihdr");
                (number(header + 8, 4), number(header + 4, 4))
            }
            PNG => (number(16, 4), number(20, 4)),
            WSQ => {
                let frame = find(&[0xFF, 0xA2, 0, 17]);
                (number(frame + 8, 2), number(frame + 6, 2))
            }
            _ => {
                let frame = jpeg_segments(bytes)
                    .into_iter()
                    .find(|(marker, _)| *marker == 0xC0)
                    .unwrap()
                    .1;
                (number(frame + 7, 2), number(frame + 5, 2))
            }
        }
    }

    /// Marker and place of every segment up to the scan.
    fn jpeg_segments(bytes: &[u8]) -> Vec<(u8, usize)> {
        let mut found = Vec::new();
        let mut at = 2;
        loop {
            assert_eq!(bytes[at], 0xFF, "a segment starts at {at}");
            found.push((bytes[at + 1], at));
            if bytes[at + 1] == 0xDA {
                return found;
            }
            at += 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
        }
    }

    /// Types of the boxes that a JP2 file consists of, to its last byte.
    fn jp2_boxes(bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let size = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
            assert!(size >= 8, "a box has an explicit size");
            found.push(String::from_utf8(bytes[at + 4..at + 8].to_vec()).unwrap());
            at += usize::try_from(size).unwrap();
        }
        assert_eq!(at, bytes.len(), "the last box ends with the file");
        found
    }

    fn all(files: &[&[Embedded]]) -> Vec<Picture> {
        files
            .concat()
            .into_iter()
            .map(|embedded| numbered(embedded, 7))
            .collect()
    }

    #[test]
    fn files_begin_and_end_as_their_formats_demand() {
        for picture in all(&[WOMEN, MEN, FINGERS, WSQ_FINGERS, SIGNATURES]) {
            let bytes = picture.bytes.as_slice();
            match picture.media_type {
                JPEG => {
                    assert!(bytes.starts_with(&[0xFF, 0xD8, 0xFF]));
                    assert!(bytes.ends_with(&[0xFF, 0xD9]));
                }
                JP2 => {
                    assert!(bytes.starts_with(b"\x00\x00\x00\x0cjP  \r\n\x87\n"));
                    assert_eq!(jp2_boxes(bytes), ["jP  ", "ftyp", "jp2h", "jp2c", "uuid"]);
                }
                PNG => {
                    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
                    assert!(bytes.ends_with(b"IEND\xaeB\x60\x82"));
                }
                _ => {
                    assert!(bytes.starts_with(&[0xFF, 0xA0, 0xFF, 0xA8]));
                    assert!(bytes.ends_with(&[0xFF, 0xA1]));
                }
            }
        }
    }

    #[test]
    fn files_have_the_stated_dimensions_and_sizes() {
        for picture in all(&[WOMEN, MEN]) {
            let size = dimensions(&picture);
            assert!([(413, 531), (480, 600)].contains(&size), "{size:?}");
            let most = if picture.media_type == JP2 { 20 } else { 40 } * 1024;
            assert!((12 * 1024..=most).contains(&picture.bytes.len()));
        }
        for picture in all(&[FINGERS, WSQ_FINGERS]) {
            assert_eq!(dimensions(&picture), (300, 400));
            assert!(picture.bytes.len() <= 18 * 1024);
        }
        for picture in all(&[SIGNATURES]) {
            assert_eq!(dimensions(&picture), (400, 140));
            assert!(picture.bytes.len() <= 6 * 1024);
        }
        assert_eq!(dimensions(&small_face()), (120, 154));
    }

    #[test]
    fn a_serial_makes_every_face_another_file_and_leaves_it_whole() {
        let random = Random::seeded(3);
        let faces: Vec<Picture> = (0..200)
            .map(|serial| face(Sex::Female, serial, &random))
            .collect();
        let distinct: HashSet<&[u8]> = faces.iter().map(|face| face.bytes.as_slice()).collect();
        assert_eq!(distinct.len(), 200);
        let jpeg = faces.iter().find(|face| face.media_type == JPEG).unwrap();
        let markers = jpeg_segments(&jpeg.bytes);
        assert_eq!((markers[0].0, markers[1].0), (0xE0, 0xFE));
    }
}
