//! The text to the account owner, field 86, in the dialects that banks made of it.
//!
//! Banks break it into lines of 65 characters wherever that falls, so it is kept twice: joined
//! with a blank, where words stay apart, and with nothing, where broken numbers are whole. Texts
//! in subfields (`?20`, `+20`, `~20`, `^20`) get the labels that CEC Bank writes.

/// What stands before a subfield's number: Germany and ING `?`/`~`, BRD `+`, Raiffeisen `^`.
const MARKS: [char; 5] = ['?', '~', '+', '^', '@'];

/// The two views of one text.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Views {
    /// Joined with blanks.
    pub(crate) words: String,
    /// Joined with nothing.
    pub(crate) joined: String,
}

/// Both views of the lines of one or more fields.
pub(crate) fn views(lines: &[String]) -> Views {
    let joined = lines.concat();
    match subfields(&joined) {
        Some(subfields) => Views {
            words: labelled(&subfields, " "),
            joined: labelled(&subfields, ""),
        },
        None => Views {
            words: trimmed(lines).join(" "),
            joined: joined.trim().to_owned(),
        },
    }
}

fn trimmed(lines: &[String]) -> Vec<&str> {
    let lines = lines.iter().map(|line| line.trim());
    lines.filter(|line| !line.is_empty()).collect()
}

/// The subfields of a text that begins with one, perhaps after a transaction code of 3 digits.
fn subfields(text: &str) -> Option<Vec<(u8, &str)>> {
    let start = text
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start();
    let mark = start.chars().next().filter(|first| MARKS.contains(first))?;
    if text.len() - start.len() > 4 {
        return None;
    }
    let mut found: Vec<(u8, &str)> = Vec::new();
    let mut at = start;
    while let Some((code, value)) = subfield(at, mark) {
        let end = value
            .match_indices(mark)
            .map(|(at, _)| at)
            .find(|at| {
                value
                    .get(*at..)
                    .is_some_and(|rest| subfield(rest, mark).is_some())
            })
            .unwrap_or(value.len());
        let (value, rest) = value.split_at_checked(end)?;
        found.push((code, value));
        at = rest;
    }
    (!found.is_empty()).then_some(found)
}

/// The code and what follows, when a subfield begins here; `+40` is the beginning of a telephone
/// number, so only codes in use count.
fn subfield(text: &str, mark: char) -> Option<(u8, &str)> {
    let (code, value) = text.strip_prefix(mark)?.split_at_checked(2)?;
    let code: u8 = code.parse().ok()?;
    matches!(code, 0 | 10 | 20..=38 | 60..=65).then_some((code, value))
}

/// Details first, then who paid and from where, labelled.
fn labelled(subfields: &[(u8, &str)], seam: &str) -> String {
    let pieces = |codes: &[std::ops::RangeInclusive<u8>]| -> Vec<&str> {
        subfields
            .iter()
            .filter(|(code, value)| {
                codes.iter().any(|range| range.contains(code)) && !value.trim().is_empty()
            })
            .map(|(_, value)| if seam.is_empty() { value } else { value.trim() })
            .collect()
    };
    let mut parts = vec![pieces(&[20..=29, 60..=65]).join(seam).trim().to_owned()];
    for (label, codes) in [("Platitor", 32..=33), ("Iban Platitor", 31..=31)] {
        let value = pieces(&[codes]).join(seam);
        if !value.trim().is_empty() {
            parts.push(format!("{label} {}", value.trim()));
        }
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], words: &str, joined: &str) {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let expected = Views {
            words: words.to_owned(),
            joined: joined.to_owned(),
        };
        assert_eq!(views(&lines), expected);
    }

    #[test]
    fn a_broken_number_is_whole_when_joined_with_nothing() {
        check(
            &["taxa carte identitate RF2940", "73918264 POPA"],
            "taxa carte identitate RF2940 73918264 POPA",
            "taxa carte identitate RF294073918264 POPA",
        );
    }

    #[test]
    fn subfields_of_brd_are_details_and_payer() {
        check(
            &[
                "+20TAXA CEI 2940",
                "7391+218264+30BRDEROBU+31RO49BRDE+32POPA",
                " VLAD+33AUREL",
            ],
            "TAXA CEI 29407391 8264,Platitor POPA VLAD AUREL,Iban Platitor RO49BRDE",
            "TAXA CEI 294073918264,Platitor POPA VLADAUREL,Iban Platitor RO49BRDE",
        );
    }

    #[test]
    fn a_subfield_code_may_be_split_between_lines() {
        check(
            &["~20CARTE DE IDENTITATE RF29~", "21 4073 9182 64~32ANA POPA"],
            "CARTE DE IDENTITATE RF29 4073 9182 64,Platitor ANA POPA",
            "CARTE DE IDENTITATE RF29 4073 9182 64,Platitor ANA POPA",
        );
    }

    #[test]
    fn a_transaction_code_may_come_first() {
        check(
            &["166?00GUTSCHRIFT?20taxa?32ANA"],
            "taxa,Platitor ANA",
            "taxa,Platitor ANA",
        );
    }

    #[test]
    fn a_telephone_number_is_no_subfield() {
        check(
            &["+40721 000 000 taxa"],
            "+40721 000 000 taxa",
            "+40721 000 000 taxa",
        );
    }
}
