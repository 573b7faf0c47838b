//! `Cargo.toml`: every dependency says what it is for.

use std::collections::BTreeSet;

/// The lines of `Cargo.toml` with the section they stand in.
fn manifest() -> Vec<(String, String)> {
    let text = std::fs::read_to_string("Cargo.toml").unwrap();
    let mut section = String::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') {
            line.clone_into(&mut section);
        }
        lines.push((section.clone(), line.to_owned()));
    }
    lines
}

fn is_dependency((section, line): &(String, String)) -> bool {
    section.ends_with("dependencies]") && line.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The dependencies of the program, as code names them.
pub(crate) fn dependencies() -> BTreeSet<String> {
    let found: BTreeSet<String> = manifest()
        .into_iter()
        .filter(|line| is_dependency(line) && line.0 == "[dependencies]")
        .map(|(_, line)| {
            line.split([' ', '.', '='])
                .next()
                .unwrap()
                .replace('-', "_")
        })
        .collect();
    assert!(found.contains("sqlx"), "{found:?}");
    found
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let lines = manifest();
    let silent: Vec<_> = lines
        .windows(2)
        .filter(|pair| is_dependency(&pair[1]) && !pair[0].1.starts_with("# "))
        .map(|pair| pair[1].1.as_str())
        .collect();
    assert!(silent.is_empty(), "without a comment above: {silent:?}");
}

#[test]
fn dependencies_stand_in_alphabetical_order() {
    let names: Vec<_> = manifest()
        .into_iter()
        .filter(|line| line.0 == "[dependencies]" && is_dependency(line))
        .map(|(_, line)| line)
        .collect();
    assert!(names.is_sorted(), "{names:#?}");
}

#[test]
fn every_restriction_lint_has_its_reason_in_the_style_guide() {
    let style = std::fs::read_to_string("docs/style.md").unwrap();
    let lints: Vec<_> = manifest()
        .into_iter()
        .filter(|(section, _)| section == "[lints.clippy]")
        .map(|(_, line)| line)
        .skip_while(|line| !line.starts_with("# Restriction lints"))
        .skip(1)
        .filter_map(|line| {
            line.split_once(" = ")
                .map(|(name, _)| format!("| `{name}` |"))
        })
        .collect();
    assert!(lints.len() > 15, "{lints:?}");
    let silent: Vec<_> = lints.iter().filter(|lint| !style.contains(*lint)).collect();
    assert!(silent.is_empty(), "without a reason: {silent:?}");
}
