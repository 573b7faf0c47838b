//! Documents that are derived from the code, compared with what is checked in.
//!
//! `make docs` writes them again.

mod signature_profile;
mod state_machines;

use crate::kit::environment;

/// Renders a whole document.
type Render = fn() -> String;

/// Each document and what renders it.
const DOCUMENTS: &[(&str, Render)] = &[
    ("docs/state-machines.md", state_machines::render),
    ("docs/signature-profile.md", signature_profile::render),
    ("docs/problems.md", cei_gateway::http::problems::render),
    ("docs/openapi.json", cei_gateway::http::openapi_json),
    ("docs/configuration.md", cei_gateway::config::reference),
];

/// Compares a document with its rendering, or writes it when blessing.
fn check(path: &str, rendered: &str) -> Result<(), String> {
    if environment::blessing() {
        return std::fs::write(path, rendered).map_err(|error| format!("{path}: {error}"));
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    let mut lines = checked_in.lines().zip(rendered.lines()).zip(1..);
    match lines.find(|((there, here), _)| there != here) {
        _ if checked_in == rendered => Ok(()),
        Some(((there, here), number)) => Err(format!(
            "{path}:{number} says\n  {there}\nand the code says\n  {here}\nrun `make docs`"
        )),
        None => Err(format!(
            "{path} is shorter or longer than the code says; run `make docs`"
        )),
    }
}

#[test]
fn derived_documents_say_what_the_code_says() {
    let stale: Vec<_> = DOCUMENTS
        .iter()
        .filter_map(|(path, render)| check(path, &render()).err())
        .collect();
    assert!(stale.is_empty(), "\n{}", stale.join("\n"));
}

#[test]
fn a_document_that_differs_is_told_by_its_line() {
    if environment::blessing() {
        return;
    }
    let text = std::fs::read_to_string("Makefile").unwrap();
    assert_eq!(check("Makefile", &text), Ok(()));
    assert!(
        check("Makefile", &text.replace("demo", "show"))
            .unwrap_err()
            .starts_with("Makefile:1 ")
    );
    assert!(check("Makefile", &format!("{text}\n")).is_err());
    assert!(check("docs/nowhere.md", &text).is_err());
}
