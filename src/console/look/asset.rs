//! Files of the look, inside the program: each under a name that changes with its content, so that
//! browsers keep it for ever and never show an old one.

use std::borrow::Cow;
use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use openssl::sha::sha256;

use crate::domain::hex::hex;

/// A file that browsers load.
#[derive(Debug)]
pub(crate) struct Asset {
    /// What templates call it: `console.css`.
    name: &'static str,
    /// Its path: `/static/console-0123456789abcdef.css`.
    path: String,
    /// Its content type.
    pub(crate) content_type: &'static str,
    /// Its content.
    pub(crate) bytes: Cow<'static, [u8]>,
    /// Its content as gzip, where that is less.
    pub(crate) gzip: Option<Vec<u8>>,
}

/// What begins the path of every file.
const FOLDER: &str = "/static/";

/// The content type of fonts, which are compressed within.
const FONT: &str = "font/woff2";

/// Hexadecimal digits of a file's digest in its path.
const DIGEST_DIGITS: usize = 16;

const STYLE: &str = include_str!("../../../static/console.css");
const TEXT_FILES: [(&str, &str, &str); 3] = [
    (
        "htmx.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../static/htmx.js"),
    ),
    (
        "live.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../static/live.js"),
    ),
    (
        "mark.svg",
        "image/svg+xml",
        include_str!("../../../static/mark.svg"),
    ),
];
const FONTS: [(&str, &[u8]); 2] = [
    (
        "inter-latin-ext.woff2",
        include_bytes!("../../../static/inter-latin-ext.woff2"),
    ),
    (
        "inter-latin.woff2",
        include_bytes!("../../../static/inter-latin.woff2"),
    ),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut all = Vec::new();
    let mut style = STYLE.to_owned();
    for (name, bytes) in FONTS {
        let font = asset(name, FONT, Cow::Borrowed(bytes));
        style = style.replace(
            &format!("url(\"{name}\")"),
            &format!("url(\"{}\")", font.path),
        );
        all.push(font);
    }
    for (name, content_type, text) in TEXT_FILES {
        all.push(asset(name, content_type, Cow::Borrowed(text.as_bytes())));
    }
    let style = Cow::Owned(style.into_bytes());
    all.push(asset("console.css", "text/css; charset=utf-8", style));
    all
});

fn asset(name: &'static str, content_type: &'static str, bytes: Cow<'static, [u8]>) -> Asset {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let digest = digest(&bytes);
    Asset {
        name,
        path: format!("{FOLDER}{stem}-{digest}.{ending}"),
        content_type,
        gzip: (content_type != FONT).then(|| compressed(&bytes)),
        bytes,
    }
}

/// As small as it gets: this is done once, and loaded by everybody.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut smaller = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail.
    let _written = smaller.write_all(bytes);
    smaller.finish().unwrap_or_default()
}

fn digest(bytes: &[u8]) -> String {
    let mut text = hex(&sha256(bytes));
    text.truncate(DIGEST_DIGITS);
    text
}

/// The path under which a file is served; empty for a file that there is not.
pub(crate) fn url(name: &str) -> &'static str {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    found.map_or("", |asset| asset.path.as_str())
}

/// The file that is served under the last part of a path.
pub(crate) fn find(file: &str) -> Option<&'static Asset> {
    let named = |asset: &&Asset| asset.path.strip_prefix(FOLDER) == Some(file);
    ASSETS.iter().find(named)
}

/// Writes every file into a folder, where pages that were written beside them find them.
#[cfg(test)]
pub(crate) fn write_all(folder: &std::path::Path) -> std::io::Result<()> {
    for asset in ASSETS.iter() {
        let name = asset.path.strip_prefix(FOLDER).unwrap_or_default();
        let text = String::from_utf8(asset.bytes.to_vec());
        let bytes = match text {
            Ok(text) => text.replace(FOLDER, "").into_bytes(),
            Err(not_text) => not_text.into_bytes(),
        };
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// htmx 4.0.1 as its authors publish it (`dist/htmx.min.js` of the package `htmx.org`).
    const HTMX: &str = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130";

    #[test]
    fn a_file_is_found_under_its_own_path_alone() {
        for asset in ASSETS.iter() {
            let file = url(asset.name).strip_prefix(FOLDER).unwrap();
            assert_eq!(find(file).unwrap().name, asset.name);
            assert!(!asset.bytes.is_empty());
        }
        assert!(find("console.css").is_none());
        assert_eq!(url("no-such-file.css"), "");
    }

    #[test]
    fn what_is_compressed_is_less_and_the_same() {
        for asset in ASSETS.iter() {
            let Some(gzip) = &asset.gzip else {
                assert_eq!(asset.content_type, FONT);
                continue;
            };
            assert!(gzip.len() < asset.bytes.len(), "{}", asset.name);
            let mut bytes = Vec::new();
            let mut read = flate2::read::GzDecoder::new(gzip.as_slice());
            std::io::Read::read_to_end(&mut read, &mut bytes).unwrap();
            assert_eq!(bytes, *asset.bytes, "{}", asset.name);
        }
    }

    #[test]
    fn the_style_loads_nothing_but_the_files_beside_it() {
        let style = ASSETS
            .iter()
            .find(|asset| asset.name == "console.css")
            .unwrap();
        let style = str::from_utf8(&style.bytes).unwrap();
        let urls: Vec<&str> = style.split("url(\"").skip(1).collect();
        assert_eq!(urls.len(), FONTS.len());
        for url in urls {
            let (path, _) = url.split_once('"').unwrap();
            assert!(find(path.strip_prefix(FOLDER).unwrap()).is_some(), "{path}");
        }
        assert!(!style.contains("@import"));
    }

    #[test]
    fn htmx_is_the_one_that_was_looked_at() {
        let bytes = include_bytes!("../../../static/htmx.js");
        assert_eq!(hex(&sha256(bytes)), HTMX);
    }
}
