//! Callers that do not speak HTTP, not to the end, or too much of it: each is bounded, and others are
//! served meanwhile.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::http::tests::kit::{DEJ, Kit, adult, send};

/// Longer than anything here takes, shorter than a test may hang.
const LONG: Duration = Duration::from_secs(20);

/// What these tests wait for the headers or the body of a request.
const PATIENCE: Duration = Duration::from_millis(300);

async fn kit() -> Kit {
    Kit::start_with(|_config, listener| {
        listener.tls = None;
        listener.header_timeout = PATIENCE;
        listener.limits.body_timeout = PATIENCE;
    })
    .await
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

/// Everything that comes until the connection ends, which must be soon.
async fn rest(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let reading = socket.read_to_end(&mut answer);
    // One that is broken off has ended as well.
    timeout(LONG, reading).await.expect("it ends").unwrap_or(0);
    String::from_utf8_lossy(&answer).into_owned()
}

async fn pause(time: Duration) {
    timeout(time, std::future::pending::<()>())
        .await
        .unwrap_or(());
}

/// Sends `text` byte by byte, for as long as anybody listens.
async fn trickle(socket: &mut TcpStream, text: &str) {
    for byte in text.bytes() {
        if socket.write_all(&[byte]).await.is_err() {
            return;
        }
        pause(PATIENCE / 20).await;
    }
}

#[tokio::test]
async fn headers_and_bodies_that_trickle_in_have_no_more_time_than_others() {
    let kit = kit().await;
    let mut slow_head = connect(kit.server.address).await;
    let head = format!(
        "GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: {}",
        "a".repeat(2_000)
    );
    let began = timeout(LONG, trickle(&mut slow_head, &head)).await;
    let answer = rest(&mut slow_head).await;
    assert!(
        began.is_ok() && (answer.is_empty() || answer.starts_with("HTTP/1.1 408 ")),
        "{answer}"
    );

    let mut slow_body = connect(kit.server.address).await;
    let head = format!(
        "POST /v1/applications HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {DEJ}\r\n\
         Idempotency-Key: k1\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    );
    slow_body.write_all(head.as_bytes()).await.unwrap();
    let body = "[1,".repeat(1_000);
    let (mut reading, mut writing) = slow_body.into_split();
    let mut answer = [0; 13];
    tokio::select! {
        read = reading.read_exact(&mut answer) => drop(read.unwrap()),
        () = async {
            for byte in body.bytes() {
                writing.write_all(&[byte]).await.unwrap_or(());
                pause(PATIENCE / 20).await;
            }
        } => panic!("the body is waited for to its end"),
    }
    assert_eq!(&answer, b"HTTP/1.1 408 ");
}

#[tokio::test]
async fn a_hundred_who_say_nothing_keep_nobody_waiting() {
    let kit = kit().await;
    let mut silent = Vec::new();
    for _ in 0..100 {
        let mut socket = connect(kit.server.address).await;
        socket.write_all(b"GET /v1/off").await.unwrap();
        silent.push(socket);
    }
    timeout(LONG, kit.get(DEJ, "/v1/offices/me"))
        .await
        .unwrap()
        .expect(200);
    for mut socket in silent {
        let answer = rest(&mut socket).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 408 "),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn what_is_too_long_or_no_http_is_refused_and_the_connection_closed() {
    let kit = kit().await;
    let long = "a".repeat(200_000);
    let many = "X-Many: 1\r\n".repeat(200);
    for (text, statuses) in [
        (
            format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"),
            &["400", "414", "431"][..],
        ),
        (
            format!("GET /livez HTTP/1.1\r\nX-Long: {long}\r\n\r\n"),
            &["431"],
        ),
        (format!("GET /livez HTTP/1.1\r\n{many}\r\n"), &["431"]),
        ("nonsense\r\n\r\n".to_owned(), &["400"]),
        ("GET /livez HTTP/9.9\r\n\r\n".to_owned(), &["400"]),
        (
            "GET /livez HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n".to_owned(),
            &["400"],
        ),
        (
            "POST /v1/applications HTTP/1.1\r\nContent-Length: -1\r\n\r\n".to_owned(),
            &["400"],
        ),
        (
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}".to_owned(),
            &["400"],
        ),
    ] {
        let mut socket = connect(kit.server.address).await;
        // It may be closed before all is sent.
        socket.write_all(text.as_bytes()).await.unwrap_or(());
        let answer = rest(&mut socket).await;
        let status = answer.split(' ').nth(1).unwrap_or("");
        let beginning: String = text.chars().take(60).collect();
        // Closed with bytes unread, a connection may lose its answer; it is closed in any case.
        assert!(
            answer.is_empty() || statuses.contains(&status),
            "{beginning:?}: {answer}"
        );
    }
    send(kit.request(Method::GET, "/livez")).await.expect(200);
}

#[tokio::test]
async fn a_good_request_before_garbage_is_answered_and_the_garbage_refused() {
    let kit = kit().await;
    let mut socket = connect(kit.server.address).await;
    let text = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n\u{0}\u{1}\u{2} nonsense\r\n\r\n";
    socket.write_all(text.as_bytes()).await.unwrap();
    let answer = rest(&mut socket).await;
    let statuses: Vec<_> = answer
        .split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|after| after.split(' ').next())
        .collect();
    assert_eq!(statuses, ["200", "400"], "{answer}");
}

#[tokio::test]
async fn who_has_sent_all_and_only_listens_is_answered() {
    let kit = kit().await;
    let mut socket = connect(kit.server.address).await;
    let request =
        format!("GET /v1/offices/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {DEJ}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    socket.shutdown().await.unwrap();
    assert!(rest(&mut socket).await.starts_with("HTTP/1.1 200 "));

    // One that ends in the middle of a body leaves nothing behind.
    let mut broken = connect(kit.server.address).await;
    let request = format!(
        "POST /v1/applications HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {DEJ}\r\n\
         Idempotency-Key: k1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{{"
    );
    broken.write_all(request.as_bytes()).await.unwrap();
    broken.shutdown().await.unwrap();
    rest(&mut broken).await;
    kit.submit(DEJ, "k1", &adult()).await.expect(201);
}

#[tokio::test]
async fn one_address_holds_no_more_connections_than_allowed() {
    let kit = Kit::start_with(|config, listener| {
        listener.tls = None;
        config.limits.connections_per_address = 3;
    })
    .await;
    let request = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut socket = connect(kit.server.address).await;
        socket.write_all(request).await.unwrap();
        let mut answer = [0; 15];
        timeout(LONG, socket.read_exact(&mut answer))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        held.push(socket);
    }
    let mut one_more = connect(kit.server.address).await;
    one_more.write_all(request).await.unwrap_or(());
    assert_eq!(rest(&mut one_more).await, "");

    // As soon as one goes, another may come.
    drop(held.pop());
    let trying = async {
        loop {
            let mut socket = connect(kit.server.address).await;
            socket.write_all(request).await.unwrap_or(());
            let mut answer = [0; 15];
            if socket.read_exact(&mut answer).await.is_ok() {
                return answer;
            }
        }
    };
    assert_eq!(&timeout(LONG, trying).await.unwrap(), b"HTTP/1.1 200 OK");
}

#[tokio::test]
async fn who_opens_a_connection_and_begins_no_tls_is_not_waited_for() {
    let kit = Kit::start_with(|_config, listener| listener.handshake_timeout = PATIENCE).await;
    let mut silent = connect(kit.server.address).await;
    let mut talking = connect(kit.server.address).await;
    talking.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    send(kit.request(Method::GET, "/livez")).await.expect(200);
    assert_eq!(rest(&mut silent).await, "");
    let answer = rest(&mut talking).await;
    assert!(!answer.starts_with("HTTP"), "{answer}");
}
