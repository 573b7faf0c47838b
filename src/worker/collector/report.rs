//! What became of a file, for whoever put it there.

use serde_json::{Value, json};

use crate::domain::payment::Channel;
use crate::flow::record_statement::{StatementOutcome, StatementRefusal};
use crate::transport::folder::{Found, Place};

/// What became of a file.
pub(super) struct Report {
    place: Place,
    text: Value,
}

impl Report {
    pub(super) fn of(file: &Found, outcome: &StatementOutcome) -> Self {
        let tally = outcome.tally;
        let remarks: Vec<Value> = outcome
            .held
            .iter()
            .map(|held| json!({"place": held.place, "code": held.code, "text": held.reason}))
            .collect();
        let text = json!({
            "file": name_of(file),
            "outcome": if outcome.is_new { "RECORDED" } else { "REPEATED" },
            "file_id": outcome.file.0.to_string(),
            "format": outcome.format,
            "statements": tally.statements,
            "entries": tally.entries,
            "recorded": tally.recorded,
            "repeated": tally.repeated,
            "held": tally.held,
            "remarks": remarks,
        });
        Self {
            place: Place::Done,
            text,
        }
    }

    pub(super) fn of_refusal(file: &Found, refusal: &StatementRefusal) -> Self {
        let (place, code, text) = match refusal {
            StatementRefusal::Unreadable(refused) => (
                refused.place.clone(),
                Some(refused.code.as_str()),
                refused.reason.clone(),
            ),
            other => ("file".to_owned(), None, other.to_string()),
        };
        let text = json!({
            "file": name_of(file),
            "outcome": "REFUSED",
            "remarks": [{"place": place, "code": code, "text": text}],
        });
        Self {
            place: Place::Refused,
            text,
        }
    }

    pub(super) const fn place(&self) -> Place {
        self.place
    }

    pub(super) fn text(&self) -> String {
        format!("{:#}\n", self.text)
    }

    /// One line in the log; a file's name may name people, so it is left out.
    pub(super) fn log(&self, channel: Channel) {
        let count = |key: &str| self.text.get(key).and_then(Value::as_i64).unwrap_or(0);
        let id = self.text.get("file_id").and_then(Value::as_str);
        match self.place {
            Place::Done => tracing::info!(
                channel = channel.as_str(),
                file.id = id.unwrap_or_default(),
                recorded = count("recorded"),
                repeated = count("repeated"),
                held = count("held"),
                "a file was taken from its folder"
            ),
            Place::Refused => tracing::warn!(
                channel = channel.as_str(),
                "a file in a folder was refused; its report says why"
            ),
        }
    }
}

fn name_of(file: &Found) -> String {
    let name = file.path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
