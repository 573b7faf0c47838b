//! What the flows note beside a hold has words in Romanian.

use std::path::Path;

use cei_gateway::words::{Detail, Language};

/// What is noted there is no text for the console: sizes, roles, names of actions.
const ELSEWHERE: [&str; 2] = ["intake", "people"];

/// The texts that stand behind `detail` in a source, with something in their blanks.
fn details_in(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for behind in source.split("detail").skip(1) {
        let behind = behind.trim_start();
        let Some(value) = behind.strip_prefix([':', '=']) else {
            continue;
        };
        let value = value.trim_start().trim_start_matches('&');
        let value = value.strip_prefix("format!(").unwrap_or(value).trim_start();
        let Some(text) = value.strip_prefix('"') else {
            continue;
        };
        let text = text.split('"').next().unwrap();
        found.push(filled(text));
    }
    found
}

/// A text with something in its blanks.
fn filled(text: &str) -> String {
    let mut pieces = text.split('{');
    let mut whole = pieces.next().unwrap().to_owned();
    for piece in pieces {
        whole.push_str("X-1");
        whole.push_str(piece.split_once('}').unwrap().1);
    }
    whole
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !ELSEWHERE.contains(&name) && name != "tests" {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") && name != "tests.rs" {
            let source = std::fs::read_to_string(&path).unwrap();
            let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
            found.extend(details_in(code));
        }
    }
}

#[test]
fn everything_that_is_noted_beside_a_hold_can_be_said_in_romanian() {
    let mut noted = Vec::new();
    sources(Path::new("src/flow"), &mut noted);
    assert!(noted.len() > 30, "{noted:?}");
    let told = |text: &str| Detail::of(text, Language::Romanian).language;
    noted.retain(|text| told(text) != Language::Romanian);
    assert_eq!(noted, [""; 0]);
}
