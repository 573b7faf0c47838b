//! International bank account numbers (ISO 13616): where money goes back to.

/// Length of an IBAN by country: those of the registry whose payers are met at Romanian banks.
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("XK", 20),
];

/// The longest IBAN of any country.
const LETTERS_MAX: usize = 34;

/// An account number whose country, length and check digits are right. Whose it is, is personal:
/// `Debug` hides it.
#[derive(Clone, Eq, PartialEq)]
pub struct Iban(String);

/// Why a text is no IBAN; it never repeats the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IbanFault {
    /// Something else than capital letters, digits and blanks.
    #[error("an IBAN has letters and digits only")]
    Characters,
    /// A country that is not known.
    #[error("the country of the IBAN is not known")]
    Country,
    /// Not as long as the IBANs of its country.
    #[error("an IBAN of this country has {0} characters")]
    Length(usize),
    /// Its check digits are wrong: something was mistyped.
    #[error("the check digits of the IBAN are wrong")]
    CheckDigits,
}

impl Iban {
    /// Reads an IBAN, in groups or not, in capitals or not.
    pub fn parse(text: &str) -> Result<Self, IbanFault> {
        let compact: String = text
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .take(LETTERS_MAX + 1)
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        if compact.is_empty() || !compact.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(IbanFault::Characters);
        }
        let length = length_in(compact.get(..2).unwrap_or("")).ok_or(IbanFault::Country)?;
        if compact.len() != length {
            return Err(IbanFault::Length(length));
        }
        let has_check_digits = compact
            .bytes()
            .skip(2)
            .take(2)
            .all(|byte| byte.is_ascii_digit());
        if !has_check_digits || remainder(&compact) != 1 {
            return Err(IbanFault::CheckDigits);
        }
        Ok(Self(compact))
    }

    /// Without blanks, as banks exchange it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough to recognise it by: the country, the check digits and the last four characters.
    pub fn masked(&self) -> String {
        let start: String = self.0.chars().take(4).collect();
        let end: String = self
            .0
            .chars()
            .skip(self.0.len().saturating_sub(4))
            .collect();
        format!("{start} •••• {end}")
    }

    /// Finds the one IBAN in a text that is not `own`: `None` also where there are several.
    pub fn find_only(text: &str, own: Option<&Self>) -> Option<Self> {
        let mut found: Vec<Self> = Vec::new();
        for (at, _) in text.char_indices().filter(|(at, _)| begins_word(text, *at)) {
            let here = text.get(at..).and_then(Self::at_start);
            if let Some(iban) = here.filter(|iban| Some(iban) != own && !found.contains(iban)) {
                found.push(iban);
            }
        }
        match found.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// The IBAN with which a text begins, in groups or not.
    fn at_start(text: &str) -> Option<Self> {
        let length = length_in(text.get(..2)?)?;
        let mut compact = String::with_capacity(length);
        for letter in text.chars() {
            match letter {
                ' ' => (),
                letter if letter.is_ascii_alphanumeric() => compact.push(letter),
                _ => break,
            }
            if compact.len() == length {
                break;
            }
        }
        Self::parse(&compact).ok()
    }
}

impl std::str::FromStr for Iban {
    type Err = IbanFault;

    fn from_str(text: &str) -> Result<Self, IbanFault> {
        Self::parse(text)
    }
}

impl std::fmt::Debug for Iban {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Iban(…)")
    }
}

fn begins_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_none_or(|before| !before.is_alphanumeric())
}

fn length_in(country: &str) -> Option<usize> {
    let row = LENGTHS.iter().find(|(code, _)| *code == country);
    row.map(|(_, length)| *length)
}

/// ISO 7064, mod 97-10: the first four characters go to the end, letters count from 10.
fn remainder(compact: &str) -> u32 {
    let (head, tail) = compact.split_at_checked(4).unwrap_or((compact, ""));
    let letters = tail.chars().chain(head.chars());
    letters.fold(0, |sum, letter| {
        let value = letter.to_digit(36).unwrap_or(0);
        let shift = if value > 9 { 100 } else { 10 };
        (sum * shift + value) % 97
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_are_checked_by_country_length_and_check_digits() {
        for good in [
            "RO49AAAA1B31007593840000",
            "RO49 AAAA 1B31 0075 9384 0000",
            "ro49aaaa1b31007593840000",
            "DE89370400440532013000",
            "GB82WEST12345698765432",
            "NO9386011117947",
        ] {
            assert!(Iban::parse(good).is_ok(), "{good}");
        }
        for (bad, fault) in [
            ("", IbanFault::Characters),
            ("RO49-AAAA-1B31", IbanFault::Characters),
            ("ZZ49AAAA1B31007593840000", IbanFault::Country),
            ("RO49AAAA1B3100759384000", IbanFault::Length(24)),
            ("RO49AAAA1B31007593840001", IbanFault::CheckDigits),
            ("RO94AAAA1B31007593840000", IbanFault::CheckDigits),
        ] {
            assert_eq!(Iban::parse(bad).err(), Some(fault), "{bad}");
        }
    }

    #[test]
    fn no_wrong_digit_and_no_swap_of_neighbours_passes() {
        let right: Vec<char> = "RO49AAAA1B31007593840000".chars().collect();
        for at in 0..right.len() {
            let mut slips = Vec::new();
            for other in ('0'..='9').filter(|_| right[at].is_ascii_digit()) {
                let mut slip = right.clone();
                slip[at] = other;
                slips.push(slip);
            }
            // A letter counts as two digits: swapped with a digit it may pass.
            let next = (at + 1).min(right.len() - 1);
            if right[at].is_ascii_digit() == right[next].is_ascii_digit() {
                let mut swapped = right.clone();
                swapped.swap(at, next);
                slips.push(swapped);
            }
            for slip in slips.into_iter().filter(|slip| *slip != right) {
                let text: String = slip.iter().collect();
                assert!(Iban::parse(&text).is_err(), "{text}");
            }
        }
    }

    #[test]
    fn the_payers_account_is_found_in_the_words_of_a_statement() {
        let own = Iban::parse("RO38CECEBC2030RON0923675").unwrap();
        let payer = Iban::parse("RO49AAAA1B31007593840000").unwrap();
        let find = |text: &str| Iban::find_only(text, Some(&own));
        for text in [
            "TAXA,PLATITOR POPA VLAD,IBAN PLATITOR RO49AAAA1B31007593840000,BANCA PLATITOR X",
            "PLATITOR POPA RO49 AAAA 1B31 0075 9384 0000 CODFISC 0",
            "TO RO38CECEBC2030RON0923675 FROM RO49AAAA1B31007593840000",
        ] {
            assert_eq!(find(text), Some(payer.clone()), "{text}");
        }
        for text in [
            "TAXA CEI",
            "XRO49AAAA1B31007593840000",
            "RO49AAAA1B31007593840000 DE89370400440532013000",
            "RO38CECEBC2030RON0923675",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn an_account_number_is_not_printed_by_accident() {
        let iban = Iban::parse("RO49AAAA1B31007593840000").unwrap();
        assert_eq!(format!("{iban:?}"), "Iban(…)");
        assert_eq!(iban.masked(), "RO49 •••• 0000");
    }
}
