//! `docs/state-machines.md`: every life cycle as a table of its states and as a diagram.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use cei_gateway::domain::step::Step;
use cei_gateway::domain::{
    acknowledgement, application, complaint, consignment, day, fee, inbox, letter, order, payment,
    refund, webhook,
};

const HEAD: &str = "\
<!-- Rendered from the STEPS tables in src/domain by `make docs`; a test compares. Do not edit. -->

# Life cycles

A state says what has happened. An event leads from one state to another only where an arrow stands;
anything else is refused and changes nothing. Each step is written together with its row in the
history. Why a row is there stands beside it, in the table of the source file that is named.
";

/// Renders the whole document.
pub(super) fn render() -> String {
    let mut out = HEAD.to_owned();
    life_cycle(&mut out, "Application", "application", application::STEPS);
    life_cycle(&mut out, "Fee", "fee", fee::STEPS);
    life_cycle(&mut out, "Payment", "payment", payment::STEPS);
    life_cycle(&mut out, "Refund", "refund", refund::STEPS);
    life_cycle(&mut out, "Order", "order", order::STEPS);
    life_cycle(
        &mut out,
        "Order line",
        "acknowledgement",
        acknowledgement::STEPS,
    );
    life_cycle(&mut out, "Letter to the bureau", "letter", letter::STEPS);
    life_cycle(&mut out, "Consignment", "consignment", consignment::STEPS);
    life_cycle(&mut out, "Complaint", "complaint", complaint::STEPS);
    life_cycle(&mut out, "Inbox message", "inbox", inbox::STEPS);
    life_cycle(&mut out, "Day of payments", "day", day::STEPS);
    life_cycle(&mut out, "Webhook", "webhook", webhook::STEPS);
    out
}

fn life_cycle<S, E>(out: &mut String, title: &str, file: &str, steps: &[Step<S, E>])
where
    S: Copy + Display + Ord,
    E: Copy + Display,
{
    let source = format!("src/domain/{file}.rs");
    let meanings = meanings(&source, std::any::type_name::<S>());
    writeln!(out, "\n## {title}\n\nSource: `{source}`.\n").unwrap();
    out.push_str("| state | what has happened | changes nothing |\n|---|---|---|\n");
    for state in in_order(steps) {
        let repeated: Vec<_> = steps
            .iter()
            .filter(|(from, _, to)| *from == state && *to == state)
            .map(|(_, event, _)| format!("`{event}`"))
            .collect();
        let meaning = &meanings[&state.to_string()];
        writeln!(out, "| `{state}` | {meaning} | {} |", repeated.join(", ")).unwrap();
    }
    out.push_str("\n```mermaid\nstateDiagram-v2\n");
    out.push_str(&diagram(steps));
    out.push_str("```\n");
}

/// The states, in the order in which they are declared.
fn in_order<S: Copy + Ord, E>(steps: &[Step<S, E>]) -> Vec<S> {
    let mut states: Vec<S> = steps
        .iter()
        .flat_map(|(from, _, to)| [*from, *to])
        .collect();
    states.sort_unstable();
    states.dedup();
    states
}

/// One arrow per pair of states, with the events that lead from one to the other.
fn diagram<S: Copy + Display + Ord, E: Copy + Display>(steps: &[Step<S, E>]) -> String {
    let mut arrows: BTreeMap<(S, S), Vec<String>> = BTreeMap::new();
    for (from, event, to) in steps.iter().filter(|(from, _, to)| from != to) {
        arrows
            .entry((*from, *to))
            .or_default()
            .push(event.to_string());
    }
    let mut out = String::new();
    if let Some((first, _, _)) = steps.first() {
        writeln!(out, "    [*] --> {first}").unwrap();
    }
    for ((from, to), events) in &arrows {
        writeln!(out, "    {from} --> {to}: {}", events.join(" / ")).unwrap();
    }
    for state in in_order(steps) {
        if !arrows.keys().any(|(from, _)| *from == state) {
            writeln!(out, "    {state} --> [*]").unwrap();
        }
    }
    out
}

/// What the source says of each variant of an enumeration: its code, and its documentation.
pub(super) fn meanings(source: &str, type_name: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(source).unwrap();
    let name = type_name.rsplit("::").next().unwrap();
    let (_, body) = text.split_once(&format!("pub enum {name} as ")).unwrap();
    let (body, _) = body.split_once("\n    }\n").unwrap();
    let mut found = BTreeMap::new();
    let mut words = Vec::new();
    for line in body.lines().skip(1).map(str::trim) {
        if let Some(said) = line.strip_prefix("/// ") {
            words.push(said);
        } else if let Some((_, code)) = line.trim_end_matches("\",").split_once(" = \"") {
            found.insert(code.to_owned(), words.join(" "));
            words.clear();
        }
    }
    found
}

#[test]
fn a_diagram_joins_events_and_leaves_out_what_changes_nothing() {
    let steps = [("A", "go", "B"), ("A", "run", "B"), ("B", "stay", "B")];
    assert_eq!(
        diagram(&steps),
        "    [*] --> A\n    A --> B: go / run\n    B --> [*]\n"
    );
}
