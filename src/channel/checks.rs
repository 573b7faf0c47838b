//! What a statement must add up to before its money is believed.

use crate::channel::totals::{Sum, Sums, Totals};
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
pub(crate) fn ties(statement: &Statement, totals: &Totals) -> Option<bool> {
    difference(statement, totals).map(|difference| difference == 0)
}

/// Everything about the statement at `at` that an operator must look at.
pub(crate) fn reasons_to_hold(
    at: usize,
    statement: &Statement,
    totals: &Totals,
    summary: &Summary,
) -> Vec<Held> {
    let place = format!("statement {}", at + 1);
    let mut held = Vec::new();
    if statement.account.is_none() {
        let reason = "the statement does not say whose account it is";
        held.push(Held::new(HeldCode::AccountMissing, &place, reason));
    }
    held.extend(balance(statement, totals, &place));
    let strangers = totals.strangers(statement.currency.as_deref());
    held.extend(strangers.into_iter().map(|(currency, place)| {
        let reason = format!("an entry in {currency} on an account in another");
        Held::new(HeldCode::CurrencyChanged, place, reason)
    }));
    held.extend(
        differing_summary(totals, summary)
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

fn balance(statement: &Statement, totals: &Totals, place: &str) -> Option<Held> {
    let missing = difference(statement, totals).filter(|_| statement.ties == Some(false))?;
    let currency = statement.currency.as_deref().unwrap_or("");
    let reason = format!(
        "opening balance plus entries misses the closing balance by {}",
        amount::print(missing, currency)
    );
    Some(Held::new(HeldCode::BalanceDiffers, place, reason))
}

/// Closing less what opening and booked entries come to.
fn difference(statement: &Statement, totals: &Totals) -> Option<i64> {
    let (opening, closing) = (statement.opening_minor?, statement.closing_minor?);
    let missing = i128::from(closing) - i128::from(opening) - totals.booked.net_minor();
    Some(i64::try_from(missing).unwrap_or(i64::MAX))
}

fn differing_summary(totals: &Totals, summary: &Summary) -> Option<String> {
    // Banks count pending entries in or leave them out.
    let either = [&totals.all, &totals.booked];
    let count_is = |told: usize| either.iter().any(|sums| sums.count() == told);
    if !summary.count.is_none_or(count_is) {
        return Some(format!(
            "the summary counts {} entries, the statement has {}",
            summary.count.unwrap_or(0),
            totals.all.count()
        ));
    }
    let net_is = |told: i64| {
        either
            .iter()
            .any(|sums| sums.net_minor() == i128::from(told))
    };
    if !summary.net_minor.is_none_or(net_is) {
        return Some("the summary's net sum differs from the entries".to_owned());
    }
    let differs = |told: Total, of: fn(&Sums) -> Sum| !either.iter().any(|it| of(it).is(told));
    if differs(summary.credits, |sums| sums.credits) {
        return Some("the summary's credits differ from the entries".to_owned());
    }
    differs(summary.debits, |sums| sums.debits)
        .then(|| "the summary's debits differ from the entries".to_owned())
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
        statement.ties = ties(&statement, &Totals::of(&statement.entries));
        statement
    }

    fn codes(statement: &Statement, summary: &Summary) -> Vec<HeldCode> {
        let totals = Totals::of(&statement.entries);
        let held = reasons_to_hold(0, statement, &totals, summary);
        held.into_iter().map(|held| held.code).collect()
    }

    #[test]
    fn a_statement_that_ties_is_not_held() {
        let statement = statement(100, vec![entry(6700), entry(-400)], 6400);
        assert_eq!(statement.ties, Some(true));
        assert_eq!(codes(&statement, &Summary::default()), []);
    }

    #[test]
    fn the_difference_is_named() {
        let statement = statement(0, vec![entry(6700)], 6000);
        assert_eq!(statement.ties, Some(false));
        let totals = Totals::of(&statement.entries);
        let held = reasons_to_hold(1, &statement, &totals, &Summary::default());
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
        assert_eq!(statement(100, vec![pending], 100).ties, Some(true));
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
