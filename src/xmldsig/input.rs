//! The bytes as they arrive: counted, bounded, located and hashed while the parser takes them.

use std::io::{self, BufRead, ErrorKind, Read};

use openssl::sha::Sha256;

use crate::xmldsig::refusal::{Flaw, Position, RefusalCode};
use crate::xmldsig::trust::Limits;

/// How much a source that is not in memory is to be read at once.
pub(crate) const READ_BYTES: usize = 64 * 1024;
/// How much is hashed and then looked at, before more is hashed. Hashing is slow enough to fetch the
/// bytes from distant memory on the way; looking is not, and finds them in the processor's cache.
const WINDOW_BYTES: usize = 64 * 1024;
/// Bytes that begin a document in another encoding, or in UTF-8 with a mark.
const MARKS: [&[u8]; 3] = [b"\xEF\xBB\xBF", b"\xFE\xFF", b"\xFF\xFE"];
const MARK_BYTES_MAX: usize = 3;

/// A source that stops at its limits and knows where it is. Its bytes are looked at where the source
/// holds them.
pub(crate) struct Input<R> {
    source: R,
    /// How many of the bytes that the source holds are looked at; it is told at once when all of
    /// them are done with.
    window: usize,
    /// How many of these have been taken.
    taken: usize,
    read_bytes: u64,
    first_bytes: Vec<u8>,
    here: Position,
    event: EventStart,
    event_bytes: u64,
    limits: InputLimits,
    stopped: Option<Flaw>,
    ended: bool,
    /// Of all before the window.
    hash_before: Sha256,
    /// Of all up to the window's end.
    hash: Sha256,
    /// Nobody asks for the hash before an event any more.
    hash_was_asked: bool,
}

/// Where the event that is being read began.
struct EventStart {
    position: Position,
    /// Where the text began of which the event is a later piece.
    text_position: Position,
    offset: u64,
    /// In the window, unless the window has moved on since.
    in_window: usize,
    /// The hash of all before the event, kept when the window moved on.
    hash: Option<Sha256>,
}

struct InputLimits {
    event_bytes: u64,
    document_bytes: u64,
}

impl<R: BufRead> Input<R> {
    pub(crate) fn new(source: R, limits: &Limits) -> Self {
        Self {
            source,
            window: 0,
            taken: 0,
            read_bytes: 0,
            first_bytes: Vec::with_capacity(MARK_BYTES_MAX),
            here: Position::START,
            event: EventStart {
                position: Position::START,
                text_position: Position::START,
                offset: 0,
                in_window: 0,
                hash: None,
            },
            event_bytes: 0,
            limits: InputLimits {
                event_bytes: limits.event_bytes,
                document_bytes: limits.document_bytes,
            },
            stopped: None,
            ended: false,
            hash_before: Sha256::new(),
            hash: Sha256::new(),
            hash_was_asked: false,
        }
    }

    /// The source itself.
    pub(crate) fn source(&mut self) -> &mut R {
        &mut self.source
    }

    /// Marks the start of the next event, which may be as long as one event may be.
    #[inline]
    pub(crate) fn begin_event(&mut self) {
        self.event.position = self.here;
        self.event.text_position = self.here;
        self.event.offset = self.offset();
        self.event.in_window = self.taken;
        self.event.hash = None;
        self.event_bytes = 0;
    }

    /// Marks the start of another piece of the same text, which together with those before it may
    /// be as long as one event may be.
    #[inline]
    pub(crate) fn begin_piece(&mut self) {
        let (text_position, bytes) = (self.event.text_position, self.event_bytes);
        self.begin_event();
        self.event.text_position = text_position;
        self.event_bytes = bytes;
    }

    /// Where the event began.
    #[inline]
    pub(crate) fn event_position(&self) -> Position {
        self.event.position
    }

    /// Where the event began, or the text of which it is a later piece.
    #[inline]
    pub(crate) fn text_position(&self) -> Position {
        self.event.text_position
    }

    /// How many bytes stand before the event.
    pub(crate) fn event_offset(&self) -> u64 {
        self.event.offset
    }

    /// Why the source stopped before its end, if it did.
    pub(crate) fn stopped(&self) -> Option<Flaw> {
        self.stopped
    }

    /// Tells whether the source has no more to give.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Tells whether the event was longer than allowed.
    #[inline]
    pub(crate) fn event_is_too_long(&self) -> bool {
        self.event_bytes > self.limits.event_bytes
    }

    /// How many bytes have been taken.
    #[inline]
    pub(crate) fn offset(&self) -> u64 {
        let waiting = self.window.saturating_sub(self.taken);
        self.read_bytes
            .saturating_sub(u64::try_from(waiting).unwrap_or(u64::MAX))
    }

    /// The hash of all bytes before the event, to be continued with other bytes. It can be asked for
    /// once.
    pub(crate) fn hash_before_event(&mut self) -> io::Result<Sha256> {
        self.hash_was_asked = true;
        match self.event.hash.take() {
            Some(hash) => Ok(hash),
            None => self.hash_up_to(self.event.in_window),
        }
    }

    /// The SHA-256 of all bytes taken.
    pub(crate) fn digest(&mut self) -> io::Result<[u8; 32]> {
        Ok(self.hash_up_to(self.taken)?.finish())
    }

    /// The bytes that wait to be taken when an event is over, after more were read if there were
    /// none.
    #[inline]
    pub(crate) fn at_hand(&mut self) -> io::Result<&[u8]> {
        if self.taken >= self.window {
            // The hash up to here is at hand too, the one up to the event before would not be.
            self.event.in_window = self.window;
            self.event.hash = None;
            self.refill()?;
        }
        self.waiting()
    }

    #[inline]
    fn waiting(&mut self) -> io::Result<&[u8]> {
        let taken = self.taken;
        Ok(self.window()?.get(taken..).unwrap_or_default())
    }

    /// Takes so many of the bytes that wait; there is no newline among them.
    #[inline]
    pub(crate) fn consume_of_line(&mut self, count: usize) {
        let end = self.taken.saturating_add(count).min(self.window);
        let bytes = u64::try_from(end - self.taken).unwrap_or(u64::MAX);
        self.here.column += bytes;
        self.event_bytes += bytes;
        self.taken = end;
    }

    /// Takes so many of the bytes that wait.
    #[inline]
    pub(crate) fn consume_lines(&mut self, count: usize) -> io::Result<()> {
        let end = self.taken.saturating_add(count).min(self.window);
        let (start, here) = (self.taken, self.here);
        let bytes = self.window()?.get(start..end).unwrap_or_default();
        self.here = advanced(here, bytes);
        self.event_bytes += u64::try_from(end - start).unwrap_or(u64::MAX);
        self.taken = end;
        Ok(())
    }

    /// The bytes of the event that were taken since the window moved on last.
    #[inline]
    pub(crate) fn event_at_hand(&mut self) -> io::Result<&[u8]> {
        let (start, end) = (self.event.in_window, self.taken);
        Ok(self.window()?.get(start..end).unwrap_or_default())
    }

    /// The bytes that are looked at. The source has them ready, so that this reads nothing.
    #[inline]
    fn window(&mut self) -> io::Result<&[u8]> {
        if self.window == 0 {
            return Ok(&[]);
        }
        Ok(self
            .source
            .fill_buf()?
            .get(..self.window)
            .unwrap_or_default())
    }

    fn hash_up_to(&mut self, end: usize) -> io::Result<Sha256> {
        if end == self.window {
            return Ok(self.hash.clone());
        }
        let mut hash = self.hash_before.clone();
        hash.update(self.window()?.get(..end).unwrap_or_default());
        Ok(hash)
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.event.hash.is_none() && !self.hash_was_asked {
            self.event.hash = Some(self.hash_up_to(self.event.in_window)?);
        }
        self.source.consume(self.window);
        (self.window, self.taken) = (0, 0);
        await_bytes(&mut self.source)?;
        let ready = self.source.fill_buf()?;
        let bytes = ready.get(..WINDOW_BYTES).unwrap_or(ready);
        self.ended = bytes.is_empty();
        self.hash_before = self.hash.clone();
        self.hash.update(bytes);
        let unseen = MARK_BYTES_MAX - self.first_bytes.len();
        self.first_bytes.extend(bytes.iter().take(unseen));
        self.window = bytes.len();
        self.read_bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.read_bytes > self.limits.document_bytes {
            return Err(self.stop(RefusalCode::DocumentLimit, "the document is too long"));
        }
        // A mark may come in pieces.
        if unseen > 0 && MARKS.iter().any(|mark| self.first_bytes.starts_with(mark)) {
            return Err(self.stop(RefusalCode::EncodingForbidden, "a byte order mark"));
        }
        Ok(())
    }

    fn stop(&mut self, code: RefusalCode, detail: &'static str) -> io::Error {
        self.stopped = Some(Flaw::new(code, detail));
        io::Error::other(detail)
    }
}

impl<R: BufRead> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.event_is_too_long() {
            return Err(self.stop(RefusalCode::EventLimit, "one tag or text is too long"));
        }
        if self.taken >= self.window {
            self.refill()?;
        }
        self.waiting()
    }

    fn consume(&mut self, count: usize) {
        // The source has the bytes ready; were they gone, the hash would not agree.
        self.consume_lines(count).ok();
    }
}

/// Waits until the source has bytes ready, or has ended.
fn await_bytes(source: &mut impl BufRead) -> io::Result<()> {
    loop {
        match source.fill_buf() {
            Ok(_ready) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The position after `bytes`.
fn advanced(from: Position, bytes: &[u8]) -> Position {
    let newlines = newlines_in(bytes);
    let tail = match newlines {
        0 => bytes.len(),
        _ => bytes
            .iter()
            .rev()
            .take_while(|byte| **byte != b'\n')
            .count(),
    };
    let tail = u64::try_from(tail).unwrap_or(u64::MAX);
    Position {
        line: from.line + newlines,
        column: if newlines == 0 {
            from.column + tail
        } else {
            tail + 1
        },
    }
}

/// Counts in pieces whose count fits a byte, which compilers turn into vectors.
fn newlines_in(bytes: &[u8]) -> u64 {
    bytes
        .chunks(240)
        .map(|piece| {
            let count = piece.iter().fold(0_u8, |count, byte| {
                count.wrapping_add(u8::from(*byte == b'\n'))
            });
            u64::from(count)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(bytes: &[u8]) -> Input<&[u8]> {
        Input::new(bytes, &Limits::default())
    }

    #[test]
    fn positions_count_lines_and_bytes_from_one() {
        assert_eq!(
            advanced(Position::START, b"abc"),
            Position { line: 1, column: 4 }
        );
        assert_eq!(
            advanced(Position::START, b"a\n\nbc"),
            Position { line: 3, column: 3 }
        );
        assert_eq!(newlines_in(&[b'\n'; 1000]), 1000);
    }

    #[test]
    fn a_byte_order_mark_is_seen_although_it_comes_in_pieces() {
        for mark in [&b"\xEF\xBB\xBF<a/>"[..], b"\xFE\xFF\0<", b"\xFF\xFE<\0"] {
            let (first, rest) = mark.split_at(1);
            let mut input = Input::new(first.chain(rest), &Limits::default());
            let mut all = Vec::new();
            assert!(input.read_to_end(&mut all).is_err(), "{mark:?}");
            assert_eq!(all, first, "{mark:?}");
            assert_eq!(
                input.stopped().map(|flaw| flaw.code),
                Some(RefusalCode::EncodingForbidden)
            );
        }
    }

    #[test]
    fn the_hash_before_an_event_is_right_wherever_windows_end() {
        let bytes: Vec<u8> = (0..3 * WINDOW_BYTES)
            .map(|n| b'a' + u8::try_from(n % 23).unwrap())
            .collect();
        for start in [
            0,
            1,
            WINDOW_BYTES - 1,
            WINDOW_BYTES,
            WINDOW_BYTES + 1,
            2 * WINDOW_BYTES,
        ] {
            for length in [0, 1, WINDOW_BYTES - 1, WINDOW_BYTES] {
                let mut input = input(&bytes);
                let mut sink = vec![0; start];
                input.read_exact(&mut sink).expect("start");
                input.begin_event();
                let mut sink = vec![0; length];
                input.read_exact(&mut sink).expect("event");
                assert_eq!(
                    input.hash_before_event().expect("in memory").finish(),
                    openssl::sha::sha256(&bytes[..start]),
                    "{start} {length}"
                );
                assert_eq!(
                    input.digest().expect("in memory"),
                    openssl::sha::sha256(&bytes[..start + length])
                );
            }
        }
    }
}
