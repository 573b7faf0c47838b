//! A reader of XML 1.0 with namespaces that refuses all that the standards refuse.
//!
//! Tags and plain text that are at hand in full are taken as they stand; for all else quick-xml
//! finds where markup begins and ends. Names, characters, references, attributes, declarations and
//! the order of things are checked here in either case. No DTD is ever read.

use std::io::{self, BufRead};

use quick_xml::encoding::EncodingError;
use quick_xml::errors::IllFormedError;
use quick_xml::events::Event as Markup;

use crate::xmldsig::at_hand::{AtHand, at_hand};
use crate::xmldsig::event::{Event, Kind, Writing};
use crate::xmldsig::input::Input;
use crate::xmldsig::markup::{MarkupChecker, NOT_UTF8, malformed, not_utf8};
use crate::xmldsig::refusal::{Flaw, Position, Refusal, RefusalCode};
use crate::xmldsig::trust::Limits;
use crate::xmldsig::uris::Namespaces;

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
    /// The parser gave a text last, and knows already what follows: it must be asked next.
    parser_found_text: bool,
    /// The last event was text at hand, which may go on.
    text_goes_on: bool,
    /// How much of what the parser read last is UTF-8, if not all of it.
    valid_bytes: Option<usize>,
}

impl<'p, R: BufRead> StrictReader<'p, R> {
    pub(crate) fn new(source: R, limits: &'p Limits, namespaces: Namespaces<'p>) -> Self {
        let mut xml = quick_xml::Reader::from_reader(Input::new(source, limits));
        let config = xml.config_mut();
        // Names of end tags are compared here, with what may follow them.
        config.check_end_names = false;
        // The parser does not see the starts that are at hand.
        config.allow_unmatched_ends = true;
        config.trim_markup_names_in_closing_tags = false;
        Self {
            xml,
            buffer: Vec::new(),
            checker: MarkupChecker::new(limits, namespaces),
            parser_found_text: false,
            text_goes_on: false,
            valid_bytes: None,
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

    /// Reads the next event and looks at it; after the end of the document there is none. A text
    /// that is long may come in several.
    #[inline]
    pub(crate) fn next<T>(&mut self, look: impl FnOnce(&Event<'_>) -> T) -> Result<T, StrictError> {
        match self.read() {
            // By reference, for to move an event costs more than to look at it.
            Ok(ref event) => Ok(look(event)),
            Err(error) => Err(self.located(error)),
        }
    }

    /// Says of bytes that the parser found not to be UTF-8 where they stand.
    fn located(&self, error: StrictError) -> StrictError {
        let valid = self.valid_bytes.and_then(|valid| self.buffer.get(..valid));
        valid.map_or(error, |valid| {
            let position = self.xml.get_ref().event_position();
            NOT_UTF8.at(position.behind(valid)).into()
        })
    }

    fn read(&mut self) -> Result<Event<'_>, StrictError> {
        self.checker.close_ended();
        if self.checker.end_is_due() {
            let position = self.xml.get_ref().event_position();
            return Ok(self.checker.end_of_empty(position)?);
        }
        match self.look()? {
            AtHand::Base64(length) => self.base64(length),
            AtHand::Plain(length) => self.plain(length),
            AtHand::Bare(length) => self.bare(length),
            AtHand::Start(length) => self.start(length),
            AtHand::BareEnd(length) => self.end(length, true),
            AtHand::End(length) => self.end(length, false),
            AtHand::Other => self.parse(),
        }
    }

    /// Begins an event, and looks for what needs no parser.
    fn look(&mut self) -> Result<AtHand, StrictError> {
        let text_goes_on = std::mem::take(&mut self.text_goes_on);
        let input = self.xml.get_mut();
        if self.parser_found_text || !self.checker.is_inside() {
            input.begin_event();
            return Ok(AtHand::Other);
        }
        let (found, text_ended) = match input.at_hand() {
            Ok(bytes) => (at_hand(bytes), matches!(bytes, [] | [b'<' | b'&', ..])),
            Err(error) => {
                input.begin_event();
                return Err(explain(error.into(), input));
            }
        };
        if text_goes_on && !text_ended {
            input.begin_piece();
        } else {
            input.begin_event();
        }
        Ok(match found {
            AtHand::BareEnd(_) | AtHand::End(_) if !self.checker.may_end_at_hand() => AtHand::Other,
            AtHand::Bare(length) if !self.checker.may_be_bare() => AtHand::Start(length),
            found => found,
        })
    }

    /// Takes bytes that are at hand; the event is made where it is returned, for moving it costs
    /// more than finding it.
    fn take(&mut self, length: usize, of_one_line: bool) -> Result<(), StrictError> {
        let input = self.xml.get_mut();
        if of_one_line {
            input.consume_of_line(length);
        } else {
            input.consume_lines(length).map_err(StrictError::Read)?;
        }
        if input.event_is_too_long() {
            return Err(too_long(input.text_position()).into());
        }
        Ok(())
    }

    fn base64(&mut self, length: usize) -> Result<Event<'_>, StrictError> {
        self.text_goes_on = true;
        self.take(length, true)?;
        let (raw, position) = taken(self.xml.get_mut())?;
        Ok(Event {
            kind: Kind::Base64(raw),
            position,
            raw,
        })
    }

    fn plain(&mut self, length: usize) -> Result<Event<'_>, StrictError> {
        self.text_goes_on = true;
        self.take(length, false)?;
        let (raw, position) = taken(self.xml.get_mut())?;
        let text = simdutf8::basic::from_utf8(raw).ok();
        let text = text.ok_or_else(|| not_utf8(raw).at(position))?;
        Ok(Event {
            kind: Kind::Text {
                text,
                writing: Writing::Canonical,
            },
            position,
            raw,
        })
    }

    fn bare(&mut self, length: usize) -> Result<Event<'_>, StrictError> {
        self.take(length, true)?;
        let (raw, position) = taken(self.xml.get_mut())?;
        let opened = self.checker.open_bare(raw);
        opened.map_err(|flaw| flaw.at(position))?;
        Ok(Event {
            kind: Kind::Start(self.checker.bare_element(position)),
            position,
            raw,
        })
    }

    fn end(&mut self, length: usize, of_one_line: bool) -> Result<Event<'_>, StrictError> {
        self.take(length, of_one_line)?;
        let (raw, position) = taken(self.xml.get_mut())?;
        let closed = self.checker.close_named(raw);
        closed.map_err(|flaw| flaw.at(position))?;
        Ok(Event {
            kind: Kind::End(self.checker.ended()),
            position,
            raw,
        })
    }

    fn start(&mut self, length: usize) -> Result<Event<'_>, StrictError> {
        self.take(length, false)?;
        let (raw, position) = taken(self.xml.get_mut())?;
        let event = self.checker.check_start(raw, position);
        Ok(event.map_err(|flaw| flaw.at(position))?)
    }

    /// Has the parser find the next event.
    fn parse(&mut self) -> Result<Event<'_>, StrictError> {
        self.buffer.clear();
        let read = self.xml.read_event_into(&mut self.buffer);
        let input = self.xml.get_ref();
        let position = input.event_position();
        let markup = match read {
            Ok(_) if input.event_is_too_long() => {
                return Err(too_long(input.text_position()).into());
            }
            Ok(markup) => markup,
            Err(error) => {
                self.valid_bytes = valid_bytes(&error);
                return Err(explain(error, input));
            }
        };
        self.parser_found_text = matches!(markup, Markup::Text(_));
        let at_start = input.event_offset() == 0;
        Ok(self
            .checker
            .check(markup, at_start, position)
            .map_err(|flaw| flaw.at(position))?)
    }
}

/// The bytes of an event at hand, and where it began.
#[inline]
fn taken<R: BufRead>(input: &mut Input<R>) -> Result<(&[u8], Position), StrictError> {
    let position = input.event_position();
    let raw = input.event_at_hand().map_err(StrictError::Read)?;
    Ok((raw, position))
}

fn too_long(position: Position) -> Refusal {
    Flaw::new(RefusalCode::EventLimit, "one tag or text is too long").at(position)
}

/// How much is UTF-8 of what the parser read, if that is why it stopped.
fn valid_bytes(error: &quick_xml::Error) -> Option<usize> {
    match error {
        quick_xml::Error::Encoding(EncodingError::Utf8(error)) => Some(error.valid_up_to()),
        _ => None,
    }
}

/// Says why the parser stopped.
fn explain<R: BufRead>(error: quick_xml::Error, input: &Input<R>) -> StrictError {
    let position = input.event_position();
    if let Some(flaw) = input.stopped() {
        return flaw.at(position).into();
    }
    let flaw = match error {
        quick_xml::Error::Io(error) => {
            return StrictError::Read(io::Error::new(error.kind(), error));
        }
        quick_xml::Error::Encoding(_) => NOT_UTF8,
        quick_xml::Error::Syntax(_) if input.ended() => {
            Flaw::new(RefusalCode::Truncated, "markup that does not end")
        }
        quick_xml::Error::Syntax(_) => malformed("'<!' or '<?' that begins nothing XML knows"),
        quick_xml::Error::IllFormed(IllFormedError::UnclosedReference) => {
            malformed("'&' that begins no reference")
        }
        quick_xml::Error::IllFormed(_)
        | quick_xml::Error::InvalidAttr(_)
        | quick_xml::Error::Escape(_)
        | quick_xml::Error::Namespace(_) => malformed("markup that XML does not know"),
    };
    flaw.at(position).into()
}
