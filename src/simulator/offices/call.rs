//! One request of an office and what came of it.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

/// A request, ready to be sent.
pub(super) struct Call {
    pub(super) client: reqwest::Client,
    pub(super) method: Method,
    pub(super) url: String,
    /// The idempotency key and the body, of a request that changes something.
    pub(super) content: Option<(String, String)>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reply {
    /// It was done; whether it had been done before.
    Done { body: Value, replayed: bool },
    /// It was refused for good.
    Refused { status: u16, code: String },
    /// It may be sent again, to the letter.
    Again,
}

impl Call {
    pub(super) async fn send(self) -> Reply {
        let mut request = self.client.request(self.method, self.url);
        if let Some((key, body)) = self.content {
            request = request
                .header("Idempotency-Key", key)
                .header(CONTENT_TYPE, "application/json")
                .body(body);
        }
        match request.send().await {
            Ok(answer) => read(answer).await,
            Err(_) => Reply::Again,
        }
    }
}

async fn read(answer: reqwest::Response) -> Reply {
    let status = answer.status();
    let replayed = answer.headers().contains_key("Idempotency-Replayed");
    let Ok(bytes) = answer.bytes().await else {
        return Reply::Again;
    };
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let code = text(&body, "code");
    match status.as_u16() {
        200..300 => Reply::Done { body, replayed },
        408 | 425 | 429 | 500.. => Reply::Again,
        409 if code == "request-running" => Reply::Again,
        status => Reply::Refused { status, code },
    }
}

/// The text of a field, empty when there is none.
pub(super) fn text(body: &Value, field: &str) -> String {
    let value = body.get(field).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}
