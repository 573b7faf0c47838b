//! The query of a request: what cannot be understood of it is told with the name of its parameter.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::domain::codes::UnknownCode;
use crate::http::problems::{Problem, catalogue};

/// Characters of a parameter's name at most; a longer one is none of ours.
const NAME_MAX: usize = 40;

/// What was asked for.
#[derive(Debug)]
pub(crate) struct Asked<T>(T);

impl<T> Asked<T> {
    /// What was asked for, to be taken apart.
    pub(crate) fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Asked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Asked<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let fault = match Query::<T>::from_query(text) {
        Ok(query) => return Ok(query.into_inner()),
        Err(error) => error.to_string(),
    };
    if let Some(name) = quoted_after(&fault, "missing field `") {
        return Err(missing(name));
    }
    // The reader says what is wrong and not where, so each parameter is read by itself.
    let alone = |pair: &str| {
        Query::<T>::from_query(pair)
            .err()
            .map(|error| error.to_string())
    };
    for pair in text.split('&') {
        let name = pair.split_once('=').map_or(pair, |(name, _value)| name);
        match alone(pair) {
            None => (),
            // It is right, and others are missing beside it.
            Some(fault) if quoted_after(&fault, "missing field `").is_some() => (),
            Some(_) if !is_name(name) => break,
            Some(fault) if fault.contains("unknown field") => return Err(unknown(name)),
            Some(_) => return Err(wrong(name)),
        }
    }
    Err(Problem::of(catalogue::QUERY_INVALID))
}

fn quoted_after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(beginning)?;
    rest.split('`').next()
}

/// Whether it looks like the name of a parameter: whatever else a caller wrote is not said back.
fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !text.is_empty() && text.len() <= NAME_MAX && text.bytes().all(is_part)
}

/// Reads the code that a parameter may have.
pub(crate) fn code<T>(
    parameter: &str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Result<T, UnknownCode>,
) -> Result<Option<T>, Problem> {
    let parsed = text.map(parse).transpose();
    parsed.map_err(|_unknown| wrong(parameter))
}

/// The value of a parameter is none that it takes.
pub(crate) fn wrong(parameter: &str) -> Problem {
    Problem::of(catalogue::QUERY_INVALID).about(
        format!("The parameter `{parameter}` does not take this value."),
        format!("Parametrul `{parameter}` nu acceptă această valoare."),
    )
}

fn unknown(parameter: &str) -> Problem {
    Problem::of(catalogue::QUERY_INVALID).about(
        format!("There is no parameter `{parameter}` here."),
        format!("Parametrul `{parameter}` nu există aici."),
    )
}

fn missing(parameter: &str) -> Problem {
    Problem::of(catalogue::QUERY_INVALID).about(
        format!("The parameter `{parameter}` is missing."),
        format!("Lipsește parametrul `{parameter}`."),
    )
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        from: NaiveDate,
        limit: Option<i64>,
    }

    /// What is said of a query that is refused.
    fn said(text: &str) -> String {
        let problem = read::<Wanted>(text).unwrap_err();
        format!("{problem:?}")
    }

    #[test]
    fn a_query_that_is_right_is_read() {
        let wanted = read::<Wanted>("from=2026-03-01&limit=7").unwrap();
        assert_eq!(
            (wanted.from.to_string().as_str(), wanted.limit),
            ("2026-03-01", Some(7))
        );
    }

    #[test]
    fn what_is_wrong_with_a_query_is_said_of_the_parameter_where_it_is() {
        for (text, said_of_it) in [
            ("from=2026-03-01&limit=seven", "`limit` does not take"),
            ("limit=7&from=March", "`from` does not take"),
            ("from=2026-03-01&colour=red", "no parameter `colour`"),
            ("limit=7", "`from` is missing"),
        ] {
            assert!(said(text).contains(said_of_it), "{text}: {}", said(text));
        }
    }

    #[test]
    fn what_is_no_name_is_not_said_back() {
        for text in [
            "from=2026-03-01&%22Mure%C8%99an=1",
            "from=2026-03-01&limit=7&limit=7",
        ] {
            assert!(
                !said(text).contains("Mure") && !said(text).contains("`limit`"),
                "{text}"
            );
        }
    }
}
