//! What was measured, held against the goals.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::orders::Batch;
use crate::spent::Spent;

/// The most memory that signing and verifying may take, in kilobytes.
const PEAK_KB_MAX: u64 = 32 * 1024;
/// How many times faster than xmlsec1 the gateway is to be, in hundredths.
const FASTER_MIN: u64 = 500;

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Operation {
    Sha256,
    SignToSink,
    SignEncoding,
    SignToVault,
    VerifySignature,
    VerifyOrder,
    VerifyForeign,
    XmlsecSign,
    XmlsecVerify,
}

impl Operation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256 of the same bytes in memory",
            Self::SignToSink => "write and sign an order to a sink",
            Self::SignEncoding => "sign its images, encoding base64 on the way",
            Self::SignToVault => "write and sign an order to a durable sealed blob",
            Self::VerifySignature => "verify the signature, content ignored",
            Self::VerifyOrder => "verify and read the order strictly",
            Self::VerifyForeign => "the same, in a layout that is not ours",
            Self::XmlsecSign => "xmlsec1 --sign",
            Self::XmlsecVerify => "xmlsec1 --verify",
        }
    }

    /// The most it may cost, in hundredths of a SHA-256 pass.
    fn goal(self) -> Option<u64> {
        match self {
            Self::SignToSink => Some(115),
            Self::SignToVault => Some(200),
            Self::VerifySignature | Self::VerifyOrder => Some(135),
            Self::Sha256
            | Self::SignEncoding
            | Self::VerifyForeign
            | Self::XmlsecSign
            | Self::XmlsecVerify => None,
        }
    }
}

pub(crate) struct Report {
    cards: u64,
    bytes: usize,
    spent: BTreeMap<Operation, Spent>,
    peaks_kb: Vec<(Operation, u64, u64)>,
    notes: Vec<&'static str>,
}

impl Report {
    pub(crate) fn of(batch: &Batch, document: &[u8]) -> Self {
        Self {
            cards: batch.cards,
            bytes: document.len(),
            spent: BTreeMap::new(),
            peaks_kb: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds one more measurement; the least counts.
    pub(crate) fn add(&mut self, operation: Operation, spent: Spent) {
        self.spent
            .entry(operation)
            .and_modify(|least| *least = least.least(spent))
            .or_insert(spent);
    }

    pub(crate) fn add_memory(&mut self, operation: Operation, megabytes: u64, peak_kb: u64) {
        self.peaks_kb.push((operation, megabytes, peak_kb));
    }

    pub(crate) fn note(&mut self, note: &'static str) {
        self.notes.push(note);
    }

    /// The processor's time in hundredths of a SHA-256 pass.
    fn ratio(&self, operation: Operation) -> Option<u64> {
        self.quotient(operation, Operation::Sha256)
    }

    fn quotient(&self, over: Operation, under: Operation) -> Option<u64> {
        let cpu = |operation| self.spent.get(&operation).map(|spent: &Spent| spent.cpu_ns);
        let (over, under) = (cpu(over)? * 100, cpu(under)?);
        // To the nearest.
        (over + under / 2).checked_div(under)
    }

    /// How many times faster than xmlsec1, in hundredths.
    fn faster(&self) -> Vec<(&'static str, u64)> {
        [
            (
                "signing",
                self.quotient(Operation::XmlsecSign, Operation::SignToSink),
            ),
            (
                "verifying",
                self.quotient(Operation::XmlsecVerify, Operation::VerifyOrder),
            ),
        ]
        .into_iter()
        .filter_map(|(what, times)| Some((what, times?)))
        .collect()
    }

    pub(crate) fn table(&self) -> String {
        let mut out = format!(
            "order of {} cards, {} bytes; least of all rounds\n\n",
            self.cards, self.bytes
        );
        writeln!(
            out,
            "{:<50} {:>8} {:>8} {:>7} {:>6}",
            "operation", "CPU ms", "wall ms", "ratio", "goal"
        )
        .ok();
        for (operation, spent) in &self.spent {
            let ratio = self.ratio(*operation).unwrap_or(0);
            let goal = operation.goal();
            writeln!(
                out,
                "{:<50} {:>8} {:>8} {:>7} {:>6} {}",
                operation.name(),
                tenths(spent.cpu_ns / 100_000),
                tenths(spent.wall_ns / 100_000),
                hundredths(ratio),
                goal.map(hundredths).unwrap_or_default(),
                goal.map_or("", |goal| verdict(ratio <= goal)),
            )
            .ok();
        }
        for (what, times) in self.faster() {
            let (times_text, goal) = (hundredths(times), hundredths(FASTER_MIN));
            let name = format!("{what}, times faster than xmlsec1");
            let verdict = verdict(times >= FASTER_MIN);
            writeln!(out, "{name:<68} {times_text:>7} {goal:>6} {verdict}").ok();
        }
        out.push('\n');
        for (operation, megabytes, peak) in &self.peaks_kb {
            let what = match operation {
                Operation::SignToSink => "sign",
                _ => "verify",
            };
            let name = format!("peak memory of a process to {what} {megabytes} MB, in MiB");
            let (peak_text, goal) = (tenths(peak * 10 / 1024), tenths(PEAK_KB_MAX * 10 / 1024));
            let verdict = verdict(*peak <= PEAK_KB_MAX);
            writeln!(out, "{name:<68} {peak_text:>7} {goal:>6} {verdict}").ok();
        }
        for note in &self.notes {
            writeln!(out, "{note}").ok();
        }
        out
    }

    pub(crate) fn json(&self) -> String {
        let operations = self.spent.iter().map(|(operation, spent)| {
            json!({
                "operation": operation.name(),
                "cpu_ns": spent.cpu_ns,
                "wall_ns": spent.wall_ns,
                "ratio_percent": self.ratio(*operation),
                "goal_percent": operation.goal(),
            })
        });
        let peaks = self.peaks_kb.iter().map(|(operation, megabytes, peak_kb)| {
            json!({
                "operation": operation.name(),
                "megabytes": megabytes,
                "peak_kb": peak_kb,
                "goal_kb": PEAK_KB_MAX,
            })
        });
        let faster = self.faster().into_iter().map(|(what, times)| {
            json!({ "what": what, "times_percent": times, "goal_percent": FASTER_MIN })
        });
        json!({
            "cards": self.cards,
            "bytes": self.bytes,
            "operations": operations.collect::<Vec<_>>(),
            "faster_than_xmlsec1": faster.collect::<Vec<_>>(),
            "memory": peaks.collect::<Vec<_>>(),
            "notes": self.notes,
        })
        .to_string()
    }
}

fn verdict(reached: bool) -> &'static str {
    if reached { "reached" } else { "missed" }
}

fn tenths(value: u64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

fn hundredths(value: u64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}
