//! The bytes as they arrive: counted, bounded, located and hashed while the parser takes them.

use std::io::{self, BufRead, ErrorKind, Read};

use openssl::sha::Sha256;

use crate::xmldsig::refusal::{Flaw, Position, RefusalCode};
use crate::xmldsig::trust::Limits;

/// How much is read, and hashed, at once.
const CHUNK_BYTES: usize = 64 * 1024;

/// A source that stops at its limits and knows where it is.
pub(crate) struct Input<R> {
    source: R,
    chunk: Box<[u8]>,
    filled: usize,
    taken: usize,
    read_bytes: u64,
    here: Position,
    event: EventStart,
    event_bytes: u64,
    limits: InputLimits,
    stopped: Option<Flaw>,
    ended: bool,
    hash: Sha256,
    /// How much of the chunk `hash` has seen.
    hashed: usize,
}

/// Where the event that is being read began.
struct EventStart {
    position: Position,
    /// Where the text began of which the event is a later piece.
    text_position: Position,
    offset: u64,
    /// In the chunk, unless the chunk has been replaced since.
    in_chunk: usize,
    /// The hash of all before the event, kept when the chunk was replaced.
    hash: Option<Sha256>,
}

struct InputLimits {
    event_bytes: u64,
    document_bytes: u64,
}

impl<R: Read> Input<R> {
    pub(crate) fn new(source: R, limits: &Limits) -> Self {
        Self {
            source,
            chunk: vec![0; CHUNK_BYTES].into_boxed_slice(),
            filled: 0,
            taken: 0,
            read_bytes: 0,
            here: Position::START,
            event: EventStart {
                position: Position::START,
                text_position: Position::START,
                offset: 0,
                in_chunk: 0,
                hash: None,
            },
            event_bytes: 0,
            limits: InputLimits {
                event_bytes: limits.event_bytes,
                document_bytes: limits.document_bytes,
            },
            stopped: None,
            ended: false,
            hash: Sha256::new(),
            hashed: 0,
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
        self.event.in_chunk = self.taken;
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
        let waiting = self.filled.saturating_sub(self.taken);
        self.read_bytes
            .saturating_sub(u64::try_from(waiting).unwrap_or(u64::MAX))
    }

    /// The hash of all bytes before the event, to be continued with other bytes.
    pub(crate) fn hash_before_event(&mut self) -> Sha256 {
        if let Some(hash) = &self.event.hash {
            return hash.clone();
        }
        self.hash_up_to(self.event.in_chunk);
        self.hash.clone()
    }

    /// The SHA-256 of all bytes taken.
    pub(crate) fn digest(&mut self) -> [u8; 32] {
        self.hash_up_to(self.taken);
        self.hash.clone().finish()
    }

    /// The bytes that wait to be taken, after more were read if there were none.
    #[inline]
    pub(crate) fn at_hand(&mut self) -> io::Result<&[u8]> {
        if self.taken >= self.filled {
            self.refill()?;
        }
        Ok(self.chunk.get(self.taken..self.filled).unwrap_or_default())
    }

    /// Takes so many of the bytes that wait; there is no newline among them.
    #[inline]
    pub(crate) fn consume_of_line(&mut self, count: usize) {
        let end = self.taken.saturating_add(count).min(self.filled);
        let bytes = u64::try_from(end - self.taken).unwrap_or(u64::MAX);
        self.here.column += bytes;
        self.event_bytes += bytes;
        self.taken = end;
    }

    /// The bytes of the event that were taken since the source was read last.
    #[inline]
    pub(crate) fn event_at_hand(&self) -> &[u8] {
        let bytes = self.chunk.get(self.event.in_chunk..self.taken);
        bytes.unwrap_or_default()
    }

    fn hash_up_to(&mut self, end: usize) {
        if let Some(bytes) = self.chunk.get(self.hashed..end) {
            self.hash.update(bytes);
            self.hashed = end;
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.event.hash.is_none() {
            self.hash_up_to(self.event.in_chunk);
            self.event.hash = Some(self.hash.clone());
        }
        self.hash_up_to(self.filled);
        self.hashed = 0;
        self.taken = 0;
        self.filled = 0;
        let first = self.read_bytes == 0;
        // A byte order mark may come in pieces.
        let wanted = if first { 3 } else { 1 };
        while self.filled < wanted && !self.ended {
            let room = self.chunk.get_mut(self.filled..).unwrap_or_default();
            match self.source.read(room) {
                Ok(0) => self.ended = true,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.filled == 0 {
            return Ok(());
        }
        self.read_bytes += u64::try_from(self.filled).unwrap_or(u64::MAX);
        if self.read_bytes > self.limits.document_bytes {
            return Err(self.stop(RefusalCode::DocumentLimit, "the document is too long"));
        }
        let begins_with = |mark: &[u8]| self.chunk.starts_with(mark);
        if first
            && [&b"\xEF\xBB\xBF"[..], b"\xFE\xFF", b"\xFF\xFE"]
                .iter()
                .any(|m| begins_with(m))
        {
            return Err(self.stop(RefusalCode::EncodingForbidden, "a byte order mark"));
        }
        Ok(())
    }

    fn stop(&mut self, code: RefusalCode, detail: &'static str) -> io::Error {
        self.stopped = Some(Flaw::new(code, detail));
        io::Error::other(detail)
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Input<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.event_is_too_long() {
            return Err(self.stop(RefusalCode::EventLimit, "one tag or text is too long"));
        }
        self.at_hand()
    }

    fn consume(&mut self, count: usize) {
        let end = self.taken.saturating_add(count).min(self.filled);
        let bytes = self.chunk.get(self.taken..end).unwrap_or_default();
        self.here = advanced(self.here, bytes);
        self.event_bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.taken = end;
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
            assert!(input.fill_buf().is_err(), "{mark:?}");
            assert_eq!(
                input.stopped().map(|flaw| flaw.code),
                Some(RefusalCode::EncodingForbidden)
            );
        }
    }

    #[test]
    fn the_hash_before_an_event_is_right_wherever_chunks_end() {
        let bytes: Vec<u8> = (0..3 * CHUNK_BYTES)
            .map(|n| b'a' + u8::try_from(n % 23).unwrap())
            .collect();
        for start in [
            0,
            1,
            CHUNK_BYTES - 1,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            2 * CHUNK_BYTES,
        ] {
            for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES] {
                let mut input = input(&bytes);
                let mut sink = vec![0; start];
                input.read_exact(&mut sink).expect("start");
                input.begin_event();
                let mut sink = vec![0; length];
                input.read_exact(&mut sink).expect("event");
                assert_eq!(
                    input.hash_before_event().finish(),
                    openssl::sha::sha256(&bytes[..start]),
                    "{start} {length}"
                );
                assert_eq!(
                    input.digest(),
                    openssl::sha::sha256(&bytes[..start + length])
                );
            }
        }
    }
}
