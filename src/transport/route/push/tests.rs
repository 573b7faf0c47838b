//! Pushing to peers that keep to the protocol, that refuse, and that break off wherever they can.

use std::io::{self, Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use openssl::sha::sha256;
use rustls::{ServerConnection, StreamOwned};
use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::domain::delivery::DeliveryVerdict;
use crate::transport::certificates::{
    BUREAU_SERVER, GATEWAY_TO_BUREAU, TLS_CA, Validity, certificate_file,
    generate_development_certificates, key_file,
};
use crate::transport::{Identity, Trust, client_config, server_config};

/// Long enough for any answer on this machine.
const PATIENT: PushTimes = PushTimes {
    connect: Duration::from_secs(20),
    continued: Duration::from_secs(20),
    total: Duration::from_secs(30),
};

/// More than the buffers of two sockets hold.
const LARGE: usize = 32 << 20;

type Stream = StreamOwned<ServerConnection, TcpStream>;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    at("2026-11-02T07:00:00Z")
}

fn made() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let validity = Validity {
        from: at("2020-01-01T00:00:00Z"),
        until: at("2120-01-01T00:00:00Z"),
    };
    generate_development_certificates(dir.path(), &[], validity, false).unwrap();
    dir
}

fn development() -> &'static Path {
    static DIR: OnceLock<TempDir> = OnceLock::new();
    DIR.get_or_init(made).path()
}

struct Files {
    chain: Vec<u8>,
    key: Vec<u8>,
    anchors: Vec<u8>,
}

impl Files {
    fn of(dir: &Path, name: &str) -> Self {
        Self {
            chain: std::fs::read(certificate_file(dir, name)).unwrap(),
            key: std::fs::read(key_file(dir, name)).unwrap(),
            anchors: std::fs::read(certificate_file(development(), TLS_CA)).unwrap(),
        }
    }

    fn with<T>(&self, make: impl FnOnce(&Trust<'_>, &Identity<'_>) -> T) -> T {
        let trust = Trust {
            anchors_pem: &self.anchors,
            crls_pem: None,
        };
        let identity = Identity {
            chain_pem: &self.chain,
            key_pem: &self.key,
        };
        make(&trust, &identity)
    }
}

/// A peer that takes one connection and behaves as its script says.
struct Peer<T> {
    url: String,
    script: JoinHandle<T>,
}

impl<T: Send + 'static> Peer<T> {
    fn open(script: impl FnOnce(&mut Stream) -> T + Send + 'static) -> Self {
        Self::open_as(development(), script)
    }

    /// A peer with the keys of these certificates.
    fn open_as(dir: &Path, script: impl FnOnce(&mut Stream) -> T + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "https://localhost:{}/base",
            listener.local_addr().unwrap().port()
        );
        let files = Files::of(dir, BUREAU_SERVER);
        let tls = files.with(|trust, identity| server_config(identity, Some(trust)).unwrap());
        let script = std::thread::spawn(move || {
            let (socket, _) = listener.accept().unwrap();
            let tls = ServerConnection::new(Arc::new(tls)).unwrap();
            let mut stream = StreamOwned::new(tls, socket);
            let result = script(&mut stream);
            stream.conn.send_close_notify();
            let _flushed = stream.flush();
            result
        });
        Self { url, script }
    }

    fn route(&self, times: PushTimes) -> Push {
        route_of(development(), &self.url, times)
    }

    /// What the script returned.
    fn ended(self) -> T {
        self.script.join().unwrap()
    }
}

fn route_of(dir: &Path, url: &str, times: PushTimes) -> Push {
    let files = Files::of(dir, GATEWAY_TO_BUREAU);
    let tls = files.with(|trust, identity| client_config(trust, Some(identity)).unwrap());
    Push::new(url, tls, times).unwrap()
}

/// The head of the request, up to the empty line.
fn head(stream: &mut Stream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

fn say(stream: &mut Stream, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
    stream.flush().unwrap();
}

/// Reads so many bytes of the document.
fn body(stream: &mut Stream, length: usize) -> Vec<u8> {
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    body
}

/// Counts what still comes until the other side is gone.
fn rest(stream: &mut Stream) -> usize {
    let mut piece = vec![0; 64 << 10];
    let mut count = 0;
    loop {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return count,
            Ok(length) => count += length,
        }
    }
}

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
const TAKEN: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 10\r\n\r\n<Receipt/>";

fn document(length: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().take(length).collect()
}

fn parcel(document: &[u8]) -> Parcel {
    Parcel {
        kind: ParcelKind::Order,
        number: "CNIN-20261102-0001".to_owned(),
        message_id: Uuid::from_u128(7),
        sha256: sha256(document),
        size_bytes: document.len().try_into().unwrap(),
    }
}

async fn carry(route: &Push, document: &[u8]) -> Passage {
    let content = Box::new(Cursor::new(document.to_vec()));
    route
        .carry(&parcel(document), content, now())
        .await
        .unwrap()
}

/// Counts how much was asked of it.
struct Counted {
    document: Cursor<Vec<u8>>,
    read: Arc<AtomicUsize>,
}

impl Read for Counted {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let length = self.document.read(piece)?;
        self.read.fetch_add(length, Ordering::SeqCst);
        Ok(length)
    }
}

async fn carry_counted(route: &Push, document: &[u8]) -> (Passage, usize) {
    let read = Arc::new(AtomicUsize::new(0));
    let content = Counted {
        document: Cursor::new(document.to_vec()),
        read: Arc::clone(&read),
    };
    let passage = route
        .carry(&parcel(document), Box::new(content), now())
        .await;
    (passage.unwrap(), read.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_document_that_is_wanted_arrives_whole_and_its_answer_comes_back() {
    let sent = document(300_000);
    let peer = Peer::open(|stream| {
        let head = head(stream);
        say(stream, CONTINUE);
        let body = body(stream, 300_000);
        say(stream, TAKEN);
        (head, body)
    });
    let passage = carry(&peer.route(PATIENT), &sent).await;
    assert_eq!(passage.verdict, DeliveryVerdict::Delivered);
    assert_eq!((passage.status, passage.detail), (Some(200), None));
    assert_eq!(passage.answer.as_deref(), Some(b"<Receipt/>".as_slice()));

    let (head, body) = peer.ended();
    assert!(body == sent);
    assert!(
        head.starts_with("PUT /base/orders/CNIN-20261102-0001 HTTP/1.1\r\n"),
        "{head}"
    );
    for line in [
        "expect: 100-continue".to_owned(),
        "content-length: 300000".to_owned(),
        "content-type: application/xml".to_owned(),
        format!("message-id: {}", Uuid::from_u128(7)),
        format!("content-sha256: {}", hex(&sha256(&sent))),
    ] {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "{line}: {head}");
    }
}

#[tokio::test]
async fn a_letter_is_put_under_its_message_identifier() {
    let peer = Peer::open(|stream| {
        let head = head(stream);
        say(stream, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        head
    });
    let letter = Parcel {
        kind: ParcelKind::Letter,
        ..parcel(b"letter")
    };
    let content = Box::new(Cursor::new(b"letter".to_vec()));
    let passage = peer.route(PATIENT).carry(&letter, content, now()).await;
    assert_eq!(passage.unwrap().status, Some(202));
    let expected = format!("PUT /base/messages/{} HTTP/1.1\r\n", Uuid::from_u128(7));
    assert!(peer.ended().starts_with(&expected));
}

#[tokio::test]
async fn a_refusal_costs_no_upload() {
    use DeliveryVerdict::*;
    for (answer, verdict, retry_after) in [
        ("401 Unauthorized\r\n", Retry, None),
        ("409 Conflict\r\n", Permanent, None),
        ("413 Content Too Large\r\n", Permanent, None),
        ("417 Expectation Failed\r\n", Permanent, None),
        (
            "302 Found\r\nLocation: https://localhost:1/\r\n",
            Retry,
            None,
        ),
        ("503 Service Unavailable\r\n", Retry, None),
        (
            "503 Service Unavailable\r\nRetry-After: 120\r\n",
            Later,
            Some(120),
        ),
        (
            "429 Too Many\r\nRetry-After: Mon, 02 Nov 2026 07:01:00 GMT\r\n",
            Later,
            Some(60),
        ),
        ("200 OK\r\n", Delivered, None),
    ] {
        let peer = Peer::open(move |stream| {
            head(stream);
            say(
                stream,
                &format!("HTTP/1.1 {answer}Content-Length: 0\r\n\r\n"),
            );
            rest(stream)
        });
        let (passage, read) = carry_counted(&peer.route(PATIENT), &document(LARGE)).await;
        assert_eq!(passage.verdict, verdict, "{answer}");
        let rest = passage.retry_after.map(|rest| rest.as_secs());
        assert_eq!(rest, retry_after, "{answer}");
        assert_eq!((peer.ended(), read), (0, 0), "{answer}");
    }
}

#[tokio::test]
async fn who_never_asks_for_the_document_gets_it_after_a_while() {
    let peer = Peer::open(|stream| {
        head(stream);
        let body = body(stream, 1000);
        say(stream, TAKEN);
        body
    });
    let times = PushTimes {
        continued: Duration::from_millis(100),
        ..PATIENT
    };
    let passage = carry(&peer.route(times), &document(1000)).await;
    assert_eq!(passage.verdict, DeliveryVerdict::Delivered);
    assert_eq!(peer.ended(), document(1000));
}

#[tokio::test]
async fn other_words_before_the_answer_are_passed_over() {
    let peer = Peer::open(|stream| {
        head(stream);
        say(
            stream,
            "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n",
        );
        say(stream, "HTTP/1.1 100 Continue\r\nDate: today\r\n\r\n");
        let body = body(stream, 1000);
        say(stream, "HTTP/1.1 102 Processing\r\n\r\n");
        say(stream, TAKEN);
        body
    });
    let passage = carry(&peer.route(PATIENT), &document(1000)).await;
    assert_eq!(passage.status, Some(200));
    assert_eq!(peer.ended(), document(1000));
}

#[tokio::test]
async fn a_final_answer_stops_the_upload_where_it_stands() {
    let peer = Peer::open(|stream| {
        head(stream);
        say(stream, CONTINUE);
        body(stream, 100_000);
        say(
            stream,
            "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n",
        );
        rest(stream)
    });
    let (passage, read) = carry_counted(&peer.route(PATIENT), &document(LARGE)).await;
    assert_eq!(passage.verdict, DeliveryVerdict::Permanent);
    assert_eq!(passage.status, Some(413));
    assert!(read < LARGE, "{read}");
    assert!(peer.ended() < LARGE - 100_000);
}

#[tokio::test]
async fn what_breaks_before_the_last_byte_is_sent_again() {
    let peer = Peer::open(|stream| {
        head(stream);
        say(stream, CONTINUE);
        body(stream, 100_000);
    });
    let passage = carry(&peer.route(PATIENT), &document(LARGE)).await;
    assert_eq!(passage.verdict, DeliveryVerdict::Retry, "{passage:?}");
    assert_eq!(passage.status, None);

    let (gave_up, until_given_up) = std::sync::mpsc::channel::<()>();
    let silent = Peer::open(move |stream| {
        head(stream);
        say(stream, CONTINUE);
        until_given_up.recv().unwrap_err();
    });
    let times = PushTimes {
        total: Duration::from_secs(1),
        ..PATIENT
    };
    let passage = carry(&silent.route(times), &document(LARGE)).await;
    assert_eq!(passage.verdict, DeliveryVerdict::Retry);
    assert_eq!(passage.detail.as_deref(), Some("the time was up"));
    drop(gave_up);
    silent.ended();
}

#[tokio::test]
async fn what_breaks_after_the_last_byte_is_in_doubt() {
    for half in ["", "HTTP/1.1 200 OK\r\nContent-Le", "garbage\r\n\r\n"] {
        let peer = Peer::open(move |stream| {
            head(stream);
            say(stream, CONTINUE);
            body(stream, 1000);
            say(stream, half);
        });
        let passage = carry(&peer.route(PATIENT), &document(1000)).await;
        assert_eq!(passage.verdict, DeliveryVerdict::Ambiguous, "{half}");
    }
}

#[tokio::test]
async fn silence_after_the_last_byte_is_in_doubt() {
    let peer = Peer::open(|stream| {
        head(stream);
        say(stream, CONTINUE);
        body(stream, 1000);
        rest(stream)
    });
    let times = PushTimes {
        total: Duration::from_secs(1),
        ..PATIENT
    };
    let passage = carry(&peer.route(times), &document(1000)).await;
    assert_eq!(passage.verdict, DeliveryVerdict::Ambiguous);
    assert_eq!(peer.ended(), 0);
}

#[tokio::test]
async fn a_status_stands_although_its_document_breaks_off_or_never_ends() {
    const BEGINNING: &str =
        "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 4000\r\n\r\n<Rec";
    for is_silent in [false, true] {
        let peer = Peer::open(move |stream| {
            head(stream);
            say(stream, CONTINUE);
            body(stream, 1000);
            say(stream, BEGINNING);
            if is_silent {
                rest(stream);
            }
        });
        let times = PushTimes {
            total: Duration::from_secs(2),
            ..PATIENT
        };
        let passage = carry(&peer.route(times), &document(1000)).await;
        assert_eq!(passage.verdict, DeliveryVerdict::Delivered);
        assert_eq!((passage.status, passage.answer), (Some(200), None));
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let peer = Peer::open(|stream| {
        head(stream);
        say(stream, CONTINUE);
        body(stream, 1000);
        say(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n",
        );
        let piece = vec![b'x'; 1 << 20];
        (0..64)
            .take_while(|_| stream.write_all(&piece).is_ok())
            .count()
    });
    let passage = carry(&peer.route(PATIENT), &document(1000)).await;
    assert_eq!((passage.status, passage.answer), (Some(200), None));
    assert!(peer.ended() < 64);
}

#[tokio::test]
async fn without_a_connection_nothing_is_read() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", closed.local_addr().unwrap().port());
    drop(closed);
    let route = route_of(development(), &url, PATIENT);
    let (passage, read) = carry_counted(&route, b"order").await;
    assert_eq!((passage.verdict, read), (DeliveryVerdict::Retry, 0));
}

#[tokio::test]
async fn a_stranger_gets_no_document_and_as_strangers_we_send_none() {
    let strangers = made();
    let peer = Peer::open(rest);
    let as_stranger = route_of(strangers.path(), &peer.url, PATIENT);
    let (passage, read) = carry_counted(&as_stranger, b"order").await;
    assert_eq!(
        (passage.verdict, read),
        (DeliveryVerdict::Retry, 0),
        "{passage:?}"
    );
    assert_eq!(peer.ended(), 0);

    let peer = Peer::open_as(strangers.path(), rest);
    let (passage, read) = carry_counted(&peer.route(PATIENT), b"order").await;
    assert_eq!(
        (passage.verdict, read),
        (DeliveryVerdict::Retry, 0),
        "{passage:?}"
    );
    assert_eq!(peer.ended(), 0);
}

/// Gives some bytes and then fails.
struct Broken(Cursor<Vec<u8>>);

impl Read for Broken {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        match self.0.read(piece)? {
            0 => Err(io::Error::other("the disk is broken")),
            length => Ok(length),
        }
    }
}

#[tokio::test]
async fn a_document_that_cannot_be_read_is_a_fault_of_ours() {
    let announced = document(200_000);
    let contents: [Content; 3] = [
        Box::new(Broken(Cursor::new(document(100_000)))),
        Box::new(Cursor::new(document(100_000))),
        Box::new(Cursor::new(document(200_001))),
    ];
    for content in contents {
        let peer = Peer::open(|stream| {
            head(stream);
            say(stream, CONTINUE);
            rest(stream)
        });
        let route = peer.route(PATIENT);
        let carried = route.carry(&parcel(&announced), content, now()).await;
        assert!(carried.is_err(), "{carried:?}");
        assert!(
            peer.ended() < 200_000,
            "nothing that could be taken for the whole"
        );
    }
}

#[test]
fn only_an_https_address_is_a_way() {
    let files = Files::of(development(), GATEWAY_TO_BUREAU);
    for (url, good) in [
        ("https://bureau.example", true),
        ("https://bureau.example:8443/cei", true),
        ("https://[::1]:8443", true),
        ("http://bureau.example", false),
        ("bureau.example", false),
        ("https://", false),
        ("", false),
    ] {
        let tls = files.with(|trust, identity| client_config(trust, Some(identity)).unwrap());
        assert_eq!(Push::new(url, tls, PATIENT).is_ok(), good, "{url}");
    }
}
