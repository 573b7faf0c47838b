//! Whether a statement follows the one before it: by its number, and by its balance.

use chrono::Days;

use crate::channel::amount;
use crate::store::statements::{Previous, Statement};

/// More statements than this are not missing: the bank has begun to count anew.
const MISSING_MAX: u32 = 400;

/// What is missing between a statement and the one before it, in words; nothing where it follows,
/// or where nobody can tell.
pub(super) fn gap(previous: &Previous, statement: &Statement) -> Option<String> {
    let before = number(&previous.number);
    let own = number(&statement.number);
    match (before, own) {
        (Some(before), Some(own)) if own == before.checked_add(1)? => {
            differing(previous, statement)
        }
        (Some(before), Some(own)) => missing(before, own),
        // Without numbers, days tell which statement follows which.
        (None, None) if is_next_day(previous, statement) => differing(previous, statement),
        _ => None,
    }
}

/// The number of a first page.
fn number(text: &str) -> Option<u32> {
    text.parse().ok()
}

fn missing(before: u32, own: u32) -> Option<String> {
    let (first, last) = (before.checked_add(1)?, own.checked_sub(1)?);
    let count = own.checked_sub(first)?;
    match count {
        0 => None,
        1 => Some(format!("statement {first} is missing before it")),
        2..=MISSING_MAX => Some(format!(
            "statements {first} to {last} are missing before it"
        )),
        _ => None,
    }
}

fn differing(previous: &Previous, statement: &Statement) -> Option<String> {
    // One more statement of the same day may go on, or tell the day again from its beginning.
    let is_same_day = statement.booked_from == Some(previous.booked_to);
    if is_same_day && statement.opening == previous.opening {
        return None;
    }
    let missing = statement.opening?.checked_sub(previous.closing?)?;
    (missing != 0).then(|| {
        let by = amount::print(missing, &statement.currency);
        format!("it does not begin where the statement before it ended: {by} apart")
    })
}

fn is_next_day(previous: &Previous, statement: &Statement) -> bool {
    let next = previous.booked_to.checked_add_days(Days::new(1));
    next.is_some() && statement.booked_from == next
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::SourceFileId;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 9, day).unwrap()
    }

    fn between(before: &str, own: &str, closing: i64, opening: i64) -> Option<String> {
        let previous = Previous {
            number: before.to_owned(),
            opening: Some(0),
            closing: Some(closing),
            booked_to: day(1),
        };
        let statement = Statement {
            id: Uuid::nil(),
            source_file: SourceFileId(Uuid::nil()),
            account: "RO49".to_owned(),
            number: own.to_owned(),
            currency: "RON".to_owned(),
            booked_from: Some(day(2)),
            booked_to: Some(day(2)),
            opening: Some(opening),
            closing: None,
            ties: Some(true),
            entries: 0,
            digest: Vec::new(),
        };
        gap(&previous, &statement)
    }

    #[test]
    fn a_statement_follows_by_number_and_balance() {
        assert_eq!(between("244", "245", 100, 100), None);
        let apart = between("244", "245", 100, 67_100).unwrap();
        assert!(apart.contains("670.00 RON"), "{apart}");
        let apart = between("", "", 100, 0).unwrap();
        assert!(apart.contains("-1.00 RON"), "{apart}");
    }

    #[test]
    fn what_the_numbers_leave_out_is_missing() {
        let missing = between("244", "246", 100, 0).unwrap();
        assert_eq!(missing, "statement 245 is missing before it");
        let missing = between("244", "248", 100, 100).unwrap();
        assert_eq!(missing, "statements 245 to 247 are missing before it");
    }

    #[test]
    fn where_nobody_can_tell_nothing_is_said() {
        for (before, own) in [("365", "1"), ("1", "5000"), ("244", ""), ("244", "245/2")] {
            assert_eq!(between(before, own, 100, 0), None, "{before} {own}");
        }
    }
}
