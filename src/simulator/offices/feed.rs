//! What an office is told: its events, each once and in their order.

use serde_json::Value;
use uuid::Uuid;

use crate::domain::application::ApplicationState;
use crate::domain::event::EventKind;
use crate::simulator::offices::call::text;

/// Events on a page.
pub(super) const PAGE: usize = 500;

/// How far an office has read.
#[derive(Debug, Default)]
pub(super) struct Feed {
    cursor: Option<String>,
    seq: i64,
}

/// One event.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Told {
    pub(super) application: Uuid,
    pub(super) kind: EventKind,
    pub(super) state: ApplicationState,
}

/// One page of events.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Page {
    pub(super) told: Vec<Told>,
    /// Events that did not follow the one before.
    pub(super) gaps: u64,
    /// Events that nobody can read.
    pub(super) unreadable: u64,
    /// Whether another page may follow.
    pub(super) is_full: bool,
}

impl Feed {
    /// Where to ask for what was not read yet.
    pub(super) fn target(&self) -> String {
        let after = self.cursor.as_deref();
        let after = after.map_or_else(String::new, |cursor| format!("&after={cursor}"));
        format!("/v1/events?limit={PAGE}{after}")
    }

    /// Reads a page, after which the next one is asked for.
    pub(super) fn read(&mut self, body: &Value) -> Page {
        let events = body.get("data").and_then(Value::as_array);
        let events = events.map_or(&[][..], Vec::as_slice);
        let mut page = Page {
            is_full: events.len() >= PAGE,
            ..Page::default()
        };
        for event in events {
            let seq = event.get("seq").and_then(Value::as_i64).unwrap_or(0);
            page.gaps += u64::from(seq != self.seq + 1);
            self.seq = seq;
            match told(event) {
                Some(told) => page.told.push(told),
                None => page.unreadable += 1,
            }
        }
        if let Some(cursor) = body.get("next_cursor").and_then(Value::as_str) {
            self.cursor = Some(cursor.to_owned());
        }
        page
    }
}

fn told(event: &Value) -> Option<Told> {
    let kind = text(event, "type");
    Some(Told {
        application: text(event, "application_id").parse().ok()?,
        kind: EventKind::parse(kind.strip_suffix(".v1")?).ok()?,
        state: ApplicationState::parse(&text(event, "state")).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(seq: i64, kind: &str) -> Value {
        json!({
            "seq": seq,
            "type": kind,
            "application_id": "0195f3b0-0000-7000-8000-000000000001",
            "state": "READY",
        })
    }

    #[test]
    fn gaps_and_repetitions_are_noticed_across_pages() {
        let settled = "ro.cei.application.fee_settled.v1";
        let mut feed = Feed::default();
        assert_eq!(feed.target(), "/v1/events?limit=500");
        let first = json!({ "data": [event(1, settled), event(2, "new.v2")], "next_cursor": "c2" });
        let page = feed.read(&first);
        assert_eq!((page.told.len(), page.gaps, page.unreadable), (1, 0, 1));
        assert_eq!(feed.target(), "/v1/events?limit=500&after=c2");
        let second = json!({ "data": [event(2, settled), event(4, settled)], "next_cursor": "c4" });
        assert_eq!(feed.read(&second).gaps, 2);
    }
}
