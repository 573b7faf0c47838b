//! `check`: shows the effective configuration, which holds no secrets, and tries everything that
//! it names, in words. It leaves nothing behind but the vault's folder.

mod probes;

use std::io;

use serde::Serialize;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Row, Sheet};
use crate::config::settings;

/// How a try ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    /// It works.
    Ok,
    /// It works, and somebody should act before long.
    Warning,
    /// It does not work.
    Failed,
    /// It does not work, and the cause may lie with others.
    Unreachable,
}

/// One try, in words.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    verdict: Verdict,
    words: String,
}

impl Finding {
    fn new(what: &'static str, verdict: Verdict, words: impl Into<String>) -> Self {
        Self {
            what,
            verdict,
            words: words.into(),
        }
    }

    /// A finding from a try that succeeds with words or fails with an error.
    fn of(what: &'static str, tried: anyhow::Result<String>) -> Self {
        match tried {
            Ok(words) => Self::new(what, Verdict::Ok, words),
            Err(error) => Self::new(what, Verdict::Failed, format!("{error:#}")),
        }
    }
}

impl Row for Finding {
    const HEADS: &'static [&'static str] = &["", "WHAT", "FOUND"];

    fn cells(&self) -> Vec<String> {
        let mark = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "WARNING",
            Verdict::Failed => "FAILED",
            Verdict::Unreachable => "NO ANSWER",
        };
        vec![mark.to_owned(), self.what.to_owned(), self.words.clone()]
    }
}

#[derive(Serialize)]
struct Checkup {
    configuration: std::collections::BTreeMap<&'static str, String>,
    findings: Vec<Finding>,
}

impl Page for Checkup {
    fn write(&self, sheet: &mut Sheet) -> io::Result<()> {
        sheet.line("Effective configuration");
        let width = self.configuration.keys().map(|key| key.len()).max();
        let width = width.unwrap_or(0);
        for (key, value) in &self.configuration {
            sheet.line(format!("{key:width$}  {value}").trim_end());
        }
        sheet.heading("What it names");
        sheet.table(&self.findings);
        Ok(())
    }
}

impl Checkup {
    fn exit(&self) -> Exit {
        let any = |verdict| self.findings.iter().any(|one| one.verdict == verdict);
        if any(Verdict::Failed) {
            Exit::Failure
        } else if any(Verdict::Unreachable) {
            Exit::Unreachable
        } else {
            Exit::Ok
        }
    }
}

pub(crate) async fn run(context: &mut Context<'_>) -> Result<Exit, CliError> {
    let config = context.config()?;
    let checkup = Checkup {
        findings: probes::try_all(&config, &context.clock, &context.random).await,
        configuration: settings(&config).into_iter().collect(),
    };
    context.output.page(&checkup)?;
    Ok(checkup.exit())
}
