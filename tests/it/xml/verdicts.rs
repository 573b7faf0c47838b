//! What we and what libxml2 say of a document.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use cei_gateway::xmldsig::canonical::{
    CanonicalizeError, canonicalize, canonicalize_with_comments,
};
use cei_gateway::xmldsig::refusal::Refusal;
use cei_gateway::xmldsig::trust::Limits;
use tempfile::TempDir;

/// Files for one run of xmllint: fewer processes, and still short command lines.
const AT_ONCE: usize = 250;

/// Which canonical form.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    WithComments,
    WithoutComments,
}

/// Our canonical form of a document, or why it has none.
pub(super) fn canonical(document: &[u8], form: Form) -> Result<Vec<u8>, Refusal> {
    let limits = Limits::of_any_document();
    let mut out = Vec::new();
    let written = match form {
        Form::WithComments => canonicalize_with_comments(document, &mut out, &limits),
        Form::WithoutComments => canonicalize(document, &mut out, &limits),
    };
    match written {
        Ok(()) => Ok(out),
        Err(CanonicalizeError::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other}"),
    }
}

/// Documents as files, for xmllint.
pub(super) struct Files {
    folder: TempDir,
    paths: Vec<PathBuf>,
}

/// What libxml2 complains of in one document.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Complaints {
    /// It is not well-formed.
    pub(super) malformed: bool,
    /// It is not namespace-well-formed, of which libxml2 only warns.
    pub(super) namespaces: bool,
    /// A namespace name is not a URI. That makes no document wrong (Namespaces in XML 1.0 §2.2: names
    /// are compared as strings), but libxml2 then has no canonical form.
    pub(super) names: bool,
}

impl Files {
    pub(super) fn of<'d>(documents: impl IntoIterator<Item = &'d [u8]>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = documents.into_iter().enumerate();
        let paths = paths.map(|(number, document)| {
            let path = folder.path().join(format!("{number}.xml"));
            fs::write(&path, document).expect("written");
            path
        });
        let paths = paths.collect();
        Self { folder, paths }
    }

    /// The canonical forms with comments of all of them, one after the other.
    pub(super) fn canonical(&self) -> Vec<u8> {
        let outputs = self.judge(&["--exc-c14n", "--nonet"]);
        outputs
            .into_iter()
            .flat_map(|output| output.stdout)
            .collect()
    }

    /// The canonical form of one of them.
    pub(super) fn canonical_of(&self, number: usize) -> Vec<u8> {
        let run = xmllint(
            self.folder.path(),
            &["--exc-c14n"],
            &self.paths[number..=number],
        );
        run.stdout
    }

    /// What libxml2 complains of in each.
    pub(super) fn complaints(&self) -> Vec<Complaints> {
        let outputs = self.judge(&["--noout", "--nonet"]);
        let said = outputs
            .iter()
            .map(|output| String::from_utf8_lossy(&output.stderr));
        let said: Vec<_> = said.collect();
        let mut found = BTreeMap::new();
        for line in said.iter().flat_map(|text| text.lines()) {
            let Some((number, rest)) = line.split_once(".xml:") else {
                continue;
            };
            let Ok(number) = number.parse::<usize>() else {
                continue;
            };
            let complaints: &mut Complaints = found.entry(number).or_default();
            complaints.malformed |= rest.contains(": parser error :");
            let of_names = rest.ends_with("is not a valid URI");
            complaints.names |= of_names;
            complaints.namespaces |= rest.contains(": namespace error :") && !of_names;
        }
        let numbers = 0..self.paths.len();
        numbers
            .map(|number| found.get(&number).copied().unwrap_or_default())
            .collect()
    }

    /// Runs xmllint over all files, on two threads.
    fn judge(&self, arguments: &[&str]) -> Vec<Output> {
        let folder = self.folder.path();
        let half = self.paths.len().div_ceil(2).max(1);
        thread::scope(|scope| {
            let halves: Vec<_> = self
                .paths
                .chunks(half)
                .map(|half| {
                    let runs = move || -> Vec<Output> {
                        let runs = half.chunks(AT_ONCE);
                        runs.map(|files| xmllint(folder, arguments, files))
                            .collect()
                    };
                    scope.spawn(runs)
                })
                .collect();
            let outputs = halves.into_iter().map(|half| half.join().expect("a run"));
            outputs.flatten().collect()
        })
    }
}

/// Runs xmllint in the folder of the files, so that it names them shortly.
fn xmllint(folder: &Path, arguments: &[&str], files: &[PathBuf]) -> Output {
    let mut command = Command::new("xmllint");
    command.current_dir(folder).args(arguments);
    command.args(files.iter().filter_map(|file| file.file_name()));
    command
        .output()
        .unwrap_or_else(|error| panic!("xmllint: {error}; run scripts/setup test"))
}
