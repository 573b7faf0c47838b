//! `explain`: what a number or a code means, who acts on it and how, in both languages.

use clap::Args;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Sheet};
use crate::domain::reason::Reason;
use crate::flow::intake::{FAULTS, FaultText};

/// Explain a reason, a fault or a problem by its number or code
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// A number (`801`), a name (`NO_RECEIPT`) or a code (`cnp-checksum`)
    code: String,
}

#[derive(Serialize)]
struct Explanation {
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    owner: String,
    action: String,
    ro: Text,
    en: Text,
}

#[derive(Serialize)]
struct Text {
    title: &'static str,
    todo: &'static str,
}

impl From<Reason> for Explanation {
    fn from(reason: Reason) -> Self {
        Self {
            code: reason.name().to_owned(),
            number: Some(reason.number()),
            reason: None,
            owner: reason.owner().to_string(),
            action: reason.action().to_string(),
            ro: Text {
                title: reason.title_ro(),
                todo: reason.todo_ro(),
            },
            en: Text {
                title: reason.title_en(),
                todo: reason.todo_en(),
            },
        }
    }
}

impl From<&FaultText> for Explanation {
    fn from(fault: &FaultText) -> Self {
        Self {
            code: fault.code.to_owned(),
            number: None,
            reason: Some(fault.reason.to_string()),
            owner: fault.reason.owner().to_string(),
            action: fault.reason.action().to_string(),
            ro: Text {
                title: fault.title_ro,
                todo: fault.todo_ro,
            },
            en: Text {
                title: fault.title_en,
                todo: fault.todo_en,
            },
        }
    }
}

impl Page for Explanation {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        match self.number {
            Some(number) => sheet.line(&format!("{number} {}", self.code)),
            None => sheet.line(&self.code),
        }
        sheet.fields(&[
            ("Falls under", self.reason.clone().unwrap_or_default()),
            ("Who acts", self.owner.clone()),
            ("How", self.action.clone()),
        ]);
        for text in [&self.ro, &self.en] {
            sheet.heading(text.title);
            sheet.line(text.todo);
        }
        Ok(())
    }
}

pub(crate) fn run(command: &Explain, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let code = command.code.trim();
    let explanation = find(code).ok_or_else(|| CliError::not_found("reason or code", code))?;
    context.output.page(&explanation)?;
    Ok(Exit::Ok)
}

fn find(code: &str) -> Option<Explanation> {
    let by_number = || Reason::from_number(code.parse().ok()?);
    let by_name = || Reason::from_name(&code.to_uppercase().replace('-', "_"));
    let fault = || FAULTS.iter().find(|fault| fault.code == code);
    by_number()
        .or_else(by_name)
        .map(Explanation::from)
        .or_else(|| fault().map(Explanation::from))
}
