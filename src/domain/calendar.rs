//! Days as people in Romania count them.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Europe::Bucharest;

/// The date on the wall in Bucharest at `instant`.
pub fn bucharest_day(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&Bucharest).date_naive()
}

/// The instant at which `day` begins in Bucharest.
pub fn start_of_day(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    // Clocks change at three or four in the morning there: every midnight exists once.
    Bucharest
        .from_local_datetime(&midnight)
        .earliest()
        .map_or(midnight.and_utc(), |start| start.with_timezone(&Utc))
}

/// Full years from `birth` to `on`; one born on 29 February has the birthday on 1 March in a
/// common year (Civil Code, art. 2552 and 2554 count the term's last day). Zero before birth.
pub fn age_on(birth: NaiveDate, on: NaiveDate) -> u32 {
    on.years_since(birth).unwrap_or(0)
}
