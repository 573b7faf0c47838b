//! A file's bytes as text, a piece at a time.

use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder};

use crate::channel::encoding::{Codec, cp852_letter};

/// Bytes that are turned into letters at once.
const PIECE_BYTES: usize = 64 * 1024;

/// Bytes of one letter in UTF-8 at most.
const LETTER_BYTES_MAX: usize = 4;

/// Gives a file's text in UTF-8, without byte order mark.
pub(crate) struct Letters<R> {
    source: R,
    coder: Coder,
    raw: Box<[u8]>,
    /// What of `raw` is not yet text.
    raw_at: usize,
    raw_end: usize,
    text: Vec<u8>,
    /// How much of `text` was taken.
    given: usize,
    /// Whether the source has ended.
    is_exhausted: bool,
    has_ended: bool,
    has_unreadable: bool,
}

enum Coder {
    Known(Box<Decoder>),
    Cp852,
}

impl<R: Read> Letters<R> {
    pub(crate) fn new(source: R, codec: Codec) -> Self {
        let decoder = match codec {
            Codec::Marked(encoding) => {
                Coder::Known(Box::new(encoding.new_decoder_with_bom_removal()))
            }
            Codec::Bare(encoding) => {
                Coder::Known(Box::new(encoding.new_decoder_without_bom_handling()))
            }
            Codec::Cp852 => Coder::Cp852,
        };
        Self {
            source,
            coder: decoder,
            raw: vec![0; PIECE_BYTES].into_boxed_slice(),
            raw_at: 0,
            raw_end: 0,
            text: Vec::with_capacity(2 * PIECE_BYTES),
            given: 0,
            is_exhausted: false,
            has_ended: false,
            has_unreadable: false,
        }
    }

    /// Whether some bytes so far were no letters.
    pub(crate) const fn has_unreadable(&self) -> bool {
        self.has_unreadable
    }

    fn next_piece(&mut self) -> io::Result<()> {
        if self.raw_at == self.raw_end && !self.is_exhausted {
            self.raw_at = 0;
            self.raw_end = read_some(&mut self.source, &mut self.raw)?;
            self.is_exhausted = self.raw_end == 0;
        }
        self.given = 0;
        let raw = self.raw.get(self.raw_at..self.raw_end).unwrap_or_default();
        let (taken, is_done) = match &mut self.coder {
            Coder::Known(decoder) => decode(decoder, raw, &mut self.text, self.is_exhausted),
            Coder::Cp852 => {
                let text: String = raw.iter().copied().map(cp852_letter).collect();
                self.text.clear();
                self.text.extend_from_slice(text.as_bytes());
                (raw.len(), true)
            }
        };
        self.raw_at += taken;
        self.has_ended = self.is_exhausted && is_done;
        let text = std::str::from_utf8(&self.text).unwrap_or("\u{FFFD}");
        self.has_unreadable |= text.contains(char::REPLACEMENT_CHARACTER);
        Ok(())
    }
}

/// Decodes what fits. Returns how many bytes were taken, and whether all of them were.
fn decode(decoder: &mut Decoder, raw: &[u8], text: &mut Vec<u8>, last: bool) -> (usize, bool) {
    text.resize(2 * PIECE_BYTES + LETTER_BYTES_MAX, 0);
    let (outcome, taken, written, _) = decoder.decode_to_utf8(raw, text, last);
    text.truncate(written);
    (taken, outcome == CoderResult::InputEmpty)
}

fn read_some(source: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

impl<R: Read> BufRead for Letters<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.given >= self.text.len() && !self.has_ended {
            self.next_piece()?;
        }
        Ok(self.text.get(self.given..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.given += count;
    }
}

impl<R: Read> Read for Letters<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut text = self.fill_buf()?;
        let count = text.read(bytes)?;
        self.consume(count);
        Ok(count)
    }
}

/// Whether bytes that come in pieces are UTF-8.
#[derive(Debug, Default)]
pub(crate) struct Utf8Check {
    is_broken: bool,
    /// The beginning of a letter that the last piece cut.
    cut: Vec<u8>,
}

impl Utf8Check {
    pub(crate) fn take(&mut self, mut bytes: &[u8]) {
        while !self.is_broken
            && !self.cut.is_empty()
            && let Some((next, rest)) = bytes.split_first()
        {
            self.cut.push(*next);
            bytes = rest;
            match std::str::from_utf8(&self.cut) {
                Ok(_) => self.cut.clear(),
                Err(fault) => self.is_broken = fault.error_len().is_some(),
            }
        }
        if self.is_broken || bytes.is_empty() {
            return;
        }
        if let Err(fault) = std::str::from_utf8(bytes) {
            self.is_broken = fault.error_len().is_some();
            let cut = bytes.get(fault.valid_up_to()..).unwrap_or_default();
            self.cut.extend(cut.iter().take(LETTER_BYTES_MAX));
        }
    }

    /// Whether all that came is UTF-8, to the last byte.
    pub(crate) fn holds(&self) -> bool {
        !self.is_broken && self.cut.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::channel::encoding::{Survey, decode};

    /// A source that gives a few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let most = bytes.len().min(self.1);
            self.0.read(&mut bytes[..most])
        }
    }

    fn streamed(bytes: &[u8], piece: usize) -> (String, bool) {
        let mut survey = Survey::default();
        bytes.chunks(piece).for_each(|piece| survey.take(piece));
        let mut letters = Letters::new(Drops(bytes, piece), survey.codec());
        let mut text = String::new();
        letters.read_to_string(&mut text).unwrap();
        (text, letters.has_unreadable())
    }

    fn samples() -> impl Strategy<Value = Vec<u8>> {
        let pieces: [&[u8]; 12] = [
            "Țăran ștefan".as_bytes(),
            b"\xDE\xE3ran",
            b"\xDDuc\xC7 \xB8",
            b"<?xml version='1.0' encoding='windows-1251'?>",
            b"\x9F\x81",
            b"taxa CEI 67,00",
            b"\xEF\xBB\xBF",
            b"\xFF\xFEt\0",
            "\u{FFFD}".as_bytes(),
            b"\xE2\x82",
            b"\xC8\xCC",
            b"\r\n",
        ];
        let piece = prop::sample::select(pieces.map(<[u8]>::to_vec).to_vec());
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn a_file_in_pieces_has_the_letters_of_the_whole(bytes in samples(), piece in 1..50_usize) {
            let whole = decode(&bytes);
            let (text, has_unreadable) = streamed(&bytes, piece);
            prop_assert_eq!(&text, whole.text.as_ref());
            prop_assert_eq!(has_unreadable, whole.warning.is_some());
        }
    }

    #[test]
    fn text_longer_than_a_piece_is_whole() {
        let bytes = "ș".repeat(200_000).into_bytes();
        let (text, _) = streamed(&bytes, PIECE_BYTES - 1);
        assert_eq!(text.as_bytes(), bytes);
    }
}
