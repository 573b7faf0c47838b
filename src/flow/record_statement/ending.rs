//! Ends an import: its statements, what it came to, and what an operator must look at.

use anyhow::Context;

use crate::channel::{HeldCode, StatementFile};
use crate::domain::hex::hex;
use crate::domain::id::SourceFileId;
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::movements::{ToldStatement, one_form};
use crate::flow::progress::note;
use crate::flow::record_statement::sequence::gap;
use crate::flow::record_statement::telling::Judged;
use crate::flow::record_statement::{HeldPlace, StatementOutcome, StatementRefusal, find};
use crate::gateway::Gateway;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::source_files::{self, SourceFile, Tally};
use crate::store::statements::{self, Statement};
use crate::store::{Tx, movements, payments};

/// `STATEMENT_DOES_NOT_TIE`: its money is not believed.
const DOES_NOT_TIE: u16 = 917;
/// `ENTRY_UNREADABLE`: something in it was meant as money and is none.
const ENTRY_UNREADABLE: u16 = 922;
/// `STATEMENT_CHANGED`: the same number told something else before.
const STATEMENT_CHANGED: u16 = 918;
/// `STATEMENT_GAP`: something is missing before it.
const STATEMENT_GAP: u16 = 919;
/// `NOTIFICATION_CHANGED`: the station told something else of the same transaction.
const TOLD_OTHERWISE: u16 = 921;

/// Letters of a hold's text at most.
const DETAIL_LETTERS_MAX: usize = 1_000;

/// Movements that were told otherwise before, of which the report says so one by one.
const CONTRADICTIONS_MAX: i64 = 1_000;

/// An import of which every movement is recorded.
pub(super) struct Ending<'a> {
    file: SourceFile,
    judged: &'a Judged,
    told: &'a [ToldStatement],
    held: Vec<HeldPlace>,
}

impl<'a> Ending<'a> {
    pub(super) fn of(file: SourceFile, judged: &'a Judged, told: &'a [ToldStatement]) -> Self {
        Self {
            file,
            judged,
            told,
            held: not_believed(&judged.file),
        }
    }

    /// Writes the statements, the holds and what the file came to.
    pub(super) async fn write(
        mut self,
        gateway: &Gateway,
        actor: &Actor,
    ) -> Result<StatementOutcome, Failure<StatementRefusal>> {
        let note = note(gateway, actor, None);
        let mut tx = gateway.store.begin().await?;
        let contradictions = movements::count_contradictions(&mut tx, self.file.id).await?;
        self.tell_contradictions(&mut tx, contradictions).await?;
        self.write_statements(&mut tx, &note).await?;
        let tally = self.tally(&mut tx, contradictions).await?;
        let report = serde_json::to_string(&self.held).context("writing the import's report")?;
        if !source_files::finish(&mut tx, self.file.id, tally, &report, note.at).await? {
            // Somebody ended the same import meanwhile.
            drop(tx);
            let file = find(gateway, self.file.id).await?;
            return Ok(outcome_before(&file)?);
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

    async fn tell_contradictions(
        &mut self,
        tx: &mut Tx,
        count: i64,
    ) -> Result<(), Failure<StatementRefusal>> {
        let told = movements::list_contradictions(tx, self.file.id, CONTRADICTIONS_MAX).await?;
        self.held
            .extend(told.into_iter().map(|(place, number)| HeldPlace {
                place,
                code: TOLD_OTHERWISE,
                reason: format!("payment {number} was told otherwise before"),
            }));
        if count > CONTRADICTIONS_MAX {
            let more = count - CONTRADICTIONS_MAX;
            self.held.push(HeldPlace {
                place: "file".to_owned(),
                code: TOLD_OTHERWISE,
                reason: format!("and {more} more payments were told otherwise before"),
            });
        }
        Ok(())
    }

    async fn write_statements(
        &mut self,
        tx: &mut Tx,
        note: &Note<'_>,
    ) -> Result<(), Failure<StatementRefusal>> {
        for (at, (read, told)) in (1..).zip(self.judged.file.statements.iter().zip(self.told)) {
            let statement = statement_row(self.file.id, read, told, note);
            let mut hold = |code, reason| {
                let place = format!("statement {at}");
                self.held.push(HeldPlace {
                    place,
                    code,
                    reason,
                });
            };
            if statements::is_told_otherwise(tx, &statement).await? {
                let number = &statement.number;
                hold(
                    STATEMENT_CHANGED,
                    format!("statement {number} told something else before"),
                );
            }
            // A report within the day has no place in a sequence of days.
            if statement.ties == Some(true)
                && let Some(previous) = statements::find_previous(tx, &statement).await?
                && let Some(reason) = gap(&previous, &statement)
            {
                hold(STATEMENT_GAP, reason);
            }
            statements::insert(tx, &statement, note.at).await?;
        }
        Ok(())
    }

    async fn tally(
        &self,
        tx: &mut Tx,
        contradictions: i64,
    ) -> Result<Tally, Failure<StatementRefusal>> {
        let lines = |held: bool| -> i64 {
            let statements = self.told.iter().enumerate();
            let of_these = statements.filter(|(at, _)| self.judged.is_held(*at) == held);
            of_these.map(|(_, told)| told.movements).sum()
        };
        // What was recorded before an interruption counts as well.
        let recorded = payments::count_told_first(tx, self.file.sealed).await?;
        let (believed, held) = (lines(false), lines(true));
        Ok(Tally {
            statements: i64::try_from(self.told.len()).unwrap_or(i64::MAX),
            entries: believed + held,
            recorded,
            repeated: believed - recorded - contradictions,
            held: held + contradictions,
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
            STATEMENT_GAP,
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

/// What a file came to whose import ended before.
pub(super) fn outcome_before(file: &SourceFile) -> anyhow::Result<StatementOutcome> {
    let report = file.report.as_deref().unwrap_or("[]");
    Ok(StatementOutcome {
        file: file.id,
        is_new: false,
        format: file.format.clone(),
        tally: file.tally,
        held: serde_json::from_str(report).context("reading the report of an import")?,
    })
}

/// Every reason for which a statement's money is not believed.
fn not_believed(read: &StatementFile) -> Vec<HeldPlace> {
    let place = |held: &crate::channel::Held| HeldPlace {
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

fn statement_row(
    file: SourceFileId,
    read: &crate::channel::Statement,
    told: &ToldStatement,
    note: &Note<'_>,
) -> Statement {
    Statement {
        id: note.random.uuid(note.at),
        source_file: file,
        account: read.account.clone().unwrap_or_default(),
        number: one_form(read.number.as_deref().unwrap_or("")),
        currency: read.currency.clone().unwrap_or_default(),
        booked_from: told.booked.map(|(first, _)| first),
        booked_to: told.booked.map(|(_, last)| last),
        opening: read.opening_minor,
        closing: read.closing_minor,
        ties: read.ties,
        entries: told.movements,
        digest: told.digest.to_vec(),
    }
}

/// What people call a file: its channel and the beginning of its hash.
fn number_of(file: &SourceFile) -> String {
    let hash: String = hex(&file.sha256).chars().take(12).collect();
    format!("{}-{hash}", file.channel)
}
