//! Codes of a second factor: six digits that change every thirty seconds (RFC 6238, over RFC 4226), and
//! the texts in which their keys are given to a device.

/// Seconds for which a code is shown.
pub const STEP_SECONDS: i64 = 30;

/// Steps by which a device's clock may differ: one code earlier, one later (RFC 6238 §5.2).
const TOLERANCE: i64 = 1;

/// Digits of a code.
pub const DIGITS: usize = 6;
const MODULUS: u32 = 1_000_000;

/// The step of an instant, in seconds since 1970.
pub const fn step_of(seconds: i64) -> i64 {
    seconds.div_euclid(STEP_SECONDS)
}

/// The steps whose codes count at an instant: those around it that come after the last one used.
pub fn steps_that_count(seconds: i64, last_used: i64) -> impl Iterator<Item = i64> {
    let now = step_of(seconds);
    (now - TOLERANCE..=now + TOLERANCE).filter(move |step| *step > last_used)
}

/// The code of a step, from the HMAC-SHA1 of its number, eight bytes with the highest first
/// (RFC 4226 §5.3).
pub fn code_of(hmac: &[u8; 20]) -> String {
    let [.., last] = hmac;
    let offset = usize::from(last & 0x0f);
    let word = hmac.iter().skip(offset).take(4);
    let word = word.fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % MODULUS)
}

/// A code as somebody typed it: devices show a space in the middle.
pub fn typed_code(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_code = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then_some(digits)
}

/// Bytes as text of letters and digits that nobody mixes up (base32, RFC 4648 §6, without padding).
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    for chunk in bytes.chunks(5) {
        let mut word = [0; 8];
        for (place, byte) in word.iter_mut().skip(3).zip(chunk) {
            *place = *byte;
        }
        let word = u64::from_be_bytes(word);
        let count = (chunk.len() * 8).div_ceil(5);
        for place in 0..count {
            let bits = (word >> (35 - 5 * place)) & 0x1f;
            let letter = usize::try_from(bits).ok().and_then(|at| LETTERS.get(at));
            text.extend(letter.map(|letter| char::from(*letter)));
        }
    }
    text
}

/// A text in groups of four, to be read aloud and typed.
pub fn grouped(text: &str, separator: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let groups = characters.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(separator)
}

/// What a typed text of groups says, without what was put between them.
pub fn ungrouped(text: &str) -> String {
    let kept = text.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

/// The address that a device reads from a picture (Key Uri Format).
pub fn device_address(account: &str, secret: &str) -> String {
    format!(
        "otpauth://totp/CEI:{account}?secret={secret}&issuer=CEI&algorithm=SHA1&digits=6&period=30"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_cut_out_of_the_hash_as_rfc_4226_shows() {
        // RFC 4226 §5.4.
        let hmac = [
            0x1f, 0x86, 0x98, 0x69, 0x0e, 0x02, 0xca, 0x16, 0x61, 0x85, 0x50, 0xef, 0x7f, 0x19,
            0xda, 0x8e, 0x94, 0x5b, 0x55, 0x5a,
        ];
        assert_eq!(code_of(&hmac), "872921");
    }

    #[test]
    fn a_code_counts_one_step_around_its_own_and_never_after_it_was_used() {
        let steps = |seconds, last| steps_that_count(seconds, last).collect::<Vec<_>>();
        assert_eq!(steps(59, 0), [1, 2]);
        assert_eq!(steps(60, 0), [1, 2, 3]);
        assert_eq!(steps(60, 2), [3]);
        assert!(steps(60, 3).is_empty());
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn codes_and_groups_are_read_as_people_type_them() {
        assert_eq!(typed_code(" 287 082 "), Some("287082".to_owned()));
        for bad in ["28708", "2870821", "28708a", "", "２８７０８２"] {
            assert_eq!(typed_code(bad), None, "{bad}");
        }
        assert_eq!(grouped("MZXW6YTBOI", "-"), "MZXW-6YTB-OI");
        assert_eq!(ungrouped(" mzxw-6ytb oi"), "MZXW6YTBOI");
    }
}
