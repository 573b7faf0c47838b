//! `explain`: what a number or a code means, who acts on it and how, in both languages.

use clap::Args;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Sheet, or_empty};
use crate::cli::refusal_titles::titles;
use crate::domain::reason::Reason;
use crate::flow::intake::{FAULTS, FaultText};
use crate::http::problems::catalogue::{CATALOGUE, Entry};
use crate::xmldsig::refusal::RefusalCode;

/// Explain a reason, a fault, a problem or a refusal by its number or code
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// A number (`801`), a name (`NO_RECEIPT`), or the code of a fault or problem (`cnp-checksum`)
    /// or of a refusal of `xml verify` (`DIGEST_MISMATCH`)
    code: String,
}

#[derive(Default, Serialize)]
struct Explanation {
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    ro: Text,
    en: Text,
}

#[derive(Default, Serialize)]
struct Text {
    title: &'static str,
    todo: &'static str,
}

impl From<Reason> for Explanation {
    fn from(reason: Reason) -> Self {
        Self {
            code: reason.name().to_owned(),
            number: Some(reason.number()),
            owner: Some(reason.owner().to_string()),
            action: Some(reason.action().to_string()),
            ro: Text {
                title: reason.title_ro(),
                todo: reason.todo_ro(),
            },
            en: Text {
                title: reason.title_en(),
                todo: reason.todo_en(),
            },
            ..Self::default()
        }
    }
}

impl From<&FaultText> for Explanation {
    fn from(fault: &FaultText) -> Self {
        Self {
            code: fault.code.to_owned(),
            reason: Some(fault.reason.to_string()),
            owner: Some(fault.reason.owner().to_string()),
            action: Some(fault.reason.action().to_string()),
            ro: Text {
                title: fault.title_ro,
                todo: fault.todo_ro,
            },
            en: Text {
                title: fault.title_en,
                todo: fault.todo_en,
            },
            ..Self::default()
        }
    }
}

impl From<&Entry> for Explanation {
    fn from(problem: &Entry) -> Self {
        Self {
            code: problem.code.to_owned(),
            status: Some(problem.status),
            ro: Text {
                title: problem.title_ro,
                todo: problem.todo_ro,
            },
            en: Text {
                title: problem.title_en,
                todo: problem.todo_en,
            },
            ..Self::default()
        }
    }
}

impl From<RefusalCode> for Explanation {
    fn from(code: RefusalCode) -> Self {
        let (title_ro, title_en) = titles(code);
        // What to do follows from the reason that partners are told.
        let reason = Reason::from_number(code.reason()).map(Self::from);
        let Self {
            ro,
            en,
            owner,
            action,
            code: name,
            ..
        } = reason.unwrap_or_default();
        Self {
            code: code.as_str().to_owned(),
            reason: Some(format!("{} {name}", code.reason())),
            owner,
            action,
            ro: Text {
                title: title_ro,
                todo: ro.todo,
            },
            en: Text {
                title: title_en,
                todo: en.todo,
            },
            ..Self::default()
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
            ("HTTP status", or_empty(self.status)),
            ("Who acts", or_empty(self.owner.as_ref())),
            ("How", or_empty(self.action.as_ref())),
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
    let problem = || CATALOGUE.iter().find(|entry| entry.code == code);
    let refusal = || RefusalCode::parse(&code.to_uppercase().replace('-', "_")).ok();
    by_number()
        .or_else(by_name)
        .map(Explanation::from)
        .or_else(|| fault().map(Explanation::from))
        .or_else(|| problem().map(|entry| Explanation::from(*entry)))
        .or_else(|| refusal().map(Explanation::from))
}
