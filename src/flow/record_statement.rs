//! Records what a channel's file tells: every booked movement once, or its statement is held with
//! the reason.
//!
//! The file is sealed and has a row before any of its money is recorded; its movements follow in
//! bounded transactions, each of which may be repeated without harm. An import that was interrupted
//! is ended by importing the same bytes again, or by the matcher.

use std::sync::Arc;

use anyhow::Context;
use openssl::sha::sha256;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::channel::{self, HeldCode, Refused, StatementFile};
use crate::domain::id::SourceFileId;
use crate::domain::operator::Actor;
use crate::domain::payment::Channel;
use crate::flow::Failure;
use crate::flow::movements::{self, NewMovement, PlannedStatement};
use crate::flow::payment_keys::hex;
use crate::flow::progress::note;
use crate::flow::record_movement::{Recorded, Teller, record};
use crate::flow::sealing::{open, seal};
use crate::gateway::Gateway;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::sealed::{self, SealedKind};
use crate::store::source_files::{self, SourceFile, Tally};
use crate::store::statements::{self, Statement};
use crate::store::{Tx, payments};
use crate::worker::bell::Bell;

/// `STATEMENT_DOES_NOT_TIE`: its money is not believed.
const DOES_NOT_TIE: u16 = 917;
/// `ENTRY_UNREADABLE`: something in it was meant as money and is none.
const ENTRY_UNREADABLE: u16 = 922;
/// `STATEMENT_CHANGED`: the same number told something else before.
const STATEMENT_CHANGED: u16 = 918;
/// `NOTIFICATION_CHANGED`: the station told something else of the same transaction.
const TOLD_OTHERWISE: u16 = 921;

/// Movements recorded in one transaction at most: others wait for the writer meanwhile.
const CHUNK: usize = 500;

/// Letters of a hold's text at most.
const DETAIL_LETTERS_MAX: usize = 1_000;

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
}

/// Records a file of a channel. The same bytes again change nothing.
pub async fn record_statement(
    gateway: &Gateway,
    channel: Channel,
    bytes: Vec<u8>,
    actor: &Actor,
) -> Result<StatementOutcome, Failure<StatementRefusal>> {
    match Import::begin(gateway, channel, bytes).await? {
        Begun::Before(outcome) => Ok(outcome),
        Begun::Now(import) => import.complete(gateway, actor).await,
    }
}

/// Ends the import that was interrupted longest ago, if one was before `before`. Returns whether
/// there was one.
pub async fn finish_interrupted(
    gateway: &Gateway,
    before: chrono::DateTime<chrono::Utc>,
) -> Result<bool, Failure<StatementRefusal>> {
    let mut tx = gateway.store.read().await?;
    let Some(file) = source_files::find_unfinished(&mut tx, before).await? else {
        return Ok(false);
    };
    let key = sealed::find_key(&mut tx, file.sealed)
        .await?
        .context("the bytes of an unfinished import were erased")?;
    drop(tx);
    let bytes = open(gateway, file.sealed, key).await?;
    let actor = Actor::Gateway("matcher");
    record_statement(gateway, file.channel, bytes.to_vec(), &actor).await?;
    Ok(true)
}

/// Whether a file's import ended before.
pub(crate) enum Begun {
    /// It did, with this outcome.
    Before(StatementOutcome),
    /// It is to be done, or to be taken up again.
    Now(Import),
}

/// An import that is under way.
pub(crate) struct Import {
    file: SourceFile,
    statements: Vec<PlannedStatement>,
    held: Vec<HeldPlace>,
    /// Movements of believed statements that were dealt with.
    done: usize,
}

impl Import {
    /// Reads a file, seals it and gives it its row, unless that was done before.
    pub(crate) async fn begin(
        gateway: &Gateway,
        channel: Channel,
        bytes: Vec<u8>,
    ) -> Result<Begun, Failure<StatementRefusal>> {
        let digest = sha256(&bytes);
        let mut tx = gateway.store.read().await?;
        let known = source_files::find_by_digest(&mut tx, &digest).await?;
        drop(tx);
        if let Some(file) = known.as_ref().filter(|file| file.finished_at.is_some()) {
            return Ok(Begun::Before(outcome_before(file)?));
        }
        let bytes = Arc::new(Zeroizing::new(bytes));
        let (read, statements) = read(gateway, channel, &bytes).await?;
        let file = match known {
            Some(file) => file,
            None => keep(gateway, channel, &read, digest, &bytes).await?,
        };
        Ok(Begun::Now(Self {
            file,
            statements,
            held: not_believed(&read),
            done: 0,
        }))
    }

    /// Records everything and ends the import.
    async fn complete(
        mut self,
        gateway: &Gateway,
        actor: &Actor,
    ) -> Result<StatementOutcome, Failure<StatementRefusal>> {
        while self.record_chunk(gateway, actor).await? {
            gateway.bells.ring(Bell::Matcher);
        }
        let outcome = self.finish(gateway, actor).await?;
        gateway.bells.ring(Bell::Matcher);
        Ok(outcome)
    }

    /// Records the next movements in one transaction. Returns whether there may be more.
    pub(crate) async fn record_chunk(
        &mut self,
        gateway: &Gateway,
        actor: &Actor,
    ) -> Result<bool, Failure<StatementRefusal>> {
        let believed = self.statements.iter().filter(|one| !one.is_held);
        let movements = believed.flat_map(|one| &one.movements);
        let chunk: Vec<&NewMovement> = movements.skip(self.done).take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(false);
        }
        let note = note(gateway, actor, None);
        let teller = Teller {
            channel: self.file.channel,
            sealed: self.file.sealed,
            file: Some(self.file.id),
            inbox: None,
        };
        let first = u32::try_from(self.done).context("the file has too many lines")?;
        let mut changed = Vec::new();
        let mut tx = gateway.store.begin().await?;
        for (nth, movement) in (first..).zip(&chunk) {
            if let Recorded::Changed { number } =
                record(&mut tx, &teller, movement, nth, &note).await?
            {
                changed.push(HeldPlace {
                    place: movement.place.clone(),
                    code: TOLD_OTHERWISE,
                    reason: format!("payment {number} was told otherwise before"),
                });
            }
        }
        tx.commit().await?;
        self.done += chunk.len();
        self.held.extend(changed);
        Ok(true)
    }

    /// Writes the statements, the holds and what the file came to.
    pub(crate) async fn finish(
        mut self,
        gateway: &Gateway,
        actor: &Actor,
    ) -> Result<StatementOutcome, Failure<StatementRefusal>> {
        let note = note(gateway, actor, None);
        let mut tx = gateway.store.begin().await?;
        for (at, planned) in (1..).zip(&self.statements) {
            let statement = statement_row(self.file.id, planned, &note);
            if statements::is_told_otherwise(&mut tx, &statement).await? {
                self.held.push(HeldPlace {
                    place: format!("statement {at}"),
                    code: STATEMENT_CHANGED,
                    reason: format!("statement {} told something else before", planned.number),
                });
            }
            statements::insert(&mut tx, &statement, note.at).await?;
        }
        let tally = self.tally(&mut tx).await?;
        let report = serde_json::to_string(&self.held).context("writing the import's report")?;
        if !source_files::finish(&mut tx, self.file.id, tally, &report, note.at).await? {
            // Somebody ended the same import meanwhile.
            drop(tx);
            return ended_meanwhile(gateway, self.file.id).await;
        }
        self.open_holds(&mut tx, &note).await?;
        tx.commit().await?;
        Ok(StatementOutcome {
            file: self.file.id,
            is_new: true,
            format: self.file.format,
            tally,
            held: self.held,
        })
    }

    async fn tally(&self, tx: &mut Tx) -> Result<Tally, Failure<StatementRefusal>> {
        let count = |movements: usize| i64::try_from(movements).unwrap_or(i64::MAX);
        let lines = |held: bool| {
            let of_these = self.statements.iter().filter(|one| one.is_held == held);
            count(of_these.map(|one| one.movements.len()).sum())
        };
        let changed = self.held.iter().filter(|one| one.code == TOLD_OTHERWISE);
        let changed = count(changed.count());
        // What was recorded before an interruption counts as well.
        let recorded = payments::count_told_first(tx, self.file.sealed).await?;
        let (believed, held) = (lines(false), lines(true));
        Ok(Tally {
            statements: count(self.statements.len()),
            entries: believed + held,
            recorded,
            repeated: believed - recorded - changed,
            held: held + changed,
        })
    }

    /// Opens one hold for each code that the file is held for.
    async fn open_holds(
        &self,
        tx: &mut Tx,
        note: &Note<'_>,
    ) -> Result<(), Failure<StatementRefusal>> {
        let number = number_of(&self.file);
        for code in [
            DOES_NOT_TIE,
            ENTRY_UNREADABLE,
            STATEMENT_CHANGED,
            TOLD_OTHERWISE,
        ] {
            let of_code = self.held.iter().filter(|one| one.code == code);
            let reasons: Vec<String> = of_code
                .map(|one| format!("{}: {}", one.place, one.reason))
                .collect();
            if reasons.is_empty() {
                continue;
            }
            let detail: String = reasons
                .join("; ")
                .chars()
                .take(DETAIL_LETTERS_MAX)
                .collect();
            let hold = NewHold {
                kind: SubjectKind::SourceFile,
                subject: self.file.id.0,
                number: &number,
                code,
                detail: &detail,
            };
            holds::open(tx, &hold, note).await?;
        }
        Ok(())
    }
}

/// Reads a file off the asynchronous threads, for it may be long.
async fn read(
    gateway: &Gateway,
    channel: Channel,
    bytes: &Arc<Zeroizing<Vec<u8>>>,
) -> Result<(StatementFile, Vec<PlannedStatement>), Failure<StatementRefusal>> {
    let (vault, bytes) = (gateway.vault.clone(), Arc::clone(bytes));
    let reading = tokio::task::spawn_blocking(move || {
        let file = channel::read(&bytes).map_err(StatementRefusal::Unreadable)?;
        if !movements::is_told_on(file.format.family, channel) {
            return Err(StatementRefusal::OtherChannel {
                format: file.format.to_string(),
                channel,
            });
        }
        let statements = movements::plan(&vault, channel, &file);
        Ok((file, statements))
    });
    let read = reading.await.context("the reading task ended early")?;
    read.map_err(Failure::Refused)
}

/// Seals a file and gives it its row; somebody who did so meanwhile was first.
async fn keep(
    gateway: &Gateway,
    channel: Channel,
    read: &StatementFile,
    digest: [u8; 32],
    bytes: &Zeroizing<Vec<u8>>,
) -> Result<SourceFile, Failure<StatementRefusal>> {
    let blob = seal(gateway, SealedKind::SourceFile, bytes.clone()).await?;
    let now = gateway.clock.now();
    let file = SourceFile {
        id: SourceFileId(gateway.random.uuid(now)),
        channel,
        sha256: digest.to_vec(),
        format: read.format.to_string(),
        sealed: blob.id,
        size_bytes: blob.size_bytes,
        tally: Tally::default(),
        report: None,
        received_at: now,
        finished_at: None,
    };
    let mut tx = gateway.store.begin().await?;
    sealed::insert(&mut tx, &blob, now).await?;
    if source_files::insert(&mut tx, &file).await? {
        tx.commit().await?;
        return Ok(file);
    }
    drop(tx);
    let mut tx = gateway.store.read().await?;
    let first = source_files::find_by_digest(&mut tx, &digest).await?;
    Ok(first.context("a kept file is not there")?)
}

/// Every reason for which a statement's money is not believed.
fn not_believed(read: &StatementFile) -> Vec<HeldPlace> {
    let place = |held: &channel::Held| HeldPlace {
        place: held.place.clone(),
        code: match held.code {
            HeldCode::AmountUnreadable | HeldCode::DateUnreadable | HeldCode::EntryUnreadable => {
                ENTRY_UNREADABLE
            }
            _ => DOES_NOT_TIE,
        },
        reason: held.reason.clone(),
    };
    read.held.iter().map(place).collect()
}

fn statement_row(file: SourceFileId, planned: &PlannedStatement, note: &Note<'_>) -> Statement {
    let (opening, closing) = planned.balances;
    Statement {
        id: note.random.uuid(note.at),
        source_file: file,
        account: planned.account.clone(),
        number: planned.number.clone(),
        currency: planned.currency.clone(),
        booked_from: planned.booked.map(|(first, _)| first),
        booked_to: planned.booked.map(|(_, last)| last),
        opening,
        closing,
        ties: planned.ties,
        entries: i64::try_from(planned.movements.len()).unwrap_or(i64::MAX),
        digest: planned.digest.to_vec(),
    }
}

/// What people call a file: its channel and the beginning of its hash.
fn number_of(file: &SourceFile) -> String {
    let hash: String = hex(&file.sha256).chars().take(12).collect();
    format!("{}-{hash}", file.channel)
}

async fn ended_meanwhile(
    gateway: &Gateway,
    file: SourceFileId,
) -> Result<StatementOutcome, Failure<StatementRefusal>> {
    let mut tx = gateway.store.read().await?;
    let file = source_files::find(&mut tx, file)
        .await?
        .context("a kept file is not there")?;
    Ok(outcome_before(&file)?)
}

fn outcome_before(file: &SourceFile) -> anyhow::Result<StatementOutcome> {
    let report = file.report.as_deref().unwrap_or("[]");
    Ok(StatementOutcome {
        file: file.id,
        is_new: false,
        format: file.format.clone(),
        tally: file.tally,
        held: serde_json::from_str(report).context("reading the report of an import")?,
    })
}

#[cfg(test)]
mod tests;
