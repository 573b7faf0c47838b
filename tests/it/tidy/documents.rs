//! Documents: what they point at exists, and what should be told is told.

use std::path::{Path, PathBuf};

use cei_gateway::domain::acknowledgement::LineState;
use cei_gateway::domain::application::ApplicationState;

use crate::kit::rust_source::{RustFile, files_in};

/// Every Markdown file of the project.
fn documents() -> Vec<(PathBuf, String)> {
    let beside = std::fs::read_dir(".")
        .unwrap()
        .map(|file| file.unwrap().path());
    let found: Vec<_> = beside
        .chain(files_in(Path::new("docs")))
        .filter(|path| path.extension().is_some_and(|kind| kind == "md"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect();
    assert!(found.len() > 10, "only {} documents", found.len());
    found
}

/// The targets of `[text](target)`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
}

/// The texts between backticks on one line.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether a quoted text means a file or folder of the project.
fn is_path(text: &str) -> bool {
    const FOLDERS: [&str; 7] = [
        "src/",
        "tests/",
        "docs/",
        "scripts/",
        "migrations/",
        "schemas/",
        ".ci/",
    ];
    FOLDERS.iter().any(|folder| text.starts_with(folder)) && !text.contains(['*', '<', '{', ' '])
}

#[test]
fn every_link_leads_somewhere() {
    for (path, text) in documents() {
        for link in links(&text).filter(|link| !link.contains("://")) {
            let target = link.split('#').next().unwrap();
            let there = path.parent().unwrap().join(target);
            assert!(
                target.is_empty() || there.exists(),
                "{}: {link}",
                path.display()
            );
        }
    }
}

#[test]
fn every_file_that_a_document_names_exists() {
    assert!(is_path("src/store/mod.rs") && !is_path("src/domain/*.rs"));
    for (path, text) in documents() {
        for name in quoted(&text).filter(|name| is_path(name)) {
            assert!(Path::new(name).exists(), "{}: {name}", path.display());
        }
    }
}

#[test]
fn the_glossary_knows_every_noun_with_an_id_of_its_own() {
    let glossary = std::fs::read_to_string("docs/glossary.md").unwrap();
    let ids = std::fs::read_to_string("src/domain/id.rs").unwrap();
    let nouns: Vec<_> = ids
        .lines()
        .filter_map(|line| line.trim().strip_suffix("Id,"))
        .collect();
    assert!(nouns.contains(&"OrderLine"), "{nouns:?}");
    for noun in nouns {
        let mut words = String::new();
        for c in noun.chars() {
            if c.is_uppercase() && !words.is_empty() {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        }
        assert!(
            glossary.contains(&format!("**{words}**")),
            "no entry for {words}"
        );
    }
}

#[test]
fn state_machines_are_told_with_every_state() {
    let told = std::fs::read_to_string("docs/state-machines.md").unwrap();
    for state in ApplicationState::ALL {
        assert!(told.contains(&format!("| `{state}` |")), "{state}");
    }
    for state in LineState::ALL {
        assert!(told.contains(&format!("| `{state}` |")), "{state}");
    }
}

#[test]
fn every_route_and_no_other_stands_in_the_page_about_the_api() {
    let description = std::fs::read_to_string("docs/openapi.json").expect("the description");
    let description: serde_json::Value = serde_json::from_str(&description).expect("JSON");
    let mut routes = Vec::new();
    for (path, operations) in description["paths"].as_object().expect("paths") {
        for method in operations.as_object().expect("operations").keys() {
            routes.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    routes.sort();
    let page = std::fs::read_to_string("docs/api.md").expect("the page");
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let mut told: Vec<String> = rows.map(|(route, _)| route.to_owned()).collect();
    told.sort();
    assert_eq!(told, routes);
}

#[test]
fn decisions_are_numbered_and_have_their_four_parts() {
    let files = files_in(Path::new("docs/adr"));
    assert!(!files.is_empty());
    for (file, number) in files.iter().zip(1..) {
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(
            name.starts_with(&format!("{number:04}-")),
            "{name} is number {number}"
        );
        let text = std::fs::read_to_string(file).unwrap();
        for part in [
            "# ",
            "## Context",
            "## Decision",
            "## Consequences",
            "## Alternatives",
        ] {
            let stands = text.lines().any(|line| line.starts_with(part));
            assert!(stands, "{name}: {part} is missing");
        }
    }
}

#[test]
fn every_make_target_that_a_document_names_exists() {
    let makefile = std::fs::read_to_string("Makefile").unwrap();
    for (path, text) in documents() {
        for target in quoted(&text).filter_map(|text| text.strip_prefix("make ")) {
            let target = target.split(' ').next().unwrap();
            assert!(
                makefile
                    .lines()
                    .any(|line| line.starts_with(&format!("{target}: "))),
                "{}: make {target}",
                path.display()
            );
        }
    }
}

#[test]
fn links_and_paths_are_found_in_a_text() {
    let text = "See [a](docs/a.md#b) and `src/b.rs`, not `c`.";
    assert_eq!(links(text).collect::<Vec<_>>(), ["docs/a.md#b"]);
    assert_eq!(quoted(text).collect::<Vec<_>>(), ["src/b.rs", "c"]);
    assert!(!RustFile::all_in("src/domain").is_empty());
}
