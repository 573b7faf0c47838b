//! Once a night, asks the bureau for the state of every open order. What its answers differ in is
//! kept when they are heard.

use std::convert::Infallible;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Bucharest;

use crate::domain::letter::Occasion;
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::letters::ask::{ask, wake};
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::orders;
use crate::store::reconciliations;

/// Orders that one pass asks about at most, in one transaction.
const ORDERS_AT_ONCE: i64 = 20;

/// Asks about open orders that this night has not asked about. Returns how many it asked about;
/// zero when the night has not come or nothing is left.
pub async fn ask_at_night(gateway: &Gateway) -> Result<usize, Failure<Infallible>> {
    let now = gateway.clock.now();
    let Some(night) = night_of(gateway, now) else {
        return Ok(0);
    };
    let mut tx = gateway.store.read().await?;
    let known = reconciliations::find(&mut tx, night).await?;
    drop(tx);
    if known.is_some_and(|known| known.asked_at.is_some()) {
        return Ok(0);
    }
    let actor = Actor::Gateway("reconciler");
    let why = format!("the nightly comparison of {night}");
    let note = note(gateway, &actor, Some(&why));
    let mut tx = gateway.store.begin().await?;
    reconciliations::begin(&mut tx, night, note.at).await?;
    let unasked = reconciliations::list_unasked(&mut tx, night, note.at, ORDERS_AT_ONCE).await?;
    if unasked.is_empty() {
        reconciliations::set_asked(&mut tx, night, note.at).await?;
    }
    let mut asked = 0;
    for id in unasked {
        let Some(order) = orders::lock(&mut tx, id).await? else {
            continue;
        };
        // Of two replicas that read the same list, the second finds the first one's letter.
        let letter = ask(&mut tx, gateway, &order, Occasion::Night, note.at, &note).await?;
        reconciliations::insert_order(&mut tx, night, order.id, letter.id).await?;
        asked += 1;
    }
    tx.commit().await?;
    if asked > 0 {
        wake(gateway);
    }
    Ok(asked)
}

/// The night whose hour has come, as the day in Romania.
fn night_of(gateway: &Gateway, now: DateTime<Utc>) -> Option<NaiveDate> {
    let there = now.with_timezone(&Bucharest);
    (there.time() >= gateway.config.reconciliation.at.0).then(|| there.date_naive())
}
