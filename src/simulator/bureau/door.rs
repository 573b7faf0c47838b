//! The door of the order channel: what is answered to the head of a request that asks, by
//! `Expect: 100-continue`, whether its document is wanted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use actix_http::RequestHead;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, RETRY_AFTER};

use crate::simulator::bureau::Bureau;
use crate::simulator::bureau::desk::Answer;
use crate::simulator::bureau::server::{is_number, with_document};
use crate::transport::route::digest_of;

/// Who is turned away, and how much was let in.
#[derive(Debug, Default)]
pub(super) struct Door {
    turned_away: Mutex<Option<(u16, String)>>,
    body_bytes: AtomicU64,
}

impl Bureau {
    /// Turns everybody away who asks first, with this status and `Retry-After`, until told
    /// otherwise.
    pub fn turn_away(&self, with: Option<(u16, &str)>) {
        let with = with.map(|(status, retry_after)| (status, retry_after.to_owned()));
        let mut turned_away = self.inner.door.turned_away.lock();
        *turned_away
            .as_deref_mut()
            .unwrap_or_else(|broken| broken.get_mut()) = with;
    }

    /// Bytes of documents that came over the wire since it opened.
    pub fn body_bytes(&self) -> u64 {
        self.inner.door.body_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn count_body(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.inner
            .door
            .body_bytes
            .fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The answer to a document that is not wanted; `None` when it may come.
pub(super) fn before_body(bureau: &Bureau, head: &RequestHead) -> Option<HttpResponse> {
    let turned_away = bureau.inner.door.turned_away.lock();
    let turned_away = turned_away.unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((status, retry_after)) = turned_away {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
        let mut answer = HttpResponse::build(status);
        return Some(answer.insert_header((RETRY_AFTER, retry_after)).finish());
    }
    let header = |name: &str| head.headers().get(name)?.to_str().ok();
    let length: Option<usize> = header(CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok());
    if length.is_some_and(|length| length > bureau.inner.order_bytes_max) {
        return Some(HttpResponse::PayloadTooLarge().finish());
    }
    let number = head.uri.path().strip_prefix("/orders/")?;
    if !is_number(number) {
        return Some(HttpResponse::NotFound().finish());
    }
    let digest = digest_of(header("content-sha256")?)?;
    let now = bureau.inner.clock.now();
    // What is known by number and digest need not come again, and other bytes need not come at all.
    match bureau.desk().answer_again(number, digest, now) {
        Ok(Some(Answer::Document(status, receipt))) => Some(with_document(status, receipt)),
        _ => None,
    }
}
