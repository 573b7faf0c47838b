//! How a visitor wants the console: its language and its look, kept in cookies that hold nothing else.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderMap, LOCATION, SET_COOKIE};

use crate::console::fields::Fields;
use crate::console::trouble::Trouble;
use crate::console::visit::{LANGUAGE_COOKIE, cookie};
use crate::words::Language;

/// The cookie of the look that somebody chose.
const THEME_COOKIE: &str = "cei-theme";

/// The cookie of whoever wants no keys of their own; scripts read it.
const KEYS_COOKIE: &str = "cei-keys";

/// Seconds for which a choice is remembered: a year.
const SECONDS_KEPT: u32 = 31_536_000;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Theme {
    /// As the visitor's system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// What the page's root element says; `None` leaves it to the system.
    pub(crate) const fn tag(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    fn of_tag(tag: &str) -> Self {
        match tag {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// What the visitor chose.
    pub(crate) fn chosen(headers: &HeaderMap) -> Self {
        cookie(headers, THEME_COOKIE).map_or(Self::System, Self::of_tag)
    }
}

/// Remembers what the visitor chose and goes back to the page.
pub(crate) async fn choose(fields: Fields) -> Result<HttpResponse, Trouble> {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((LOCATION, back_to(fields.text("next")).to_owned()));
    if let Some(language) = Language::of_tag(fields.text("language")) {
        answer.append_header((SET_COOKIE, kept(LANGUAGE_COOKIE, language.tag())));
    }
    if !fields.text("theme").is_empty() {
        let theme = Theme::of_tag(fields.text("theme"));
        let value = theme.tag().unwrap_or("system");
        answer.append_header((SET_COOKIE, kept(THEME_COOKIE, value)));
    }
    match fields.text("keys") {
        "" => (),
        "off" => drop(answer.append_header((SET_COOKIE, readable(KEYS_COOKIE, "off")))),
        _ => drop(answer.append_header((SET_COOKIE, readable(KEYS_COOKIE, "on")))),
    }
    Ok(answer.finish())
}

/// Whether keys lead to pages; a visitor switches that off who speaks to the machine or whose hand
/// trembles (WCAG 2.1.4).
pub(crate) fn has_shortcuts(headers: &HeaderMap) -> bool {
    cookie(headers, KEYS_COOKIE) != Some("off")
}

/// A choice that the page's own script reads: it tells nothing about anybody.
fn readable(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age={SECONDS_KEPT}; Secure; SameSite=Lax")
}

fn kept(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age={SECONDS_KEPT}; Secure; HttpOnly; SameSite=Lax")
}

/// A path of this console, and of nobody else.
fn back_to(next: &str) -> &str {
    let is_ours = next.starts_with('/')
        && !next.starts_with("//")
        && next
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{COOKIE, HeaderValue};

    use super::*;

    #[test]
    fn nobody_is_led_away_from_the_console() {
        for next in ["/", "/applications?term=risk", "/orders/CJ-1"] {
            assert_eq!(back_to(next), next);
        }
        for next in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "javascript:1",
        ] {
            assert_eq!(back_to(next), "/", "{next:?}");
        }
    }

    #[test]
    fn a_chosen_look_is_remembered_and_an_unknown_one_is_the_systems() {
        for (text, theme) in [
            ("cei-theme=dark", Theme::Dark),
            ("a=b; cei-theme=light", Theme::Light),
            ("cei-theme=<script>", Theme::System),
            ("other=dark", Theme::System),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_static(text));
            assert_eq!(Theme::chosen(&headers), theme, "{text}");
        }
    }
}
