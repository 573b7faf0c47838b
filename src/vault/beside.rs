//! A thread that writes beside the one that makes and seals the content.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{Builder, JoinHandle};

use crate::vault::error::VaultError;
use crate::vault::piece::Piece;
use crate::vault::sealing::Pages;

/// Pieces that wait while one is being written: the maker of the content is one ahead.
const WAITING_MAX: usize = 1;

/// Hands pieces to a thread that writes them. Dropped, it waits until the thread has ended.
pub(super) struct Beside<W> {
    to_write: Option<SyncSender<Piece>>,
    emptied: Receiver<Piece>,
    thread: Option<JoinHandle<Outcome<W>>>,
}

type Outcome<W> = Result<Box<Pages<W>>, VaultError>;

impl<W: Write + Send + 'static> Beside<W> {
    /// Starts the thread.
    pub(super) fn start(mut pages: Box<Pages<W>>) -> Result<Self, VaultError> {
        let (to_write, full) = mpsc::sync_channel::<Piece>(WAITING_MAX);
        let (give_back, emptied) = mpsc::channel();
        let write = move || {
            for mut piece in full {
                pages.put(&mut piece)?;
                // Nobody takes it when all content was handed over.
                give_back.send(piece).ok();
            }
            Ok(pages)
        };
        let thread = Builder::new().name("vault-writing".to_owned()).spawn(write);
        Ok(Self {
            to_write: Some(to_write),
            emptied,
            thread: Some(thread.map_err(VaultError::io("starting to write"))?),
        })
    }

    /// Hands a full piece over and gives another, to be begun.
    pub(super) fn put(&mut self, full: Piece) -> Result<Piece, VaultError> {
        let sent = self.to_write.as_ref().map(|to_write| to_write.send(full));
        if !matches!(sent, Some(Ok(()))) {
            // The thread ends early only when it fails.
            self.join()?;
        }
        let emptied = self.emptied.try_recv();
        Ok(emptied.unwrap_or_else(|_none_yet| Piece::new()))
    }

    /// Gives back what writes, when all that was handed over is written.
    pub(super) fn finish(mut self) -> Outcome<W> {
        self.join()
    }
}

impl<W> Beside<W> {
    fn join(&mut self) -> Outcome<W> {
        self.to_write = None;
        let thread = self.thread.take().map(JoinHandle::join);
        match thread {
            Some(Ok(outcome)) => outcome,
            Some(Err(_panic)) => Err(ended("the thread that writes has panicked")),
            None => Err(ended("the thread that writes has ended")),
        }
    }
}

impl<W> Drop for Beside<W> {
    fn drop(&mut self) {
        // Then nothing of an abandoned blob is left when this returns.
        self.join().ok();
    }
}

fn ended(why: &'static str) -> VaultError {
    VaultError::io("writing a blob")(io::Error::other(why))
}
