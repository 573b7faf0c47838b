//! Numbers in free text: runs of whole digit groups, sometimes with letters typed for digits.
//!
//! `cnp2.730806.056655`, `RF68 9698 7973 09` and `9785 3645 5681` are one number each. A group is
//! never cut: twelve digits inside a longer group are not a reference.

/// Labels that cashiers glue to digits.
const LABELS: [&str; 7] = ["CNP", "REF", "CEI", "COD", "RF", "NR", "CI"];

/// What may stand between two groups of one number.
const SEPARATORS: [char; 5] = [' ', '.', '-', '/', '_'];

/// More letters than this are a word, not slips.
const REPAIRS_MAX: usize = 4;

/// Digits written as one number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Number {
    /// The digits, letters replaced.
    pub(crate) digits: String,
    /// How many letters were read as digits.
    pub(crate) repairs: usize,
    /// Its groups among those of the text, to tell a number from a part of it.
    pub(crate) groups: std::ops::Range<usize>,
}

struct Group {
    digits: String,
    repairs: usize,
    follows_directly: bool,
}

/// Every run of whole groups that has `lengths` digits, in text that is folded to upper case.
pub(crate) fn numbers(folded: &str, lengths: std::ops::RangeInclusive<usize>) -> Vec<Number> {
    let groups = groups(folded);
    let mut numbers = Vec::new();
    for start in 0..groups.len() {
        let mut number = Number {
            digits: String::new(),
            repairs: 0,
            groups: start..start,
        };
        for group in groups.iter().skip(start) {
            if number.groups.end > start && !group.follows_directly {
                break;
            }
            number.digits.push_str(&group.digits);
            number.repairs += group.repairs;
            number.groups.end += 1;
            if number.digits.len() > *lengths.end() {
                break;
            }
            if lengths.contains(&number.digits.len()) && number.repairs <= REPAIRS_MAX {
                numbers.push(number.clone());
            }
        }
    }
    numbers
}

fn groups(folded: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    // What stands between the group before and here; `None` when that was no group.
    let mut gap: Option<String> = None;
    let mut rest = folded;
    while !rest.is_empty() {
        let (word, after) = split_while(rest, |c| c.is_ascii_alphanumeric());
        if !word.is_empty() {
            let (before, middle, behind) = without_labels(word);
            let group = repaired(middle);
            let follows_directly = !before && gap.take().is_some_and(|gap| is_one_separator(&gap));
            gap = match group {
                Some((digits, repairs)) => {
                    groups.push(Group {
                        digits,
                        repairs,
                        follows_directly,
                    });
                    (!behind).then(String::new)
                }
                None => None,
            };
        }
        let (between, after) = split_while(after, |c| !c.is_ascii_alphanumeric());
        if let Some(gap) = &mut gap {
            gap.push_str(between);
        }
        rest = after;
    }
    groups
}

fn is_one_separator(gap: &str) -> bool {
    let mut letters = gap.chars();
    letters
        .next()
        .is_some_and(|first| SEPARATORS.contains(&first))
        && letters.next().is_none()
}

/// The word without the labels glued to its ends, and whether there were any before and behind.
fn without_labels(word: &str) -> (bool, &str, bool) {
    let mut middle = word;
    while let Some(rest) = LABELS.iter().find_map(|label| middle.strip_prefix(label)) {
        middle = rest;
    }
    let before = middle.len() < word.len();
    let without_behind = LABELS
        .iter()
        .find_map(|label| middle.strip_suffix(label))
        .unwrap_or(middle);
    (before, without_behind, without_behind.len() < middle.len())
}

/// The digits of a group, letters that look like digits replaced; `None` for a word.
fn repaired(word: &str) -> Option<(String, usize)> {
    let mut repairs = 0;
    let mut digits = String::with_capacity(word.len());
    for letter in word.chars() {
        let digit = match letter {
            '0'..='9' => letter,
            'O' => '0',
            'I' => '1',
            'Z' => '2',
            'S' => '5',
            'G' => '6',
            'B' => '8',
            _ => return None,
        };
        repairs += usize::from(digit != letter);
        digits.push(digit);
    }
    (repairs < digits.len()).then_some((digits, repairs))
}

fn split_while(text: &str, accept: fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !accept(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, usize)]) {
        let found = numbers(text, 12..=13);
        let found: Vec<(&str, usize)> = found
            .iter()
            .map(|number| (number.digits.as_str(), number.repairs))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn groups_with_one_separator_are_one_number() {
        check("RF68 9698 7973 09", &[("689698797309", 0)]);
        check("9785 3645 5681,ALTELE", &[("978536455681", 0)]);
        check("9785-3645.5681", &[("978536455681", 0)]);
        check("978536455681", &[("978536455681", 0)]);
        check(
            "CNP2.730806.056655 TAXA",
            &[("2730806056655", 0), ("730806056655", 0)],
        );
    }

    #[test]
    fn two_separators_or_a_word_end_a_number() {
        check("9785 3645, 5681", &[]);
        check("9785 3645  5681", &[]);
        check("9785 LEI 3645 5681", &[]);
        check("9785 3645 RF5681", &[]);
    }

    #[test]
    fn a_longer_group_is_never_cut() {
        check("97853645568100", &[]);
        check("RO25RZBR0000060012097104", &[]);
        check("1978536455681 0", &[("1978536455681", 0)]);
    }

    #[test]
    fn labels_come_off_at_both_ends() {
        check("CEIRF689698797309", &[("689698797309", 0)]);
        check("CNP2730806056655CNP", &[("2730806056655", 0)]);
        check("CODNR978536455681", &[("978536455681", 0)]);
    }

    #[test]
    fn up_to_four_letters_are_read_as_digits() {
        check("RF6896987973O9", &[("689698797309", 1)]);
        check("97B5 3G45 S6B1", &[("978536455681", 4)]);
        check("97BS 3G4S S6B1", &[]);
        check("OBIS 9785 3645", &[]);
    }
}
