//! The lines of a file, one at a time, none longer than allowed in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use openssl::sha::sha256;

use crate::domain::hex::hex;

/// Hexadecimal digits of a line's digest that are kept.
const DIGEST_DIGITS: usize = 16;

/// One line that is not blank.
pub(super) struct Line {
    /// Its place in the file, from 1.
    pub(super) number: u64,
    /// Where in the file it ends.
    pub(super) end: u64,
    /// The beginning of the SHA-256 of its bytes, by which a changed line is known as new.
    pub(super) digest: String,
    bytes: Vec<u8>,
    is_whole: bool,
}

impl Line {
    /// What stands in it, unless it is too long.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        self.is_whole.then_some(&self.bytes)
    }
}

/// Reads lines.
pub(super) struct Lines {
    reader: BufReader<File>,
    bytes_max: u64,
    number: u64,
    end: u64,
}

impl Lines {
    /// The lines of `file`, of which those longer than `bytes_max` come without their content.
    pub(super) fn new(file: File, bytes_max: usize) -> Self {
        Self {
            reader: BufReader::new(file),
            bytes_max: u64::try_from(bytes_max).unwrap_or(u64::MAX),
            number: 0,
            end: 0,
        }
    }

    /// The next line, blank or not; `None` at the end.
    fn read(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        // Its end of line included, a line may be one byte longer than its content.
        let mut bounded = self.reader.by_ref().take(self.bytes_max.saturating_add(1));
        let read = bounded.read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        let is_whole = bytes.ends_with(b"\n") || self.reader.fill_buf()?.is_empty();
        self.end += u64::try_from(read).unwrap_or(0);
        if !is_whole {
            self.end += u64::try_from(self.reader.skip_until(b'\n')?).unwrap_or(0);
        }
        self.number += 1;
        let digest = hex(&sha256(&bytes)).chars().take(DIGEST_DIGITS).collect();
        Ok(Some(Line {
            number: self.number,
            end: self.end,
            digest,
            bytes,
            is_whole,
        }))
    }
}

impl Iterator for Lines {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read().transpose()? {
                Ok(line) if line.bytes.trim_ascii().is_empty() => (),
                line => return Some(line),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn blank_lines_are_passed_over_and_long_ones_come_without_content() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"one\n\n  \nmuch too long\nlast").unwrap();
        let lines = Lines::new(File::open(file.path()).unwrap(), 5);

        let seen: Vec<_> = lines
            .map(|line| line.unwrap())
            .map(|line| (line.number, line.end, line.bytes().map(<[u8]>::to_vec)))
            .collect();

        assert_eq!(
            seen,
            [
                (1, 4, Some(b"one\n".to_vec())),
                (4, 22, None),
                (5, 26, Some(b"last".to_vec())),
            ]
        );
    }
}
