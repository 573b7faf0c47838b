//! Romanian or English, as the caller prefers.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};

/// A language that people are answered in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Language {
    /// Romanian.
    Romanian,
    /// English: the default of an interface between programs.
    #[default]
    English,
}

impl Language {
    /// Its tag (BCP 47).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Romanian => "ro",
            Self::English => "en",
        }
    }

    /// The one of two texts that is in this language.
    pub(crate) const fn choose<'a>(self, english: &'a str, romanian: &'a str) -> &'a str {
        match self {
            Self::Romanian => romanian,
            Self::English => english,
        }
    }

    /// The language that the headers ask for most (RFC 9110 §12.5.4).
    pub(crate) fn asked_for(headers: &HeaderMap) -> Self {
        headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .map(Self::preferred)
            .unwrap_or_default()
    }

    fn preferred(ranges: &str) -> Self {
        let mut best = (0, Self::default());
        for range in ranges.split(',') {
            let (tag, quality) = range.split_once(';').unwrap_or((range, "q=1"));
            let language = match tag.trim().get(..2).map(str::to_ascii_lowercase).as_deref() {
                Some("ro") => Self::Romanian,
                Some("en") => Self::English,
                _ => continue,
            };
            let quality = thousandths(quality.trim());
            if quality > best.0 {
                best = (quality, language);
            }
        }
        best.1
    }
}

/// `q=0.85` as 850; what is malformed counts as nothing.
fn thousandths(quality: &str) -> u32 {
    let number = quality.strip_prefix("q=").unwrap_or_default();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), fraction.parse::<u32>()) {
        (Ok(whole @ 0..=1), Ok(fraction)) => whole * 1000 + fraction,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_wanted_of_the_two_languages_is_chosen() {
        for (ranges, language) in [
            ("ro", Language::Romanian),
            ("ro-RO,ro;q=0.9,en;q=0.8", Language::Romanian),
            ("hu, en;q=0.7, ro;q=0.3", Language::English),
            ("en;q=0.5,ro;q=0.55", Language::Romanian),
            ("de", Language::English),
            ("ro;q=zero", Language::English),
            ("", Language::English),
            ("ș", Language::English),
        ] {
            assert_eq!(Language::preferred(ranges), language, "{ranges}");
        }
    }
}
