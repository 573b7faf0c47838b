//! What the channels send to the gateway, and how.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use openssl::error::ErrorStack;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::simulator::statement::webhook::{SigningKey, signed_headers};

/// One thing on its way to the gateway. It has no `Debug`: statements name payers.
#[derive(Clone)]
pub(super) enum Parcel {
    /// A file of the bank or of the stations.
    File {
        name: String,
        channel: &'static str,
        media_type: &'static str,
        content: Bytes,
    },
    /// A station's notification.
    Notification { event_id: String, body: Bytes },
}

/// What became of a parcel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sent {
    /// The gateway has it.
    Taken,
    /// The gateway will never take it.
    Refused(u16),
    /// It may take it later.
    NotTaken,
}

/// Where parcels go, and as whom.
pub(super) struct Road {
    pub(super) gateway_url: String,
    pub(super) api_key: String,
    pub(super) back_office: reqwest::Client,
    pub(super) selfpay: reqwest::Client,
    pub(super) keys: Vec<SigningKey>,
}

impl Road {
    pub(super) async fn send(
        &self,
        parcel: Parcel,
        now: DateTime<Utc>,
    ) -> Result<Sent, ErrorStack> {
        let request = match parcel {
            Parcel::File {
                name,
                channel,
                media_type,
                content,
            } => self
                .back_office
                .post(format!(
                    "{}/v1/payments/statements?channel={channel}",
                    self.gateway_url
                ))
                .header(AUTHORIZATION, format!("Bearer {}", self.api_key))
                .header(CONTENT_TYPE, media_type)
                .header("Idempotency-Key", name)
                .body(content),
            Parcel::Notification { event_id, body } => {
                let url = format!("{}/v1/channels/selfpay/notifications", self.gateway_url);
                let request = self.selfpay.post(url);
                signed_headers(&self.keys, &event_id, now, &body)?
                    .into_iter()
                    .fold(request, |request, (name, value)| {
                        request.header(name, value)
                    })
                    .header(CONTENT_TYPE, "application/json")
                    .body(body)
            }
        };
        Ok(match request.send().await {
            Ok(answer) => outcome(answer.status().as_u16()),
            Err(_) => Sent::NotTaken,
        })
    }
}

/// What a status means to a sender who cannot ask anybody: time-outs, rate limits and the
/// gateway's own failures pass; any other refusal stays.
const fn outcome(status: u16) -> Sent {
    match status {
        200..300 => Sent::Taken,
        408 | 425 | 429 | 500.. => Sent::NotTaken,
        _ => Sent::Refused(status),
    }
}
