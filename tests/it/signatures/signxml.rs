//! signxml, driven by `tests/signxml/driver.py`: many documents in one process.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Where scripts/setup installs it.
const PYTHON: &str = "target/tools/signxml/bin/python";

/// Jobs for one process, by their names.
#[derive(Default)]
pub(super) struct Jobs(Vec<Value>);

impl Jobs {
    /// A document to be verified.
    pub(super) fn verify(&mut self, name: &str, file: &Path, algorithm: &str, anchor: &Path) {
        self.0.push(json!({
            "task": "verify", "name": name, "file": file, "algorithm": algorithm, "anchor": anchor,
        }));
    }

    /// A document to be signed, with this prefix for the signature's namespace.
    pub(super) fn sign(&mut self, name: &str, prefix: &str, task: &SigningTask<'_>) {
        self.0.push(json!({
            "task": "sign", "name": name, "prefix": prefix, "file": task.file, "out": task.out,
            "algorithm": task.algorithm, "key": task.key, "chain": task.chain,
        }));
    }

    /// Has them done, and requires that nothing was wrong with any.
    pub(super) fn run(self) {
        let at = crate::signatures::parties::noon().to_rfc3339();
        let order = json!({ "at": at, "jobs": self.0 }).to_string();
        let mut process = Command::new(PYTHON)
            .arg("tests/signxml/driver.py")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{PYTHON}: {error}; run scripts/setup test"));
        let mut input = process.stdin.take().expect("its standard input");
        input.write_all(order.as_bytes()).expect("written");
        drop(input);
        let output = process.wait_with_output().expect("it ends");
        assert!(output.status.success(), "signxml: {}", output.status);
        let outcomes: BTreeMap<String, Option<String>> =
            serde_json::from_slice(&output.stdout).expect("outcomes");
        assert_eq!(outcomes.len(), self.0.len(), "one outcome for each name");
        let wrong: Vec<_> = outcomes
            .iter()
            .filter_map(|(name, fault)| Some((name, fault.as_ref()?)))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// What is to be signed, with what, and where it is to be written.
pub(super) struct SigningTask<'a> {
    pub(super) file: &'a Path,
    pub(super) out: &'a Path,
    pub(super) algorithm: &'a str,
    pub(super) key: &'a Path,
    pub(super) chain: &'a Path,
}

/// Files in a folder of their own.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("written");
        path
    }

    /// As [`Folder::write`], readable by its owner alone.
    pub(super) fn write_secret(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.write(name, bytes);
        let owner_alone = Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, owner_alone).expect("permissions");
        path
    }
}
