//! A gateway on SQLite in a folder that vanishes, and the command line in front of it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Parser;
use tempfile::TempDir;

use crate::cli::{Cli, Exit, World, run};
use crate::clock::{Clock, ManualClock};
use crate::config::Config;
use crate::gateway::Gateway;
use crate::random::Random;
use crate::simulator::person::People;
use crate::simulator::submission::{Mishap, Request, submission};
use crate::transport::certificates::{Validity, generate_development_certificates};
use crate::worker::batcher::Batcher;
use crate::worker::drain;
use crate::worker::matcher::Matcher;

pub(super) struct Kit {
    folder: TempDir,
    pub(super) clock: ManualClock,
    random: Random,
}

/// What a command left behind.
pub(super) struct Ran {
    pub(super) exit: Exit,
    pub(super) out: String,
    pub(super) err: String,
}

impl Ran {
    /// What it printed, if it went well.
    pub(super) fn ok(self) -> String {
        assert_eq!(self.exit, Exit::Ok, "{}{}", self.out, self.err);
        self.out
    }

    /// What it printed, as JSON.
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{}{}", self.out, self.err))
    }

    /// How it ended, and why.
    pub(super) fn failed(self) -> (Exit, String) {
        (self.exit, self.err.trim_end().to_owned())
    }
}

/// A morning in Romania.
pub(super) fn morning() -> DateTime<Utc> {
    "2026-03-02T07:00:00Z".parse().unwrap()
}

impl Kit {
    /// A folder with development certificates and a configuration that names them.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certs = folder.path().join("certs");
        let validity = Validity::around(morning());
        generate_development_certificates(&certs, &[], validity, false).unwrap();
        let kit = Self {
            clock: ManualClock::at(morning()),
            random: Random::seeded(7),
            folder,
        };
        std::fs::write(kit.config_file(), kit.config_text()).unwrap();
        kit
    }

    fn config_text(&self) -> String {
        let data_dir = self.path("").display().to_string();
        format!(
            "data_dir = {data_dir:?}\n\
             [vault]\ndurable = false\n\
             [signing]\nkey_file = \"certs/gateway-seal.key\"\n\
             chain_file = \"certs/gateway-seal.pem\"\n\
             [payments.refund]\ndebtor_name = \"CN Imprimeria Națională SA\"\n\
             debtor_iban = \"RO38CECEBC2030RON0923675\"\n"
        )
    }

    /// Adds sections to the configuration.
    pub(super) fn configure(&self, sections: &str) {
        let text = std::fs::read_to_string(self.config_file()).unwrap();
        std::fs::write(self.config_file(), text + sections).unwrap();
    }

    fn config_file(&self) -> PathBuf {
        self.path("config.toml")
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the command line `words` as the operator ana.
    pub(super) async fn cli(&self, words: &[&str]) -> Ran {
        self.cli_as(Some("ana"), words).await
    }

    pub(super) async fn cli_as(&self, operator: Option<&str>, words: &[&str]) -> Ran {
        let config = self.config_file().display().to_string();
        let line = [&["cei-gateway", "--config", config.as_str()], words].concat();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let cli = match Cli::try_parse_from(line) {
            Ok(cli) => cli,
            Err(error) => {
                return Ran {
                    exit: Exit::Usage,
                    out: String::new(),
                    err: error.to_string(),
                };
            }
        };
        let user = operator.map(|name| (String::from("USER"), name.to_owned()));
        let world = World {
            variables: HashMap::from_iter(user),
            clock: Clock::Manual(self.clock.clone()),
            random: self.random.clone(),
            out: &mut out,
            err: &mut err,
            is_watched: false,
            is_attended: false,
        };
        let exit = run(cli, world).await;
        Ran {
            exit,
            out: String::from_utf8(out).unwrap(),
            err: String::from_utf8(err).unwrap(),
        }
    }

    /// The gateway that the command line works on.
    pub(super) async fn gateway(&self) -> Gateway {
        let config = Config::load(Some(&self.config_file()), HashMap::new()).unwrap();
        let clock = Clock::Manual(self.clock.clone());
        Gateway::open(config, clock, self.random.clone())
            .await
            .unwrap()
    }

    /// Writes a file for `application import`: one adult with a free first card for each of
    /// `mishaps`, whose application is wrong in that way.
    pub(super) fn write_applications(&self, name: &str, mishaps: &[Option<Mishap>]) -> PathBuf {
        let day = Clock::Manual(self.clock.clone()).today();
        let random = Random::seeded(11);
        let mut people = People::new(random.clone());
        let mut text = String::new();
        for (serial, mishap) in (1..).zip(mishaps) {
            let person = people.person(30, day);
            let request = Request::new("CLJ-02", serial, day);
            let content = submission(&person, &request, *mishap, &random);
            text.push_str(&content.to_string());
            text.push('\n');
        }
        let file = self.path(name);
        std::fs::write(&file, text).unwrap();
        file
    }

    /// Adds the offices of Cluj, and takes `count` applications in that wait to be ordered.
    pub(super) async fn take_in(&self, count: usize) {
        self.cli(&["office", "add", "--cluj"]).await.ok();
        let file = self.write_applications("good.ndjson", &vec![None; count]);
        let file = file.display().to_string();
        let import = ["application", "import", &file, "--office", "CLJ-02"];
        self.cli(&import).await.ok();
    }

    /// Has what waits ordered and signed; returns the order's number.
    pub(super) async fn order(&self) -> String {
        self.clock.advance(Duration::from_hours(5));
        let gateway = self.gateway().await;
        drain(&Batcher, &gateway, 10).await.unwrap();
        let listed = self.cli(&["--json", "order", "list"]).await.json();
        let last = listed["data"].as_array().unwrap().last().unwrap();
        last["number"].as_str().unwrap().to_owned()
    }

    /// Has every payment looked at.
    pub(super) async fn match_payments(&self) {
        drain(&Matcher, &self.gateway().await, 20).await.unwrap();
    }

    /// `text` with what differs from run to run blotted out.
    pub(super) fn blotted(&self, text: &str) -> String {
        let folder = self.folder.path().display().to_string();
        text.replace(&folder, "DIR")
    }
}
