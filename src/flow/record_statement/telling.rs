//! Reads a sealed file as a stream: to its end, to know what of it can be believed, and again, to
//! tell its movements a part at a time.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::mpsc;

use crate::channel::{self, Entry, StatementFile, Survey, Unread};
use crate::domain::id::SealedId;
use crate::domain::payment::Channel;
use crate::flow::Failure;
use crate::flow::arriving::{Stage, Watch};
use crate::flow::movements::{NewMovement, Planner, ToldStatement};
use crate::flow::record_statement::{CHUNK, StatementRefusal};
use crate::gateway::Gateway;
use crate::store::sealed::NewSealed;
use crate::store::source_files::SourceFile;
use crate::vault::Vault;

/// What all statements of a file came to.
pub(super) type Telling = Vec<ToldStatement>;

/// A sealed file, and how its bytes become letters.
#[derive(Clone)]
pub(super) struct Blob {
    id: SealedId,
    wrapped_key: Vec<u8>,
    survey: Arc<Survey>,
}

/// A file that was read to its end.
pub(super) struct Judged {
    /// Its statements, without entries, and why an operator must look.
    pub(super) file: StatementFile,
    /// For each statement, whether its money is not believed.
    is_held: Vec<bool>,
    /// For each statement, how many of its entries are booked.
    booked: Vec<usize>,
}

impl Judged {
    /// A reason to hold the file holds every statement of it.
    fn of(file: StatementFile, mut booked: Vec<usize>) -> Self {
        let holds_all = file.held.iter().any(|held| held.statement.is_none());
        let mut is_held = vec![holds_all; file.statements.len()];
        for at in file.held.iter().filter_map(|held| held.statement) {
            if let Some(is_held) = is_held.get_mut(at) {
                *is_held = true;
            }
        }
        booked.resize(file.statements.len(), 0);
        Self {
            file,
            is_held,
            booked,
        }
    }

    /// Whether the money of a statement is not believed until an operator has looked.
    pub(super) fn is_held(&self, at: usize) -> bool {
        self.is_held.get(at).is_none_or(|is_held| *is_held)
    }

    /// How many booked entries are believed.
    pub(super) fn believed(&self) -> u64 {
        let statements = self.booked.iter().zip(&self.is_held);
        let believed = statements.filter(|(_, is_held)| !**is_held);
        let count: usize = believed.map(|(booked, _)| booked).sum();
        u64::try_from(count).unwrap_or(u64::MAX)
    }
}

impl Blob {
    /// One that was just sealed.
    pub(super) fn of(row: &NewSealed, survey: Survey) -> Self {
        Self {
            id: row.id,
            wrapped_key: row.wrapped_key.clone(),
            survey: Arc::new(survey),
        }
    }

    /// One that was sealed before: its bytes are looked at again.
    pub(super) async fn find(
        gateway: &Gateway,
        id: SealedId,
        wrapped_key: Vec<u8>,
    ) -> anyhow::Result<Self> {
        let (vault, key) = (gateway.vault.clone(), wrapped_key.clone());
        let looking = tokio::task::spawn_blocking(move || {
            let survey = channel::survey(vault.reader(id, &key)?)?;
            anyhow::Ok(survey)
        });
        let survey = looking.await.context("the reading task ended early")??;
        Ok(Self {
            id,
            wrapped_key,
            survey: Arc::new(survey),
        })
    }

    /// Removes it; nothing refers to it.
    pub(super) async fn erase(&self, gateway: &Gateway) -> anyhow::Result<()> {
        let (vault, id) = (gateway.vault.clone(), self.id);
        let erasing = tokio::task::spawn_blocking(move || vault.erase(id));
        erasing.await.context("the erasing task ended early")??;
        Ok(())
    }

    /// Reads it to its end.
    pub(super) async fn judge(
        &self,
        gateway: &Gateway,
        watch: &Watch,
    ) -> Result<Arc<Judged>, Failure<StatementRefusal>> {
        let (vault, blob, watch) = (gateway.vault.clone(), self.clone(), Arc::clone(watch));
        let reading = tokio::task::spawn_blocking(move || judge(&vault, &blob, watch));
        let judged = reading.await.context("the reading task ended early")?;
        judged.map(Arc::new).map_err(|unread| match unread {
            Unread::Refused(refused) => Failure::Refused(StatementRefusal::Unreadable(refused)),
            broken => Failure::Broken(broken.into()),
        })
    }

    /// What is to be done on a thread of its own: reads the file once more and sends its believed
    /// movements, without those that are recorded already. Ends early when nobody receives them.
    pub(super) fn tell(
        &self,
        gateway: &Gateway,
        file: &SourceFile,
        judged: &Arc<Judged>,
        chunks: mpsc::Sender<Vec<NewMovement>>,
    ) -> impl FnOnce() -> anyhow::Result<Telling> + Send + 'static {
        let (vault, blob, judged) = (gateway.vault.clone(), self.clone(), Arc::clone(judged));
        let (channel, done) = (file.channel, file.lines_done);
        move || {
            let mut teller = Teller::of(&vault, channel, &judged, done, chunks);
            let source = vault.reader(blob.id, &blob.wrapped_key)?;
            channel::stream(&blob.survey, source, &mut |at, entry| {
                teller.take(at, &entry)
            })?;
            Ok(teller.finished())
        }
    }
}

fn judge(vault: &Vault, blob: &Blob, watch: Watch) -> Result<Judged, Unread> {
    let source = Watched {
        source: vault
            .reader(blob.id, &blob.wrapped_key)
            .map_err(io::Error::from)?,
        bytes: 0,
        watch,
    };
    let mut booked: Vec<usize> = Vec::new();
    let mut count = |at: usize, entry: Entry| {
        booked.resize(booked.len().max(at + 1), 0);
        if let Some(booked) = booked.get_mut(at) {
            *booked += usize::from(entry.booked);
        }
        ControlFlow::Continue(())
    };
    let file = channel::stream(&blob.survey, source, &mut count)?;
    Ok(Judged::of(file, booked))
}

/// Says how much was read.
struct Watched<R> {
    source: R,
    bytes: u64,
    watch: Watch,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(bytes)?;
        self.bytes += u64::try_from(count).unwrap_or(0);
        (self.watch)(Stage::Checking(self.bytes));
        Ok(count)
    }
}

/// Sends movements a part at a time.
struct Teller<'a> {
    planner: Planner<'a>,
    judged: &'a Judged,
    /// Believed movements that came so far.
    position: i64,
    /// How many of them are recorded already.
    done: i64,
    chunk: Vec<NewMovement>,
    chunks: mpsc::Sender<Vec<NewMovement>>,
}

impl<'a> Teller<'a> {
    fn of(
        vault: &'a Vault,
        channel: Channel,
        judged: &'a Judged,
        done: i64,
        chunks: mpsc::Sender<Vec<NewMovement>>,
    ) -> Self {
        let entries = judged.booked.iter().sum();
        Self {
            planner: Planner::of(vault, channel, &judged.file, entries),
            judged,
            position: 0,
            done,
            chunk: Vec::new(),
            chunks,
        }
    }

    fn take(&mut self, at: usize, entry: &Entry) -> ControlFlow<()> {
        if !entry.booked {
            return ControlFlow::Continue(());
        }
        let keyed = self.planner.key(at, entry);
        if self.judged.is_held(at) {
            return ControlFlow::Continue(());
        }
        for nth in 0..keyed.movements() {
            self.position += 1;
            if self.position <= self.done {
                continue;
            }
            self.chunk.push(self.planner.movement(&keyed, nth));
            if self.chunk.len() >= CHUNK {
                self.send()?;
            }
        }
        ControlFlow::Continue(())
    }

    fn send(&mut self) -> ControlFlow<()> {
        if self.chunk.is_empty() {
            return ControlFlow::Continue(());
        }
        let chunk = std::mem::take(&mut self.chunk);
        match self.chunks.blocking_send(chunk) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_nobody_receives) => ControlFlow::Break(()),
        }
    }

    fn finished(mut self) -> Telling {
        // Whoever receives no more asks for nothing either.
        let _sent = self.send();
        self.planner.finished()
    }
}
