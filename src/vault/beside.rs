//! A thread that seals and writes beside the one that makes the content.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{Builder, JoinHandle};

use crate::vault::error::VaultError;
use crate::vault::sealing::{HANDED_LEN, Plain, Sealer};

/// Buffers that wait while one is being sealed: the maker of the content is one ahead.
const WAITING_MAX: usize = 1;

/// Hands buffers to a thread that seals them. Dropped, it waits until the thread has ended.
pub(super) struct Beside<W> {
    to_seal: Option<SyncSender<Plain>>,
    emptied: Receiver<Plain>,
    thread: Option<JoinHandle<Outcome<W>>>,
}

type Outcome<W> = Result<Box<Sealer<W>>, VaultError>;

impl<W: Write + Send + 'static> Beside<W> {
    /// Starts the thread.
    pub(super) fn start(mut sealer: Box<Sealer<W>>) -> Result<Self, VaultError> {
        let (to_seal, full) = mpsc::sync_channel::<Plain>(WAITING_MAX);
        let (give_back, emptied) = mpsc::channel();
        let seal = move || {
            for mut plain in full {
                sealer.put(&plain, false)?;
                plain.clear();
                // Nobody takes it when all content was handed over.
                give_back.send(plain).ok();
            }
            Ok(sealer)
        };
        let thread = Builder::new().name("vault-sealing".to_owned()).spawn(seal);
        Ok(Self {
            to_seal: Some(to_seal),
            emptied,
            thread: Some(thread.map_err(VaultError::io("starting to seal"))?),
        })
    }

    /// Hands a full buffer over and gives an empty one.
    pub(super) fn put(&mut self, plain: Plain) -> Result<Plain, VaultError> {
        let sent = self.to_seal.as_ref().map(|to_seal| to_seal.send(plain));
        if !matches!(sent, Some(Ok(()))) {
            // The thread ends early only when it fails.
            self.join()?;
        }
        let emptied = self.emptied.try_recv();
        Ok(emptied.unwrap_or_else(|_none_yet| Plain::new(Vec::with_capacity(HANDED_LEN))))
    }

    /// Gives the sealer back, when all that was handed over is sealed.
    pub(super) fn finish(mut self) -> Outcome<W> {
        self.join()
    }
}

impl<W> Beside<W> {
    fn join(&mut self) -> Outcome<W> {
        self.to_seal = None;
        let thread = self.thread.take().map(JoinHandle::join);
        match thread {
            Some(Ok(outcome)) => outcome,
            Some(Err(_panic)) => Err(ended("the thread that seals has panicked")),
            None => Err(ended("the thread that seals has ended")),
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
    VaultError::io("sealing")(io::Error::other(why))
}
