//! What an office, or an operator for it, sets of its webhook.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::id::OfficeId;
use crate::domain::operator::Actor;
use crate::domain::webhook::{Endpoint, OnExhausted, WebhookEvent, WebhookState};
use crate::flow::progress::note;
use crate::flow::webhooks::{WebhookRefusal, lane_of, locked, wake};
use crate::flow::{Failure, decide_lane};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::outbox::Lane;
use crate::store::webhooks::{self, Webhook, keys, push};
use crate::store::{Tx, holds, offices};

/// Decisions of transactions that ran at the same time may be out of order by so much.
const DECISIONS_APART_MAX: TimeDelta = TimeDelta::minutes(1);

/// What is to be set.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wanted<'a> {
    /// The address.
    pub url: &'a str,
    /// What becomes of an event that cannot be delivered.
    pub on_exhausted: OnExhausted,
    /// Messages in a second at most; the gateway's own number if none is given.
    pub rate_per_second: Option<u32>,
}

/// From where events are to be pushed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum From {
    /// The event after this place.
    Place(i64),
    /// The first event that was decided then or later.
    Instant(DateTime<Utc>),
}

/// Sets up an office's webhook, or changes what is set of it: see [`set_in`].
pub async fn set(
    gateway: &Gateway,
    office: OfficeId,
    wanted: &Wanted<'_>,
    actor: &Actor,
) -> Result<(Webhook, bool), Failure<WebhookRefusal>> {
    let note = note(gateway, actor, None);
    let mut tx = gateway.store.begin().await?;
    let set = set_in(&mut tx, gateway, office, wanted, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(set)
}

/// Removes an office's webhook: see [`remove_in`].
pub async fn remove(
    gateway: &Gateway,
    office: OfficeId,
    actor: &Actor,
) -> Result<(), Failure<WebhookRefusal>> {
    let note = note(gateway, actor, None);
    let mut tx = gateway.store.begin().await?;
    remove_in(&mut tx, office, &note).await?;
    Ok(tx.commit().await?)
}

/// What may be asked of a webhook that is set up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wish {
    /// Push events, from where it stopped or from another place.
    Enable(Option<From>),
    /// Push no more.
    Disable,
    /// Push events again from an earlier place on, or leave some out.
    Recover(From),
}

/// Notes that somebody sends an office's webhook a test message, before it leaves.
pub async fn note_trial(
    gateway: &Gateway,
    office: OfficeId,
    actor: &Actor,
    reason: &str,
) -> Result<(), Failure<WebhookRefusal>> {
    let note = note(gateway, actor, Some(reason));
    let mut tx = gateway.store.begin().await?;
    let webhook = locked(&mut tx, office).await?;
    record(&mut tx, &webhook, "TRIED", &note).await?;
    Ok(tx.commit().await?)
}

/// Carries out a wish about an office's webhook: see [`carry_out_in`].
pub async fn carry_out(
    gateway: &Gateway,
    office: OfficeId,
    wish: Wish,
    actor: &Actor,
    reason: Option<&str>,
) -> Result<bool, Failure<WebhookRefusal>> {
    let note = note(gateway, actor, reason);
    let mut tx = gateway.store.begin().await?;
    let changed = carry_out_in(&mut tx, office, wish, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(changed)
}

/// Carries out a wish about an office's webhook in the caller's transaction; whoever commits it calls
/// [`wake`]. Returns whether that changed anything. An operator says why.
pub(crate) async fn carry_out_in(
    tx: &mut Tx,
    office: OfficeId,
    wish: Wish,
    note: &Note<'_>,
) -> Result<bool, Failure<WebhookRefusal>> {
    let is_person = matches!(note.actor, Actor::Operator(_) | Actor::Automation(_));
    if is_person && note.reason.unwrap_or_default().trim().is_empty() {
        return Err(WebhookRefusal::ReasonMissing.into());
    }
    match wish {
        Wish::Enable(from) => enable_in(tx, office, from, note).await,
        Wish::Disable => disable_in(tx, office, note).await,
        Wish::Recover(from) => recover_in(tx, office, from, note).await,
    }
}

/// Sets up a webhook, or changes what is set of it. A new one is disabled, and its first event will be the
/// first after this moment. Returns it, and whether it is new.
async fn set_in(
    tx: &mut Tx,
    gateway: &Gateway,
    office: OfficeId,
    wanted: &Wanted<'_>,
    note: &Note<'_>,
) -> Result<(Webhook, bool), Failure<WebhookRefusal>> {
    Endpoint::parse(wanted.url, gateway.config.webhook_reach())?;
    let rate_per_second = rate(gateway, wanted.rate_per_second)?;
    let lane = lane_of(tx, office).await?;
    let new = Webhook {
        office,
        id: decide_lane::subject(&lane.lane),
        url: wanted.url.to_owned(),
        state: WebhookState::Disabled,
        reason: None,
        on_exhausted: wanted.on_exhausted,
        rate_per_second,
        warned_percent: 0,
        refused_in_row: 0,
        version: 1,
        created_at: note.at,
        updated_at: note.at,
    };
    if webhooks::insert(tx, &new).await? {
        push::start(tx, &lane.lane, lane.last_seq, note.at).await?;
        push::stop(tx, &lane.lane).await?;
        record(tx, &new, "SET_UP", note).await?;
        return Ok((new, true));
    }
    let before = locked(tx, office).await?;
    let after = Webhook {
        url: new.url,
        on_exhausted: new.on_exhausted,
        rate_per_second,
        version: before.version + 1,
        updated_at: note.at,
        ..before.clone()
    };
    webhooks::update(tx, &after, note.at).await?;
    if after.url != before.url && after.state == WebhookState::Enabled {
        // Waits and failures were those of the old address.
        push::resume(tx, &lane.lane, note.at).await?;
    }
    record(tx, &after, "CHANGED", note).await?;
    Ok((after, false))
}

fn rate(gateway: &Gateway, wanted: Option<u32>) -> Result<i64, WebhookRefusal> {
    let max = gateway.config.webhooks.rate_per_second;
    let rate = wanted.unwrap_or(max);
    if (1..=max).contains(&rate) {
        Ok(rate.into())
    } else {
        Err(WebhookRefusal::Rate { max })
    }
}

/// Removes an office's webhook with its keys. Its events stay in the feed.
async fn remove_in(
    tx: &mut Tx,
    office: OfficeId,
    note: &Note<'_>,
) -> Result<(), Failure<WebhookRefusal>> {
    let webhook = locked(tx, office).await?;
    if webhook.state == WebhookState::Enabled {
        let event = WebhookEvent::TurnedOff;
        take_step::<history::Webhook>(tx, webhook.id, webhook.state, event, note).await?;
    }
    push::stop(tx, &offices::lane_of(office)).await?;
    holds::close(tx, webhook.id, None, "REMOVED", note).await?;
    webhooks::delete(tx, office).await?;
    record(tx, &webhook, "REMOVED", note).await?;
    Ok(())
}

/// Has events pushed, from where it stopped or from another place. Returns whether that changed anything.
async fn enable_in(
    tx: &mut Tx,
    office: OfficeId,
    from: Option<From>,
    note: &Note<'_>,
) -> Result<bool, Failure<WebhookRefusal>> {
    let webhook = locked(tx, office).await?;
    if webhook.state == WebhookState::Enabled && from.is_none() {
        return Ok(false);
    }
    if !keys::list_valid(tx, office, note.at)
        .await?
        .iter()
        .any(|key| key.valid_from <= note.at)
    {
        return Err(WebhookRefusal::KeyMissing.into());
    }
    let lane = lane_of(tx, office).await?;
    if webhook.state == WebhookState::Disabled {
        let event = WebhookEvent::TurnedOn;
        take_step::<history::Webhook>(tx, webhook.id, webhook.state, event, note).await?;
        webhooks::note_trouble(tx, office, 0, 0, None).await?;
        holds::close(tx, webhook.id, None, "ENABLED", note).await?;
    }
    match from {
        None => push::resume(tx, &lane.lane, note.at).await?,
        Some(from) => {
            let cursor = place(tx, &lane, from).await?;
            push::start(tx, &lane.lane, cursor, note.at).await?;
        }
    }
    Ok(true)
}

/// Has events pushed no more. Returns whether that changed anything.
async fn disable_in(
    tx: &mut Tx,
    office: OfficeId,
    note: &Note<'_>,
) -> Result<bool, Failure<WebhookRefusal>> {
    let webhook = locked(tx, office).await?;
    if webhook.state == WebhookState::Disabled {
        return Ok(false);
    }
    let event = WebhookEvent::TurnedOff;
    take_step::<history::Webhook>(tx, webhook.id, webhook.state, event, note).await?;
    push::stop(tx, &offices::lane_of(office)).await?;
    Ok(true)
}

/// Pushes events again from an earlier place on (or leaves some out, from a later one). One that is disabled
/// begins there once it is enabled.
async fn recover_in(
    tx: &mut Tx,
    office: OfficeId,
    from: From,
    note: &Note<'_>,
) -> Result<bool, Failure<WebhookRefusal>> {
    let webhook = locked(tx, office).await?;
    let lane = lane_of(tx, office).await?;
    let cursor = place(tx, &lane, from).await?;
    push::start(tx, &lane.lane, cursor, note.at).await?;
    if webhook.state == WebhookState::Disabled {
        push::stop(tx, &lane.lane).await?;
    }
    record(tx, &webhook, "RECOVERED", note).await?;
    Ok(true)
}

async fn place(tx: &mut Tx, lane: &Lane, from: From) -> Result<i64, Failure<WebhookRefusal>> {
    let place = match from {
        From::Place(place) => place,
        From::Instant(since) => push::place_before(tx, lane, since - DECISIONS_APART_MAX).await?,
    };
    if (lane.floor_seq..=lane.last_seq).contains(&place) {
        Ok(place)
    } else {
        Err(WebhookRefusal::PlaceUnknown.into())
    }
}

/// Writes into the history what moves no state.
pub(super) async fn record(
    tx: &mut Tx,
    webhook: &Webhook,
    what: &str,
    note: &Note<'_>,
) -> Result<(), Failure<WebhookRefusal>> {
    let state = webhook.state.as_str();
    history::record(
        tx,
        SubjectKind::Lane,
        webhook.id,
        [state, what, state],
        note,
    )
    .await?;
    Ok(())
}
