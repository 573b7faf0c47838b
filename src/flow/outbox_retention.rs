//! Keeps the outbox as long as it is promised and no longer: months are made ahead, and dropped when
//! they are past their time and nobody has to do with them any more. Where a lane lies in no month
//! (always on SQLite) its beginning is cut off, a bounded number of messages at a time.
//!
//! Each step is one transaction, so that a stop between any two leaves a log that is whole from its
//! beginning on.

use std::convert::Infallible;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::month::Month;
use crate::flow::Failure;
use crate::gateway::Gateway;
use crate::store::months::{self, MonthTable};
use crate::store::outbox::retention::{self, OldMessage};
use crate::store::{Kind, StoreError, Tx, dead_letter_decisions, outbox};

/// Months that are there before they begin, so that a gateway that stands still for weeks finds one.
const MONTHS_AHEAD: usize = 2;
/// Lanes that are cut in one step, and messages of each.
const LANES: i64 = 20;
const MESSAGES: i64 = 500;
/// Rows of other kinds that one step removes.
const ROWS: i64 = 500;

/// Until when what is past its time was decided.
fn limit(gateway: &Gateway) -> DateTime<Utc> {
    let days = i64::from(gateway.config.retention.event_days);
    gateway.clock.now() - TimeDelta::days(days)
}

/// Makes the tables of this month and those after it, where they are missing. Returns how many.
pub async fn make_months(gateway: &Gateway) -> Result<usize, Failure<Infallible>> {
    let this = Month::of(gateway.clock.now());
    let mut tx = gateway.store.read().await?;
    let parents = months::list_parents(&mut tx).await?;
    let known = months::list(&mut tx).await?;
    drop(tx);
    let mut made = 0;
    for month in
        std::iter::successors(Some(this), |month| Some(month.next())).take(1 + MONTHS_AHEAD)
    {
        for parent in &parents {
            let parent = parent.clone();
            let table = MonthTable { month, parent };
            if !known.contains(&table) && make_month(gateway, &table).await? {
                made += 1;
            }
        }
    }
    Ok(made)
}

async fn make_month(gateway: &Gateway, table: &MonthTable) -> Result<bool, Failure<Infallible>> {
    let mut tx = gateway.store.begin().await?;
    months::lock(&mut tx).await?;
    if months::list(&mut tx).await?.contains(table) {
        // Another replica was faster.
        return Ok(false);
    }
    match months::make(&mut tx, table).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(true)
        }
        Err(StoreError::Conflict(_)) => {
            // Nobody made it in time. Its rows are found and removed there as well, one by one.
            let (table, month) = (&table.parent, table.month);
            tracing::warn!(table, %month, "rows of a month lie outside it, and stay there");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Why a month that is past its time is kept.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Obstacle {
    /// Something in it is still to be pushed.
    #[error("a message of the lane {0} is still to be delivered")]
    Undelivered(String),
    /// A dead letter in it waits for a decision.
    #[error("a dead letter of the lane {0} waits for a decision")]
    DeadLetter(String),
    /// The bureau has not answered an order in full.
    #[error("the order {0} is not answered in full")]
    Unanswered(String),
    /// What is older and lies in no month has to go first.
    #[error("older messages that lie in no month have to go first")]
    Older,
}

/// What became of the oldest month.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Oldest {
    /// None is past its time.
    InTime,
    /// It was dropped.
    Dropped(Month),
    /// It is past its time, and kept.
    Kept(Month, Obstacle),
}

/// Drops the oldest month if it is past its time and nobody has to do with it any more. The lanes
/// begin behind it from then on.
pub async fn drop_oldest_month(gateway: &Gateway) -> Result<Oldest, Failure<Infallible>> {
    if gateway.store.kind() == Kind::Sqlite {
        return Ok(Oldest::InTime);
    }
    let before = limit(gateway);
    let mut tx = gateway.store.begin().await?;
    let is_past = |table: &MonthTable| table.month.ends() <= before;
    if !months::list(&mut tx).await?.iter().any(is_past) {
        return Ok(Oldest::InTime);
    }
    months::lock(&mut tx).await?;
    let tables = months::list(&mut tx).await?;
    let Some(month) = tables
        .iter()
        .find(|table| is_past(table))
        .map(|table| table.month)
    else {
        return Ok(Oldest::InTime);
    };
    if let Some(obstacle) = find_obstacle(&mut tx, month).await? {
        return Ok(Oldest::Kept(month, obstacle));
    }
    let places = retention::list_last_places(&mut tx, month.begins(), month.ends()).await?;
    retention::raise_floors(&mut tx, &places).await?;
    // Now that the lanes are locked: a cursor may have been set back meanwhile.
    if let Some(lane) = retention::find_overcut(&mut tx).await? {
        return Ok(Oldest::Kept(month, Obstacle::Undelivered(lane)));
    }
    for table in tables.iter().filter(|table| table.month == month) {
        months::discard(&mut tx, table).await?;
    }
    tx.commit().await?;
    Ok(Oldest::Dropped(month))
}

async fn find_obstacle(tx: &mut Tx, month: Month) -> Result<Option<Obstacle>, StoreError> {
    let end = month.ends();
    if retention::is_in_default(tx, end).await? {
        return Ok(Some(Obstacle::Older));
    }
    if let Some(lane) = retention::find_undelivered(tx, end).await? {
        return Ok(Some(Obstacle::Undelivered(lane)));
    }
    if let Some(lane) = retention::find_old_dead(tx, end).await? {
        return Ok(Some(Obstacle::DeadLetter(lane)));
    }
    let number = retention::find_unanswered_order(tx, end).await?;
    Ok(number.map(Obstacle::Unanswered))
}

/// What one step of cutting did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Cut {
    /// Messages that were removed.
    pub messages: u64,
    /// The lane after which to go on; `None` at the end.
    pub next: Option<String>,
}

/// Cuts the beginning off lanes after `after` that lie in no month. Each is cut in a transaction of
/// its own, up to the first message that is not past its time or that somebody still needs.
pub async fn cut_lanes(gateway: &Gateway, after: &str) -> Result<Cut, Failure<Infallible>> {
    let before = limit(gateway);
    let mut tx = gateway.store.read().await?;
    let lanes = retention::list_cuttable(&mut tx, before, after, LANES).await?;
    drop(tx);
    let mut messages = 0;
    for lane in &lanes {
        messages += cut_lane(gateway, lane, before).await?;
    }
    let is_full = usize::try_from(LANES).is_ok_and(|limit| lanes.len() >= limit);
    let next = lanes.last().filter(|_| is_full).cloned();
    Ok(Cut { messages, next })
}

async fn cut_lane(
    gateway: &Gateway,
    name: &str,
    before: DateTime<Utc>,
) -> Result<u64, Failure<Infallible>> {
    let mut tx = gateway.store.begin().await?;
    let Some(lane) = outbox::find_lane(&mut tx, name).await? else {
        return Ok(0);
    };
    let first = retention::list_first(&mut tx, name, lane.floor_seq, MESSAGES).await?;
    let acked_seq = if lane.pushed {
        lane.acked_seq
    } else {
        i64::MAX
    };
    let Some(seq) = last_removable(&first, acked_seq, before) else {
        return Ok(0);
    };
    let removed = retention::cut(&mut tx, name, seq).await?;
    tx.commit().await?;
    Ok(removed)
}

/// The last of a lane's first messages that may go with all before it.
fn last_removable(first: &[OldMessage], acked_seq: i64, before: DateTime<Utc>) -> Option<i64> {
    let removable = |message: &&OldMessage| {
        message.created_at < before && message.seq <= acked_seq && !message.is_needed()
    };
    let last = first.iter().take_while(removable).last();
    last.map(|message| message.seq)
}

/// Forgets what was decided about dead letters long ago, and tries whose messages are gone. Returns
/// how many rows went.
pub async fn forget_decided(gateway: &Gateway) -> Result<u64, Failure<Infallible>> {
    let before = limit(gateway);
    let mut tx = gateway.store.begin().await?;
    let letters = retention::forget_dead(&mut tx, before, ROWS).await?;
    let decisions = dead_letter_decisions::forget(&mut tx, before).await?;
    let attempts = months::remove_lost_attempts(&mut tx, before, ROWS).await?;
    tx.commit().await?;
    Ok(letters + decisions + attempts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn message(seq: i64, day: u32) -> OldMessage {
        OldMessage {
            seq,
            subject_id: Uuid::nil(),
            created_at: instant(&format!("2026-03-{day:02}T00:00:00Z")),
            is_dead: false,
            order_state: None,
        }
    }

    #[test]
    fn a_lane_is_cut_before_the_first_message_that_somebody_needs() {
        let before = instant("2026-03-20T00:00:00Z");
        let plain = [message(4, 1), message(5, 2), message(6, 20)];
        assert_eq!(last_removable(&plain, i64::MAX, before), Some(5));
        assert_eq!(
            last_removable(&plain, 4, before),
            Some(4),
            "5 is to be pushed"
        );
        assert_eq!(last_removable(&plain, 3, before), None);
        assert_eq!(last_removable(&[], 3, before), None);

        let mut dead = plain.clone();
        dead[1].is_dead = true;
        assert_eq!(last_removable(&dead, i64::MAX, before), Some(4));

        let of_order = |state: &str| {
            let mut carried = plain.clone();
            carried[0].order_state = Some(state.to_owned());
            last_removable(&carried, i64::MAX, before)
        };
        assert_eq!(of_order("SENT"), None);
        assert_eq!(of_order("SETTLED"), Some(5));
    }

    #[test]
    fn an_old_message_out_of_its_time_does_not_take_a_young_one_with_it() {
        let before = instant("2026-03-20T00:00:00Z");
        let mixed = [message(1, 1), message(2, 25), message(3, 2)];
        assert_eq!(last_removable(&mixed, i64::MAX, before), Some(1));
    }
}
