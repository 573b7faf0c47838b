//! The record of what people did: which bytes of a record its hash binds, and what an examiner may find.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// What is written of one act; the chain gives it its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who, as the history names actors.
    pub actor: String,
    /// What was done, in a word.
    pub action: String,
    /// The kind of what it was done to.
    pub subject_kind: String,
    /// Its id or name.
    pub subject: String,
    /// What else is to be told, without personal data.
    pub detail: String,
    /// Why, as the person said.
    pub reason: Option<String>,
    /// The row of the history that says the same.
    pub history: Option<Uuid>,
}

/// Says how the bytes are put together, should they ever be put together differently.
const FORMAT: &[u8] = b"cei-gateway audit record 1\0";

impl Entry {
    /// The bytes that the hash of record number `seq` binds, beside the hash of the record before: every
    /// field, each with its length, so that no two records have the same bytes.
    pub fn canonical(&self, seq: i64) -> Vec<u8> {
        let mut bytes = FORMAT.to_vec();
        bytes.extend(seq.to_be_bytes());
        bytes.extend(self.at.timestamp_micros().to_be_bytes());
        let texts = [
            &self.actor,
            &self.action,
            &self.subject_kind,
            &self.subject,
            &self.detail,
        ];
        for text in texts {
            push(&mut bytes, text.as_bytes());
        }
        match &self.reason {
            None => bytes.push(0),
            Some(reason) => {
                bytes.push(1);
                push(&mut bytes, reason.as_bytes());
            }
        }
        match &self.history {
            None => bytes.push(0),
            Some(id) => {
                bytes.push(1);
                bytes.extend(id.as_bytes());
            }
        }
        bytes
    }
}

fn push(bytes: &mut Vec<u8>, text: &[u8]) {
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    bytes.extend(length.to_be_bytes());
    bytes.extend(text);
}

/// Something that is not as it was written.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Finding {
    /// A record does not have the hash of its fields.
    #[error("record {0} was altered")]
    Altered(i64),
    /// Records are missing between two others, or before the first.
    #[error("records {first} to {last} were removed")]
    Removed {
        /// The first that is missing.
        first: i64,
        /// The last that is missing.
        last: i64,
    },
    /// A record does not go on from the one before: one of the two is not what stood there.
    #[error("record {0} does not follow the one before it: one was replaced or put in")]
    Unbound(i64),
    /// There are records beyond the end of the chain.
    #[error("records from {0} on were put in beyond the end of the chain")]
    PutIn(i64),
    /// The chain goes on behind the last record that is there.
    #[error("the record ends at {last}; it went on to {expected}")]
    CutOff {
        /// The last that is there.
        last: i64,
        /// The last that there was.
        expected: i64,
    },
    /// The row of the history says something else, or is gone.
    #[error("the history differs from record {0}")]
    HistoryDiffers(i64),
    /// What was signed about a day is not what the records say.
    #[error("the head that was signed for {day} is not that of record {seq}")]
    HeadDiffers {
        /// The day.
        day: NaiveDate,
        /// The record that it names.
        seq: i64,
    },
    /// The signature about a day does not hold, or another than the gateway signed.
    #[error("the signature for {0} does not hold")]
    HeadUnsigned(NaiveDate),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            at: "2026-03-02T07:00:00.000001Z".parse().unwrap(),
            actor: "operator:ana".to_owned(),
            action: "HELD".to_owned(),
            subject_kind: "APPLICATION".to_owned(),
            subject: "17".to_owned(),
            detail: "READY → HELD".to_owned(),
            reason: Some("asked by the office".to_owned()),
            history: Some(Uuid::from_u128(5)),
        }
    }

    #[test]
    fn every_field_changes_the_bytes_and_no_two_fields_flow_together() {
        let base = entry().canonical(1);
        let changed = [
            Entry {
                at: entry().at + chrono::TimeDelta::microseconds(1),
                ..entry()
            },
            Entry {
                actor: "operator:an".to_owned(),
                action: "aHELD".to_owned(),
                ..entry()
            },
            Entry {
                action: "RELEASED".to_owned(),
                ..entry()
            },
            Entry {
                subject_kind: "ORDER".to_owned(),
                ..entry()
            },
            Entry {
                subject: "18".to_owned(),
                ..entry()
            },
            Entry {
                detail: String::new(),
                ..entry()
            },
            Entry {
                reason: None,
                ..entry()
            },
            Entry {
                reason: Some(String::new()),
                ..entry()
            },
            Entry {
                history: None,
                ..entry()
            },
            Entry {
                history: Some(Uuid::from_u128(6)),
                ..entry()
            },
        ];
        let mut all: Vec<_> = changed.iter().map(|entry| entry.canonical(1)).collect();
        all.push(entry().canonical(2));
        all.push(base);
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
