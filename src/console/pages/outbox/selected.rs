//! Which dead messages an address or a form means.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::Bucharest;
use uuid::Uuid;

use crate::console::asked::Asked;
use crate::console::fields::Fields;
use crate::console::list::Filters;
use crate::console::trouble::Trouble;
use crate::store::outbox::{LaneKind, Selection};

/// The field of one message, ticked in the list.
pub(super) const ROW: &str = "row";

/// Messages that are ticked at a time: no page has more.
const ROWS_MAX: usize = 50;

/// How an input of a day and a time writes it.
const LOCAL: &str = "%Y-%m-%dT%H:%M";

/// Which dead messages are meant.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Selected {
    pub(super) kind: Option<LaneKind>,
    pub(super) lane: String,
    pub(super) cause: String,
    pub(super) status: Option<i64>,
    /// Since when they died, on the clock of Bucharest, as it was written.
    pub(super) since: String,
}

impl Selected {
    /// Reads the filters of an address.
    pub(super) fn asked(asked: &Asked) -> Result<Self, Trouble> {
        let read = Self {
            kind: asked.code("kind")?,
            lane: asked.text("lane"),
            cause: asked.text("cause"),
            status: asked.value("status")?,
            since: asked.text("since"),
        };
        read.since()?;
        Ok(read)
    }

    /// Reads the same from a form.
    pub(super) fn of_form(fields: &Fields) -> Result<Self, Trouble> {
        let kind = match fields.text("kind") {
            "" => None,
            code => Some(LaneKind::parse(code).map_err(|_unknown| Trouble::FormUnreadable)?),
        };
        let status = match fields.text("status") {
            "" => None,
            text => Some(text.parse().map_err(|_no_number| Trouble::FormUnreadable)?),
        };
        let read = Self {
            kind,
            lane: fields.text("lane").to_owned(),
            cause: fields.text("cause").to_owned(),
            status,
            since: fields.text("since").to_owned(),
        };
        read.since()?;
        Ok(read)
    }

    /// The filters as an address says them.
    pub(super) fn filters(&self, path: &str) -> Filters {
        Filters::new(path)
            .with_some("kind", self.kind)
            .with("lane", &self.lane)
            .with("cause", &self.cause)
            .with_some("status", self.status)
            .with("since", &self.since)
    }

    /// The same for the fields of a form.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let kind = self.kind.map(|kind| kind.to_string());
        let status = self.status.map(|status| status.to_string());
        let pairs = [
            ("kind", kind.unwrap_or_default()),
            ("lane", self.lane.clone()),
            ("cause", self.cause.clone()),
            ("status", status.unwrap_or_default()),
            ("since", self.since.clone()),
        ];
        pairs
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    /// What the store is asked for; nothing that dies after `until`.
    pub(super) fn selection(&self, until: Option<DateTime<Utc>>) -> Result<Selection, Trouble> {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Selection {
            message: None,
            lane_kind: self.kind.map(|kind| kind.to_string()),
            lane: text(&self.lane),
            cause: text(&self.cause),
            status: self.status,
            since: self.since()?,
            until,
        })
    }

    fn since(&self) -> Result<Option<DateTime<Utc>>, Trouble> {
        if self.since.is_empty() {
            return Ok(None);
        }
        let at = moment_of(&self.since);
        let at = at.ok_or(Trouble::AskedWrong { name: "since" })?;
        Ok(Some(at))
    }
}

/// A moment as an input of a day and a time writes it, on the clock of Bucharest. In the hour that a clock
/// shows twice, the first of the two is meant: more rather than less.
pub(crate) fn moment_of(text: &str) -> Option<DateTime<Utc>> {
    let local = NaiveDateTime::parse_from_str(text, LOCAL).ok()?;
    let at = Bucharest.from_local_datetime(&local).earliest()?;
    Some(at.with_timezone(&Utc))
}

/// The messages that are ticked.
pub(super) fn ticked<'a>(rows: impl Iterator<Item = &'a str>) -> Result<Vec<Uuid>, Trouble> {
    let mut ids = Vec::new();
    for row in rows.take(ROWS_MAX + 1) {
        let id = row.parse::<Uuid>();
        ids.push(id.map_err(|_no_id| Trouble::AskedWrong { name: ROW })?);
    }
    if ids.len() > ROWS_MAX {
        return Err(Trouble::AskedWrong { name: ROW });
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_that_of_bucharest() {
        let since = |text: &str| {
            let selected = Selected {
                since: text.to_owned(),
                ..Selected::default()
            };
            selected.since()
        };
        let at = since("2026-11-22T14:32").unwrap().unwrap();
        assert_eq!(at.to_rfc3339(), "2026-11-22T12:32:00+00:00");
        // Twice on this night; the first of the two.
        let at = since("2026-10-25T03:30").unwrap().unwrap();
        assert_eq!(at.to_rfc3339(), "2026-10-25T00:30:00+00:00");
        // Never on this one.
        assert!(since("2026-03-29T03:30").is_err());
        assert!(since("yesterday").is_err());
        assert_eq!(since("").unwrap(), None);
    }

    #[test]
    fn what_is_ticked_are_ids_and_no_more_than_a_page() {
        let id = Uuid::from_u128(7).to_string();
        assert_eq!(ticked([id.as_str()].into_iter()).unwrap().len(), 1);
        assert!(ticked(["x"].into_iter()).is_err());
        assert!(ticked(std::iter::repeat_n(id.as_str(), 51)).is_err());
    }
}
