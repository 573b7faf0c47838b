//! What became of each line: one JSON object a line, appended to a file as soon as it is known.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::application::import::lines::Line;
use crate::flow::submit_application::SubmitRefusal;

/// Refusals that are shown at the end of a run; the file has all of them.
const SHOWN_MAX: usize = 20;

/// What became of a line.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Outcome {
    /// Taken in now.
    Accepted,
    /// Taken in before, with the same content.
    Repeated,
    /// Not taken in; its faults say why.
    Refused,
    /// No application could be read.
    Invalid,
}

/// One fault of a line.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct ToldFault {
    /// Where, as a JSON pointer.
    pub(super) pointer: String,
    /// The stable code.
    pub(super) code: String,
    /// The number of the reason that it falls under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<u16>,
    /// What is wrong and what to do.
    pub(super) message: String,
}

/// What became of one line, in words.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Told {
    /// Its place in the file, from 1.
    pub(super) line: u64,
    /// The beginning of its SHA-256.
    digest: String,
    /// The office's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// What became of it.
    pub(super) outcome: Outcome,
    /// The application's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Why it was not taken in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) faults: Vec<ToldFault>,
    /// Whether an earlier run said so.
    #[serde(skip)]
    pub(super) is_known: bool,
}

impl Told {
    fn new(line: &Line, outcome: Outcome) -> Self {
        Self {
            line: line.number,
            digest: line.digest.clone(),
            reference: None,
            outcome,
            number: None,
            faults: Vec::new(),
            is_known: false,
        }
    }

    /// What an earlier run said.
    pub(super) fn before(line: &Line, outcome: Outcome) -> Self {
        Self {
            is_known: true,
            ..Self::new(line, outcome)
        }
    }

    /// Taken in, now or before.
    pub(super) fn done(
        line: &Line,
        reference: &str,
        outcome: Outcome,
        number: Option<String>,
    ) -> Self {
        Self {
            reference: Some(reference.to_owned()),
            number,
            ..Self::new(line, outcome)
        }
    }

    /// No application could be read.
    pub(super) fn invalid(line: &Line, pointer: &str, code: &str, message: &str) -> Self {
        Self {
            faults: vec![ToldFault::new(pointer, code, message)],
            ..Self::new(line, Outcome::Invalid)
        }
    }

    /// Not taken in.
    pub(super) fn refused(line: &Line, reference: &str, refusal: &SubmitRefusal) -> Self {
        Self {
            reference: Some(reference.to_owned()),
            faults: faults_of(refusal),
            ..Self::new(line, Outcome::Refused)
        }
    }
}

impl ToldFault {
    fn new(pointer: &str, code: &str, message: &str) -> Self {
        Self {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            reason: None,
            message: message.to_owned(),
        }
    }
}

fn faults_of(refusal: &SubmitRefusal) -> Vec<ToldFault> {
    let (pointer, code) = match refusal {
        SubmitRefusal::Faulty(faults) => {
            let told = |fault: &crate::flow::intake::Fault| ToldFault {
                reason: Some(fault.reason.number()),
                ..ToldFault::new(&fault.pointer, fault.code, &fault.message)
            };
            return faults.iter().map(told).collect();
        }
        SubmitRefusal::ReferenceUsed { .. } => ("/office_reference", "office-reference-used"),
        SubmitRefusal::PersonHasOpenOne { .. } => ("/applicant/cnp", "person-has-open-application"),
        SubmitRefusal::PaymentReferenceNotFree => {
            ("/payment_reference", "payment-reference-not-free")
        }
        SubmitRefusal::Overtaken | SubmitRefusal::KeyReused(_) => ("", "overtaken"),
    };
    vec![ToldFault::new(pointer, code, &refusal.to_string())]
}

/// What earlier runs said, by line and digest.
#[derive(Default)]
pub(super) struct Known(HashMap<(u64, String), Outcome>);

impl Known {
    /// What became of this very line.
    pub(super) fn find(&self, line: &Line) -> Option<Outcome> {
        self.0.get(&(line.number, line.digest.clone())).copied()
    }
}

/// The file of results.
pub(super) struct Report {
    file: Option<File>,
    known: Known,
    refusals: Vec<Told>,
}

impl Report {
    /// A report that is kept nowhere.
    pub(super) fn on_paper_only() -> Self {
        Self {
            file: None,
            known: Known::default(),
            refusals: Vec::new(),
        }
    }

    /// Opens the file of results, reads what stands there, and goes on behind it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::options()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let mut known = HashMap::new();
        for line in BufReader::new(&file).lines() {
            // A run that was cut off may have left half a line; what it told is told again.
            if let Ok(told) = serde_json::from_str::<Told>(&line?) {
                known.insert((told.line, told.digest), told.outcome);
            }
        }
        if !ends_with_newline(&mut file)? {
            file.write_all(b"\n")?;
        }
        Ok(Self {
            file: Some(file),
            known: Known(known),
            refusals: Vec::new(),
        })
    }

    /// What earlier runs said.
    pub(super) fn known(&mut self) -> Known {
        std::mem::take(&mut self.known)
    }

    /// Appends what became of a line.
    pub(super) fn write(&mut self, told: Told) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            let mut line = serde_json::to_vec(&told)?;
            line.push(b'\n');
            file.write_all(&line)?;
        }
        if !told.faults.is_empty() && self.refusals.len() < SHOWN_MAX {
            self.refusals.push(told);
        }
        Ok(())
    }

    /// The first refusals of this run.
    pub(super) fn refusals(&self) -> &[Told] {
        &self.refusals
    }
}

fn ends_with_newline(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}
