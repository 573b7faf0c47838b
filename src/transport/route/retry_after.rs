//! How long a receiver wants to be left in peace: the header `Retry-After` (RFC 9110, section
//! 10.2.3), seconds or a date in any of the three forms that a recipient must take.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// The forms of a date in HTTP (RFC 9110, section 5.6.7): the present one, and the two that only
/// old senders write.
const FORMS: [&str; 3] = [
    "%a, %d %b %Y %H:%M:%S GMT",
    "%A, %d-%b-%y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
];

/// The wait that `text` asks for. A date is measured from the sender's own `date`, where it named
/// one, so that clocks which differ do not matter; a date that has passed asks for no wait.
pub(in crate::transport) fn wait(
    text: &str,
    date: Option<&str>,
    now: DateTime<Utc>,
) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than fits is as long as there is.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = instant(text)?;
    let since = date.and_then(instant).unwrap_or(now);
    Some((until - since).to_std().unwrap_or_default())
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    FORMS
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text.trim(), form).ok())
        .map(|instant| instant.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str, date: Option<&str>) -> Option<u64> {
        let now = "1994-11-06T08:49:00Z".parse().unwrap();
        wait(text, date, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_every_form_of_a_date_are_understood() {
        for (text, seconds) in [
            ("120", 120),
            (" 7 ", 7),
            ("0", 0),
            ("99999999999999999999999", u64::MAX),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 37),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 37),
            ("Sun Nov  6 08:49:37 1994", 37),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ] {
            assert_eq!(asked(text, None), Some(seconds), "{text}");
        }
    }

    #[test]
    fn a_date_is_measured_by_the_clock_of_who_named_it() {
        let until = "Sun, 06 Nov 1994 10:00:30 GMT";
        let date = Some("Sun, 06 Nov 1994 10:00:00 GMT");
        assert_eq!(asked(until, date), Some(30));
        assert_eq!(asked(until, Some("yesterday")), Some(4290));
    }

    #[test]
    fn anything_else_asks_for_nothing() {
        for text in [
            "",
            "-1",
            "1.5",
            "soon",
            "06 Nov 1994",
            "Mon, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(asked(text, None), None, "{text}");
        }
    }
}
