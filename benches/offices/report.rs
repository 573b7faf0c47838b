//! What was measured, each figure beside its limit.
#![expect(clippy::float_arithmetic, reason = "ratios for people, no money")]

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::measure::Samples;
use crate::options::History;

/// A figure and what it is held against.
struct Line {
    what: &'static str,
    ours: &'static str,
    beside: &'static str,
    limit: &'static str,
    /// The least that the ratio may be.
    goal: f64,
}

const fn line(
    (what, ours): (&'static str, &'static str),
    (beside, limit): (&'static str, &'static str),
    goal: f64,
) -> Line {
    Line {
        what,
        ours,
        beside,
        limit,
        goal,
    }
}

const SYNCED: &str = "one file synced and the same rows";
const ROWS: &str = "the same rows alone";

#[rustfmt::skip]
const LINES: [Line; 19] = [
    line(("one application a request", "intake.single.whole"), (SYNCED, "bare.single.whole"), 0.5),
    line(("100 applications a request", "intake.bulk.whole"), (SYNCED, "bare.bulk.whole"), 0.5),
    line(("one a request, without images", "intake.single.light"), ("pgbench, one row", "pgbench.single"), 0.5),
    line(("100 a request, without images", "intake.bulk.light"), ("pgbench, 100 rows", "pgbench.hundred"), 0.5),
    line(("rows of one a request, without images", "intake.single.light.rows"), ("pgbench, one row", "pgbench.single"), 0.0),
    line(("rows of 100 a request, without images", "intake.bulk.light.rows"), ("pgbench, 100 rows", "pgbench.hundred"), 0.0),
    line(("one a request, without images", "intake.single.light"), (ROWS, "bare.single.light"), 0.0),
    line(("100 a request, without images", "intake.bulk.light"), (ROWS, "bare.bulk.light"), 0.0),
    line(("rows of the program alone, 10 at a time", "bare.single.light.rows"), ("pgbench, one row", "pgbench.single"), 0.0),
    line(("rows of the program alone, 1,000 at a time", "bare.bulk.light.rows"), ("pgbench, 100 rows", "pgbench.hundred"), 0.0),
    line(("messages claimed and completed", "outbox.lanes"), ("bare lane cursor", "bare.lanes"), 0.5),
    line(("messages claimed and completed", "outbox.lanes"), ("bare SKIP LOCKED", "bare.queue"), 1.0),
    line(("messages delivered to a sink", "outbox.delivered"), ("Graphile Worker", "graphile.free"), 1.0),
    line(("messages delivered to a sink", "outbox.delivered"), ("Graphile Worker, in order per office", "graphile.ordered"), 1.0),
    line(("unchanged feed, 304", "feed.304"), ("constant answer", "constant"), 0.7),
    line(("unchanged feed, 200", "feed.200"), ("constant answer", "constant"), 0.7),
    line(("status by key, 200", "status.200"), ("bare sqlx read", "read"), 0.9),
    line(("status by key, 304", "status.304"), ("bare sqlx read", "read"), 0.9),
    line(("bare sqlx read", "read"), ("constant answer", "constant"), 0.0),
];

/// Figures that stand for themselves: what, name, unit, the most that is wanted.
#[rustfmt::skip]
const ALONE: [(&str, &str, &str, Option<f64>); 17] = [
    ("size of the database", "size.gb", "GB", None),
    ("rows of an application", "intake.rows", "", None),
    ("sealed bytes of an application", "intake.bytes", "", None),
    ("client's share of a processor", "intake.single.whole.client", "", None),
    ("one a request, p99", "intake.single.whole.p99_us", "µs", None),
    ("unchanged feed, 304, p99", "feed.304.p99_us", "µs", None),
    ("status by key, 200, p99", "status.200.p99_us", "µs", None),
    ("constant answer, p99", "constant.p99_us", "µs", None),
    ("client's share of a processor, constant", "constant.client", "", None),
    ("client's share of a processor, 304", "feed.304.client", "", None),
    ("memory of a waiting office", "waiting.plain.kib", "KiB", Some(32.0)),
    ("memory of a waiting office, TLS", "waiting.tls.kib", "KiB", Some(32.0)),
    ("from commit to answer, p50", "waiting.plain.p50_ms", "ms", None),
    ("from commit to answer, p99", "waiting.plain.p99_ms", "ms", Some(50.0)),
    ("from commit to answer, TLS, p50", "waiting.tls.p50_ms", "ms", None),
    ("from commit to answer, TLS, p99", "waiting.tls.p99_ms", "ms", Some(50.0)),
    ("processor time of a waiting office", "waiting.plain.cpu_us", "µs/s", None),
];

/// The most that history may cost.
const FLAT: f64 = 1.3;

/// Everything that was measured with one history.
pub(crate) type Chapter = (History, Samples);

/// The tables, in Markdown.
pub(crate) fn tables(server: &str, chapters: &[Chapter]) -> String {
    let mut text = format!("{server}\n");
    let first = chapters.first().map(|(_, samples)| samples);
    for (history, samples) in chapters {
        let History {
            applications,
            events,
        } = history;
        let is_later = *history != History::default();
        let before = first.filter(|_| is_later);
        write!(
            text,
            "\nWith {applications} applications and {events} events before:\n\n{}{}{}",
            ratios(samples, before),
            alone(samples),
            windows(samples),
        )
        .unwrap_or_default();
    }
    text
}

fn ratios(samples: &Samples, before: Option<&Samples>) -> String {
    let mut text = String::from(
        "| what | per second | beside | per second | ratio | goal | of the empty database |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for line in &LINES {
        let Some(ours) = samples.median(line.ours) else {
            continue;
        };
        let limit = samples.median(line.limit);
        let shown =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.0}"));
        let ratio = limit.map(|limit| ours / limit);
        let empty = before.and_then(|before| before.median(line.ours));
        let slower = empty.map(|empty| empty / ours);
        writeln!(
            text,
            "| {} | {ours:.0} | {} | {} | {} | {} | {} |",
            line.what,
            line.beside,
            shown(limit),
            ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.2}")),
            goal(line.goal, ratio),
            slower.map_or("–".to_owned(), told_slower),
        )
        .unwrap_or_default();
    }
    text
}

fn goal(goal: f64, ratio: Option<f64>) -> String {
    match ratio {
        _ if goal == 0.0 => String::new(),
        Some(ratio) if ratio < goal => format!("{goal:.1}, missed"),
        _ => format!("{goal:.1}"),
    }
}

fn told_slower(factor: f64) -> String {
    let missed = if factor > FLAT {
        ", goal 1.3 missed"
    } else {
        ""
    };
    format!("{factor:.2} of the cost{missed}")
}

fn alone(samples: &Samples) -> String {
    let mut text = String::from("\n| what | | goal |\n|---|---|---|\n");
    for (what, name, unit, most) in ALONE {
        let Some(value) = samples.median(name) else {
            continue;
        };
        let goal = match most {
            Some(most) if value > most => format!("{most:.0}, missed"),
            Some(most) => format!("{most:.0}"),
            None => String::new(),
        };
        writeln!(text, "| {what} | {value:.2} {unit} | {goal} |").unwrap_or_default();
    }
    text
}

/// The time of a claim while a transaction stays idle, every ten seconds.
fn windows(samples: &Samples) -> String {
    let medians = samples.medians();
    let mut text = String::new();
    for (what, prefix) in [
        ("a lane, as the gateway does", "idle.ours."),
        ("bare lane cursor", "idle.lanes."),
        ("bare SKIP LOCKED", "idle.queue."),
    ] {
        let values = medians
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(_, value)| format!("{value:.2}"));
        let values: Vec<String> = values.collect();
        if !values.is_empty() {
            writeln!(text, "| {what} | {} |", values.join(" | ")).unwrap_or_default();
        }
    }
    if text.is_empty() {
        return text;
    }
    format!("\nMilliseconds of a claim while a transaction stays idle, window by window:\n\n{text}")
}

/// Everything, for a program.
pub(crate) fn as_json(server: &str, chapters: &[Chapter]) -> Value {
    let chapter = |(history, samples): &Chapter| {
        json!({
            "applications": history.applications,
            "events": history.events,
            "medians": samples.medians(),
        })
    };
    let chapters: Vec<Value> = chapters.iter().map(chapter).collect();
    json!({ "server": server, "chapters": chapters })
}
