//! What the bureau answered a push.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER};

use crate::domain::delivery::{DeliveryVerdict, Outcome};
use crate::transport::route::{Passage, retry_after};

/// Bytes of a document in an answer at most. A receipt has about 4 KB; the answer to an inquiry
/// repeats every word on a thousand lines.
const DOCUMENT_BYTES_MAX: usize = 8 << 20;

/// How long the bureau wants to be left in peace.
pub(super) fn rest(response: &Response<Incoming>, now: DateTime<Utc>) -> Option<Duration> {
    let text = header(response, &RETRY_AFTER)?;
    retry_after::wait(text, header(response, &DATE), now)
}

/// The document that the answer carries. One that breaks off or is too long is none: the status
/// stands, and the document is asked for again by whoever misses it.
pub(super) async fn document(response: Response<Incoming>) -> Option<Vec<u8>> {
    let kind = header(&response, &CONTENT_TYPE)?;
    if !kind.starts_with("application/xml") {
        return None;
    }
    let body = Limited::new(response.into_body(), DOCUMENT_BYTES_MAX);
    match body.collect().await {
        Ok(read) => Some(read.to_bytes().to_vec()).filter(|read| !read.is_empty()),
        Err(error) => {
            let is_long = error.is::<LengthLimitError>();
            tracing::warn!(is_long, "the document in an answer was not read to its end");
            None
        }
    }
}

/// What an answer means, without its document.
pub(super) fn passage(status: u16, retry_after: Option<Duration>) -> Passage {
    let outcome = Outcome::Status {
        code: status,
        retry_after,
    };
    let mut passage = Passage::of(outcome, None);
    if passage.verdict != DeliveryVerdict::Delivered {
        passage.detail = Some(format!("HTTP {status}"));
    }
    passage
}

fn header<'a>(response: &'a Response<Incoming>, name: &HeaderName) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}
