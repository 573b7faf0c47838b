//! Takes whatever is posted and answers at once: the receiver of both who deliver.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A receiver on a thread of its own, for as long as the process lives.
#[derive(Clone, Debug)]
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    taken: Arc<AtomicUsize>,
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

impl Sink {
    /// Listens on a free port.
    pub(crate) fn open() -> anyhow::Result<Self> {
        let socket = std::net::TcpListener::bind("127.0.0.1:0")?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        std::thread::spawn(move || runtime.block_on(serve(socket, &counted)));
        Ok(Self { address, taken })
    }

    /// How many requests were answered so far.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

async fn serve(socket: std::net::TcpListener, taken: &AtomicUsize) {
    let Ok(listener) = TcpListener::from_std(socket) else {
        return;
    };
    let mut lines = FuturesUnordered::new();
    loop {
        tokio::select! {
            Ok((line, _)) = listener.accept() => lines.push(answer(line, taken)),
            Some(()) = lines.next() => (),
        }
    }
}

/// Answers one connection until it ends.
async fn answer(mut line: TcpStream, taken: &AtomicUsize) {
    let mut read = Vec::with_capacity(8 * 1024);
    line.set_nodelay(true).ok();
    loop {
        while let Some(length) = whole_request(&read) {
            read.drain(..length);
            taken.fetch_add(1, Ordering::Relaxed);
            if line.write_all(ANSWER).await.is_err() {
                return;
            }
        }
        if !matches!(line.read_buf(&mut read).await, Ok(1..)) {
            return;
        }
    }
}

/// Bytes of the first request, if it is there to its end.
fn whole_request(bytes: &[u8]) -> Option<usize> {
    let end = memmem::find(bytes, b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let whole = end + length.unwrap_or(0);
    (bytes.len() >= whole).then_some(whole)
}
