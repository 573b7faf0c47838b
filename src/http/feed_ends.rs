//! The end of each office's feed as its office was last told it: what a poll that finds nothing new is
//! answered with, ready in memory.
//!
//! Nothing here can grow old. That a cursor stands for a place was proved when it was taken in, and the
//! empty answer there says nothing else; whether the place is still the end is asked at every poll.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::http::header::{ETAG, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use openssl::memcmp;

use crate::domain::id::OfficeId;
use crate::http::etag;

/// The end of one office's feed.
#[derive(Debug)]
pub(crate) struct FeedEnd {
    /// The cursor that was opened.
    cursor: String,
    /// The place for which it stands.
    place: i64,
    lane: String,
    tag: HeaderValue,
    body: Bytes,
}

impl FeedEnd {
    /// The end at `place` of a lane, for which `cursor` stands; `body` is the empty answer there.
    pub(crate) fn new(cursor: &str, place: i64, lane: &str, tag: HeaderValue, body: Bytes) -> Self {
        Self {
            cursor: cursor.to_owned(),
            place,
            lane: lane.to_owned(),
            tag,
            body,
        }
    }

    /// Whether `cursor` is the one that was opened.
    fn is_at(&self, cursor: &str) -> bool {
        let (known, given) = (self.cursor.as_bytes(), cursor.as_bytes());
        // In the same time wherever they differ: nobody shall guess a seal byte by byte.
        known.len() == given.len() && memcmp::eq(known, given)
    }

    /// The place after which nothing was known to follow.
    pub(crate) const fn place(&self) -> i64 {
        self.place
    }

    /// The lane of the office.
    pub(crate) fn lane(&self) -> &str {
        &self.lane
    }

    /// That there is nothing new; 304 where the caller knows it.
    pub(crate) fn answer(
        &self,
        request: &HttpRequest,
        interval: (HeaderName, &'static str),
    ) -> HttpResponse {
        let is_known = self
            .tag
            .to_str()
            .is_ok_and(|tag| etag::is_known(request, tag));
        let mut response = if is_known {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        response.insert_header(interval);
        response.insert_header((ETAG, self.tag.clone()));
        if is_known {
            response.finish()
        } else {
            response
                .content_type("application/json")
                .body(self.body.clone())
        }
    }
}

/// The ends of all feeds that were read to their end; one for each office at most.
#[derive(Debug, Default)]
pub(crate) struct FeedEnds {
    by_office: RwLock<HashMap<OfficeId, Arc<FeedEnd>>>,
}

impl FeedEnds {
    /// The end of an office's feed, if it is the one that the office's cursor stands for.
    pub(crate) fn find(&self, office: OfficeId, cursor: &str) -> Option<Arc<FeedEnd>> {
        let by_office = self
            .by_office
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let end = by_office.get(&office)?;
        end.is_at(cursor).then(|| Arc::clone(end))
    }

    /// Keeps the end of an office's feed instead of an earlier one.
    pub(crate) fn keep(&self, office: OfficeId, end: &Arc<FeedEnd>) {
        let mut by_office = self
            .by_office
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        by_office.insert(office, Arc::clone(end));
    }
}
