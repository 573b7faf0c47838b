//! A client of HTTP/1.1 that costs little: requests are bytes that were written before, answers are
//! read as far as their length says. All its connections share one thread, whose processor time is
//! part of the result: a client that is the bottleneck shows.
#![expect(clippy::float_arithmetic, reason = "rates for people, no money")]

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use futures_util::future::try_join_all;
use memchr::memmem;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::measure::{Watch, percentile, real};

/// Where a server listens, and how it is spoken to.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Address and port.
    pub(crate) address: SocketAddr,
    /// TLS; `None` is plain HTTP.
    pub(crate) tls: Option<Arc<ClientConfig>>,
}

/// What connections are made of.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// One connection that is kept.
pub(crate) struct Line {
    wire: Box<dyn Wire>,
    read: Vec<u8>,
}

/// An answer; it lives until the next request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    /// The status.
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: &'a str,
    /// The body.
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// A header by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (given, value) = line.split_once(':')?;
            given.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> anyhow::Result<serde_json::Value> {
        let text = String::from_utf8_lossy(self.body);
        serde_json::from_slice(self.body).with_context(|| format!("no JSON: {text}"))
    }
}

impl Line {
    /// Connects.
    pub(crate) async fn open(target: &Target) -> anyhow::Result<Self> {
        let socket = TcpStream::connect(target.address).await?;
        socket.set_nodelay(true)?;
        let wire: Box<dyn Wire> = match &target.tls {
            None => Box::new(socket),
            Some(tls) => {
                let connector = tokio_rustls::TlsConnector::from(Arc::clone(tls));
                let name = ServerName::try_from("localhost")?;
                Box::new(connector.connect(name, socket).await?)
            }
        };
        Ok(Self {
            wire,
            read: Vec::with_capacity(4 * 1024),
        })
    }

    /// Asks, and reads the answer whole.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.wire.write_all(request).await?;
        self.wire.flush().await?;
        self.read.clear();
        let end = loop {
            if let Some(at) = memmem::find(&self.read, b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let (status, length) = {
            let head = std::str::from_utf8(self.read.get(..end).unwrap_or_default())?;
            let status = head.get(9..12).context("no status")?.parse()?;
            (status, content_length(head, status)?)
        };
        while self.read.len() < end + length {
            self.more().await?;
        }
        let (head, body) = self.read.split_at_checked(end).context("cut off")?;
        Ok(Answer {
            status,
            head: std::str::from_utf8(head)?,
            body,
        })
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        let read = self.wire.read_buf(&mut self.read).await?;
        ensure!(read > 0, "the server closed a connection");
        Ok(())
    }
}

fn content_length(head: &str, status: u16) -> anyhow::Result<usize> {
    if matches!(status, 204 | 304) {
        return Ok(0);
    }
    for line in head.lines() {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            return Ok(value.trim().parse()?);
        }
    }
    bail!("an answer without a length:\n{head}")
}

/// When a load ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// After this time.
    Seconds(f64),
    /// When every request was answered once.
    Once,
}

/// Requests for a server.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// Which server.
    pub(crate) target: Target,
    /// Connections that ask at the same time.
    pub(crate) lines: usize,
    /// What is asked, one after another by whichever connection is free, and again from the first.
    pub(crate) requests: Arc<Vec<Vec<u8>>>,
    /// The status of every answer; another one ends the bench.
    pub(crate) expected: u16,
    /// When it ends.
    pub(crate) until: Until,
}

/// What came of a load.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// Answers a second.
    pub(crate) rate: f64,
    /// What half of the answers did not exceed, in microseconds.
    pub(crate) p50_us: f64,
    /// What 99 of a hundred did not exceed, in microseconds.
    pub(crate) p99_us: f64,
    /// Which part of one processor the client itself took.
    pub(crate) own_share: f64,
    /// Seconds that it took.
    pub(crate) seconds: f64,
}

impl Load {
    /// Runs the load on a thread of its own.
    pub(crate) async fn run(self) -> anyhow::Result<Tally> {
        tokio::task::spawn_blocking(move || self.run_here()).await?
    }

    fn run_here(self) -> anyhow::Result<Tally> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(self.run_lines())
    }

    async fn run_lines(self) -> anyhow::Result<Tally> {
        let opened = try_join_all((0..self.lines).map(|_| Line::open(&self.target))).await?;
        let (next, latencies) = (Cell::new(0), RefCell::new(Vec::new()));
        let (wall, own) = (Watch::start(), Watch::of_thread());
        let lines = opened
            .into_iter()
            .map(|line| self.run_line(line, &wall, &next, &latencies));
        try_join_all(lines).await?;
        let (seconds, own) = (wall.seconds(), own.seconds());
        let mut latencies = latencies.into_inner();
        latencies.sort_unstable();
        Ok(Tally {
            rate: real(latencies.len()) / seconds,
            p50_us: percentile(&latencies, 50),
            p99_us: percentile(&latencies, 99),
            own_share: own / seconds,
            seconds,
        })
    }

    async fn run_line(
        &self,
        mut line: Line,
        wall: &Watch,
        next: &Cell<usize>,
        latencies: &RefCell<Vec<u32>>,
    ) -> anyhow::Result<()> {
        let count = self.requests.len();
        loop {
            let place = next.get();
            let is_over = match self.until {
                Until::Once => place >= count,
                Until::Seconds(seconds) => wall.seconds() >= seconds,
            };
            if is_over {
                return Ok(());
            }
            next.set(place + 1);
            let request = self.requests.get(place % count).context("no request")?;
            let asked = Watch::start();
            let answer = line.ask(request).await?;
            ensure!(
                answer.status == self.expected,
                "{} instead of {}: {}\n{}",
                answer.status,
                self.expected,
                answer.head,
                String::from_utf8_lossy(answer.body),
            );
            latencies.borrow_mut().push(asked.micros());
        }
    }
}

/// A request without a body, as bytes.
pub(crate) fn get(path: &str, key: Option<&str>, etag: Option<&str>) -> Vec<u8> {
    let key = key.map_or_else(String::new, |key| {
        format!("Authorization: Bearer {key}\r\n")
    });
    let etag = etag.map_or_else(String::new, |etag| format!("If-None-Match: {etag}\r\n"));
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{key}{etag}\r\n").into_bytes()
}

/// A request with a JSON body and an idempotency key, as bytes.
pub(crate) fn post(path: &str, key: &str, once: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\
         Idempotency-Key: {once}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
