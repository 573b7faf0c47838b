//! Rows that a transaction writes at its very end, many in one statement: the history, and what
//! offices are told. Nobody reads them before the commit, so nobody can tell the difference; and the
//! lanes of the offices are locked only for the last moment of a transaction, in one order for all.

use std::collections::BTreeMap;

use crate::domain::audit::Entry;
use crate::store::history::{self, Row};
use crate::store::outbox::{self, Event};
use crate::store::tidings::{News, Tidings};
use crate::store::{StoreError, Tx, audit};

/// Rows of history that wait at most; more are written at once.
const HISTORY_MAX: usize = 2_000;

/// What a transaction will write before its commit, and tell after it.
#[derive(Debug)]
pub struct Later {
    history: Vec<Row>,
    events: BTreeMap<String, Vec<Event>>,
    audit: Vec<Entry>,
    news: News,
    tidings: Tidings,
}

impl Later {
    /// Nothing yet; what is committed will be told to `tidings`.
    pub(super) fn new(tidings: Tidings) -> Self {
        Self {
            history: Vec::new(),
            events: BTreeMap::new(),
            audit: Vec::new(),
            news: News::new(),
            tidings,
        }
    }

    /// Tells what the transaction has changed, now that it is committed.
    pub(super) fn publish(self) {
        self.tidings.publish(self.news);
    }
}

/// Lets a number of a topic be told after the commit.
pub(super) fn announce(tx: &mut Tx, topic: &str, number: i64) {
    tx.later().news.insert(topic.to_owned(), number);
}

/// Lets a row of history wait for the commit.
pub(super) async fn remember(tx: &mut Tx, row: Row) -> Result<(), StoreError> {
    let rows = &mut tx.later().history;
    rows.push(row);
    if rows.len() < HISTORY_MAX {
        return Ok(());
    }
    let rows = std::mem::take(rows);
    history::insert_rows(tx, &rows).await
}

/// Lets an event of a lane wait for the commit.
pub(super) fn tell(tx: &mut Tx, lane: &str, event: Event) {
    let events = &mut tx.later().events;
    match events.get_mut(lane) {
        Some(events) => events.push(event),
        None => drop(events.insert(lane.to_owned(), vec![event])),
    }
}

/// Lets an entry of the audit record wait for the commit.
pub(super) fn note_audit(tx: &mut Tx, entry: Entry) {
    tx.later().audit.push(entry);
}

/// Writes the entries of the audit record, the very last thing before the commit: everybody who decides
/// waits for the end of the chain.
pub(super) async fn chain(tx: &mut Tx) -> Result<(), StoreError> {
    let entries = std::mem::take(&mut tx.later().audit);
    if entries.is_empty() {
        return Ok(());
    }
    audit::append(tx, entries).await
}

/// Writes everything that waits, but for the audit record.
pub(super) async fn write(tx: &mut Tx) -> Result<(), StoreError> {
    let later = tx.later();
    let history = std::mem::take(&mut later.history);
    let events = std::mem::take(&mut later.events);
    if !history.is_empty() {
        history::insert_rows(tx, &history).await?;
    }
    if !events.is_empty() {
        for (lane, last_seq) in outbox::append_events(tx, &events).await? {
            announce(tx, &lane, last_seq);
        }
    }
    Ok(())
}
