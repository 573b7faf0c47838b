//! The receiver of every office's webhook: verifies each message with another's library and notes it
//! in the order of arrival. It is the judge, so it knows nothing of the gateway but the wire.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// One message as it arrived.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Arrival {
    /// By which a repetition is known.
    pub(super) id: String,
    pub(super) seq: i64,
    pub(super) previous_seq: i64,
    /// What happened, and to which application.
    pub(super) kind: String,
    pub(super) reference: String,
}

/// What arrived, by the last word of the path: the office's code.
type Ledger = BTreeMap<String, Vec<Arrival>>;

/// A receiver that listens; it ends when dropped.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
    _task: JoinSet<()>,
}

#[derive(Default)]
struct Shared {
    ledger: Mutex<Ledger>,
    secrets: Mutex<BTreeMap<String, String>>,
    surprises: Mutex<Vec<String>>,
    /// While this is true, messages are noted and nobody is answered.
    is_silent: watch::Sender<bool>,
}

impl Receiver {
    /// Listens on a free port.
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::<Shared>::default();
        let mut task = JoinSet::new();
        task.spawn(serve(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            _task: task,
        }
    }

    /// Where the webhook of an office is.
    pub(super) fn url(&self, office: &str) -> String {
        format!("http://{}/{office}", self.address)
    }

    /// With what the messages of an office are verified.
    pub(super) fn know(&self, office: &str, secret: &str) {
        let mut secrets = self.shared.secrets.lock().unwrap();
        secrets.insert(office.to_owned(), secret.to_owned());
    }

    /// Answers nobody until it is told to speak.
    pub(super) fn be_silent(&self, is_silent: bool) {
        self.shared.is_silent.send_replace(is_silent);
    }

    /// What arrived for an office, in the order of arrival.
    pub(super) fn arrived(&self, office: &str) -> Vec<Arrival> {
        let ledger = self.shared.ledger.lock().unwrap();
        ledger.get(office).cloned().unwrap_or_default()
    }

    /// What should never arrive.
    pub(super) fn surprises(&self) -> Vec<String> {
        self.shared.surprises.lock().unwrap().clone()
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut lines = JoinSet::new();
    loop {
        tokio::select! {
            Ok((line, _)) = listener.accept() => {
                lines.spawn(answer(line, Arc::clone(&shared)));
            }
            Some(_) = lines.join_next() => (),
        }
    }
}

/// Takes the messages of one connection.
async fn answer(mut line: TcpStream, shared: Arc<Shared>) {
    let mut read = Vec::new();
    loop {
        let Some(request) = Request::first_of(&read) else {
            if !matches!(line.read_buf(&mut read).await, Ok(1..)) {
                return;
            }
            continue;
        };
        let status = match shared.take(&request) {
            Ok(()) => "200 OK",
            Err(surprise) => {
                shared.surprises.lock().unwrap().push(surprise);
                "400 Bad Request"
            }
        };
        read.drain(..request.length);
        let mut silent = shared.is_silent.subscribe();
        if silent.wait_for(|is_silent| !is_silent).await.is_err() {
            return;
        }
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        if line.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A request that is there to its end.
struct Request {
    office: String,
    headers: reqwest::header::HeaderMap,
    body: Vec<u8>,
    length: usize,
}

impl Request {
    fn first_of(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let path = lines.next()?.split(' ').nth(1)?;
        let mut headers = reqwest::header::HeaderMap::new();
        for line in lines {
            if let Some((name, value)) = line.split_once(':') {
                let name: reqwest::header::HeaderName = name.parse().unwrap();
                headers.insert(name, value.trim().parse().unwrap());
            }
        }
        let length: usize = headers.get("content-length")?.to_str().ok()?.parse().ok()?;
        let body = bytes.get(end..end + length)?.to_vec();
        Some(Self {
            office: path.trim_start_matches('/').to_owned(),
            headers,
            body,
            length: end + length,
        })
    }
}

impl Shared {
    /// Notes a message whose signature is good.
    fn take(&self, request: &Request) -> Result<(), String> {
        let office = &request.office;
        let secret = self.secrets.lock().unwrap().get(office).cloned();
        let secret = secret.ok_or_else(|| format!("a message for nobody: {office}"))?;
        let webhook = Webhook::new(&secret).map_err(|error| error.to_string())?;
        webhook
            .verify(&request.body, &request.headers)
            .map_err(|error| format!("a message that cannot be believed: {error}"))?;
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|fault| fault.to_string())?;
        let number = |field: &str| body["data"][field].as_i64();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let arrival = Arrival {
            id: request.headers["webhook-id"].to_str().unwrap().to_owned(),
            seq: number("seq").ok_or("no seq")?,
            previous_seq: number("previous_seq").ok_or("no previous_seq")?,
            kind: text(&body["type"]),
            reference: text(&body["data"]["office_reference"]),
        };
        let mut ledger = self.ledger.lock().unwrap();
        ledger.entry(office.clone()).or_default().push(arrival);
        Ok(())
    }
}
