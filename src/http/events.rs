//! `GET /v1/events`: an office asks once for everything that it is to know.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{ETAG, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::cursor::Place;
use crate::http::etag;
use crate::http::feed_ends::FeedEnd;
use crate::http::identity::until_refused;
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::store::offices::lane_of;
use crate::store::outbox::{self, Feed, Told};

/// Events on a page, unless asked otherwise.
const PAGE: i64 = 100;
/// Events on a page at most.
const PAGE_MAX: i64 = 500;
/// Seconds that a request may wait at most; shorter than what proxies usually bear.
const WAIT_MAX: u64 = 25;
/// How often a waiting request asks whether it is still woken by whoever follows the rows.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Seconds after which an office that does not wait may ask again.
const POLL_INTERVAL: HeaderName = HeaderName::from_static("x-poll-interval");
/// The interval while unchanged feeds are answered from memory.
const POLL_SECONDS: &str = "5";
/// The interval while every request costs the database a look.
const POLL_SECONDS_SPARING: &str = "30";

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
    /// The event that this one repeats, after an operator's decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    replay_of: Option<String>,
    /// The number of the reason code, of an unhappy event.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<u16>,
}

/// Read the office's events in their order, each exactly once per cursor.
///
/// With `wait` the answer comes as soon as there is an event. With `If-None-Match` a request that
/// would be answered with what the office has already is answered by 304.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "events",
    params(
        EventsQuery,
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the answer before"),
    ),
    responses(
        (
            status = 200, description = "The events after the cursor, possibly none", body = EventsView,
            headers(
                ("ETag" = String, description = "For If-None-Match"),
                ("X-Poll-Interval" = u32, description = "Seconds to let pass between requests without `wait`"),
            ),
        ),
        (status = 304, description = "Nothing has changed"),
        (status = 400, description = "The cursor is not one of this office", body = ProblemView),
        (status = 410, description = "Events after the cursor are not kept any more; the answer names the oldest cursor", body = ProblemView),
    )
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    caller: Caller,
    request: HttpRequest,
    query: Asked<EventsQuery>,
) -> Result<HttpResponse, Problem> {
    let office = caller.office()?;
    let cursor = query.after.as_deref();
    let wait = Duration::from_secs(query.wait.unwrap_or(0).min(WAIT_MAX));
    let end = cursor.and_then(|cursor| api.feed_ends.find(office, cursor));
    if let Some(end) = end
        .as_ref()
        .filter(|end| wait.is_zero() && stands(&api, end))
    {
        return Ok(end.answer(&request, interval(&api)));
    }
    let place = Place {
        list: "events",
        office,
        vault: &api.gateway.vault,
    };
    let after = match &end {
        Some(end) => Some(end.place()),
        None => place.opened(cursor)?,
    };
    let look = Look {
        api: &api,
        caller: &caller,
        lane: lane_of(office),
        after: after.unwrap_or(0),
        cursor,
        limit: query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX),
    };
    match look.until_there_are_some(wait).await? {
        Some(feed) if look.is_lost(&feed) => {
            let oldest = place.seal(&feed.floor_seq.to_string());
            Err(Problem::of(catalogue::CURSOR_EXPIRED).with_cursor(oldest))
        }
        Some(feed) => {
            let end = feed.told.last().map_or(feed.floor_seq, |told| told.seq);
            look.answer(&request, &feed.told, end.max(look.after), &place)
        }
        None => look.answer(&request, &[], look.after, &place),
    }
}

/// What is looked for in an office's lane.
struct Look<'a> {
    api: &'a Api,
    caller: &'a Caller,
    lane: String,
    after: i64,
    cursor: Option<&'a str>,
    limit: i64,
}

impl Look<'_> {
    /// Asks the rows, unless nothing can have changed.
    async fn once(&self) -> Result<Option<Feed>, Problem> {
        if nothing_follows(self.api, &self.lane, self.after) {
            return Ok(None);
        }
        // Boxed, so that an office that waits does not hold room for a reading all the time.
        let reading = async {
            let gateway = &self.api.gateway;
            let mut tx = gateway.store.read().await?;
            let now = gateway.clock.now();
            outbox::read_feed(&mut tx, &self.lane, self.after, self.limit, now).await
        };
        Ok(Box::pin(reading).await?)
    }

    /// Looks until there are messages, or nothing to wait for, or the time is over. Between two looks
    /// no connection to the database is held.
    async fn until_there_are_some(&self, wait: Duration) -> Result<Option<Feed>, Problem> {
        let found = self.once().await?;
        if wait.is_zero() || found.as_ref().is_some_and(|feed| self.is_answer(feed)) {
            return Ok(found);
        }
        // Waiting is between us and the caller's network, so it goes by the wall's clock.
        let waiting = async {
            tokio::select! {
                found = self.wait_for_some() => found,
                refused = Box::pin(until_refused(self.api, self.caller)) => Err(refused),
            }
        };
        let waiting = tokio::time::timeout(wait, waiting);
        waiting.await.unwrap_or(Ok(None))
    }

    async fn wait_for_some(&self) -> Result<Option<Feed>, Problem> {
        let tidings = self.api.gateway.store.tidings();
        let mut heard = self.after;
        loop {
            tokio::select! {
                () = tidings.beyond(&self.lane, heard) => (),
                () = self.api.stopping.cancelled() => return Ok(None),
                _ = tokio::time::timeout(LOOK_EVERY, std::future::pending::<()>()) => (),
            }
            // Whatever the rows say now, the same tiding is no reason to ask them again.
            heard = heard.max(tidings.known(&self.lane).unwrap_or(heard));
            let found = self.once().await?;
            if found.as_ref().is_some_and(|feed| self.is_answer(feed)) {
                return Ok(found);
            }
        }
    }

    /// Whether waiting would not make a better answer.
    fn is_answer(&self, feed: &Feed) -> bool {
        !feed.told.is_empty() || self.is_lost(feed)
    }

    /// Whether events after the cursor are not kept any more. A month that retention drops is gone
    /// at once, before a snapshot tells of the lane's new beginning; but places have no gaps, so
    /// what comes first tells as well. A cursor beyond the end was given before the database was
    /// restored from an older copy: its places are given again to other events.
    fn is_lost(&self, feed: &Feed) -> bool {
        let follows = match feed.told.first() {
            Some(first) => first.seq == self.after + 1,
            None => feed.last_seq == self.after,
        };
        self.cursor.is_some() && !(follows && self.after >= feed.floor_seq)
    }

    fn answer(
        &self,
        request: &HttpRequest,
        told: &[Told],
        last: i64,
        place: &Place<'_>,
    ) -> Result<HttpResponse, Problem> {
        let tag = format!("\"{}.{last}\"", self.after);
        if let Some(cursor) = self.cursor.filter(|_| last == self.after) {
            let end = Arc::new(self.end(cursor, &tag)?);
            self.api.feed_ends.keep(place.office, &end);
            return Ok(end.answer(request, interval(self.api)));
        }
        if etag::is_known(request, &tag) {
            let mut unchanged = HttpResponse::NotModified();
            unchanged.insert_header(interval(self.api));
            return Ok(unchanged.insert_header((ETAG, tag)).finish());
        }
        let data: anyhow::Result<Vec<_>> = told.iter().map(view).collect();
        let view = EventsView {
            data: data?,
            next_cursor: place.seal(&last.to_string()),
        };
        let mut response = HttpResponse::Ok();
        response.insert_header(interval(self.api));
        Ok(response.insert_header((ETAG, tag)).json(view))
    }

    /// What an office is told again and again until there is something new.
    fn end(&self, cursor: &str, tag: &str) -> Result<FeedEnd, Problem> {
        let view = EventsView {
            data: Vec::new(),
            next_cursor: cursor.to_owned(),
        };
        let body = serde_json::to_vec(&view).context("an empty page")?;
        let tag = HeaderValue::from_str(tag).context("a tag of digits")?;
        Ok(FeedEnd::new(
            cursor,
            self.after,
            &self.lane,
            tag,
            body.into(),
        ))
    }
}

/// Whether nothing can follow a place, by what this process has heard. One that hears late is behind
/// the office, which may have asked another replica before; then only the rows tell.
fn nothing_follows(api: &Api, lane: &str, place: i64) -> bool {
    let tidings = api.gateway.store.tidings();
    tidings.is_followed() && tidings.known(lane) == Some(place)
}

/// Whether the end that the office was told last is still its feed's.
fn stands(api: &Api, end: &FeedEnd) -> bool {
    nothing_follows(api, end.lane(), end.place())
}

/// How soon an office should ask again.
fn interval(api: &Api) -> (HeaderName, &'static str) {
    let seconds = if api.gateway.store.tidings().is_followed() {
        POLL_SECONDS
    } else {
        POLL_SECONDS_SPARING
    };
    (POLL_INTERVAL, seconds)
}

fn view(told: &Told) -> anyhow::Result<Map<String, Value>> {
    let mut event: Map<String, Value> =
        serde_json::from_str(&told.payload).context("an event's payload is no JSON object")?;
    event.insert("seq".to_owned(), told.seq.into());
    if let Some(before) = told.replay_of {
        event.insert("replay_of".to_owned(), before.to_string().into());
    }
    Ok(event)
}
