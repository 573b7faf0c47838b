//! The document on its way into the request: read on a thread that may block, and held back until
//! it is wanted.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::transport::route::Content;
use crate::transport::route::push::stage::{Progress, Stage};

/// Pieces that wait between the disk and the network, and the bytes of one.
const PIECES_AHEAD: usize = 4;
const PIECE_BYTES: usize = 64 << 10;

/// A document that is to be uploaded.
pub(super) struct Upload {
    content: Option<Content>,
    pieces: Option<mpsc::Receiver<io::Result<Bytes>>>,
    /// Bytes that are still to be handed over.
    left: u64,
    progress: Arc<Progress>,
    patience: Duration,
}

impl Upload {
    /// An upload of `size_bytes`, which begins when the bureau asks for it, or after `patience`.
    pub(super) fn new(
        size_bytes: u64,
        content: Content,
        progress: &Arc<Progress>,
        patience: Duration,
    ) -> Self {
        Self {
            content: Some(content),
            pieces: None,
            left: size_bytes,
            progress: Arc::clone(progress),
            patience,
        }
    }

    /// The body of the request.
    pub(super) fn into_body(
        self,
    ) -> StreamBody<impl Stream<Item = io::Result<Frame<Bytes>>> + Send> {
        StreamBody::new(futures_util::stream::unfold(self, |mut upload| async {
            let piece = upload.next().await?;
            Some((piece.map(Frame::data), upload))
        }))
    }

    /// The next piece; `None` after the last.
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if let Some(content) = self.content.take() {
            // Who does not know of the question does not answer it.
            let _asked = timeout(self.patience, self.progress.until_asked_for()).await;
            if self.progress.answer().is_none() {
                self.progress.reached(Stage::Sending);
                self.pieces = Some(read_ahead(content));
            }
        }
        if self.progress.answer().is_some() {
            // Ending the body would be a lie about its length; the connection ends instead.
            return std::future::pending().await;
        }
        if self.left == 0 {
            return None;
        }
        let piece = self.pieces.as_mut()?.recv().await;
        Some(self.judge(piece))
    }

    fn judge(&mut self, piece: Option<io::Result<Bytes>>) -> io::Result<Bytes> {
        let piece = piece.unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
        let judged = piece.and_then(|piece| {
            let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            let left = self.left.checked_sub(length);
            self.left = left.ok_or_else(|| io::Error::other("there is more than was announced"))?;
            Ok(piece)
        });
        match judged {
            Ok(piece) => {
                if self.left == 0 {
                    self.progress.reached(Stage::Sent);
                }
                Ok(piece)
            }
            Err(fault) => {
                self.progress.failed(fault);
                Err(io::Error::other("the document cannot be read"))
            }
        }
    }
}

/// Reads on a thread of its own, a little ahead of the network. It ends when nobody wants more.
fn read_ahead(mut content: Content) -> mpsc::Receiver<io::Result<Bytes>> {
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE_BYTES];
            let next = match content.read(&mut piece) {
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
    receiver
}
