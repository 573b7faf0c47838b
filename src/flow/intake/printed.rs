//! Texts that the card carries, turned into the domain's types or into faults.

use crate::domain::names::{Name, NameFault, PrintText};
use crate::flow::intake::catalogue as text;
use crate::flow::intake::fault::Fault;

/// A name of at most `limit` letters.
pub(super) fn name(pointer: &str, value: &str, limit: usize) -> Result<Name, Fault> {
    Name::parse(value, limit).map_err(|fault| fault_of(pointer, fault))
}

/// Another printed text of at most `limit` letters.
pub(super) fn place(pointer: &str, value: &str, limit: usize) -> Result<PrintText, Fault> {
    PrintText::parse(value, limit).map_err(|fault| fault_of(pointer, fault))
}

fn fault_of(pointer: &str, fault: NameFault) -> Fault {
    match fault {
        NameFault::Empty => Fault::new(pointer, &text::TEXT_EMPTY),
        NameFault::Letter { letter } => Fault::detailed(pointer, &text::TEXT_LETTER, named(letter)),
        NameFault::TooLong { length, limit } => {
            Fault::detailed(pointer, &text::TEXT_TOO_LONG, format!("{length} > {limit}"))
        }
    }
}

/// A letter with its code point; the code point alone when there is nothing to see.
fn named(letter: char) -> String {
    let code = u32::from(letter);
    if letter.is_alphanumeric() || letter.is_ascii_punctuation() {
        format!("{letter} (U+{code:04X})")
    } else {
        format!("U+{code:04X}")
    }
}
