//! Base64 checked as it arrives, so that no image is kept in order to be looked at.

/// What is known of a text that should be padded base64 without white space (RFC 4648 §4), in the
/// one way to write its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Base64Text {
    text_bytes: usize,
    padding: usize,
    last_digit: u8,
    /// Something else stood in it, or something stood behind the padding.
    is_other: bool,
}

impl Base64Text {
    /// Takes a piece of any text.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.is_other |= !is_base64_digits(without_padding(piece));
        self.push_digits(piece);
    }

    /// Takes a piece in which nothing stands but base64 digits and, at its end, padding.
    pub(crate) fn push_digits(&mut self, piece: &[u8]) {
        let digits = without_padding(piece);
        if let Some(last) = digits.last() {
            self.is_other |= self.padding > 0;
            self.last_digit = *last;
        }
        self.padding += piece.len() - digits.len();
        self.text_bytes += piece.len();
    }

    /// How long the text is.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// How many bytes the text stands for, if it is base64.
    pub(crate) fn decoded_bytes(&self) -> Option<usize> {
        // The bits that padding leaves over must be zero.
        let leftover = match self.padding {
            0 => 0,
            1 => value_of(self.last_digit) & 0b11,
            2 => value_of(self.last_digit) & 0b1111,
            _ => return None,
        };
        let is_base64 = !self.is_other && leftover == 0 && self.text_bytes.is_multiple_of(4);
        let bytes = (self.text_bytes / 4 * 3).checked_sub(self.padding);
        bytes.filter(|_| is_base64)
    }
}

/// Base64 that is there as a whole.
#[derive(Clone, Copy)]
pub(crate) struct WholeBase64<'t> {
    text: &'t str,
    decoded_bytes: usize,
}

impl<'t> WholeBase64<'t> {
    /// Takes a text that is base64 in the one way to write its bytes.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let mut whole = Base64Text::default();
        whole.push(text.as_bytes());
        let decoded_bytes = whole.decoded_bytes()?;
        Some(Self {
            text,
            decoded_bytes,
        })
    }

    /// The text as it is.
    pub(crate) fn text(self) -> &'t str {
        self.text
    }

    /// How many bytes it stands for.
    pub(crate) fn decoded_bytes(self) -> usize {
        self.decoded_bytes
    }
}

fn without_padding(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte != b'=');
    text.get(..end.map_or(0, |last| last + 1))
        .unwrap_or_default()
}

/// Tells whether all are digits of base64, without padding.
fn is_base64_digits(text: &[u8]) -> bool {
    base64_digits_before(text) == text.len()
}

/// Counts the digits of base64 with which `text` begins.
///
/// This runs over every byte of every image, so parts are asked of vectors: large ones, then smaller
/// ones, then what is left. The end of each part is looked at digit by digit, so that small ones are
/// dear.
pub(crate) fn base64_digits_before(text: &[u8]) -> usize {
    let large = in_whole_parts::<8192>(text, 0);
    let middle = in_whole_parts::<1024>(text, large);
    let small = in_whole_parts::<128>(text, middle);
    let rest = text.get(small..).unwrap_or_default();
    let is_digit = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    small + rest.iter().take_while(is_digit).count()
}

/// How far `text` goes on from `start` in parts of so many bytes that are all digits of base64.
/// Four digits make three bytes: in such parts no order of digits is wrong.
fn in_whole_parts<const PART_BYTES: usize>(text: &[u8], start: usize) -> usize {
    let (parts, _) = text
        .get(start..)
        .unwrap_or_default()
        .as_chunks::<PART_BYTES>();
    let is_base64 =
        |part: &&[u8; PART_BYTES]| base64_simd::STANDARD_NO_PAD.check(part.as_slice()).is_ok();
    start + PART_BYTES * parts.iter().take_while(is_base64).count()
}

/// The six bits that a digit stands for.
const fn value_of(digit: u8) -> u8 {
    match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        _ => 63,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    /// What another decoder says.
    fn expected(text: &str) -> Option<usize> {
        STANDARD.decode(text).ok().map(|bytes| bytes.len())
    }

    fn whole(text: &str) -> Option<usize> {
        WholeBase64::parse(text).map(WholeBase64::decoded_bytes)
    }

    fn in_pieces(text: &str, cuts: &[usize]) -> Option<usize> {
        let mut pieces = Base64Text::default();
        let mut rest = text;
        for cut in cuts {
            let (piece, after) = rest.split_at_checked(*cut).unwrap_or((rest, ""));
            pieces.push(piece.as_bytes());
            rest = after;
        }
        pieces.push(rest.as_bytes());
        pieces.decoded_bytes()
    }

    #[test]
    fn only_the_one_way_to_write_bytes_is_base64() {
        for text in [
            "", "AA==", "AAA=", "AAAA", "AB==", "AAB=", "A===", "====", "=", "==", "A", "AA",
            "AAA", "AA==AAAA", "AA=A", "AA=AAAA=", "A A=", "AA\n=", "AAA-", "ȘȘ", "/+9z",
        ] {
            assert_eq!(whole(text), expected(text), "{text}");
        }
    }

    #[test]
    fn digits_of_base64_are_known_at_every_place() {
        for length in [0, 1, 63, 64, 65, 5000] {
            let digits = vec![b'/'; length];
            assert!(is_base64_digits(&digits), "{length}");
        }
        for byte in 0..=u8::MAX {
            let is_digit = byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
            for at in [0, 63, 64, 4095, 4096, 4999] {
                let mut text = vec![b'z'; 5000];
                text[at] = byte;
                assert_eq!(is_base64_digits(&text), is_digit, "{byte} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn pieces_are_judged_as_the_whole(
            text in "[A-Za-z0-9+/]{0,9}[=A-Q ]{0,5}",
            cuts in prop::collection::vec(0_usize..6, 0..6),
        ) {
            prop_assert_eq!(in_pieces(&text, &cuts), expected(&text));
            prop_assert_eq!(whole(&text), expected(&text));
        }
    }
}
