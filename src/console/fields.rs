//! The fields of a form, read once by the gate: within bounds, and text that every database takes.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};

use crate::console::trouble::Trouble;

/// Bytes of a form at most.
pub(super) const FORM_BYTES_MAX: usize = 256 * 1024;

/// Characters of one field at most; a page may ask for less.
const FIELD_CHARS_MAX: usize = 4_000;

/// The field that proves that a form is ours.
pub(crate) const TOKEN_FIELD: &str = "form_token";

/// The fields of the form that was sent. Only the gate makes one, after it has checked whose form
/// it is.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a body that a form sends (`application/x-www-form-urlencoded`).
    pub(super) fn parse(body: &[u8]) -> Result<Self, Trouble> {
        let text = std::str::from_utf8(body).map_err(|_not_text| Trouble::FormUnreadable)?;
        let pairs = web::Query::<Vec<(String, String)>>::from_query(text)
            .map_err(|_not_pairs| Trouble::FormUnreadable)?;
        let pairs = pairs.into_inner().into_iter();
        let pairs = pairs.map(|(name, value)| Ok((name, decent(value)?)));
        pairs.collect::<Result<_, Trouble>>().map(Self)
    }

    /// The text of a field without space around it; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The text of a field as it was typed, for passwords.
    pub(crate) fn raw(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(field, _)| field == name);
        found.next().map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a field that may stand several times.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.0.iter().filter(move |(field, _)| field == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A value that may stand in a database: not too long, without control characters, lines as `\n`.
fn decent(value: String) -> Result<String, Trouble> {
    let value = if value.contains('\r') {
        value.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        value
    };
    let is_strange = |c: char| c.is_control() && c != '\n' && c != '\t';
    if value.chars().any(is_strange) {
        return Err(Trouble::FormUnreadable);
    }
    if value.chars().count() > FIELD_CHARS_MAX {
        return Err(Trouble::FieldTooLong {
            most: FIELD_CHARS_MAX,
        });
    }
    Ok(value)
}

/// What people typed is theirs: passwords and reasons stay out of logs.
impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "Fields({names:?}, …)")
    }
}

impl FromRequest for Fields {
    type Error = Trouble;
    type Future = Ready<Result<Self, Trouble>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let fields = request.extensions().get::<Self>().cloned();
        ready(fields.ok_or(Trouble::FormUnreadable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_people_typed_them() {
        let fields =
            Fields::parse(b"name=+Ana+&reason=a%0D%0Ab&x=1&x=2&p=%20%3Cb%3E%C8%99").unwrap();
        assert_eq!(fields.text("name"), "Ana");
        assert_eq!(fields.raw("name"), " Ana ");
        assert_eq!(fields.text("reason"), "a\nb");
        assert_eq!(fields.raw("p"), " <b>ș");
        assert_eq!(fields.all("x").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(fields.text("absent"), "");
        assert_eq!(
            format!("{fields:?}"),
            r#"Fields(["name", "reason", "x", "x", "p"], …)"#
        );
    }

    #[test]
    fn what_no_database_takes_and_what_is_too_long_is_refused() {
        for body in [&b"a=%00"[..], b"a=%1B%5B", b"a=\xff", b"a=%7F"] {
            assert!(
                matches!(Fields::parse(body), Err(Trouble::FormUnreadable)),
                "{body:?}"
            );
        }
        let long = format!("a={}", "x".repeat(FIELD_CHARS_MAX + 1));
        let outcome = Fields::parse(long.as_bytes());
        assert!(matches!(outcome, Err(Trouble::FieldTooLong { .. })));
        let whole = format!("a={}", "%C8%99".repeat(FIELD_CHARS_MAX));
        assert!(Fields::parse(whole.as_bytes()).is_ok());
    }
}
