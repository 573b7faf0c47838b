//! Delivers the outbox's orders and letters to the bureau: lease, send without a transaction, record.

use std::io::Read;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::domain::delivery::{DeliveryVerdict, Outcome, classify};
use crate::domain::id::SealedId;
use crate::domain::reason::Reason;
use crate::flow::letters::send as letters;
use crate::flow::receive_document::{self, Kept};
use crate::flow::send_order::{Arrival, lease_next, record_attempt};
use crate::gateway::Gateway;
use crate::store::inbox::InboxSource;
use crate::vault::{SealReader, VaultError};
use crate::worker::bell::Bell;
use crate::worker::{Progress, Worker, retry_races};

/// Bytes of a receipt at most; one has about 4 KB.
const RECEIPT_BYTES_MAX: usize = 1 << 20;
/// Bytes of an order that wait between the vault and the network, in pieces of 64 KB.
const PIECES_AHEAD: usize = 4;
const PIECE_BYTES: usize = 64 << 10;

/// Sends what is due to the bureau, one letter and one order a pass.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    /// Names this process in leases.
    pub owner: String,
}

impl Worker for Dispatcher {
    const NAME: &'static str = "dispatcher";
    const BELL: Bell = Bell::Dispatcher;

    async fn pass(&self, gateway: &Gateway) -> anyhow::Result<Progress> {
        let Some(client) = &gateway.bureau_client else {
            return Ok(Progress::Idle);
        };
        // Letters are small, and a question ends a doubt: they go first.
        let letter = self.pass_letter(gateway, client).await?;
        let order = self.pass_order(gateway, client).await?;
        Ok(match (letter, order) {
            (Progress::Idle, Progress::Idle) => Progress::Idle,
            _ => Progress::Worked,
        })
    }
}

impl Dispatcher {
    async fn pass_letter(
        &self,
        gateway: &Gateway,
        client: &reqwest::Client,
    ) -> anyhow::Result<Progress> {
        let leased = retry_races(|| letters::lease_next(gateway, &self.owner)).await?;
        let Some(departure) = leased else {
            return Ok(Progress::Idle);
        };
        let letter = &departure.letter;
        let parcel = Parcel {
            url: format!("{}/messages/{}", gateway.config.bureau.url, letter.id),
            number: &letter.number,
            message_id: letter.id.0,
            sha256: letter.sha256.as_deref(),
            size_bytes: letter.size_bytes,
            sealed: departure.sealed,
            wrapped_key: &departure.wrapped_key,
        };
        let arrival = send(gateway, client, &parcel).await?;
        if !retry_races(|| letters::record_attempt(gateway, &departure, &arrival)).await? {
            tracing::warn!(
                letter.number = letter.number,
                "the lease was lost meanwhile"
            );
        }
        Ok(Progress::Worked)
    }

    async fn pass_order(
        &self,
        gateway: &Gateway,
        client: &reqwest::Client,
    ) -> anyhow::Result<Progress> {
        let Some(departure) = retry_races(|| lease_next(gateway, &self.owner)).await? else {
            return Ok(Progress::Idle);
        };
        let order = &departure.order;
        let parcel = Parcel {
            url: format!("{}/orders/{}", gateway.config.bureau.url, order.number),
            number: &order.number,
            message_id: order.message_id,
            sha256: order.sha256.as_deref(),
            size_bytes: order.size_bytes,
            sealed: departure.sealed,
            wrapped_key: &departure.wrapped_key,
        };
        let arrival = send(gateway, client, &parcel).await?;
        if !retry_races(|| record_attempt(gateway, &departure, &arrival)).await? {
            tracing::warn!(order.number = order.number, "the lease was lost meanwhile");
        }
        Ok(Progress::Worked)
    }
}

/// Signed bytes, and where they go.
struct Parcel<'a> {
    url: String,
    number: &'a str,
    message_id: Uuid,
    sha256: Option<&'a [u8]>,
    size_bytes: Option<i64>,
    sealed: SealedId,
    wrapped_key: &'a [u8],
}

/// Puts the bytes to the bureau and keeps the document that the answer may carry.
async fn send(
    gateway: &Gateway,
    client: &reqwest::Client,
    parcel: &Parcel<'_>,
) -> anyhow::Result<Arrival> {
    let started_at = gateway.clock.now();
    let vault = gateway.vault.clone();
    let (sealed, key) = (parcel.sealed, parcel.wrapped_key.to_vec());
    let opened = tokio::task::spawn_blocking(move || vault.reader(sealed, &key))
        .await
        .context("the opening task ended early")?;
    let reader = match opened {
        Ok(reader) => reader,
        Err(error) => return unsendable(error, started_at),
    };
    let digest = parcel.sha256.map(hex).unwrap_or_default();
    let request = client
        .put(&parcel.url)
        .header(CONTENT_TYPE, "application/xml")
        .header(CONTENT_LENGTH, parcel.size_bytes.unwrap_or(0))
        .header("Message-Id", parcel.message_id.to_string())
        .header("Content-Sha256", digest)
        .body(body_of(reader));
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) => return Ok(failed(&error, started_at)),
    };
    let status = answer.status().as_u16();
    let retry_after = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    let is_xml = answer
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/xml"));
    if is_xml {
        // The answer's own content counts only once it is kept and verified like any document.
        if let Some(document) = read_bounded(answer, RECEIPT_BYTES_MAX).await {
            let kept = receive_document::keep(gateway, InboxSource::Bureau, document).await?;
            tracing::info!(
                number = parcel.number,
                new = kept == Kept::New,
                "answer kept"
            );
        }
    }
    let verdict = classify(Outcome::Status {
        code: status,
        retry_after,
    });
    let detail = (verdict != DeliveryVerdict::Delivered).then(|| format!("HTTP {status}"));
    Ok(Arrival {
        verdict,
        status: Some(status),
        detail,
        retry_after,
        unsendable: None,
        started_at,
    })
}

/// What has to be said of an order whose bytes are lost or damaged: nothing will mend them, and the
/// orders behind it must not wait. A disk or key that fails is no matter of one order.
fn unsendable(
    error: VaultError,
    started_at: chrono::DateTime<chrono::Utc>,
) -> anyhow::Result<Arrival> {
    if !error.is_loss() {
        return Err(error.into());
    }
    Ok(Arrival {
        verdict: DeliveryVerdict::Permanent,
        status: None,
        detail: Some(error.to_string()),
        retry_after: None,
        unsendable: Some(Reason::DECRYPT_FAILED.number()),
        started_at,
    })
}

/// Streams sealed content as a request body; the file is read on a thread that may block.
fn body_of(mut reader: SealReader) -> reqwest::Body {
    let (sender, receiver) = mpsc::channel::<std::io::Result<Bytes>>(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE_BYTES];
            let read = reader.read(&mut piece);
            let next = match read {
                Ok(0) => return,
                Ok(length) => {
                    piece.truncate(length);
                    Ok(Bytes::from(piece))
                }
                Err(error) => Err(error),
            };
            let failed = next.is_err();
            if sender.blocking_send(next).is_err() || failed {
                return;
            }
        }
    });
    let pieces = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    reqwest::Body::wrap_stream(pieces)
}

fn failed(error: &reqwest::Error, started_at: chrono::DateTime<chrono::Utc>) -> Arrival {
    let outcome = if error.is_connect() {
        Outcome::ConnectFailed
    } else if error.is_timeout() {
        Outcome::TimedOutAfterSending
    } else {
        Outcome::LostAfterSending
    };
    Arrival {
        verdict: classify(outcome),
        status: None,
        detail: Some(describe(error)),
        retry_after: None,
        unsendable: None,
        started_at,
    }
}

/// The innermost cause: without the URL, and never with content.
fn describe(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().chars().take(200).collect()
}

/// Reads an answer's body as long as it stays within `limit`.
async fn read_bounded(mut answer: reqwest::Response, limit: usize) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        if body.len() + piece.len() > limit {
            return None;
        }
        body.extend_from_slice(&piece);
    }
    (!body.is_empty()).then_some(body)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}
