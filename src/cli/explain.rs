//! `explain`: what a number or a code means, who acts on it and how, in both languages.

use clap::Args;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::output::{Page, Sheet, or_empty};
use crate::domain::reason::{Action, Owner};
use crate::words::{Explanation, Language};

/// Explain a reason, a fault, a problem, a cause or a refusal by its number or code
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// A number (`801`), a name (`NO_RECEIPT`), or the code of a fault or problem (`cnp-checksum`),
    /// of a cause of failed orders (`SILENCE`) or of a refusal of `xml verify` (`DIGEST_MISMATCH`)
    code: String,
}

/// An explanation as it is printed.
#[derive(Serialize)]
struct ExplanationView {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    ro: AnswersView,
    en: AnswersView,
}

/// The six answers in one language.
#[derive(Serialize)]
struct AnswersView {
    title: &'static str,
    happened: &'static str,
    why: &'static str,
    todo: &'static str,
    who: &'static str,
    repeats: &'static str,
}

impl From<Explanation> for ExplanationView {
    fn from(told: Explanation) -> Self {
        Self {
            code: told.code,
            number: told.number,
            reason: told.falls_under.map(|reason| reason.to_string()),
            status: told.status,
            owner: told.owner.map(Owner::as_str),
            action: told.action.map(Action::as_str),
            ro: AnswersView::of(&told, Language::Romanian),
            en: AnswersView::of(&told, Language::English),
        }
    }
}

impl AnswersView {
    fn of(told: &Explanation, language: Language) -> Self {
        let [title, happened, why, todo, who, repeats] =
            told.answers().map(|text| text.of(language));
        Self {
            title,
            happened,
            why,
            todo,
            who,
            repeats,
        }
    }
}

impl Page for ExplanationView {
    fn write(&self, sheet: &mut Sheet) -> std::io::Result<()> {
        match self.number {
            Some(number) => sheet.line(&format!("{number} {}", self.code)),
            None => sheet.line(self.code),
        }
        sheet.fields(&[
            ("Falls under", self.reason.clone().unwrap_or_default()),
            ("HTTP status", or_empty(self.status)),
            ("Who acts", or_empty(self.owner)),
            ("How", or_empty(self.action)),
        ]);
        let ro = [
            "Ce s-a întâmplat",
            "De ce",
            "Ce este de făcut",
            "Cine",
            "Continuă singur",
        ];
        let en = [
            "What happened",
            "Why",
            "What to do",
            "Who does it",
            "Goes on by itself",
        ];
        for (labels, told) in [(ro, &self.ro), (en, &self.en)] {
            sheet.heading(told.title);
            let answers = [told.happened, told.why, told.todo, told.who, told.repeats];
            for (label, answer) in labels.into_iter().zip(answers) {
                sheet.line(&format!("{label}: {answer}"));
            }
        }
        Ok(())
    }
}

pub(crate) fn run(command: &Explain, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let code = command.code.trim();
    let told =
        Explanation::find(code).ok_or_else(|| CliError::not_found("reason or code", code))?;
    context.output.page(&ExplanationView::from(told))?;
    Ok(Exit::Ok)
}
