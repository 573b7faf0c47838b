//! One fault of an application, as its office reads it.

use crate::domain::codes::UnknownCode;
use crate::domain::reason::Reason;

/// One kind of fault: its stable code and its texts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FaultText {
    /// The stable code, such as `cnp-checksum`.
    pub code: &'static str,
    /// The reason code it falls under; images under that of what they show.
    pub reason: Reason,
    /// What is wrong, in English.
    pub title_en: &'static str,
    /// What to do, in English.
    pub todo_en: &'static str,
    /// What is wrong, in Romanian.
    pub title_ro: &'static str,
    /// What to do, in Romanian.
    pub todo_ro: &'static str,
}

/// One fault of an application. It never repeats the value that stood there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901): `/applicant/cnp`.
    pub pointer: String,
    /// The stable code, one of [`crate::flow::intake::FAULTS`].
    pub code: &'static str,
    /// The reason code it falls under.
    pub reason: Reason,
    /// What is wrong and what to do, in English.
    pub message: String,
    /// The same in Romanian.
    pub message_ro: String,
}

impl Fault {
    /// A fault of which the table says everything.
    pub(super) fn new(pointer: impl Into<String>, text: &FaultText) -> Self {
        Self {
            pointer: pointer.into(),
            code: text.code,
            reason: text.reason,
            message: format!("{} {}", text.title_en, text.todo_en),
            message_ro: format!("{} {}", text.title_ro, text.todo_ro),
        }
    }

    /// A fault with a detail that reads the same in every language: numbers, codes, one letter.
    pub(super) fn detailed(
        pointer: impl Into<String>,
        text: &FaultText,
        detail: impl std::fmt::Display,
    ) -> Self {
        let title_en = text.title_en.trim_end_matches('.');
        let title_ro = text.title_ro.trim_end_matches('.');
        Self {
            message: format!("{title_en}: {detail}. {}", text.todo_en),
            message_ro: format!("{title_ro}: {detail}. {}", text.todo_ro),
            ..Self::new(pointer, text)
        }
    }

    /// The same fault under another reason code.
    pub(super) fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }
}

/// The faults found so far.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// Notes a fault.
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Notes the fault, or gives the value.
    pub(super) fn note<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        result.map_err(|fault| self.add(fault)).ok()
    }

    /// All of them.
    pub(super) fn into_vec(self) -> Vec<Fault> {
        self.0
    }

    /// Whether none was found.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Turns an unknown code into a fault that lists the known ones.
pub(super) fn known<T: std::fmt::Display>(
    pointer: impl Into<String>,
    text: &FaultText,
    parsed: Result<T, UnknownCode>,
    all: &[T],
) -> Result<T, Fault> {
    // What stood there is not repeated: an office may have put a name into the wrong field.
    parsed.map_err(|_unknown| {
        let codes: Vec<String> = all.iter().map(ToString::to_string).collect();
        Fault::detailed(pointer, text, codes.join(", "))
    })
}
