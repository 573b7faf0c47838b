//! Takes the record out: one line of JSON for each record, and a signed document that says how many
//! there are, where they end, and what the digest of the lines is.

use std::io::{Cursor, Write};

use anyhow::Context;
use openssl::sha::Sha256;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::domain::audit::Entry;
use crate::domain::hex::hex;
use crate::domain::operator::Actor;
use crate::flow::audit_record::document::{instant, sign};
use crate::gateway::Gateway;
use crate::store::audit::{self, BEGINNING, Record};

/// Records read at a time.
const PAGE: i64 = 1_000;

/// Writes the whole record to `lines` and returns the signed document about it. Taking it out is a
/// record itself, which comes after what is taken.
pub async fn export(
    gateway: &Gateway,
    lines: &mut (dyn Write + Send),
    actor: &Actor,
    reason: Option<&str>,
) -> anyhow::Result<Vec<u8>> {
    let mut tx = gateway.store.read().await?;
    let mut digest = Sha256::new();
    let (mut last, mut last_hash) = (0, BEGINNING.to_vec());
    let mut count = 0;
    loop {
        let records = audit::list(&mut tx, last, PAGE).await?;
        for record in &records {
            let line = line_of(record);
            digest.update(line.as_bytes());
            lines
                .write_all(line.as_bytes())
                .context("writing the record")?;
            (last, count) = (record.seq, count + 1);
            last_hash.clone_from(&record.hash);
        }
        if records.is_empty() {
            break;
        }
    }
    drop(tx);
    let at = gateway.clock.now();
    let sha256 = hex(&digest.finish());
    let fields = [
        ("ExportedAt", &instant(at)),
        ("ExportedBy", &actor.to_string()),
        ("Records", &i64::to_string(&count)),
        ("Record", &last.to_string()),
        ("Hash", &hex(&last_hash)),
        ("LinesSha256", &sha256),
    ];
    let document = sign(gateway, "AuditExport", &fields, at)?;
    let entry = Entry {
        at,
        actor: actor.to_string(),
        action: "AUDIT_EXPORTED".to_owned(),
        subject_kind: "AUDIT".to_owned(),
        subject: last.to_string(),
        detail: sha256,
        reason: reason.map(str::to_owned),
        history: None,
    };
    let mut tx = gateway.store.begin().await?;
    audit::note(&mut tx, entry);
    tx.commit().await?;
    Ok(document)
}

/// The names of the two files of an archive.
const LINES: &str = "audit.jsonl";
const DOCUMENT: &str = "audit.jsonl.xml";

/// The whole record and the signed document about it, as one archive in memory.
pub async fn export_archive(
    gateway: &Gateway,
    actor: &Actor,
    reason: Option<&str>,
) -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(LINES, options)?;
    let document = export(gateway, &mut zip, actor, reason).await?;
    zip.start_file(DOCUMENT, options)?;
    zip.write_all(&document)?;
    Ok(zip.finish()?.into_inner())
}

/// One record as a line.
fn line_of(record: &Record) -> String {
    let entry = &record.entry;
    let line = json!({
        "seq": record.seq,
        "at": instant(entry.at),
        "actor": entry.actor,
        "action": entry.action,
        "subject_kind": entry.subject_kind,
        "subject": entry.subject,
        "detail": entry.detail,
        "reason": entry.reason,
        "history_id": entry.history,
        "previous_hash": hex(&record.previous_hash),
        "hash": hex(&record.hash),
    });
    format!("{line}\n")
}
