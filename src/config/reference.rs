//! The reference of the configuration, rendered from the defaults.

use crate::config::DEFAULTS;

/// Renders `docs/configuration.md`: every key with its default, its variable and its meaning.
pub fn reference() -> String {
    let mut page = String::from("# Configuration\n");
    let mut section = String::new();
    let mut comment: Vec<&str> = Vec::new();
    for line in DEFAULTS.lines() {
        if let Some(text) = line.strip_prefix('#') {
            comment.push(text.trim());
        } else if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            name.clone_into(&mut section);
            page.extend(["\n## `[", name, "]`\n"]);
        } else if let Some((key, default)) = line.split_once(" = ") {
            page.push_str(&entry(&section, key, default, &comment.join(" ")));
            comment.clear();
        } else {
            // A comment that no key follows is prose.
            page.push_str(&paragraph(&comment));
            comment.clear();
        }
    }
    page
}

fn paragraph(lines: &[&str]) -> String {
    let mut text = String::new();
    for paragraph in lines.split(|line| line.is_empty()) {
        if !paragraph.is_empty() {
            text.extend(["\n", &paragraph.join("\n"), "\n"]);
        }
    }
    text
}

fn entry(section: &str, key: &str, default: &str, meaning: &str) -> String {
    let default = if default == "\"\"" {
        "none".to_owned()
    } else {
        format!("`{default}`")
    };
    let variable = variable(section, key);
    format!("\n### `{key}`\n\n{meaning}\n\nDefault: {default} · Variable: `{variable}`\n")
}

fn variable(section: &str, key: &str) -> String {
    let path = if section.is_empty() {
        key.to_owned()
    } else {
        format!("{section}.{key}")
    };
    format!("CEI__{}", path.to_uppercase().replace('.', "__"))
}
