use super::*;

/// 5 × 7 pixels written by `opj_compress` 2.5.
const REAL_JP2: &str = "0000000c6a5020200d0a870a00000014667479706a703220000000006a7032200000002d6a70\
    32680000001669686472000000070000000500010f0700000000000f636f6c7201000000000011000000916a703263\
    ff4fff5100290000000000050000000700000000000000000000000500000007000000000000000000010f0101ff52\
    000c00000001000004040001ff5c00044080ff640025000143726561746564206279204f70656e4a50454720766572\
    73696f6e20322e352e30ff90000a00000000001f0001ff93c01f8068115054a816120000000308ff7fffd9";

/// 5 × 7 pixels written by libpng.
const REAL_PNG: &str = "89504e470d0a1a0a0000000d4948445200000005000000070800000000e5ccd8320000001249\
    44415408d763ac676060606062204c020015a7008dba3404ff0000000049454e44ae426082";

/// 5 × 7 pixels written by libjpeg.
const REAL_JPEG: &str = "ffd8ffe000104a46494600010100000100010000ffdb0043000302020202020302020203030\
    30304060404040404080606050609080a0a090809090a0c0f0c0a0b0e0b09090d110d0e0f101011100a0c121312101\
    30f101010ffc0000b080007000501011100ffc4001400010000000000000000000000000000000\
    2ffc40014100100000000000000000000000000000000ffda0008010100003f000fffd9";

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap())
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] * 16 + pair[1])
        .collect()
}

fn samples() -> [(ImageFormat, Vec<u8>); 4] {
    [
        (ImageFormat::Jpeg, samples::jpeg(413, 531)),
        (ImageFormat::Jp2, samples::jp2(413, 531)),
        (ImageFormat::Png, samples::png(413, 531)),
        (ImageFormat::Wsq, samples::wsq(413, 531)),
    ]
}

#[test]
fn format_and_size_come_from_the_bytes() {
    for (format, file) in samples() {
        assert_eq!(
            inspect(&file),
            Ok(ImageInfo {
                format,
                width: 413,
                height: 531,
                size_bytes: file.len()
            })
        );
    }
}

#[test]
fn files_of_known_libraries_are_read() {
    for (format, text) in [
        (ImageFormat::Jp2, REAL_JP2),
        (ImageFormat::Png, REAL_PNG),
        (ImageFormat::Jpeg, REAL_JPEG),
    ] {
        let info = inspect(&from_hex(text)).unwrap();
        assert_eq!((info.format, info.width, info.height), (format, 5, 7));
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused_without_panic() {
    let real = [REAL_JP2, REAL_PNG, REAL_JPEG].map(from_hex);
    let made = samples().map(|(_, file)| file);
    for file in real.iter().chain(&made) {
        for length in 0..file.len() {
            assert!(
                inspect(&file[..length]).is_err(),
                "{length} of {}",
                file.len()
            );
        }
    }
}

#[test]
fn losing_the_last_bytes_is_called_a_cut() {
    for (format, mut file) in samples() {
        file.pop();
        assert_eq!(inspect(&file), Err(ImageFault::Truncated), "{format}");
    }
}

#[test]
fn bytes_behind_the_end_are_refused() {
    for (format, mut file) in samples() {
        file.extend(b"GIF89a");
        assert!(inspect(&file).is_err(), "{format}");
    }
}

#[test]
fn what_is_no_image_of_ours_is_named() {
    assert_eq!(inspect(b""), Err(ImageFault::Empty));
    for bytes in [&b"GIF89a"[..], b"%PDF-1.7", b"\xFF\xD8", b"<svg/>", b"\0"] {
        assert_eq!(inspect(bytes), Err(ImageFault::UnknownFormat));
    }
    let jp2 = from_hex(REAL_JP2);
    let codestream = &jp2[85..];
    assert_eq!(codestream[..2], [0xFF, 0x4F]);
    assert_eq!(inspect(codestream), Err(ImageFault::BareCodestream));
}

#[test]
fn contradictions_within_a_file_are_named() {
    for (file, what) in [
        (samples::jpeg(0, 531), "no width or height"),
        (b"\xFF\xD8\xFF\xD9".to_vec(), "no scan"),
        (b"\xFF\xD8\xFF\xD8".to_vec(), "a marker out of place"),
        (
            b"\xFF\xD8\xFF\xDA\0\x02\xFF\xD9".to_vec(),
            "no frame before the scan",
        ),
        (
            b"\xFF\xD8\xFF\xE0\0\x01".to_vec(),
            "a segment shorter than its length",
        ),
        (
            b"\xFF\xD8\xFF\xE0\0\x02X".to_vec(),
            "no marker where one must stand",
        ),
        (b"\xFF\xA0\xFF\xA1".to_vec(), "no frame header"),
        (b"\xFF\xA0\xFF\xD9".to_vec(), "an unknown marker"),
    ] {
        assert_eq!(inspect(&file), Err(ImageFault::Malformed(what)));
    }
}

#[test]
fn a_codestream_of_another_size_than_its_header_is_refused() {
    let mut file = from_hex(REAL_JP2);
    let width_of_header = 12 + 20 + 8 + 8 + 7;
    file[width_of_header] = 6;
    assert_eq!(
        inspect(&file),
        Err(ImageFault::Malformed(
            "header and codestream differ in size"
        ))
    );
}

#[test]
fn limits_include_both_their_ends() {
    let face = |width, height, size_bytes| {
        FACE.refusals(&ImageInfo {
            format: ImageFormat::Jpeg,
            width,
            height,
            size_bytes,
        })
    };
    assert_eq!(face(300, 400, 120 * 1024), []);
    assert_eq!(face(1200, 1600, 1), []);
    assert_eq!(face(299, 400, 1), [ImageRefusal::TooFewPixels]);
    assert_eq!(face(1200, 1601, 1), [ImageRefusal::TooManyPixels]);
    assert_eq!(face(413, 531, 120 * 1024 + 1), [ImageRefusal::TooLarge]);
}

#[test]
fn each_place_has_its_formats_and_all_refusals_are_told() {
    let huge_png = ImageInfo {
        format: ImageFormat::Png,
        width: 10,
        height: 5000,
        size_bytes: 1_000_000,
    };
    assert_eq!(
        FINGER.refusals(&huge_png),
        [
            ImageRefusal::Format(ImageFormat::Png),
            ImageRefusal::TooFewPixels,
            ImageRefusal::TooManyPixels,
            ImageRefusal::TooLarge,
        ]
    );
    for (format, allowed) in [
        (ImageFormat::Jpeg, [true, false, true]),
        (ImageFormat::Jp2, [true, true, false]),
        (ImageFormat::Png, [false, false, true]),
        (ImageFormat::Wsq, [false, true, false]),
    ] {
        assert_eq!(
            [FACE, FINGER, SIGNATURE].map(|rule| rule.formats.contains(&format)),
            allowed
        );
    }
}
