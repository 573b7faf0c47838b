//! What is wrong with a configuration: all of it at once, with what to do about it.

use std::collections::BTreeSet;
use std::fmt;

use config::{File, FileFormat, Value, ValueKind};

use crate::config::{ConfigError, DEFAULTS};

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// The key, as `section.key`.
    pub key: String,
    /// What is wrong with it.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.key, self.what, self.remedy)
    }
}

/// Everything that is wrong, at least one thing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Faults(pub Vec<Fault>);

impl std::error::Error for Faults {}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} fault(s)", self.0.len())?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

/// Collects faults.
#[derive(Default)]
pub(super) struct Findings(Vec<Fault>);

impl Findings {
    /// Notes a fault.
    pub(super) fn add(&mut self, key: &str, what: &str, remedy: &str) {
        self.0.push(Fault {
            key: key.to_owned(),
            what: what.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    /// Notes a fault unless `good`.
    pub(super) fn expect(&mut self, good: bool, key: &str, what: &str, remedy: &str) {
        if !good {
            self.add(key, what, remedy);
        }
    }

    /// Every fault noted, if any.
    pub(super) fn into_result(self) -> Result<(), Faults> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Faults(self.0))
        }
    }
}

/// Refuses every key that the defaults do not have: a misspelt one would be passed over in silence.
pub(super) fn refuse_unknown_keys(merged: &config::Config) -> Result<(), ConfigError> {
    let defaults = config::Config::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .build()?;
    let known = keys(&defaults);
    let mut findings = Findings::default();
    for key in keys(merged).difference(&known) {
        let remedy = "look it up in the reference of the configuration";
        findings.add(key, "there is no such key", remedy);
    }
    Ok(findings.into_result()?)
}

fn keys(config: &config::Config) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&mut found, "", &config.cache);
    found
}

fn collect(found: &mut BTreeSet<String>, path: &str, value: &Value) {
    let ValueKind::Table(table) = &value.kind else {
        found.insert(path.to_owned());
        return;
    };
    for (key, value) in table {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        collect(found, &path, value);
    }
}
