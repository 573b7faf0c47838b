//! Signs where the record stood at the end of each day, so that what came before cannot be rewritten by
//! somebody who has the database and not the seal.

use std::convert::Infallible;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Europe::Bucharest;

use crate::domain::hex::hex;
use crate::flow::Failure;
use crate::flow::audit_record::document::{Said, sign_head};
use crate::flow::sealing::aside;
use crate::gateway::Gateway;
use crate::store::audit::{self, Head};

/// Signs the head of the last day that is over, unless it is signed or nothing was written since the
/// head before. Returns whether it signed one.
pub async fn sign_head_of_yesterday(gateway: &Gateway) -> Result<bool, Failure<Infallible>> {
    let today = gateway.clock.today();
    let yesterday = today - TimeDelta::days(1);
    let mut tx = gateway.store.read().await?;
    let before = audit::last_head(&mut tx).await?;
    if before.as_ref().is_some_and(|head| head.day >= yesterday) {
        return Ok(false);
    }
    let last = audit::last_before(&mut tx, beginning_of(today)?).await?;
    drop(tx);
    let Some(last) = last else {
        return Ok(false);
    };
    if before.is_some_and(|head| head.seq >= last.seq) {
        return Ok(false);
    }
    let signed_at = gateway.clock.now();
    let said = Said::new(yesterday, last.seq, &last.hash);
    let signer = gateway.clone();
    let document = aside(move || sign_head(&signer, &said, signed_at)).await??;
    let head = Head {
        day: yesterday,
        seq: last.seq,
        hash: last.hash,
        document,
        signed_at,
    };
    let mut tx = gateway.store.begin().await?;
    let is_new = audit::insert_head(&mut tx, &head).await?;
    tx.commit().await?;
    if is_new {
        // The log leaves the machine: what stands in it binds even whoever holds the seal.
        let hash = hex(&head.hash);
        tracing::info!(day = %head.day, seq = head.seq, hash, "the audit record's head is signed");
    }
    Ok(is_new)
}

/// The instant at which a day begins in Romania.
fn beginning_of(day: NaiveDate) -> anyhow::Result<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(Bucharest);
    let midnight = midnight.earliest().context("midnight in Romania")?;
    Ok(midnight.with_timezone(&Utc))
}
