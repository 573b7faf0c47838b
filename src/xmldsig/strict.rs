//! A reader of XML 1.0 with namespaces that refuses all that the standards refuse.
//!
//! quick-xml finds where markup begins and ends; names, characters, references, attributes,
//! declarations and the order of things are checked here. No DTD is ever read.

use std::io::{self, Read};

use quick_xml::errors::IllFormedError;

use crate::xmldsig::event::Event;
use crate::xmldsig::input::Input;
use crate::xmldsig::markup::{MarkupChecker, Namespaces, malformed};
use crate::xmldsig::refusal::{Flaw, Position, Refusal, RefusalCode};
use crate::xmldsig::trust::Limits;

/// Why reading stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StrictError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the source cannot be read")]
    Read(#[source] io::Error),
}

/// Gives the events of a document one by one.
pub(crate) struct StrictReader<'p, R> {
    xml: quick_xml::Reader<Input<R>>,
    buffer: Vec<u8>,
    /// Apart from the buffer, so that events may borrow from either.
    checker: MarkupChecker<'p>,
}

impl<'p, R: Read> StrictReader<'p, R> {
    pub(crate) fn new(source: R, limits: &'p Limits, namespaces: Namespaces<'p>) -> Self {
        let mut xml = quick_xml::Reader::from_reader(Input::new(source, limits));
        let config = xml.config_mut();
        // Names of end tags are compared here, with what may follow them.
        config.check_end_names = false;
        config.trim_markup_names_in_closing_tags = false;
        Self {
            xml,
            buffer: Vec::new(),
            checker: MarkupChecker::new(limits, namespaces),
        }
    }

    /// The source, for its hash.
    pub(crate) fn input(&mut self) -> &mut Input<R> {
        self.xml.get_mut()
    }

    /// How much memory the buffers hold.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> usize {
        self.buffer.capacity() + self.checker.held_bytes()
    }

    /// Reads the next event; after the end of the document there is none.
    pub(crate) fn next(&mut self) -> Result<Event<'_>, StrictError> {
        self.checker.close_ended();
        if self.checker.end_is_due() {
            let position = self.xml.get_ref().event_position();
            return Ok(self.checker.end_of_empty(position)?);
        }
        self.buffer.clear();
        self.xml.get_mut().begin_event();
        let read = self.xml.read_event_into(&mut self.buffer);
        let input = self.xml.get_ref();
        let position = input.event_position();
        let markup = match read {
            Ok(_) if input.event_is_too_long() => return Err(too_long(position).into()),
            Ok(markup) => markup,
            Err(error) => return Err(explain(error, input)),
        };
        let at_start = input.event_offset() == 0;
        Ok(self
            .checker
            .check(markup, at_start, position)
            .map_err(|flaw| flaw.at(position))?)
    }
}

fn too_long(position: Position) -> Refusal {
    Flaw::new(RefusalCode::EventLimit, "one tag or text is too long").at(position)
}

/// Says why the parser stopped.
fn explain<R: Read>(error: quick_xml::Error, input: &Input<R>) -> StrictError {
    let position = input.event_position();
    if let Some(flaw) = input.stopped() {
        return flaw.at(position).into();
    }
    let flaw = match error {
        quick_xml::Error::Io(error) => {
            return StrictError::Read(io::Error::new(error.kind(), error));
        }
        quick_xml::Error::Encoding(_) => {
            Flaw::new(RefusalCode::EncodingForbidden, "bytes that are not UTF-8")
        }
        quick_xml::Error::Syntax(_) if input.ended() => {
            Flaw::new(RefusalCode::Truncated, "markup that does not end")
        }
        quick_xml::Error::Syntax(_) => malformed("'<!' or '<?' that begins nothing XML knows"),
        quick_xml::Error::IllFormed(IllFormedError::UnclosedReference) => {
            malformed("'&' that begins no reference")
        }
        quick_xml::Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => {
            malformed("an end tag without its start")
        }
        quick_xml::Error::IllFormed(_)
        | quick_xml::Error::InvalidAttr(_)
        | quick_xml::Error::Escape(_)
        | quick_xml::Error::Namespace(_) => malformed("markup that XML does not know"),
    };
    flaw.at(position).into()
}
