//! Records what a channel's file tells: every booked movement once, or its statement is held with
//! the reason.
//!
//! A file is read three times, each time as a stream: when it arrives, it is sealed, hashed and
//! looked at for its letters; then it is read to its end, to know which of its statements add up;
//! then its movements are recorded, some thousand in one transaction, which also notes how far the
//! import has come. An import that was interrupted goes on from there, when the same bytes are
//! imported again, or by the matcher.

mod ending;
mod sequence;
mod telling;

use std::fs::File;
use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::channel::Refused;
use crate::domain::id::SourceFileId;
use crate::domain::operator::Actor;
use crate::domain::payment::Channel;
use crate::flow::Failure;
use crate::flow::arriving::{Arrived, Arriving, Stage, Watch, unwatched};
use crate::flow::movements::{NewMovement, channel_of};
use crate::flow::progress::note;
use crate::flow::record_movements::record_all;
use crate::flow::record_statement::ending::{Ending, outcome_before};
use crate::flow::record_statement::telling::{Blob, Judged, Telling};
use crate::gateway::Gateway;
use crate::store::movements::Source;
use crate::store::sealed::{self, NewSealed};
use crate::store::source_files::{self, SourceFile, Tally};
use crate::store::{StoreError, Tx};
use crate::worker::bell::Bell;

/// Movements recorded in one transaction at most: others wait for the writer meanwhile.
/// Tests see the seams between them in small files.
const CHUNK: usize = if cfg!(test) { 50 } else { 2_000 };

/// How often a part is tried while others are faster, or record the same file.
const RACES_MAX: usize = 5;

/// What a file came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StatementOutcome {
    /// The file.
    pub file: SourceFileId,
    /// Whether its bytes were new; otherwise nothing was changed, and this is what it came to then.
    pub is_new: bool,
    /// Its format, with the version.
    pub format: String,
    /// What its booked movements came to.
    pub tally: Tally,
    /// What an operator must look at.
    pub held: Vec<HeldPlace>,
}

/// One thing in a file that an operator must look at.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct HeldPlace {
    /// Where in the file.
    pub place: String,
    /// The number of the reason code.
    pub code: u16,
    /// What was found, without personal data.
    pub reason: String,
}

/// Why a file is not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StatementRefusal {
    /// It cannot be read at all; nothing of it is kept.
    #[error("the file cannot be read")]
    Unreadable(#[source] Refused),
    /// Its format is not one of the channel's.
    #[error("files of the format {format} do not come on the channel {channel}")]
    OtherChannel {
        /// The format.
        format: String,
        /// The channel that was named.
        channel: Channel,
    },
    /// It is longer than the configuration allows; nothing of it is kept.
    #[error("the file has more than {bytes_max} bytes")]
    TooLarge {
        /// The most that is taken.
        bytes_max: u64,
    },
}

/// Records a file of a channel that is at hand. The same bytes again change nothing.
pub async fn record_statement(
    gateway: &Gateway,
    channel: Channel,
    bytes: Vec<u8>,
    actor: &Actor,
) -> Result<StatementOutcome, Failure<StatementRefusal>> {
    let arriving = Arriving::begin(gateway)?.taking(bytes).await?;
    record_arrived(gateway, Some(channel), arriving, actor, &unwatched()).await
}

/// Records a file as it is read, in bounded memory. Without a channel it is of that on which files
/// of its format come.
pub async fn record_file(
    gateway: &Gateway,
    channel: Option<Channel>,
    file: File,
    actor: &Actor,
    watch: &Watch,
) -> Result<StatementOutcome, Failure<StatementRefusal>> {
    let arriving = Arriving::begin(gateway)?;
    let arriving = arriving.taking_all(file, Arc::clone(watch)).await?;
    record_arrived(gateway, channel, arriving, actor, watch).await
}

/// Records a file that has arrived. The same bytes again change nothing, or end an import that was
/// interrupted.
pub async fn record_arrived(
    gateway: &Gateway,
    channel: Option<Channel>,
    arriving: Arriving,
    actor: &Actor,
    watch: &Watch,
) -> Result<StatementOutcome, Failure<StatementRefusal>> {
    let arrived = arriving.ended();
    let mut tx = gateway.store.read().await?;
    let known = source_files::find_by_digest(&mut tx, &arrived.digest).await?;
    drop(tx);
    if let Some(known) = known {
        arrived.discard().await?;
        return go_on(gateway, known, actor, watch).await;
    }
    match keep(gateway, channel, arrived, watch).await? {
        Kept::New(import) => import.complete(gateway, actor, watch).await,
        Kept::Before(first) => go_on(gateway, first, actor, watch).await,
    }
}

/// Ends the import that was interrupted longest ago, if one has not gone on since `before`. Returns
/// whether there was one.
pub async fn finish_interrupted(
    gateway: &Gateway,
    before: DateTime<Utc>,
) -> Result<bool, Failure<StatementRefusal>> {
    let mut tx = gateway.store.read().await?;
    let Some(file) = source_files::find_unfinished(&mut tx, before).await? else {
        return Ok(false);
    };
    drop(tx);
    let actor = Actor::Gateway("matcher");
    go_on(gateway, file, &actor, &unwatched()).await?;
    Ok(true)
}

/// Gives what a known file came to, once its import has ended.
async fn go_on(
    gateway: &Gateway,
    file: SourceFile,
    actor: &Actor,
    watch: &Watch,
) -> Result<StatementOutcome, Failure<StatementRefusal>> {
    if file.finished_at.is_some() {
        return Ok(outcome_before(&file)?);
    }
    let mut tx = gateway.store.read().await?;
    let key = sealed::find_key(&mut tx, file.sealed)
        .await?
        .context("the bytes of an unfinished import were erased")?;
    drop(tx);
    let blob = Blob::find(gateway, file.sealed, key).await?;
    let judged = blob.judge(gateway, watch).await?;
    let import = Import { file, blob, judged };
    import.complete(gateway, actor, watch).await
}

/// Whether a file is new.
enum Kept {
    /// It is, and has its row.
    New(Import),
    /// Somebody brought the same bytes meanwhile, and was first.
    Before(SourceFile),
}

/// Seals a file and, if it can be read and is of the channel, gives it its row.
async fn keep(
    gateway: &Gateway,
    channel: Option<Channel>,
    arrived: Arrived,
    watch: &Watch,
) -> Result<Kept, Failure<StatementRefusal>> {
    let digest = arrived.digest;
    let (row, survey) = arrived.keep().await?;
    let blob = Blob::of(&row, survey);
    let kept = keep_readable(gateway, channel, &digest, (row, &blob), watch).await;
    match kept {
        // Nothing of what is refused is kept, nor a second copy of what is.
        Err(Failure::Refused(_)) | Ok(Kept::Before(_)) => blob.erase(gateway).await?,
        // A commit whose answer was lost may have given it its row; without one, it is an orphan,
        // which the janitor sweeps.
        Err(Failure::Broken(_)) | Ok(Kept::New(_)) => {}
    }
    kept
}

async fn keep_readable(
    gateway: &Gateway,
    channel: Option<Channel>,
    digest: &[u8; 32],
    (row, blob): (NewSealed, &Blob),
    watch: &Watch,
) -> Result<Kept, Failure<StatementRefusal>> {
    let judged = blob.judge(gateway, watch).await?;
    let own = channel_of(judged.file.format.family);
    let channel = channel.unwrap_or(own);
    if channel != own {
        return Err(Failure::Refused(StatementRefusal::OtherChannel {
            format: judged.file.format.to_string(),
            channel,
        }));
    }
    let now = gateway.clock.now();
    let file = SourceFile {
        id: SourceFileId(gateway.random.uuid(now)),
        channel,
        sha256: digest.to_vec(),
        format: judged.file.format.to_string(),
        sealed: row.id,
        size_bytes: row.size_bytes,
        tally: Tally::default(),
        report: None,
        received_at: now,
        lines_done: 0,
        finished_at: None,
    };
    let mut tx = gateway.store.begin().await?;
    sealed::insert(&mut tx, &row, now).await?;
    if source_files::insert(&mut tx, &file).await? {
        tx.commit().await?;
        let blob = blob.clone();
        return Ok(Kept::New(Import { file, blob, judged }));
    }
    drop(tx);
    let mut tx = gateway.store.read().await?;
    let first = source_files::find_by_digest(&mut tx, digest).await?;
    Ok(Kept::Before(first.context("a kept file is not there")?))
}

/// An import that is under way.
struct Import {
    file: SourceFile,
    blob: Blob,
    judged: Arc<Judged>,
}

impl Import {
    /// Records what is not yet recorded, and ends the import.
    async fn complete(
        mut self,
        gateway: &Gateway,
        actor: &Actor,
        watch: &Watch,
    ) -> Result<StatementOutcome, Failure<StatementRefusal>> {
        for _ in 0..RACES_MAX {
            let told = self.record_rest(gateway, actor, watch).await?;
            if let Some(told) = told {
                let ending = Ending::of(self.file, &self.judged, &told);
                let outcome = ending.write(gateway, actor).await;
                gateway.bells.ring(Bell::Matcher);
                return outcome;
            }
            // Somebody else imports the same file: what that one has recorded is passed over.
            self.file = find(gateway, self.file.id).await?;
            if self.file.finished_at.is_some() {
                return Ok(outcome_before(&self.file)?);
            }
        }
        let elsewhere = StoreError::Moved {
            what: "import of the file",
        };
        Err(elsewhere.into())
    }

    /// Records the movements that follow those already recorded. Returns what the statements came
    /// to; `None` when somebody else goes on with this file.
    async fn record_rest(
        &mut self,
        gateway: &Gateway,
        actor: &Actor,
        watch: &Watch,
    ) -> Result<Option<Telling>, Failure<StatementRefusal>> {
        let (sender, mut chunks) = mpsc::channel(1);
        let reader = self.blob.tell(gateway, &self.file, &self.judged, sender);
        let reader = tokio::task::spawn_blocking(reader);
        let of = self.judged.believed();
        while let Some(chunk) = chunks.recv().await {
            if !self.record_chunk(gateway, actor, &chunk).await? {
                return Ok(None);
            }
            gateway.bells.ring(Bell::Matcher);
            let done = u64::try_from(self.file.lines_done).unwrap_or(0);
            watch(Stage::Recording { done, of });
        }
        let told = reader.await.context("the reading task ended early")?;
        Ok(Some(told?))
    }

    /// Records the next movements. Returns `false` when somebody else has recorded them.
    async fn record_chunk(
        &mut self,
        gateway: &Gateway,
        actor: &Actor,
        chunk: &[NewMovement],
    ) -> Result<bool, StoreError> {
        for _ in 1..RACES_MAX {
            match self.try_chunk(gateway, actor, chunk).await {
                Err(error) if error.is_lost_race() => {}
                outcome => return outcome,
            }
        }
        self.try_chunk(gateway, actor, chunk).await
    }

    async fn try_chunk(
        &mut self,
        gateway: &Gateway,
        actor: &Actor,
        chunk: &[NewMovement],
    ) -> Result<bool, StoreError> {
        let note = note(gateway, actor, None);
        let before = self.file.lines_done;
        let after = before.saturating_add(i64::try_from(chunk.len()).unwrap_or(i64::MAX));
        let first = u32::try_from(before).map_err(|error| StoreError::Other(error.into()))?;
        let source = Source {
            channel: self.file.channel,
            sealed: self.file.sealed,
            file: self.file.id,
            at: note.at,
        };
        let mut tx: Tx = gateway.store.begin().await?;
        if !source_files::advance(&mut tx, self.file.id, before, after, note.at).await? {
            return Ok(false);
        }
        record_all(&mut tx, &source, chunk, first, &note).await?;
        tx.commit().await?;
        self.file.lines_done = after;
        Ok(true)
    }
}

async fn find(gateway: &Gateway, id: SourceFileId) -> anyhow::Result<SourceFile> {
    let mut tx = gateway.store.read().await?;
    let file = source_files::find(&mut tx, id).await?;
    file.context("a kept file is not there")
}

#[cfg(test)]
mod tests;
