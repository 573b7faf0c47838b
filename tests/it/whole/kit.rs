//! A small demo in a folder of its own, and what can be said of its end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use cei_gateway::cli::demo::{Account, Outages, Stage, Wish, draw_up, play, set};
use cei_gateway::domain::application::ApplicationState;
use cei_gateway::simulator::bureau::{BureauLedger, FailureRates, Plan};
use cei_gateway::simulator::channels::MishapRates;
use cei_gateway::simulator::script::{self, Story};
use chrono::NaiveDate;
use tempfile::TempDir;

use crate::kit::environment;

/// A demo that can be played.
pub(crate) struct Theatre {
    pub(crate) stage: Stage,
    folder: TempDir,
}

impl Theatre {
    /// Opens with a demo as in life, adjusted.
    pub(crate) async fn open(applications: u32, seed: u64, adjust: impl FnOnce(&mut Wish)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut wish = Wish::new(applications, seed, folder.path().to_owned());
        adjust(&mut wish);
        Self {
            stage: set(&wish).await.unwrap(),
            folder,
        }
    }

    /// Where the demo leaves its documents.
    pub(crate) fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// Plays to the end and draws up the account.
    pub(crate) async fn play(&mut self) -> Account {
        play(&mut self.stage, |_stage| ()).await.unwrap();
        draw_up(&self.stage, 0).await.unwrap()
    }

    /// Plays to the end with outages.
    pub(crate) async fn play_through(&mut self, outages: Outages) -> (Account, Outages) {
        self.stage.suffer(outages).await.unwrap();
        play(&mut self.stage, |_stage| ()).await.unwrap();
        let outages = self.stage.recover().await.unwrap().unwrap();
        (draw_up(&self.stage, 0).await.unwrap(), outages)
    }

    /// The last state that each office was told, by the number of the story.
    pub(crate) fn told(&self) -> BTreeMap<u64, ApplicationState> {
        let views = self.stage.offices.views();
        views.map(|view| (view.serial, view.state)).collect()
    }

    pub(crate) fn bureau(&self) -> BureauLedger {
        self.stage.bureau.ledger()
    }
}

/// Nobody errs.
pub(crate) fn honestly(wish: &mut Wish) {
    wish.plan = Plan::honest();
    wish.failures = FailureRates::NONE;
    wish.mishaps = MishapRates::none();
}

/// The first seed whose stories are as wanted.
pub(crate) fn seed_where(applications: u32, wanted: impl Fn(&[Story]) -> bool) -> u64 {
    let day = NaiveDate::from_ymd_opt(2026, 6, 22).unwrap();
    (1..10_000)
        .find(|seed| wanted(&script::write(*seed, applications, day).stories))
        .expect("a seed with such stories")
}

pub(crate) fn payers(stories: &[Story]) -> usize {
    stories.iter().filter(|story| story.pays).count()
}

/// Everything is accounted for.
#[track_caller]
pub(crate) fn assert_sound(account: &Account) {
    assert_eq!(account.discrepancies, [""; 0], "{account:#?}");
    assert_eq!((account.ordered_twice, account.lost), (0, 0));
}

/// The files of a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Runs a tool that judges; `true` when it approves, or is waived.
#[track_caller]
fn approves(tool: &str, arguments: &[&str]) -> bool {
    match Command::new(tool).args(arguments).output() {
        Ok(output) => {
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
            output.status.success()
        }
        Err(error) if environment::waived(tool) => {
            eprintln!("{tool}: {error}");
            true
        }
        Err(error) => panic!("`{tool}` is needed and cannot be run: {error}"),
    }
}

/// The document keeps to its schema.
#[track_caller]
pub(crate) fn assert_valid(schema: &str, document: &Path) {
    let file = document.to_str().unwrap();
    let arguments = ["--noout", "--nonet", "--schema", schema, file];
    assert!(approves("xmllint", &arguments), "{file}");
}

/// Whether the document's signature is good, by an authority.
pub(crate) fn is_signed(anchor: &Path, document: &Path) -> bool {
    let (anchor, file) = (anchor.to_str().unwrap(), document.to_str().unwrap());
    let arguments = [
        "--verify",
        "--enabled-key-data",
        "x509",
        "--trusted-pem",
        anchor,
        "--id-attr:Id",
        "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
        file,
    ];
    approves("xmlsec1", &arguments)
}
