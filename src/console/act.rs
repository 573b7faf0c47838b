//! The one page of every action: what will happen, the facts, the reason; and the same page again with
//! what is wrong, where it was not done.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::console::desk::Desk;
use crate::console::fields::Fields;
use crate::console::list::Choice;
use crate::console::look::shell::Shell;
use crate::console::outcome::Outcome;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;
use crate::console::write;
use crate::domain::operator::role::Permission;
use crate::words::{Language, name_of};

/// Characters of a reason at most.
const REASON_CHARS_MAX: usize = 500;

/// The hidden field with the version or the state of the thing, as it was seen.
const SEEN: &str = "seen";

/// An action, before it is carried out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Act {
    /// What is to be done with what: `Retrimiteți comanda CNIN-1`.
    pub(crate) heading: String,
    /// In one sentence, what will happen.
    pub(crate) consequence: String,
    /// What somebody who decides should know, by name.
    pub(crate) facts: Vec<(String, String)>,
    /// What will become of each, where it is about several.
    pub(crate) foreseen: Vec<Outcome>,
    /// What is asked beside the reason.
    pub(crate) inputs: Vec<Input>,
    /// The address of this page, to which its form goes.
    pub(crate) path: String,
    /// The page of the thing, to which people go back.
    pub(crate) back: String,
    /// The version or the state of the thing, as it is seen.
    pub(crate) seen: String,
    /// What its button says.
    pub(crate) confirm: String,
    /// Whether nothing takes it back.
    pub(crate) is_final: bool,
    /// A reason that fits, to be confirmed or changed.
    pub(crate) suggested_reason: String,
    /// Whether somebody is asked why.
    pub(crate) asks: Asks,
    /// Why it cannot be done now; then there is no button.
    pub(crate) obstacle: Option<String>,
    /// What a second person decides afterwards, in one sentence.
    pub(crate) second_person: Option<String>,
}

/// What somebody writes beside what they fill in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Asks {
    /// The reason, which must be given.
    #[default]
    Reason,
    /// A remark, which is what is kept.
    Remark,
    /// Nothing.
    Nothing,
}

/// Something that can be done with a thing, or cannot, on the page of the thing.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    /// What its button says.
    pub(crate) text: String,
    /// The page of the action.
    pub(crate) path: String,
    /// What would happen.
    pub(crate) consequence: String,
    /// Why it cannot be done.
    pub(crate) barred: Option<String>,
    /// `first` for the likeliest.
    pub(crate) tone: &'static str,
}

/// Something that is asked beside the reason.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The field's name.
    pub(crate) name: &'static str,
    /// What stands above it.
    pub(crate) label: String,
    /// What it is for, or how it is written; may be empty.
    pub(crate) hint: String,
    /// How it is filled.
    pub(crate) kind: InputKind,
    /// Whether it must be filled.
    pub(crate) is_required: bool,
}

/// How a field is filled.
#[derive(Clone, Debug)]
pub(crate) enum InputKind {
    /// By typing a line.
    Line {
        /// What stands in it.
        value: String,
    },
    /// By choosing one.
    One(Vec<Choice>),
    /// By ticking any number.
    Many(Vec<Choice>),
    /// By nobody: it is carried along.
    Hidden {
        /// What it carries.
        value: String,
    },
}

/// Why an action was not carried out.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The status of the answer: 422 for what was typed, 409 for what others did.
    pub(crate) status: StatusCode,
    /// In words.
    pub(crate) text: String,
    /// The field that is wrong.
    pub(crate) field: Option<&'static str>,
}

impl Fault {
    /// Something that was typed is wrong.
    pub(crate) fn wrong(field: &'static str, text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            text: text.into(),
            field: Some(field),
        }
    }

    /// It cannot be done now.
    pub(crate) fn conflict(text: impl Into<String>) -> Self {
        Self {
            status: StatusCode::CONFLICT,
            text: text.into(),
            field: None,
        }
    }

    /// Nobody said why.
    pub(crate) fn reason_missing(visit: &Visit) -> Self {
        let text = visit.says(
            "Scrieți motivul: rămâne în istoric.",
            "Give the reason: it stays in the history.",
        );
        Self::wrong("reason", text)
    }

    /// The visitor lacks the right, as it is told beside a button that cannot be used.
    pub(crate) fn not_allowed(needed: Permission, visit: &Visit) -> String {
        let right = name_of(needed, visit.language);
        match visit.language {
            Language::Romanian => format!("Numai cine {right}."),
            Language::English => format!("Only for whoever may {right}."),
        }
    }
}

/// The reason that somebody typed.
pub(crate) fn reason_of<'a>(fields: &'a Fields, visit: &Visit) -> Result<&'a str, Fault> {
    let reason = fields.text("reason");
    if reason.is_empty() {
        return Err(Fault::reason_missing(visit));
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        let text = visit.says(
            "Motivul are cel mult 500 de caractere.",
            "A reason has 500 characters at most.",
        );
        return Err(Fault::wrong("reason", text));
    }
    Ok(reason)
}

/// The version of the thing that the form was made for; what is no number is none that there is.
pub(crate) fn version_seen(fields: &Fields) -> i64 {
    fields.text(SEEN).parse().unwrap_or(-1)
}

/// The state of the thing that the form was made for.
pub(crate) fn seen(fields: &Fields) -> &str {
    fields.text(SEEN)
}

#[derive(Template)]
#[template(path = "act.html")]
struct Page<'a> {
    visit: &'a Visit,
    shell: &'a Shell,
    act: &'a Act,
    reason: &'a str,
    fault: Option<&'a Fault>,
}

impl Page<'_> {
    /// Whether this is the field that is wrong.
    fn is_wrong(&self, field: &str) -> bool {
        self.fault.and_then(|fault| fault.field) == Some(field)
    }
}

impl Act {
    /// Shows the page; `menu` is the entry of the menu that it belongs to.
    pub(crate) async fn show(
        &self,
        desk: &Desk,
        visit: &Visit,
        menu: &'static str,
    ) -> Result<HttpResponse, Trouble> {
        self.page(desk, visit, menu, &self.suggested_reason, None)
            .await
    }

    /// Shows the page again, with what is wrong at its top and all that was typed.
    pub(crate) async fn refuse(
        mut self,
        desk: &Desk,
        visit: &Visit,
        menu: &'static str,
        (fields, fault): (&Fields, Fault),
    ) -> Result<HttpResponse, Trouble> {
        for input in &mut self.inputs {
            input.keep(fields);
        }
        let reason = fields.text("reason");
        self.page(desk, visit, menu, reason, Some(&fault)).await
    }

    async fn page(
        &self,
        desk: &Desk,
        visit: &Visit,
        menu: &'static str,
        reason: &str,
        fault: Option<&Fault>,
    ) -> Result<HttpResponse, Trouble> {
        let shell = Shell::of(desk, visit, menu).await?;
        let mut answer = write(&Page {
            visit,
            shell: &shell,
            act: self,
            reason,
            fault,
        })?;
        if let Some(fault) = fault {
            *answer.status_mut() = fault.status;
        }
        Ok(answer)
    }
}

impl Input {
    /// Puts what was typed back into the field.
    fn keep(&mut self, fields: &Fields) {
        match &mut self.kind {
            InputKind::Line { value } => fields.text(self.name).clone_into(value),
            InputKind::One(choices) | InputKind::Many(choices) => {
                for choice in choices {
                    choice.is_chosen = fields.all(self.name).any(|value| value == choice.value);
                }
            }
            InputKind::Hidden { .. } => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stands_in_the_page_that_comes_again() {
        let fields = Fields::parse(b"amount=67&line=2&line=3&kept=evil").unwrap();
        let mut input = Input {
            name: "line",
            label: String::new(),
            hint: String::new(),
            kind: InputKind::Many((1..=3).map(|no| Choice::new(no, "x", no == 1)).collect()),
            is_required: true,
        };
        input.keep(&fields);
        let InputKind::Many(choices) = &input.kind else {
            panic!("{input:?}");
        };
        let chosen: Vec<bool> = choices.iter().map(|choice| choice.is_chosen).collect();
        assert_eq!(chosen, [false, true, true]);
        input.name = "amount";
        input.kind = InputKind::Line {
            value: String::new(),
        };
        input.keep(&fields);
        assert!(matches!(&input.kind, InputKind::Line { value } if value == "67"));
    }

    #[test]
    fn a_version_that_is_no_number_is_none_that_there_is() {
        let version = |body: &[u8]| version_seen(&Fields::parse(body).unwrap());
        assert_eq!(version(b"seen=7"), 7);
        assert_eq!(version(b"seen=x"), -1);
        assert_eq!(version(b""), -1);
    }
}
