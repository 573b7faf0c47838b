//! The language that a caller asks for.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};

pub(crate) use crate::words::Language;

/// The language that the headers ask for most, English where they ask for neither.
pub(crate) fn asked_for(headers: &HeaderMap) -> Language {
    headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Language::preferred)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn who_asks_for_no_language_is_answered_in_english() {
        let mut headers = HeaderMap::new();
        assert_eq!(asked_for(&headers), Language::English);
        for (ranges, language) in [("ro", Language::Romanian), ("de", Language::English)] {
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(ranges));
            assert_eq!(asked_for(&headers), language);
        }
    }
}
