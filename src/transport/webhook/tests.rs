//! Receivers on real sockets, honest and hostile: each try is bounded, and what is known of it is told.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use standardwebhooks::Webhook;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::*;
use crate::clock::Clock;
use crate::domain::webhook::KeyKind;
use crate::transport::certificates::{
    GATEWAY_SERVER, TLS_CA, Validity, certificate_file, generate_development_certificates, key_file,
};
use crate::transport::{Identity, Trust, client_config, server_config};

const NO_CONTENT: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";

/// Short, so that a receiver that never answers does not hold up the tests.
const TIMES: Timeouts = Timeouts {
    connect: Duration::from_millis(400),
    total: Duration::from_millis(600),
};

/// How a receiver behaves once it has read a message.
#[derive(Clone, Debug)]
enum Manner {
    /// Writes this and goes on.
    Says(&'static [u8]),
    /// Writes this and closes.
    SaysAndCloses(&'static [u8]),
    /// Writes nothing.
    Silent,
    /// Writes this, then the same piece again and again.
    Floods(&'static [u8], &'static [u8]),
    /// Writes this, then a byte now and then.
    Drips(&'static [u8]),
}

/// A receiver on a socket of its own.
struct Receiver {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    messages: Arc<Mutex<Vec<String>>>,
    written: Arc<AtomicUsize>,
    _task: JoinSet<()>,
}

impl Receiver {
    async fn open(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let messages = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::new(AtomicUsize::new(0));
        let mut task = JoinSet::new();
        let (seen, kept, sent) = (connections.clone(), messages.clone(), written.clone());
        task.spawn(async move {
            let mut served = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                seen.fetch_add(1, Ordering::Relaxed);
                let (manner, kept, sent) = (manner.clone(), kept.clone(), sent.clone());
                served.spawn(async move { serve(stream, manner, &kept, &sent).await });
            }
        });
        Self {
            address,
            connections,
            messages,
            written,
            _task: task,
        }
    }

    fn endpoint(&self) -> Endpoint {
        endpoint(&format!("http://{}/hook?a=1", self.address))
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    fn messages(&self) -> Vec<String> {
        self.messages.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    manner: Manner,
    kept: &Mutex<Vec<String>>,
    written: &AtomicUsize,
) {
    while let Some(message) = read_message(&mut stream).await {
        kept.lock().unwrap().push(message);
        match manner {
            Manner::Says(text) => {
                if stream.write_all(text).await.is_err() {
                    return;
                }
            }
            Manner::SaysAndCloses(text) => {
                let _closed = stream.write_all(text).await;
                let _closed = stream.shutdown().await;
                return;
            }
            Manner::Silent => (),
            Manner::Floods(head, piece) => {
                let _closed = stream.write_all(head).await;
                while stream.write_all(piece).await.is_ok() {
                    written.fetch_add(piece.len(), Ordering::Relaxed);
                }
                return;
            }
            Manner::Drips(head) => {
                let _closed = stream.write_all(head).await;
                while stream.write_all(b"a").await.is_ok() {
                    Clock::System.sleep(Duration::from_millis(20)).await;
                }
                return;
            }
        }
    }
}

/// Reads one request with its body.
async fn read_message(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").parse::<usize>().unwrap();
            if body.len() >= length {
                return Some(text);
            }
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(length) => read.extend_from_slice(&piece[..length]),
        }
    }
}

fn header<'a>(message: &'a str, name: &str) -> &'a str {
    message
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map_or("", |(_, value)| value)
}

fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url, Reach::Anywhere).unwrap()
}

/// Names that lead where a test says: to the addresses of each look-up, in turn, then to the last ones.
struct Names {
    answers: Mutex<VecDeque<Vec<SocketAddr>>>,
    looks: AtomicUsize,
}

impl Names {
    fn leading_to(answers: &[&[SocketAddr]]) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(|answer| answer.to_vec()).collect()),
            looks: AtomicUsize::new(0),
        })
    }
}

impl Resolve for Names {
    fn resolve<'a>(
        &'a self,
        _name: &'a str,
        _port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        self.looks.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.len() {
            0 => Err(io::ErrorKind::NotFound.into()),
            1 => Ok(answers[0].clone()),
            _ => Ok(answers.pop_front().unwrap()),
        };
        Box::pin(async move { answer })
    }
}

struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let validity = Validity {
            from: "2020-01-01T00:00:00Z".parse().unwrap(),
            until: "2120-01-01T00:00:00Z".parse().unwrap(),
        };
        generate_development_certificates(folder.path(), &[], validity, false).unwrap();
        Self { folder }
    }

    fn client(&self) -> ClientConfig {
        let anchors = std::fs::read(certificate_file(self.folder.path(), TLS_CA)).unwrap();
        let trust = Trust {
            anchors_pem: &anchors,
            crls_pem: None,
        };
        client_config(&trust, None).unwrap()
    }

    fn server(&self) -> rustls::ServerConfig {
        let chain = std::fs::read(certificate_file(self.folder.path(), GATEWAY_SERVER)).unwrap();
        let key = std::fs::read(key_file(self.folder.path(), GATEWAY_SERVER)).unwrap();
        let identity = Identity {
            chain_pem: &chain,
            key_pem: &key,
        };
        server_config(&identity, None).unwrap()
    }
}

fn network_of(names: Arc<dyn Resolve>, reach: Reach) -> Network {
    Network::new(Certificates::new().client(), names, reach, TIMES)
}

fn network() -> Network {
    network_of(Arc::new(SystemNames), Reach::Anywhere)
}

const SECRET: [u8; 32] = [7; 32];

fn keys() -> Vec<SigningKey> {
    vec![
        SigningKey::new(KeyKind::Ed25519, &SECRET).unwrap(),
        SigningKey::new(KeyKind::Hmac, &SECRET).unwrap(),
    ]
}

const ID: Uuid = Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0001);
const BODY: &str = r#"{"type":"ro.cei.webhook.test.v1","data":{"nume":"ăâîșț"}}"#;

async fn carried(network: &Network, line: &mut NetworkLine) -> Answer {
    let keys = keys();
    let letter = Letter {
        id: ID,
        at: Clock::System.now(),
        body: BODY,
        keys: &keys,
    };
    network.carry(line, &letter).await
}

/// Sends one letter to a receiver of this manner.
async fn sent_to(manner: Manner) -> (Answer, Receiver) {
    let receiver = Receiver::open(manner).await;
    let network = network();
    let mut line = network.line(&receiver.endpoint());
    let answer = carried(&network, &mut line);
    (answer.await, receiver)
}

fn status(code: u16) -> Outcome {
    Outcome::Status {
        code,
        retry_after: None,
    }
}

#[tokio::test]
async fn the_authors_own_library_verifies_what_is_sent_and_one_connection_carries_all() {
    let receiver = Receiver::open(Manner::Says(NO_CONTENT)).await;
    let network = network();
    let mut line = network.line(&receiver.endpoint());
    for _ in 0..3 {
        let answer = carried(&network, &mut line);
        assert_eq!(
            answer.await,
            Answer {
                outcome: status(204),
                detail: None
            }
        );
    }
    assert_eq!(receiver.connections(), 1);
    let verifier = Webhook::from_bytes(SECRET.to_vec()).unwrap();
    for message in receiver.messages() {
        let (head, body) = message.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /hook?a=1 HTTP/1.1\r\n"), "{head}");
        assert_eq!(header(head, "content-type"), "application/json");
        assert_eq!(header(head, "host"), receiver.address.to_string());
        let mut headers = hyper::HeaderMap::new();
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            headers.insert(name, header(head, name).parse().unwrap());
        }
        verifier.verify(body.as_bytes(), &headers).unwrap();
        let other = body.replace("test", "rest");
        assert!(verifier.verify(other.as_bytes(), &headers).is_err());
        assert!(header(head, "webhook-signature").starts_with("v1a,"));
    }
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_given_up_and_is_in_doubt() {
    let (answer, _receiver) = sent_to(Manner::Silent).await;
    assert_eq!(answer.outcome, Outcome::TimedOutAfterSending);
}

#[tokio::test]
async fn a_redirect_is_told_and_never_followed() {
    let elsewhere = Receiver::open(Manner::Says(NO_CONTENT)).await;
    let text = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{}/\r\nContent-Length: 0\r\n\r\n",
        elsewhere.address
    );
    let (answer, _receiver) = sent_to(Manner::Says(text.leak().as_bytes())).await;
    assert_eq!(answer.outcome, status(307));
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_gigabyte_is_not_read() {
    const PIECE: &[u8] = &[b'a'; 65_536];
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n";
    let (answer, receiver) = sent_to(Manner::Floods(head, PIECE)).await;
    assert_eq!(answer.outcome, status(200), "the status stands");
    // What the system's buffers took, not what was read.
    let written = receiver.written.load(Ordering::Relaxed);
    assert!(written < 32 << 20, "{written} bytes");
}

#[tokio::test]
async fn a_head_without_end_is_not_read() {
    const PIECE: &[u8] = &[b'a'; 65_536];
    let (answer, receiver) = sent_to(Manner::Floods(b"HTTP/1.1 200 OK\r\nX-Long: ", PIECE)).await;
    assert_eq!(answer.outcome, Outcome::LostAfterSending);
    let written = receiver.written.load(Ordering::Relaxed);
    assert!(written < 32 << 20, "{written} bytes");
}

#[tokio::test]
async fn garbage_is_no_answer() {
    for text in [
        b"\x00\x01\x02\r\n\r\n".as_slice(),
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"",
    ] {
        let (answer, _receiver) = sent_to(Manner::SaysAndCloses(text)).await;
        assert_eq!(answer.outcome, Outcome::LostAfterSending, "{text:?}");
        assert!(answer.detail.is_some());
    }
}

#[tokio::test]
async fn a_head_that_drips_is_given_up_and_a_body_that_drips_loses_nothing() {
    let (answer, _receiver) = sent_to(Manner::Drips(b"HTTP/1.1 200 OK\r\nX-Slow: ")).await;
    assert_eq!(answer.outcome, Outcome::TimedOutAfterSending);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n";
    let (answer, _receiver) = sent_to(Manner::Drips(head)).await;
    assert_eq!(answer.outcome, status(200));
}

#[tokio::test]
async fn what_the_receiver_asks_for_is_told() {
    let text = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n";
    let (answer, _receiver) = sent_to(Manner::Says(text)).await;
    assert_eq!(
        answer.outcome,
        Outcome::Status {
            code: 429,
            retry_after: Some(Duration::from_mins(2))
        }
    );
    assert_eq!(answer.detail.as_deref(), Some("HTTP 429"));
}

#[tokio::test]
async fn a_connection_that_was_closed_between_two_messages_is_made_anew() {
    let receiver = Receiver::open(Manner::SaysAndCloses(NO_CONTENT)).await;
    let network = network();
    let mut line = network.line(&receiver.endpoint());
    for _ in 0..3 {
        let answer = carried(&network, &mut line);
        assert_eq!(answer.await.outcome, status(204));
    }
    assert_eq!(receiver.messages().len(), 3);
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let network = network();
    let mut line = network.line(&endpoint(&format!("http://{address}/")));
    let answer = carried(&network, &mut line);
    assert_eq!(answer.await.outcome, Outcome::ConnectFailed);
}

#[tokio::test]
async fn a_name_that_leads_into_our_own_network_is_not_connected_to() {
    let receiver = Receiver::open(Manner::Says(NO_CONTENT)).await;
    let inside = receiver.address;
    let public: SocketAddr = "93.184.216.34:443".parse().unwrap();
    let mapped: SocketAddr = "[::ffff:127.0.0.1]:443".parse().unwrap();
    for answer in [&[inside][..], &[public, inside], &[mapped]] {
        let network = network_of(Names::leading_to(&[answer]), Reach::Public);
        let url = format!("https://hooks.example.ro:{}/", inside.port());
        let mut line = network.line(&Endpoint::parse(&url, Reach::Public).unwrap());
        let answer = carried(&network, &mut line);
        let answer = answer.await;
        assert_eq!(answer.outcome, Outcome::AddressForbidden);
        let detail = answer.detail.unwrap();
        assert!(
            !detail.contains("127.0"),
            "an address is nobody's business: {detail}"
        );
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_connection_goes_to_the_address_that_was_judged_and_to_no_other() {
    let first = Receiver::open(Manner::Says(NO_CONTENT)).await;
    let second = Receiver::open(Manner::Says(NO_CONTENT)).await;
    // The name leads elsewhere as soon as it was looked up; it is not looked up again.
    let names = Names::leading_to(&[&[first.address], &[second.address]]);
    let network = network_of(names.clone(), Reach::Anywhere);
    let url = format!("http://hooks.example.ro:{}/", first.address.port());
    let mut line = network.line(&endpoint(&url));
    for _ in 0..2 {
        let answer = carried(&network, &mut line);
        assert_eq!(answer.await.outcome, status(204));
    }
    assert_eq!((first.messages().len(), second.connections()), (2, 0));
    assert_eq!(names.looks.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_tried_again_later() {
    for names in [Names::leading_to(&[]), Names::leading_to(&[&[]])] {
        let network = network_of(names, Reach::Public);
        let mut line = network.line(&endpoint("https://hooks.example.ro/"));
        let answer = carried(&network, &mut line);
        assert_eq!(answer.await.outcome, Outcome::ConnectFailed);
    }
}

#[tokio::test]
async fn tls_names_the_machine_that_was_asked_for() {
    let certificates = Certificates::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(certificates.server()));
    let mut task = JoinSet::new();
    task.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let mut piece = [0; 4096];
                let _read = stream.read(&mut piece).await;
                let _written = stream.write_all(NO_CONTENT).await;
                let _closed = stream.shutdown().await;
            }
        }
    });
    let here: SocketAddr = format!("127.0.0.1:{port}").parse().unwrap();
    let names = Names::leading_to(&[&[here]]);
    let tls = certificates.client();
    let network = Network::new(tls.clone(), names, Reach::Anywhere, TIMES);
    for (host, expected) in [
        ("localhost", status(204)),
        ("hooks.example.ro", Outcome::TlsRefused),
    ] {
        let mut line = network.line(&endpoint(&format!("https://{host}:{port}/")));
        let answer = carried(&network, &mut line);
        assert_eq!(answer.await.outcome, expected, "{host}");
    }
    // One that speaks no TLS at all.
    let network = Network::new(tls, Arc::new(SystemNames), Reach::Anywhere, TIMES);
    let plain = Receiver::open(Manner::SaysAndCloses(b"HTTP/1.1 400 Bad Request\r\n\r\n")).await;
    let mut line = network.line(&endpoint(&format!(
        "https://localhost:{}/",
        plain.address.port()
    )));
    let answer = carried(&network, &mut line);
    assert!(matches!(
        answer.await.outcome,
        Outcome::TlsRefused | Outcome::ConnectFailed
    ));
}
