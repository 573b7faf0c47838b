//! Where the bureau's whole account of an order differs from ours.

use std::collections::BTreeMap;

use crate::coded;

coded! {
    /// How the two accounts of a line differ.
    pub enum Difference as "difference of a line" {
        /// We ordered it, and the bureau does not know it.
        Missing = "MISSING",
        /// The bureau names it, and we never ordered it.
        Extra = "EXTRA",
        /// Both know it, and what the bureau says now is not what it said before.
        Contradicting = "CONTRADICTING",
    }
}

/// A line as we know it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OurLine {
    /// Its place.
    pub line_no: u32,
    /// The number of its application.
    pub application: String,
    /// The number of the last word of the bureau that was heard; 0 before the first.
    pub last_sequence: u32,
    /// The digests of the words that are kept, several under one number where they conflict.
    pub words: Vec<(u32, [u8; 32])>,
}

/// A word in the bureau's account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SaidWord<'a> {
    /// The place of the line.
    pub line_no: u32,
    /// The number of its application.
    pub application: &'a str,
    /// The number of the word.
    pub sequence: u32,
    /// The digest of all that it says.
    pub hash: [u8; 32],
}

/// What is known of the order as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Account {
    /// Whether the bureau says that it holds the order.
    pub held: bool,
    /// Whether it has had the order for so long that it must have spoken of every line.
    pub must_know_lines: bool,
}

/// A line about which the two differ.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LineDifference {
    /// Its place.
    pub line_no: u32,
    /// The application, as whoever names the line calls it.
    pub application: String,
    /// How.
    pub difference: Difference,
    /// In words.
    pub detail: String,
}

/// Compares the bureau's whole account of an order with ours, which has heard that account
/// already: what was only missed is no difference any more.
pub fn compare(account: Account, ours: &[OurLine], said: &[SaidWord<'_>]) -> Vec<LineDifference> {
    let mut by_line: BTreeMap<u32, Vec<&SaidWord<'_>>> = BTreeMap::new();
    let mut differences = Vec::new();
    for word in said {
        let is_ours = ours
            .iter()
            .any(|line| line.line_no == word.line_no && line.application == word.application);
        if is_ours {
            by_line.entry(word.line_no).or_default().push(word);
        } else {
            differences.push(extra(word));
        }
    }
    differences.sort_by(|one, other| {
        (one.line_no, &one.application).cmp(&(other.line_no, &other.application))
    });
    differences.dedup();
    for line in ours {
        let words = by_line.get(&line.line_no).map_or(&[][..], Vec::as_slice);
        differences.extend(judge(account, line, words));
    }
    differences.sort_by_key(|difference| difference.line_no);
    differences
}

fn extra(word: &SaidWord<'_>) -> LineDifference {
    LineDifference {
        line_no: word.line_no,
        application: word.application.to_owned(),
        difference: Difference::Extra,
        detail: "the bureau names it and it was never ordered".to_owned(),
    }
}

fn judge(account: Account, line: &OurLine, said: &[&SaidWord<'_>]) -> Option<LineDifference> {
    let differs = |difference, detail: String| {
        Some(LineDifference {
            line_no: line.line_no,
            application: line.application.clone(),
            difference,
            detail,
        })
    };
    if !account.held {
        return differs(
            Difference::Missing,
            "the bureau does not hold the order".to_owned(),
        );
    }
    let Some(last_said) = said.iter().map(|word| word.sequence).max() else {
        let is_known = line.last_sequence == 0 && !account.must_know_lines;
        return if is_known {
            None
        } else {
            differs(
                Difference::Missing,
                "the bureau does not name it".to_owned(),
            )
        };
    };
    let is_otherwise = |word: &&&SaidWord<'_>| {
        let mut kept = line
            .words
            .iter()
            .filter(|(number, _)| *number == word.sequence);
        kept.clone().count() > 1 || kept.any(|(_, hash)| *hash != word.hash)
    };
    if let Some(word) = said.iter().find(is_otherwise) {
        let detail = format!(
            "the bureau says two things under sequence {}",
            word.sequence
        );
        return differs(Difference::Contradicting, detail);
    }
    let last_heard = line.last_sequence;
    if last_heard > last_said {
        let detail = format!("it said {last_heard} words and knows of {last_said} now");
        return differs(Difference::Contradicting, detail);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: Account = Account {
        held: true,
        must_know_lines: false,
    };

    fn line(line_no: u32, last_sequence: u32) -> OurLine {
        OurLine {
            line_no,
            application: format!("CEI-A-{line_no}"),
            last_sequence,
            words: (1..=last_sequence)
                .map(|number| (number, [7; 32]))
                .collect(),
        }
    }

    fn word(line_no: u32, application: &str, sequence: u32) -> SaidWord<'_> {
        SaidWord {
            line_no,
            application,
            sequence,
            hash: [7; 32],
        }
    }

    fn told(account: Account, ours: &[OurLine], said: &[SaidWord<'_>]) -> Vec<(u32, Difference)> {
        compare(account, ours, said)
            .into_iter()
            .map(|found| (found.line_no, found.difference))
            .collect()
    }

    #[test]
    fn accounts_that_agree_differ_in_nothing() {
        let ours = [line(1, 2), line(2, 0)];
        let said = [word(1, "CEI-A-1", 1), word(1, "CEI-A-1", 2)];
        assert_eq!(told(HELD, &ours, &said), []);
    }

    #[test]
    fn an_order_that_the_bureau_does_not_hold_misses_every_line() {
        let account = Account {
            held: false,
            ..HELD
        };
        let expected = [(1, Difference::Missing), (2, Difference::Missing)];
        assert_eq!(told(account, &[line(1, 0), line(2, 3)], &[]), expected);
    }

    #[test]
    fn a_line_is_missing_once_the_bureau_must_know_it() {
        let ours = [line(1, 0)];
        assert_eq!(told(HELD, &ours, &[]), []);
        let late = Account {
            must_know_lines: true,
            ..HELD
        };
        assert_eq!(told(late, &ours, &[]), [(1, Difference::Missing)]);
        assert_eq!(told(HELD, &[line(1, 1)], &[]), [(1, Difference::Missing)]);
    }

    #[test]
    fn a_line_that_was_never_ordered_is_extra_once() {
        let said = [
            word(9, "CEI-A-9", 1),
            word(9, "CEI-A-9", 2),
            word(1, "CEI-A-2", 1),
        ];
        let expected = [(1, Difference::Extra), (9, Difference::Extra)];
        assert_eq!(told(HELD, &[line(1, 0)], &said), expected);
    }

    #[test]
    fn a_bureau_that_forgot_a_word_or_changed_it_contradicts_itself() {
        let ours = [line(1, 3)];
        let forgot = [word(1, "CEI-A-1", 1), word(1, "CEI-A-1", 2)];
        assert_eq!(told(HELD, &ours, &forgot), [(1, Difference::Contradicting)]);
        let mut changed = [word(1, "CEI-A-1", 2), word(1, "CEI-A-1", 3)];
        changed[0].hash = [8; 32];
        assert_eq!(
            told(HELD, &ours, &changed),
            [(1, Difference::Contradicting)]
        );
    }

    #[test]
    fn a_conflict_that_is_kept_on_both_sides_is_still_a_contradiction() {
        let mut ours = line(1, 1);
        ours.words.push((1, [8; 32]));
        let said = [word(1, "CEI-A-1", 1)];
        assert_eq!(told(HELD, &[ours], &said), [(1, Difference::Contradicting)]);
    }
}
