//! What the address of a page asks for: the filters and the place in a list, behind the `?`.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::console::list::{CSV_ROWS_MAX, PAGE_ROWS};
use crate::console::trouble::Trouble;
use crate::domain::codes::UnknownCode;

/// Characters of one value that are looked at.
const VALUE_CHARS_MAX: usize = 100;

/// The parameter with the place in a list.
pub(crate) const CURSOR: &str = "after";

/// The query of a page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked(Vec<(String, String)>);

impl Asked {
    /// Reads what stands behind the `?`.
    pub(crate) fn parse(query: &str) -> Result<Self, Trouble> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query);
        let pairs = pairs.map_err(|_no_pairs| Trouble::AskedWrong { name: "?" })?;
        Ok(Self(pairs.into_inner()))
    }

    /// The value of a parameter: trimmed, without control characters, not longer than anybody writes by
    /// hand. Empty where there is none.
    pub(crate) fn text(&self, name: &str) -> String {
        self.all(name).into_iter().next().unwrap_or_default()
    }

    /// Every value of a parameter that may stand several times.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(key, _)| key == name);
        found.map(|(_, value)| decent(value)).collect()
    }

    /// The code that a parameter names; `None` where it is missing or empty.
    pub(crate) fn code<T>(&self, name: &'static str) -> Result<Option<T>, Trouble>
    where
        T: FromStr<Err = UnknownCode>,
    {
        Ok(self.codes(name)?.into_iter().next())
    }

    /// The codes that a parameter names, one after the other with commas between them, or repeated.
    pub(crate) fn codes<T>(&self, name: &'static str) -> Result<Vec<T>, Trouble>
    where
        T: FromStr<Err = UnknownCode>,
    {
        let found = self.0.iter().filter(|(key, _)| key == name);
        let codes = found.flat_map(|(_, value)| value.split(','));
        let codes = codes.map(str::trim).filter(|code| !code.is_empty());
        let read = codes.map(|code| {
            code.parse()
                .map_err(|_unknown| Trouble::AskedWrong { name })
        });
        read.collect()
    }

    /// A value that is written as its type writes it: a number, an id, a day; `None` where it is missing.
    pub(crate) fn value<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Trouble> {
        let text = self.text(name);
        if text.is_empty() {
            return Ok(None);
        }
        let value = text.parse();
        value
            .map(Some)
            .map_err(|_other| Trouble::AskedWrong { name })
    }

    /// Where the page before ended: the key of its last row.
    pub(crate) fn cursor<T: FromStr>(&self) -> Result<Option<T>, Trouble> {
        self.value(CURSOR)
    }

    /// Whether the list is asked for as a file of cells.
    pub(crate) fn is_csv(&self) -> bool {
        self.text("format") == "csv"
    }

    /// How many rows to read: one more than are shown, which tells whether more follow.
    pub(crate) fn rows_wanted(&self) -> i64 {
        if self.is_csv() {
            CSV_ROWS_MAX + 1
        } else {
            PAGE_ROWS + 1
        }
    }
}

fn decent(value: &str) -> String {
    let letters = value.trim().chars().filter(|c| !c.is_control());
    letters.take(VALUE_CHARS_MAX).collect()
}

impl FromRequest for Asked {
    type Error = Trouble;
    type Future = Ready<Result<Self, Trouble>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Self::parse(request.query_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::OrderState;

    fn asked(query: &str) -> Asked {
        Asked::parse(query).unwrap()
    }

    #[test]
    fn a_value_is_trimmed_and_bounded_and_holds_no_control_characters() {
        assert_eq!(asked("q=+CJ-1%00%1B+").text("q"), "CJ-1");
        assert_eq!(asked("q=").text("q"), "");
        assert_eq!(asked("").text("q"), "");
        let long = format!("q={}", "%C8%99".repeat(200));
        assert_eq!(asked(&long).text("q").chars().count(), VALUE_CHARS_MAX);
        assert_eq!(asked("a=1&b=2&a=3").all("a"), ["1", "3"]);
    }

    #[test]
    fn an_unknown_code_is_refused_by_the_name_of_its_parameter() {
        let code = |query| asked(query).code::<OrderState>("state");
        assert_eq!(code("state=SENT").unwrap(), Some(OrderState::Sent));
        assert_eq!(code("state=").unwrap(), None);
        assert_eq!(code("").unwrap(), None);
        for query in ["state=sent", "state=SENT,X", "state=%3Cscript%3E"] {
            let refused = code(query);
            assert!(
                matches!(refused, Err(Trouble::AskedWrong { name: "state" })),
                "{query}"
            );
        }
        let many = asked("state=SENT,QUEUED&state=CLOSED").codes::<OrderState>("state");
        assert_eq!(
            many.unwrap(),
            [OrderState::Sent, OrderState::Queued, OrderState::Closed]
        );
    }

    #[test]
    fn a_place_that_is_none_is_refused() {
        assert_eq!(asked("after=17").cursor::<i64>().unwrap(), Some(17));
        assert_eq!(asked("").cursor::<i64>().unwrap(), None);
        assert!(asked("after=x").cursor::<i64>().is_err());
    }

    #[test]
    fn a_file_has_more_rows_than_a_page() {
        assert_eq!(asked("").rows_wanted(), PAGE_ROWS + 1);
        assert_eq!(asked("format=csv").rows_wanted(), CSV_ROWS_MAX + 1);
    }
}
