//! What a statement must add up to before its money is believed.

use crate::channel::{Entry, Held, HeldCode, Statement, amount};

/// What a statement says about its own entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    /// How many entries there are.
    pub(crate) count: Option<usize>,
    /// What all of them come to.
    pub(crate) net_minor: Option<i64>,
    /// The entries that make the account grow.
    pub(crate) credits: Total,
    /// The entries that make it shrink.
    pub(crate) debits: Total,
}

/// How many entries there are, and what they come to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Total {
    pub(crate) count: Option<usize>,
    pub(crate) sum_minor: Option<i64>,
}

/// Whether opening plus booked entries is closing, as numbers; `None` when a balance is missing.
pub(crate) fn ties(statement: &Statement) -> Option<bool> {
    difference(statement).map(|difference| difference == 0)
}

/// Everything about the statement at `at` that an operator must look at.
pub(crate) fn reasons_to_hold(at: usize, statement: &Statement, summary: &Summary) -> Vec<Held> {
    let place = format!("statement {}", at + 1);
    let mut held = Vec::new();
    if statement.account.is_none() {
        let reason = "the statement does not say whose account it is";
        held.push(Held::new(HeldCode::AccountMissing, &place, reason));
    }
    held.extend(balance(statement, &place));
    held.extend(strangers(statement).map(|entry| {
        let reason = format!("an entry in {} on an account in another", entry.currency);
        Held::new(HeldCode::CurrencyChanged, &entry.place, reason)
    }));
    held.extend(
        differing_summary(statement, summary)
            .map(|reason| Held::new(HeldCode::SummaryDiffers, &place, reason)),
    );
    held.into_iter().map(|held| held.in_statement(at)).collect()
}

/// Holds a statement that must have both balances and lacks one.
pub(crate) fn missing_balance(at: usize, statement: &Statement) -> Option<Held> {
    let missing = match (statement.opening_minor, statement.closing_minor) {
        (Some(_), Some(_)) => return None,
        (None, Some(_)) => "no signed opening balance",
        (Some(_), None) => "no signed closing balance",
        (None, None) => "neither signed opening nor signed closing balance",
    };
    let place = format!("statement {}", at + 1);
    let reason = format!("the statement has {missing}");
    Some(Held::new(HeldCode::BalanceMissing, place, reason).in_statement(at))
}

/// Holds details that do not add up to their entry, give or take `charges_minor`.
pub(crate) fn differing_details(entry: &Entry, charges_minor: u64) -> Option<Held> {
    if entry.details.is_empty() {
        return None;
    }
    let mut sum: i64 = 0;
    for detail in &entry.details {
        let minor = detail.amount_minor?;
        let signed = if detail.credit { minor } else { -minor };
        sum = sum.checked_add(signed)?;
    }
    let missing = entry.signed_minor().checked_sub(sum)?;
    if missing == 0 || missing.unsigned_abs() == charges_minor {
        return None;
    }
    let reason = format!(
        "incomplete: the details of the entry miss {}",
        amount::print(missing, &entry.currency)
    );
    Some(Held::new(HeldCode::DetailsDiffer, &entry.place, reason))
}

fn balance(statement: &Statement, place: &str) -> Option<Held> {
    let missing = difference(statement).filter(|_| statement.ties == Some(false))?;
    let currency = statement.currency.as_deref().unwrap_or("");
    let reason = format!(
        "opening balance plus entries misses the closing balance by {}",
        amount::print(missing, currency)
    );
    Some(Held::new(HeldCode::BalanceDiffers, place, reason))
}

/// Closing less what opening and booked entries come to.
fn difference(statement: &Statement) -> Option<i64> {
    let (opening, closing) = (statement.opening_minor?, statement.closing_minor?);
    let booked = statement.entries.iter().filter(|entry| entry.booked);
    let sum = booked.fold(0_i128, |sum, entry| sum + i128::from(entry.signed_minor()));
    let missing = i128::from(closing) - i128::from(opening) - sum;
    Some(i64::try_from(missing).unwrap_or(i64::MAX))
}

/// Booked entries in another currency than the account.
fn strangers(statement: &Statement) -> impl Iterator<Item = &Entry> {
    let currency = statement.currency.as_deref();
    statement
        .entries
        .iter()
        .filter(move |entry| entry.booked && currency.is_some_and(|own| own != entry.currency))
}

fn differing_summary(statement: &Statement, summary: &Summary) -> Option<String> {
    let told_is = |told: Option<usize>, found: usize| told.is_none_or(|told| told == found);
    let entries = &statement.entries;
    let booked = || entries.iter().filter(|entry| entry.booked);
    // Banks count pending entries in or leave them out.
    if !told_is(summary.count, entries.len()) && !told_is(summary.count, booked().count()) {
        return Some(format!(
            "the summary counts {} entries, the statement has {}",
            summary.count.unwrap_or(0),
            entries.len()
        ));
    }
    let net = |entries: &mut dyn Iterator<Item = &Entry>| -> i128 {
        entries.map(|entry| i128::from(entry.signed_minor())).sum()
    };
    let net_is = |told: i64| {
        let told = i128::from(told);
        net(&mut entries.iter()) == told || net(&mut booked()) == told
    };
    if !summary.net_minor.is_none_or(net_is) {
        return Some("the summary's net sum differs from the entries".to_owned());
    }
    for (word, credit, told) in [
        ("credits", true, summary.credits),
        ("debits", false, summary.debits),
    ] {
        let all: Vec<&Entry> = entries.iter().filter(|e| e.credit == credit).collect();
        let of_booked: Vec<&Entry> = booked().filter(|e| e.credit == credit).collect();
        if !total_is(told, &all) && !total_is(told, &of_booked) {
            return Some(format!("the summary's {word} differ from the entries"));
        }
    }
    None
}

fn total_is(told: Total, entries: &[&Entry]) -> bool {
    let sum: i128 = entries.iter().map(|e| i128::from(e.amount_minor)).sum();
    told.count.is_none_or(|count| count == entries.len())
        && told.sum_minor.is_none_or(|minor| i128::from(minor) == sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Detail;

    fn entry(minor: i64) -> Entry {
        Entry {
            amount_minor: minor.abs(),
            currency: "RON".to_owned(),
            credit: minor > 0,
            booked: true,
            place: "line 5".to_owned(),
            ..Entry::default()
        }
    }

    fn statement(opening: i64, entries: Vec<Entry>, closing: i64) -> Statement {
        let mut statement = Statement {
            account: Some("RO49AAAA1B31007593840000".to_owned()),
            currency: Some("RON".to_owned()),
            opening_minor: Some(opening),
            closing_minor: Some(closing),
            entries,
            ..Statement::default()
        };
        statement.ties = ties(&statement);
        statement
    }

    fn codes(statement: &Statement, summary: &Summary) -> Vec<HeldCode> {
        let held = reasons_to_hold(0, statement, summary);
        held.into_iter().map(|held| held.code).collect()
    }

    #[test]
    fn a_statement_that_ties_is_not_held() {
        let statement = statement(100, vec![entry(6700), entry(-400)], 6400);
        assert_eq!(ties(&statement), Some(true));
        assert_eq!(codes(&statement, &Summary::default()), []);
    }

    #[test]
    fn the_difference_is_named() {
        let statement = statement(0, vec![entry(6700)], 6000);
        assert_eq!(ties(&statement), Some(false));
        let held = reasons_to_hold(1, &statement, &Summary::default());
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].statement, Some(1));
        assert!(held[0].reason.contains("-7.00 RON"), "{}", held[0].reason);
    }

    #[test]
    fn pending_entries_move_no_balance() {
        let pending = Entry {
            booked: false,
            ..entry(6700)
        };
        assert_eq!(ties(&statement(100, vec![pending], 100)), Some(true));
    }

    #[test]
    fn an_entry_in_another_currency_holds_the_statement() {
        let foreign = Entry {
            currency: "EUR".to_owned(),
            ..entry(6700)
        };
        let statement = statement(0, vec![foreign], 6700);
        assert_eq!(
            codes(&statement, &Summary::default()),
            [HeldCode::CurrencyChanged]
        );
    }

    #[test]
    fn a_summary_that_counts_otherwise_holds_the_statement() {
        let statement = statement(0, vec![entry(6700), entry(6700)], 13_400);
        let right = Summary {
            count: Some(2),
            net_minor: Some(13_400),
            credits: Total {
                count: Some(2),
                sum_minor: Some(13_400),
            },
            debits: Total {
                count: Some(0),
                sum_minor: Some(0),
            },
        };
        assert_eq!(codes(&statement, &right), []);
        let short = Summary {
            count: Some(3),
            ..right.clone()
        };
        assert_eq!(codes(&statement, &short), [HeldCode::SummaryDiffers]);
        let net = Summary {
            net_minor: Some(-13_400),
            ..right.clone()
        };
        assert_eq!(codes(&statement, &net), [HeldCode::SummaryDiffers]);
        let other = Summary {
            debits: Total {
                count: Some(1),
                sum_minor: None,
            },
            ..right
        };
        assert_eq!(codes(&statement, &other), [HeldCode::SummaryDiffers]);
    }

    #[test]
    fn details_must_add_up_unless_charges_explain_it() {
        let detail = |minor, credit| Detail {
            amount_minor: Some(minor),
            credit,
            ..Detail::default()
        };
        let whole = Entry {
            details: vec![detail(7000, true), detail(300, false)],
            ..entry(6700)
        };
        assert_eq!(differing_details(&whole, 0), None);
        let cut = Entry {
            details: vec![detail(6000, true)],
            ..entry(6700)
        };
        let held = differing_details(&cut, 0).unwrap();
        assert_eq!(held.code, HeldCode::DetailsDiffer);
        assert!(held.reason.contains("7.00 RON"), "{}", held.reason);
        assert_eq!(differing_details(&cut, 700), None);
        let unsplit = Entry {
            details: vec![Detail::default(), detail(1, true)],
            ..entry(6700)
        };
        assert_eq!(differing_details(&unsplit, 0), None);
    }

    #[test]
    fn a_missing_balance_is_named() {
        let mut statement = statement(0, Vec::new(), 0);
        assert_eq!(missing_balance(0, &statement), None);
        statement.closing_minor = None;
        let held = missing_balance(0, &statement).unwrap();
        assert_eq!(held.code, HeldCode::BalanceMissing);
        assert!(held.reason.contains("closing"));
    }
}
