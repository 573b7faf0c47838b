//! What the bench is asked to do.

use std::path::PathBuf;

use anyhow::{Context, bail};

pub(crate) const HELP: &str = "\
Measures signed XML beside SHA-256 and xmlsec1.

  --megabytes N   size of the order that is timed (65)
  --cards N       its cards (500): the fewer, the longer their images; with the simulator's own
                  pictures a card is about 64 kB
  --only WORDS    time only operations whose names have these words, and the SHA-256 pass
  --rounds N      how often everything is timed; the fastest counts (15)
  --large         measure the memory at 6500 MB too, which takes minutes and no disk
  --json          print JSON instead of a table
";

/// What to do.
pub(crate) enum Mode {
    Help,
    Measure,
    /// In a process of its own: sign so much to the standard output.
    SignToStdout {
        parties: PathBuf,
        megabytes: u64,
    },
    /// In a process of its own: verify what comes from the standard input.
    VerifyStdin {
        parties: PathBuf,
    },
}

pub(crate) struct Options {
    pub(crate) mode: Mode,
    pub(crate) megabytes: u64,
    pub(crate) cards: u64,
    pub(crate) rounds: u32,
    pub(crate) only: String,
    pub(crate) memory_megabytes: Vec<u64>,
    pub(crate) json: bool,
}

impl Options {
    pub(crate) fn read(arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options = Self {
            mode: Mode::Measure,
            megabytes: 65,
            cards: 500,
            rounds: 15,
            only: String::new(),
            memory_megabytes: vec![65, 650],
            json: false,
        };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().context("an option lacks its value");
            match argument.as_str() {
                "--megabytes" => options.megabytes = value()?.parse()?,
                "--cards" => options.cards = value()?.parse()?,
                "--rounds" => options.rounds = value()?.parse()?,
                "--only" => {
                    options.only = value()?;
                    options.memory_megabytes.clear();
                }
                "--large" => options.memory_megabytes.push(6500),
                "--json" => options.json = true,
                "--help" => options.mode = Mode::Help,
                "--sign-to-stdout" => {
                    options.mode = Mode::SignToStdout {
                        parties: value()?.into(),
                        megabytes: value()?.parse()?,
                    };
                }
                "--verify-stdin" => {
                    options.mode = Mode::VerifyStdin {
                        parties: value()?.into(),
                    };
                }
                // Cargo says so to every bench.
                "--bench" => {}
                other => bail!("{other:?} is no option; see --help"),
            }
        }
        Ok(options)
    }
}
