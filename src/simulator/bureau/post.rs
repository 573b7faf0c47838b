//! How documents get to the gateway: `POST /v1/bureau/messages`, again until it has them.

use bytes::Bytes;
use reqwest::header::CONTENT_TYPE;

/// What became of a document that was posted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Posted {
    /// The gateway has it.
    Taken,
    /// The gateway answered that it does not take it.
    Refused,
    /// There was no answer.
    Unanswered,
}

pub(super) async fn post(client: &reqwest::Client, gateway_url: &str, document: Bytes) -> Posted {
    let sent = client
        .post(format!("{gateway_url}/v1/bureau/messages"))
        .header(CONTENT_TYPE, "application/xml")
        .body(document)
        .send()
        .await;
    match sent {
        Ok(answer) if answer.status().is_success() => Posted::Taken,
        Ok(_) => Posted::Refused,
        Err(_) => Posted::Unanswered,
    }
}
