//! Files with true headers and hardly any picture, for tests.

/// A JPEG of one component.
pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut file = b"\xFF\xD8\xFF\xE0\x00\x04\x00\x00\xFF\xC0\x00\x0B\x08".to_vec();
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    file.extend(b"\x01\x01\x11\x00\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00\x5A\xFF\xD9");
    file
}

/// A JPEG 2000 file of one component.
pub(crate) fn jp2(width: u32, height: u32) -> Vec<u8> {
    let mut file = super::jp2::MAGIC.to_vec();
    file.extend(b"\x00\x00\x00\x14ftypjp2 \x00\x00\x00\x00jp2 ");
    file.extend(b"\x00\x00\x00\x1Ejp2h\x00\x00\x00\x16ihdr");
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    file.extend(b"\x00\x01\x07\x07\x00\x00");
    file.extend(b"\x00\x00\x00\x00jp2c\xFF\x4F\xFF\x51\x00\x29\x00\x00");
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend([0; 28]);
    file.extend(b"\x01\x07\x01");
    file.extend(b"\xFF\xD9");
    file
}

/// A PNG whose data is of no account.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = super::png::MAGIC.to_vec();
    file.extend(b"\x00\x00\x00\x0DIHDR");
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend(b"\x08\x00\x00\x00\x00....");
    file.extend(b"\x00\x00\x00\x01IDATx....\x00\x00\x00\x00IEND....");
    file
}

/// A WSQ with a comment before the frame and a block after it.
pub(crate) fn wsq(width: u16, height: u16) -> Vec<u8> {
    let mut file = b"\xFF\xA0\xFF\xA8\x00\x06NIST\xFF\xA2\x00\x11\xFF\x00".to_vec();
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    file.extend([0; 9]);
    file.extend(b"\xFF\xA3\x00\x03\x00\x5A\xFF\xA1");
    file
}
