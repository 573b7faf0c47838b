//! A source of text that counts its lines, and refuses what is longer than any statement's before
//! it fills the memory.

use std::io::{self, BufRead, Read};

/// A tag, or a text between two tags: the longest that banks send are a few hundred bytes.
const PIECE_BYTES_MAX: usize = 1024 * 1024;

/// Said by a source inside of which one piece never ends.
#[derive(Debug, thiserror::Error)]
#[error("a piece of XML is longer than any of a statement")]
pub(super) struct TooLong;

/// Text that comes in pieces of bounded length.
pub(super) struct Bounded<R> {
    source: R,
    /// What was taken since the last piece began.
    taken: usize,
    feeds: usize,
    returns: usize,
}

impl<R> Bounded<R> {
    pub(super) const fn new(source: R) -> Self {
        Self {
            source,
            taken: 0,
            feeds: 0,
            returns: 0,
        }
    }

    /// Begins the next piece.
    pub(super) const fn begin(&mut self) {
        self.taken = 0;
    }

    /// The line that was read last, counted from 1. Old programs end lines with a carriage return
    /// alone.
    pub(super) const fn line(&self) -> usize {
        match self.feeds {
            0 => self.returns + 1,
            feeds => feeds + 1,
        }
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken > PIECE_BYTES_MAX {
            return Err(io::Error::other(TooLong));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // What is consumed was filled before: this reads nothing and cannot fail.
        if let Ok(bytes) = self.source.fill_buf() {
            let bytes = bytes.get(..count).unwrap_or_default();
            self.feeds += occurrences(bytes, b'\n');
            if self.feeds == 0 {
                self.returns += occurrences(bytes, b'\r');
            }
        }
        self.taken += count;
        self.source.consume(count);
    }
}

fn occurrences(bytes: &[u8], of: u8) -> usize {
    bytes.iter().map(|byte| usize::from(*byte == of)).sum()
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut text = self.fill_buf()?;
        let count = text.read(bytes)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_whatever_ends_them() {
        for (text, lines) in [("a\nb\nc", 3), ("a\r\nb\r\nc", 3), ("a\rb\rc", 3), ("", 1)] {
            let mut source = Bounded::new(text.as_bytes());
            source.read_to_end(&mut Vec::new()).unwrap();
            assert_eq!(source.line(), lines, "{text:?}");
        }
    }

    #[test]
    fn a_piece_without_end_is_refused() {
        let mut source = Bounded::new(io::BufReader::new(io::repeat(b'x')));
        let error = io::copy(&mut source, &mut io::sink()).unwrap_err();
        assert!(matches!(error.get_ref(), Some(cause) if cause.is::<TooLong>()));
        assert!(source.taken < 2 * PIECE_BYTES_MAX);
        source.begin();
        assert!(source.fill_buf().is_ok());
    }
}
