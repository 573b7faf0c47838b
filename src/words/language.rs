//! Romanian or English.

/// A language that people are answered in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    /// Romanian.
    Romanian,
    /// English: the default of an interface between programs.
    #[default]
    English,
}

impl Language {
    /// Its tag (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Romanian => "ro",
            Self::English => "en",
        }
    }

    /// The language of a tag, if it is one of the two.
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag {
            "ro" => Some(Self::Romanian),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The one of two texts that is in this language.
    pub const fn choose<'a>(self, english: &'a str, romanian: &'a str) -> &'a str {
        match self {
            Self::Romanian => romanian,
            Self::English => english,
        }
    }

    /// The language that a header `Accept-Language` asks for most (RFC 9110 §12.5.4), if it asks for
    /// one of the two.
    pub fn preferred(ranges: &str) -> Option<Self> {
        let mut best = (0, None);
        for range in ranges.split(',') {
            let (tag, quality) = range.split_once(';').unwrap_or((range, "q=1"));
            let tag = tag.trim().get(..2).map(str::to_ascii_lowercase);
            let Some(language) = tag.as_deref().and_then(Self::of_tag) else {
                continue;
            };
            let quality = thousandths(quality.trim());
            if quality > best.0 {
                best = (quality, Some(language));
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
            ("ro", Some(Language::Romanian)),
            ("ro-RO,ro;q=0.9,en;q=0.8", Some(Language::Romanian)),
            ("hu, en;q=0.7, ro;q=0.3", Some(Language::English)),
            ("en;q=0.5,ro;q=0.55", Some(Language::Romanian)),
            ("de", None),
            ("ro;q=zero", None),
            ("", None),
            ("ș", None),
        ] {
            assert_eq!(Language::preferred(ranges), language, "{ranges}");
        }
    }

    #[test]
    fn a_tag_names_its_language() {
        for language in [Language::Romanian, Language::English] {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
        assert_eq!(Language::of_tag("de"), None);
    }
}
