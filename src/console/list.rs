//! Lists: filters that stand in the address, pages on the keys of rows, and the same list as a file.

mod cells;

use std::fmt::Display;
use std::fmt::Write;

use crate::console::asked::CURSOR;
use crate::console::gate::escaped;

pub(crate) use cells::{Cells, answer_cells};

/// Rows of a page.
pub(crate) const PAGE_ROWS: i64 = 50;

/// Rows of a file at most.
pub(crate) const CSV_ROWS_MAX: i64 = 10_000;

/// The filters of a list, with which its address is written back.
#[derive(Clone, Debug)]
pub(crate) struct Filters {
    path: String,
    pairs: Vec<(&'static str, String)>,
}

impl Filters {
    /// The list at a path, without filters.
    pub(crate) fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            pairs: Vec::new(),
        }
    }

    /// With a filter; an empty one is none.
    pub(crate) fn with(mut self, name: &'static str, value: impl Display) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.pairs.push((name, value));
        }
        self
    }

    /// With a filter, where there is one.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The address of the list.
    pub(crate) fn address(&self) -> String {
        let mut address = self.path.clone();
        for (place, (name, value)) in self.pairs.iter().enumerate() {
            let sign = if place == 0 { '?' } else { '&' };
            // A text takes every letter.
            write!(address, "{sign}{name}={}", escaped(value)).unwrap_or_default();
        }
        address
    }

    /// The address of the same list with one filter otherwise; empty takes it away.
    pub(crate) fn changed(&self, name: &'static str, value: impl Display) -> String {
        let mut other = self.clone();
        other.pairs.retain(|(key, _)| *key != name);
        other.with(name, value).address()
    }

    /// Cuts what was read to a page, and tells where the others are. `key` is that of a row's place.
    pub(crate) fn page<T>(
        &self,
        rows: &mut Vec<T>,
        is_first: bool,
        key: impl Fn(&T) -> String,
    ) -> Pager {
        let shown = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
        let has_more = rows.len() > shown;
        rows.truncate(shown);
        let last = rows.last().filter(|_| has_more);
        Pager {
            first: (!is_first).then(|| self.address()),
            next: last.map(|row| self.changed(CURSOR, key(row))),
            csv: self.changed("format", "csv"),
        }
    }
}

/// Where the other pages of a list are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Pager {
    /// The first page, where this is another.
    pub(crate) first: Option<String>,
    /// The next page, where there is one.
    pub(crate) next: Option<String>,
    /// The list as a file; empty where it cannot be had.
    pub(crate) csv: String,
}

/// A choice of a filter.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// What the address says.
    pub(crate) value: String,
    /// What people read.
    pub(crate) text: String,
    /// Whether it is the present one.
    pub(crate) is_chosen: bool,
}

impl Choice {
    /// A choice.
    pub(crate) fn new(value: impl Display, text: impl Into<String>, is_chosen: bool) -> Self {
        Self {
            value: value.to_string(),
            text: text.into(),
            is_chosen,
        }
    }
}

/// One of several views of a list.
#[derive(Clone, Debug)]
pub(crate) struct Tab {
    /// What people read.
    pub(crate) text: String,
    /// Where it is.
    pub(crate) path: String,
    /// How many wait there; empty where nobody counts.
    pub(crate) count: String,
    /// Whether it is the present one.
    pub(crate) is_here: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters() -> Filters {
        let none: Option<&str> = None;
        Filters::new("/orders")
            .with("state", "SENT")
            .with("q", "")
            .with_some("x", none)
            .with("office", "a&b=c d\"<ș")
    }

    #[test]
    fn an_address_says_the_filters_and_nothing_of_theirs_breaks_out_of_it() {
        assert_eq!(
            filters().address(),
            "/orders?state=SENT&office=a%26b%3Dc%20d%22%3C%C8%99"
        );
        assert_eq!(Filters::new("/orders").address(), "/orders");
        assert_eq!(
            Filters::new("/orders").changed("format", "csv"),
            "/orders?format=csv"
        );
        let other = filters().changed("state", "");
        assert_eq!(other, "/orders?office=a%26b%3Dc%20d%22%3C%C8%99");
    }

    #[test]
    fn a_page_leads_on_from_the_key_of_its_last_row() {
        let filters = Filters::new("/orders").with("state", "SENT");
        let mut rows: Vec<i64> = (1..=PAGE_ROWS + 1).collect();
        let pager = filters.page(&mut rows, true, i64::to_string);
        assert_eq!(rows.last(), Some(&PAGE_ROWS));
        assert_eq!(pager.next.as_deref(), Some("/orders?state=SENT&after=50"));
        assert_eq!(pager.first, None);
        assert_eq!(pager.csv, "/orders?state=SENT&format=csv");
        let mut rows: Vec<i64> = (1..=PAGE_ROWS).collect();
        let pager = filters.page(&mut rows, false, i64::to_string);
        assert_eq!((rows.len(), pager.next), (50, None));
        assert_eq!(pager.first.as_deref(), Some("/orders?state=SENT"));
    }
}
