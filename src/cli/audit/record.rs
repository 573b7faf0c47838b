//! `audit list`, `audit verify`, `audit export`: what people did, and whether anybody rewrote it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use openssl::x509::X509;
use serde::Serialize;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet, instant};
use crate::flow::audit_record::examine::{Examined, examine};
use crate::flow::audit_record::export::export;
use crate::store::audit::{self, Record, Sought};

/// List what people did, the latest first
#[derive(Args, Debug)]
pub(crate) struct ListOf {
    /// Only of this actor, such as `operator:ana`
    #[arg(
        long,
        value_name = "ACTOR",
        default_value = "",
        hide_default_value = true
    )]
    actor: String,
    /// Only about this: an id or a name
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true)]
    subject: String,
    /// Only records before this number
    #[arg(long, value_name = "NUMBER", default_value_t = i64::MAX, hide_default_value = true)]
    before: i64,
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=1000))]
    limit: i64,
}

/// Examine the whole record, and say what is not as it was written
#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// Authorities of seals that signed earlier days, PEM; that of the present seal is known
    #[arg(long, value_name = "FILE")]
    anchors: Option<PathBuf>,
}

/// Take the record out: FILE gets a line of JSON for each record, FILE.xml a signed document about it
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// The file; it must not be there yet
    file: PathBuf,
    #[command(flatten)]
    why: Why,
}

#[derive(Serialize)]
struct RecordRow {
    seq: i64,
    at: DateTime<Utc>,
    actor: String,
    action: String,
    subject_kind: String,
    subject: String,
    detail: String,
    reason: Option<String>,
}

impl Row for RecordRow {
    const HEADS: &'static [&'static str] = &[
        "NUMBER>", "AT", "WHO", "DID", "TO", "WHICH", "DETAIL", "WHY",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.seq.to_string(),
            instant(self.at),
            self.actor.clone(),
            self.action.clone(),
            self.subject_kind.clone(),
            self.subject.clone(),
            self.detail.clone(),
            self.reason.clone().unwrap_or_default(),
        ]
    }
}

impl From<Record> for RecordRow {
    fn from(record: Record) -> Self {
        let entry = record.entry;
        Self {
            seq: record.seq,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            subject_kind: entry.subject_kind,
            subject: entry.subject,
            detail: entry.detail,
            reason: entry.reason,
        }
    }
}

#[derive(Serialize)]
struct Verdict {
    intact: bool,
    records: i64,
    last: i64,
    last_hash: String,
    signed_heads: i64,
    signed_until: Option<NaiveDate>,
    findings: Vec<String>,
}

impl From<Examined> for Verdict {
    fn from(seen: Examined) -> Self {
        Self {
            intact: seen.findings.is_empty(),
            records: seen.records,
            last: seen.last_seq,
            last_hash: seen.last_hash_text(),
            signed_heads: seen.heads,
            signed_until: seen.signed_until,
            findings: seen.findings.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Page for Verdict {
    fn write(&self, sheet: &mut Sheet) -> io::Result<()> {
        sheet.line(if self.intact {
            "The record is as it was written."
        } else {
            "The record is NOT as it was written."
        });
        let signed_until = self.signed_until.map(|day| day.to_string());
        sheet.fields(&[
            ("Records", self.records.to_string()),
            ("Last", self.last.to_string()),
            ("Hash", self.last_hash.clone()),
            ("Signed days", self.signed_heads.to_string()),
            ("Signed until", signed_until.unwrap_or_default()),
        ]);
        for finding in &self.findings {
            sheet.line(&format!("- {finding}"));
        }
        Ok(())
    }
}

pub(super) async fn list(command: ListOf, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let sought = Sought {
        actor: command.actor,
        subject: command.subject,
    };
    let mut tx = context.store().await?.read().await?;
    let found = audit::list_latest(&mut tx, &sought, command.before, command.limit).await?;
    let rows: Vec<RecordRow> = found.into_iter().map(RecordRow::from).collect();
    context.output.list(&rows, None)?;
    Ok(Exit::Ok)
}

pub(super) async fn verify(command: &Verify, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let anchors = match &command.anchors {
        Some(file) => read_anchors(file)?,
        None => Vec::new(),
    };
    let gateway = context.gateway().await?;
    let seen = examine(&gateway, &anchors)
        .await
        .map_err(anyhow::Error::from)?;
    let verdict = Verdict::from(seen);
    context.output.page(&verdict)?;
    Ok(if verdict.intact {
        Exit::Ok
    } else {
        Exit::Invalid
    })
}

fn read_anchors(file: &PathBuf) -> Result<Vec<X509>, CliError> {
    let pem = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let none = |_| CliError::invalid(format!("{} holds no certificates in PEM", file.display()));
    X509::stack_from_pem(&pem).map_err(none)
}

pub(super) async fn take_out(
    command: &Export,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let file = &command.file;
    let mut signed = file.clone().into_os_string();
    signed.push(".xml");
    let make = |path: &std::path::Path| {
        let made = File::create_new(path);
        made.with_context(|| format!("making {}", path.display()))
    };
    let mut lines = BufWriter::new(make(file)?);
    let mut about = make(signed.as_ref())?;
    let reason = Some(command.why.reason.as_str());
    let document = export(&gateway, &mut lines, &actor, reason).await?;
    lines.flush()?;
    lines.get_ref().sync_all()?;
    about.write_all(&document)?;
    about.sync_all()?;
    context.output.done(
        &json!({ "done": "exported", "file": file, "signed": signed.to_string_lossy() }),
        &format!(
            "The record is in {}, the signed document about it beside it.",
            file.display()
        ),
    )?;
    Ok(Exit::Ok)
}
