//! Days as people in Romania count them.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Bucharest;

/// The date on the wall in Bucharest at `instant`.
pub fn bucharest_day(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&Bucharest).date_naive()
}

/// Full years from `birth` to `on`; one born on 29 February has the birthday on 1 March in a
/// common year (Civil Code, art. 2552 and 2554 count the term's last day). Zero before birth.
pub fn age_on(birth: NaiveDate, on: NaiveDate) -> u32 {
    on.years_since(birth).unwrap_or(0)
}
