//! Days and moments as they are read in Romania: `22.11.2026 14:32`, on the clock of Bucharest.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::Bucharest;

use crate::domain::calendar::bucharest_day;
use crate::words::{Language, count, noun};

/// A day: `22.11.2026`; in English `22 Nov 2026`, which nobody reads the wrong way round.
pub fn date(language: Language, day: NaiveDate) -> String {
    match language {
        Language::Romanian => day.format("%d.%m.%Y").to_string(),
        Language::English => day.format("%-d %b %Y").to_string(),
    }
}

/// A day of this year on an axis: `9.11`, `9 Nov`.
pub fn day_and_month(language: Language, day: NaiveDate) -> String {
    match language {
        Language::Romanian => format!("{}.{:02}", day.day(), day.month()),
        Language::English => day.format("%-d %b").to_string(),
    }
}

/// A day with the time on the clock of Bucharest.
pub fn date_and_time(language: Language, at: DateTime<Utc>) -> String {
    let day = date(language, bucharest_day(at));
    let time = at.with_timezone(&Bucharest).format("%H:%M");
    format!("{day} {time}")
}

/// The time on the clock of Bucharest, with seconds.
pub fn clock_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&Bucharest).format("%H:%M:%S").to_string()
}

/// When something was, as seen `now`: `azi 11:04`, `ieri 16:22`, `18.11.2026`.
pub fn when(language: Language, now: DateTime<Utc>, at: DateTime<Utc>) -> String {
    let time = at.with_timezone(&Bucharest).format("%H:%M");
    match (bucharest_day(now) - bucharest_day(at)).num_days() {
        0 => format!("{} {time}", language.choose("today", "azi")),
        1 => format!("{} {time}", language.choose("yesterday", "ieri")),
        _ => date(language, bucharest_day(at)),
    }
}

/// How long something has lasted, in its one or two largest units: `5 h 32 min`, `26 h`, `12 z`.
///
/// What lies in the future has lasted no time.
pub fn lasting(language: Language, time: TimeDelta) -> String {
    let minutes = time.num_minutes().max(0);
    let day = language.choose("d", "z");
    match minutes {
        0 => language.choose("< 1 min", "sub 1 min").to_owned(),
        1..60 => format!("{minutes} min"),
        60..600 if minutes % 60 > 0 => format!("{} h {} min", minutes / 60, minutes % 60),
        60..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} {day}", minutes / 1_440),
    }
}

/// How long ago something was, in words: `acum 3 minute`, `acum 20 de ore`.
pub fn ago(language: Language, now: DateTime<Utc>, at: DateTime<Utc>) -> String {
    let seconds = (now - at).num_seconds().max(0);
    let (amount, unit) = match seconds {
        0..60 => (seconds, noun::SECOND),
        60..3_600 => (seconds / 60, noun::MINUTE),
        3_600..172_800 => (seconds / 3_600, noun::HOUR),
        _ => (seconds / 86_400, noun::DAY),
    };
    let counted = count(language, amount, unit);
    match language {
        Language::Romanian => format!("acum {counted}"),
        Language::English => format!("{counted} ago"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn utc(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, day, hour, minute, 5)
            .unwrap()
    }

    #[test]
    fn moments_are_shown_on_the_clock_of_bucharest() {
        let winter = utc(22, 12, 32);
        assert_eq!(
            date_and_time(Language::Romanian, winter),
            "22.11.2026 14:32"
        );
        assert_eq!(
            date_and_time(Language::English, winter),
            "22 Nov 2026 14:32"
        );
        assert_eq!(clock_time(winter), "14:32:05");
        let summer = Utc.with_ymd_and_hms(2026, 7, 1, 21, 30, 0).unwrap();
        assert_eq!(
            date_and_time(Language::Romanian, summer),
            "02.07.2026 00:30"
        );
    }

    #[test]
    fn the_day_changes_at_midnight_in_bucharest() {
        let now = utc(22, 22, 10);
        for (at, ro, en) in [
            (utc(22, 22, 5), "azi 00:05", "today 00:05"),
            (utc(22, 21, 59), "ieri 23:59", "yesterday 23:59"),
            (utc(18, 9, 0), "18.11.2026", "18 Nov 2026"),
        ] {
            assert_eq!(when(Language::Romanian, now, at), ro);
            assert_eq!(when(Language::English, now, at), en);
        }
    }

    #[test]
    fn a_time_is_told_in_its_largest_units() {
        for (minutes, ro, en) in [
            (-5, "sub 1 min", "< 1 min"),
            (41, "41 min", "41 min"),
            (60, "1 h", "1 h"),
            (332, "5 h 32 min", "5 h 32 min"),
            (1_560, "26 h", "26 h"),
            (27_400, "19 z", "19 d"),
        ] {
            let time = TimeDelta::minutes(minutes);
            assert_eq!(lasting(Language::Romanian, time), ro);
            assert_eq!(lasting(Language::English, time), en);
        }
    }

    #[test]
    fn what_was_a_while_ago_is_counted_in_words() {
        let now = utc(22, 12, 0);
        for (at, ro, en) in [
            (
                now - TimeDelta::seconds(41),
                "acum 41 de secunde",
                "41 seconds ago",
            ),
            (now - TimeDelta::minutes(1), "acum 1 minut", "1 minute ago"),
            (now - TimeDelta::hours(20), "acum 20 de ore", "20 hours ago"),
            (now - TimeDelta::days(3), "acum 3 zile", "3 days ago"),
            (now + TimeDelta::days(3), "acum 0 secunde", "0 seconds ago"),
        ] {
            assert_eq!(ago(Language::Romanian, now, at), ro);
            assert_eq!(ago(Language::English, now, at), en);
        }
    }

    #[test]
    fn a_day_on_an_axis_is_short() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 9).unwrap();
        assert_eq!(day_and_month(Language::Romanian, day), "9.11");
        assert_eq!(day_and_month(Language::English, day), "9 Nov");
    }
}
