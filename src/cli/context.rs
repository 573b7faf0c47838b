//! What a command needs of the world, opened only when it asks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::exit::CliError;
use crate::cli::output::Output;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::audit::Entry;
use crate::domain::operator::Actor;
use crate::gateway::{self, Gateway};
use crate::random::Random;
use crate::store::{Store, Tx, audit};

/// Read when neither `--config` nor `CEI_CONFIG` names a file, if it is there.
const SYSTEM_FILE: &str = "/etc/cei-gateway/config.toml";

/// The variable that names the configuration file.
const FILE_VARIABLE: &str = "CEI_CONFIG";

/// Where an operator's name is looked for, the surest first.
const NAME_VARIABLES: [&str; 3] = ["CEI_OPERATOR", "SUDO_USER", "USER"];

/// The world around a command.
pub(crate) struct Context<'a> {
    /// The configuration file that the command line names.
    pub(crate) config_file: Option<PathBuf>,
    /// The operator that the command line names.
    pub(crate) operator: Option<String>,
    /// The environment.
    pub(crate) variables: HashMap<String, String>,
    /// The time.
    pub(crate) clock: Clock,
    /// Randomness that is no key material.
    pub(crate) random: Random,
    /// Where to print.
    pub(crate) output: Output<'a>,
    /// Whether a person watches, so that progress is worth drawing.
    pub(crate) is_watched: bool,
    /// Whether a person sits at the terminal, so that a command may wait to be left.
    pub(crate) is_attended: bool,
}

impl Context<'_> {
    /// The effective configuration.
    pub(crate) fn config(&self) -> Result<Config, CliError> {
        let file = self.config_file();
        let config = Config::load(file.as_deref(), self.variables.clone());
        Ok(config
            .map_err(anyhow::Error::new)
            .with_context(|| match file {
                Some(file) => format!("reading the configuration {}", file.display()),
                None => String::from("reading the configuration"),
            })?)
    }

    fn config_file(&self) -> Option<PathBuf> {
        let named = self.config_file.clone();
        let variable = || self.variables.get(FILE_VARIABLE).map(PathBuf::from);
        let system = || Some(PathBuf::from(SYSTEM_FILE)).filter(|file| file.exists());
        named.or_else(variable).or_else(system)
    }

    /// The database alone.
    pub(crate) async fn store(&self) -> Result<Store, CliError> {
        let config = self.config()?;
        make_data_dir(&config.data_dir)?;
        Ok(gateway::open_store(&config).await?)
    }

    /// Everything that a decision needs.
    pub(crate) async fn gateway(&self) -> Result<Gateway, CliError> {
        let config = self.config()?;
        Ok(Gateway::open(config, self.clock.clone(), self.random.clone()).await?)
    }

    /// Who decides. History without a name would be worth nothing, so there is no default.
    pub(crate) fn actor(&self) -> Result<Actor, CliError> {
        let variables = NAME_VARIABLES
            .iter()
            .filter_map(|name| self.variables.get(*name));
        let name = self
            .operator
            .iter()
            .chain(variables)
            .map(|name| name.trim())
            .find(|name| !name.is_empty());
        let name = name.ok_or_else(|| CliError::usage("say who decides: --operator NAME"))?;
        Ok(Actor::Operator(name.to_owned()))
    }
}

/// What is on record of a change that the command line makes by itself, without a flow.
pub(crate) struct Change<'a> {
    /// What was done, in a word.
    pub(crate) action: &'a str,
    /// The kind of what it was done to.
    pub(crate) kind: &'a str,
    /// Its id or name.
    pub(crate) subject: String,
    /// What else is to be told.
    pub(crate) detail: String,
    /// Why, where somebody said so.
    pub(crate) reason: Option<String>,
}

impl Context<'_> {
    /// Puts a change on the record, in the transaction that makes it. Machines that are set up by
    /// programs have nobody's name; the change is on record all the same.
    pub(crate) fn put_on_record(&self, tx: &mut Tx, change: Change<'_>) {
        let actor = self.actor();
        let unnamed = |_nobody| Actor::Operator(String::from("unnamed"));
        let entry = Entry {
            at: self.clock.now(),
            actor: actor.unwrap_or_else(unnamed).to_string(),
            action: change.action.to_owned(),
            subject_kind: change.kind.to_owned(),
            subject: change.subject,
            detail: change.detail,
            reason: change.reason,
            history: None,
        };
        audit::note(tx, entry);
    }
}

fn make_data_dir(dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("making the folder {}", dir.display()))
}
