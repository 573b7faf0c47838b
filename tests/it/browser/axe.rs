//! What axe-core says of a page: violations of WCAG 2.2, levels A and AA.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::browser::chromium::Chromium;
use crate::browser::tab::Tab;

/// Where scripts/setup installs it.
const TOOL: &str = "target/tools/axe/node_modules/axe-core/axe.min.js";

/// The rules that count.
const TAGS: [&str; 5] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/// What is wrong with the page that a tab shows, in words.
pub(crate) async fn violations(tab: &Tab, browser: &mut Chromium) -> Vec<String> {
    static SOURCE: OnceLock<String> = OnceLock::new();
    let source = SOURCE.get_or_init(|| {
        std::fs::read_to_string(TOOL)
            .unwrap_or_else(|error| panic!("{TOOL}: {error}; run scripts/setup test"))
    });
    tab.see(browser, &format!("{source};0")).await;
    let options =
        json!({ "runOnly": { "type": "tag", "values": TAGS }, "resultTypes": ["violations"] });
    let run = format!("axe.run(document, {options}).then(found => found.violations)");
    let found = tab.see(browser, &run).await;
    found.as_array().unwrap().iter().map(in_words).collect()
}

fn in_words(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().unwrap().iter();
    let nodes: Vec<String> = nodes
        .take(3)
        .map(|node| format!("{}: {}", node["html"], node["any"][0]["message"]))
        .collect();
    format!(
        "{}: {}\n    {}",
        violation["id"],
        violation["help"],
        nodes.join("\n    ")
    )
}
