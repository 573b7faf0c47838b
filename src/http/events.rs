//! `GET /v1/events`: an office asks once for everything that it is to know.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use std::time::Duration;

use actix_web::{HttpResponse, web};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::cursor::Place;
use crate::http::problems::{Problem, ProblemView};
use crate::store::offices::lane_of;
use crate::store::outbox::{self, Message};

/// Events on a page, unless asked otherwise.
const PAGE: i64 = 100;
/// Events on a page at most.
const PAGE_MAX: i64 = 500;
/// Seconds that a request may wait at most; shorter than what proxies usually bear.
const WAIT_MAX: u64 = 25;
/// How often a waiting request looks by itself: wake-ups reach only their own process.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Which events to give.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// The `next_cursor` of the answer before; without it, from the first event on.
    after: Option<String>,
    /// Events in the answer, 500 at most.
    limit: Option<i64>,
    /// Seconds to wait for an event while there is none, 25 at most.
    wait: Option<u64>,
}

/// Events in their order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventPage)]
pub(crate) struct EventsView {
    /// The events.
    #[schema(value_type = Vec<EventView>)]
    data: Vec<Map<String, Value>>,
    /// What to give as `after` next time; also when there was no event.
    next_cursor: String,
}

/// What an office is told: ids and states, never a name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventView {
    /// The event's id, by which a repetition is recognised.
    id: String,
    /// Its place in the office's events, without gaps, from 1.
    seq: i64,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(example = "ro.cei.application.produced.v1")]
    kind: String,
    /// When.
    time: String,
    /// The application's id.
    application_id: String,
    /// The application's number.
    number: String,
    /// The office's own reference.
    office_reference: String,
    /// The application's state then.
    state: String,
    /// The state of its fee then.
    fee_state: String,
    /// The number of the reason code, of an unhappy event.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<u16>,
}

/// Read the office's events in their order, each exactly once per cursor.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "events",
    params(EventsQuery),
    responses(
        (status = 200, description = "The events after the cursor, possibly none", body = EventsView),
        (status = 400, description = "The cursor is not one of this office", body = ProblemView),
    )
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    caller: Caller,
    query: web::Query<EventsQuery>,
) -> Result<HttpResponse, Problem> {
    let office = caller.office()?;
    let place = Place {
        list: "events",
        office,
        vault: &api.gateway.vault,
    };
    let after = query
        .after
        .as_deref()
        .map(|cursor| place.open(cursor))
        .transpose()?
        .unwrap_or(0);
    let look = Look {
        api: &api,
        lane: lane_of(office),
        after,
        limit: query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX),
    };
    let wait = Duration::from_secs(query.wait.unwrap_or(0).min(WAIT_MAX));
    let messages = look.until_there_are_some(wait).await?;
    let last = messages.last().map_or(after, |message| message.seq);
    let data: anyhow::Result<Vec<_>> = messages.iter().map(view).collect();
    Ok(HttpResponse::Ok().json(EventsView {
        data: data?,
        next_cursor: place.seal(&last.to_string()),
    }))
}

/// What is looked for in an office's lane.
struct Look<'a> {
    api: &'a Api,
    lane: String,
    after: i64,
    limit: i64,
}

impl Look<'_> {
    async fn once(&self) -> Result<Vec<Message>, Problem> {
        let mut tx = self.api.gateway.store.read().await?;
        Ok(outbox::list_after(&mut tx, &self.lane, self.after, self.limit).await?)
    }

    /// Looks until there are messages or the time is over. No connection to the database is held
    /// in between.
    async fn until_there_are_some(&self, wait: Duration) -> Result<Vec<Message>, Problem> {
        // Listen before looking, so that nothing falls between the two.
        let mut told = self.api.gateway.bells.told();
        let found = self.once().await?;
        if !found.is_empty() || wait.is_zero() {
            return Ok(found);
        }
        // Waiting is between us and the caller's network, so it goes by the wall's clock.
        let waiting = async {
            loop {
                tokio::select! {
                    _ = told.changed() => (),
                    _ = tokio::time::timeout(LOOK_EVERY, std::future::pending::<()>()) => (),
                    () = self.api.stopping.cancelled() => return Ok(Vec::new()),
                }
                let found = self.once().await?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
        };
        tokio::time::timeout(wait, waiting)
            .await
            .unwrap_or_else(|_elapsed| Ok(Vec::new()))
    }
}

fn view(message: &Message) -> anyhow::Result<Map<String, Value>> {
    let mut event: Map<String, Value> =
        serde_json::from_str(&message.payload).context("an event's payload is no JSON object")?;
    event.insert("seq".to_owned(), message.seq.into());
    Ok(event)
}
