//! Who says what in a bank's text: what the payer wrote, and what the bank says of the payer.
//!
//! CEC Bank writes `…details,Platitor NAME,Iban Platitor IBAN,Banca platitor BIC,CUI/CNP Platitor
//! X ORDONATOR NAME`; BCR `Decontare -Platitor NAME IBAN CODFISC n -Detalii …`. Names contain
//! commas, and a line break may fall inside a label, so a text is split at the next known label,
//! whatever blanks are in it.

/// Whose words a section holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Voice {
    /// What the payer wrote about the payment.
    Details,
    /// What the payer wrote after the word `beneficiar`.
    Beneficiary,
    /// The payer's name.
    PayerName,
    /// The payer's account, bank or code.
    Payer,
}

/// The labels without blanks; one that contains another comes first.
const LABELS: [(&str, Voice); 8] = [
    ("CUI/CNPPLATITOR", Voice::Payer),
    ("IBANPLATITOR", Voice::Payer),
    ("BANCAPLATITOR", Voice::Payer),
    ("PLATITOR", Voice::PayerName),
    ("ORDONATOR", Voice::PayerName),
    ("CODFISC", Voice::Payer),
    ("DETALII", Voice::Details),
    ("BENEFICIAR", Voice::Beneficiary),
];

/// Splits text that is folded to upper case at its labels.
pub(crate) fn sections(folded: &str) -> Vec<(Voice, &str)> {
    let mut sections = Vec::new();
    let mut voice = Voice::Details;
    let mut rest = folded;
    while let Some((before, next, after)) = next_label(rest) {
        sections.push((voice, before));
        voice = next;
        rest = after;
    }
    sections.push((voice, rest));
    sections.retain(|(_, text)| !text.trim().is_empty());
    sections
}

/// What stands before the next label, whose section it begins, and what follows it.
fn next_label(text: &str) -> Option<(&str, Voice, &str)> {
    let mut previous = ' ';
    for (at, letter) in text.char_indices() {
        if !previous.is_alphanumeric() {
            let (before, from_here) = text.split_at_checked(at)?;
            for (label, voice) in LABELS {
                if let Some(after) = without(from_here, label) {
                    return Some((before, voice, after));
                }
            }
        }
        previous = letter;
    }
    None
}

/// What follows `label` when `text` begins with it, blanks inside or not, and no letter follows.
fn without<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let mut rest = text;
    for letter in label.chars() {
        rest = rest.strip_prefix(letter).or_else(|| {
            let unblanked = rest.trim_start_matches(' ');
            // A label begins with its first letter, not with a blank.
            (rest.len() < text.len())
                .then(|| unblanked.strip_prefix(letter))
                .flatten()
        })?;
    }
    let next = rest.chars().next();
    next.is_none_or(|next| !next.is_alphabetic())
        .then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Voice::*;

    #[test]
    fn the_text_of_cec_bank_is_split_at_its_labels() {
        assert_eq!(
            sections(
                "TAXA CEI,PLATITOR POPESCU, ION,IBAN PLATITOR RO49,BANCA PLATITOR CECEROBU,\
                 CUI/CNP PLATITOR 155 ORDONATOR POPESCU"
            ),
            [
                (Details, "TAXA CEI,"),
                (PayerName, " POPESCU, ION,"),
                (Payer, " RO49,"),
                (Payer, " CECEROBU,"),
                (Payer, " 155 "),
                (PayerName, " POPESCU"),
            ]
        );
    }

    #[test]
    fn a_label_is_known_when_a_line_break_falls_into_it() {
        assert_eq!(
            sections("TAXA,PLATITOR ANA,C UI/CNP PLATITOR 155 ORDO NATOR ANA"),
            [
                (Details, "TAXA,"),
                (PayerName, " ANA,"),
                (Payer, " 155 "),
                (PayerName, " ANA"),
            ]
        );
    }

    #[test]
    fn bcr_tells_the_payer_first() {
        assert_eq!(
            sections("DECONTARE -PLATITOR ANA RO49 CODFISC 0 -DETALII TAXA CEI"),
            [
                (Details, "DECONTARE -"),
                (PayerName, " ANA RO49 "),
                (Payer, " 0 -"),
                (Details, " TAXA CEI"),
            ]
        );
    }

    #[test]
    fn a_word_that_only_begins_like_a_label_is_none() {
        assert_eq!(
            sections("PLATITORUL COPLATITOR"),
            [(Details, "PLATITORUL COPLATITOR")]
        );
    }
}
