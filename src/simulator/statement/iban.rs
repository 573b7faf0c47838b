//! Account numbers.

/// A valid Romanian IBAN (ISO 13616: 24 characters, check digits modulo 97) for a bank's four
/// letters and an account of up to 16 letters and digits, which is filled up with zeros in front.
pub fn iban(bank: &str, account: &str) -> String {
    let bank = letters_and_digits(bank, 4);
    let account = letters_and_digits(account, 16);
    let number = format!("{bank:A>4}{account:0>16}");
    let check = 98 - modulo_97(&format!("{number}RO00"));
    format!("RO{check:02}{number}")
}

fn letters_and_digits(text: &str, most: usize) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(most)
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

/// The remainder of a text read as one number, its letters as 10 (A) to 35 (Z).
fn modulo_97(text: &str) -> u32 {
    text.chars()
        .filter_map(|letter| letter.to_digit(36))
        .fold(0, |rest, value| {
            let shift = if value < 10 { 10 } else { 100 };
            (rest * shift + value) % 97
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ibans_have_right_check_digits() {
        assert_eq!(iban("AAAA", "1B31007593840000"), "RO49AAAA1B31007593840000");
        assert_eq!(iban("CECE", "BC2030RON0923675"), "RO38CECEBC2030RON0923675");
        let made = iban("cece", "B00130RON123");
        assert_eq!(made.len(), 24);
        let (front, number) = made.split_at(4);
        assert_eq!(modulo_97(&format!("{number}{front}")), 1);
    }
}
