//! Examines the record from its beginning: every hash, every number, the history beside it, every signed
//! head, and its end.

use std::convert::Infallible;

use chrono::NaiveDate;
use openssl::x509::X509;

use crate::domain::audit::Finding;
use crate::domain::hex::hex;
use crate::flow::Failure;
use crate::flow::audit_record::document::{Said, own_anchors, read_head};
use crate::gateway::Gateway;
use crate::store::Tx;
use crate::store::audit::{self, BEGINNING, Head, Record, Told, detail_of, hash_of};

/// Records read at a time.
const PAGE: i64 = 1_000;

/// Findings after which the rest is not listed: the record is worth nothing then.
const FINDINGS_MAX: usize = 100;

/// What an examination has seen.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Examined {
    /// How many records there are.
    pub records: i64,
    /// The number of the last one.
    pub last_seq: i64,
    /// Its hash.
    pub last_hash: Vec<u8>,
    /// How many signed heads there are.
    pub heads: i64,
    /// The last day whose head is signed.
    pub signed_until: Option<NaiveDate>,
    /// What is not as it was written; at most a hundred of them.
    pub findings: Vec<Finding>,
}

impl Examined {
    /// The hash of the last record, in hexadecimal.
    pub fn last_hash_text(&self) -> String {
        hex(&self.last_hash)
    }

    fn find(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        }
    }
}

/// Examines the whole record. `anchors` are the authorities whose signatures count beside the gateway's
/// own, for heads that an earlier seal signed.
pub async fn examine(gateway: &Gateway, anchors: &[X509]) -> Result<Examined, Failure<Infallible>> {
    let mut anchors = anchors.to_vec();
    anchors.extend(own_anchors(gateway));
    let mut seen = Examined {
        last_hash: BEGINNING.to_vec(),
        ..Examined::default()
    };
    // One snapshot for all of it: what is written meanwhile is the next examination's.
    let mut tx = gateway.store.read().await?;
    let heads = heads(&mut tx, &anchors, &mut seen).await?;
    let (end_seq, end_hash) = audit::end(&mut tx).await?;
    let mut heads = heads.into_iter().peekable();
    loop {
        let records = audit::list(&mut tx, seen.last_seq, PAGE).await?;
        let Some(last) = records.last().map(|record| record.seq) else {
            break;
        };
        let told = audit::list_told(&mut tx, seen.last_seq, last).await?;
        let mut told = told.into_iter().peekable();
        for record in &records {
            examine_record(&mut seen, record, end_seq);
            while let Some(telling) = told.next_if(|told| told.seq <= record.seq) {
                compare_history(&mut seen, record, &telling);
            }
            while let Some(head) = heads.next_if(|head| head.seq <= record.seq) {
                compare_head(&mut seen, &head, record);
            }
        }
    }
    for head in heads {
        let (day, seq) = (head.day, head.seq);
        seen.find(Finding::HeadDiffers { day, seq });
    }
    compare_end(&mut seen, end_seq, &end_hash);
    Ok(seen)
}

/// Reads every head whose signature holds and says what its row says.
async fn heads(
    tx: &mut Tx,
    anchors: &[X509],
    seen: &mut Examined,
) -> Result<Vec<Head>, Failure<Infallible>> {
    let mut all = Vec::new();
    let mut after = NaiveDate::MIN;
    // Both databases can say this day, and no record is as old.
    after = after.max(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or_default());
    loop {
        let found = audit::list_heads(tx, after, PAGE).await?;
        let Some(last) = found.last() else {
            break;
        };
        after = last.day;
        for head in found {
            seen.heads += 1;
            seen.signed_until = Some(head.day);
            let said = read_head(&head.document, anchors, head.signed_at);
            if said == Some(Said::new(head.day, head.seq, &head.hash)) {
                all.push(head);
            } else {
                seen.find(Finding::HeadUnsigned(head.day));
            }
        }
    }
    all.sort_by_key(|head| head.seq);
    Ok(all)
}

fn examine_record(seen: &mut Examined, record: &Record, end_seq: i64) {
    let expected = seen.last_seq + 1;
    if record.seq > expected {
        seen.find(Finding::Removed {
            first: expected,
            last: record.seq - 1,
        });
    } else if record.previous_hash != seen.last_hash {
        seen.find(Finding::Unbound(record.seq));
    }
    if record.hash != hash_of(&record.previous_hash, record.seq, &record.entry) {
        seen.find(Finding::Altered(record.seq));
    }
    if record.seq > end_seq && seen.last_seq <= end_seq {
        seen.find(Finding::PutIn(record.seq));
    }
    seen.records += 1;
    seen.last_seq = record.seq;
    seen.last_hash.clone_from(&record.hash);
}

/// Compares a record with the row of the history that says the same.
fn compare_history(seen: &mut Examined, record: &Record, told: &Told) {
    let entry = &record.entry;
    let detail = match (&told.from_state, &told.to_state) {
        (Some(from), Some(to)) => Some(detail_of(from, to)),
        _ => None,
    };
    let subject = told.subject_id.map(|id| id.to_string());
    let is_same = told.subject_kind.as_deref() == Some(entry.subject_kind.as_str())
        && subject.as_deref() == Some(entry.subject.as_str())
        && told.event.as_deref() == Some(entry.action.as_str())
        && detail.as_deref() == Some(entry.detail.as_str())
        && told.actor.as_deref() == Some(entry.actor.as_str())
        && told.note == entry.reason
        && told.at == Some(entry.at);
    if !is_same {
        seen.find(Finding::HistoryDiffers(record.seq));
    }
}

fn compare_head(seen: &mut Examined, head: &Head, record: &Record) {
    if head.seq != record.seq || head.hash != record.hash {
        let (day, seq) = (head.day, head.seq);
        seen.find(Finding::HeadDiffers { day, seq });
    }
}

fn compare_end(seen: &mut Examined, end_seq: i64, end_hash: &[u8]) {
    if seen.last_seq < end_seq {
        seen.find(Finding::CutOff {
            last: seen.last_seq,
            expected: end_seq,
        });
    } else if seen.last_seq == end_seq && seen.last_hash != end_hash {
        seen.find(Finding::Altered(end_seq));
    }
}
