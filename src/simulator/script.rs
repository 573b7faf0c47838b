//! What happens at the counters of the eight Cluj offices over a fortnight: a plan that a seed
//! determines, made before anything runs. It knows neither the wire nor the parties.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Europe::Bucharest;

use crate::random::Random;
use crate::simulator::draw::{between, once_in, one_of};
use crate::simulator::submission::EarlierCard;

/// A local office.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Counter {
    /// Its code, on the wire and in the name of its certificate.
    pub code: &'static str,
    /// Its name, as people read it.
    pub name: &'static str,
    /// The SIRUTA code of its locality.
    pub siruta: u32,
    /// How many of a hundred applications it takes.
    share: u32,
}

const fn counter(code: &'static str, name: &'static str, siruta: u32, share: u32) -> Counter {
    Counter {
        code,
        name,
        siruta,
        share,
    }
}

/// The eight offices of Cluj county.
pub const OFFICES: [Counter; 8] = [
    counter("CLJ-01", "DJEP Cluj", 54975, 12),
    counter("CLJ-02", "SPCLEP Cluj-Napoca", 54975, 40),
    counter("CLJ-03", "SPCLEP Câmpia Turzii", 55357, 6),
    counter("CLJ-04", "SPCLEP Dej", 55008, 9),
    counter("CLJ-05", "SPCLEP Florești", 57706, 14),
    counter("CLJ-06", "SPCLEP Gherla", 55384, 6),
    counter("CLJ-07", "SPCLEP Huedin", 55446, 4),
    counter("CLJ-08", "SPCLEP Turda", 55259, 9),
];

/// One applicant's story, as far as it is decided beforehand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Story {
    /// The number of the story, from 1.
    pub serial: u64,
    /// The code of the office.
    pub office: &'static str,
    /// The applicant's age in full years on the day of the application.
    pub age: u32,
    /// Which card the applicant had before.
    pub earlier_card: EarlierCard,
    /// Whether a fee is owed, and so a payment reference asked for.
    pub pays: bool,
    /// What makes the story worth telling.
    pub turn: Turn,
    /// The code of another office where the card will be collected.
    pub collect_at: Option<&'static str>,
}

/// What makes a story worth telling.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Turn {
    /// Nothing does.
    None,
    /// The application is wrong when it is first handed in.
    Slip,
    /// The office's machine sends the application twice.
    SentTwice,
    /// The applicant thinks better of it some hours later.
    Withdrawal,
}

/// What happens at one instant.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Scene {
    /// The office asks for a payment reference.
    AskReference,
    /// Somebody pays.
    Pay,
    /// The office hands the application in.
    Submit,
}

/// One scene of one story.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Scheduled {
    /// When it happens.
    pub at: DateTime<Utc>,
    /// What happens.
    pub scene: Scene,
    /// The place of the story in [`Script::stories`].
    pub story: usize,
}

/// Everything that is decided beforehand.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Script {
    /// The stories, in the order of their serial numbers.
    pub stories: Vec<Story>,
    /// Their scenes, in the order of time.
    pub schedule: Vec<Scheduled>,
}

/// Writes the script of `count` applications over the fortnight that begins with `first_day`.
///
/// Offices work on working days from 8:30 to 16:30. Most applicants are over 14 and ask for their
/// first card, which is free; who pays has a reference and, as a rule, paid before.
pub fn write(seed: u64, count: u32, first_day: NaiveDate) -> Script {
    let random = Random::seeded(seed);
    let days = working_days(first_day);
    let mut stories = Vec::new();
    let mut schedule = Vec::new();
    for (place, serial) in (1..=u64::from(count)).enumerate() {
        let story = story(serial, &random);
        let submit_at = office_hour(one_of(&random, &days), &random);
        let mut add = |at, scene| {
            schedule.push(Scheduled {
                at,
                scene,
                story: place,
            });
        };
        add(submit_at, Scene::Submit);
        if story.pays {
            let asked_at = submit_at - TimeDelta::minutes(between_i64(&random, 30, 600));
            add(asked_at, Scene::AskReference);
            add(pay_at(asked_at, submit_at, &random), Scene::Pay);
        }
        stories.push(story);
    }
    schedule.sort_by_key(|scheduled| (scheduled.at, scheduled.story, scheduled.scene));
    Script { stories, schedule }
}

/// Four of five pay before the application is handed in, the others within three days.
fn pay_at(asked_at: DateTime<Utc>, submit_at: DateTime<Utc>, random: &Random) -> DateTime<Utc> {
    if once_in(random, 5) {
        return submit_at + TimeDelta::minutes(between_i64(random, 60, 3 * 24 * 60));
    }
    let minutes = (submit_at - asked_at).num_minutes().max(2);
    let before = u32::try_from(minutes - 1).unwrap_or(1);
    asked_at + TimeDelta::minutes(between_i64(random, 1, before))
}

fn story(serial: u64, random: &Random) -> Story {
    let office = office(random);
    let age = age(random);
    let earlier_card = match (age, random.below(100)) {
        (14.., 0..9) => EarlierCard::Issued,
        // The pilot was for adults.
        (18.., 9..12) => EarlierCard::Pilot,
        _ => EarlierCard::None,
    };
    let collect_at = once_in(random, 25).then(|| self::office(random));
    Story {
        serial,
        office,
        age,
        earlier_card,
        pays: age < 14 || earlier_card == EarlierCard::Issued,
        turn: match random.below(1000) {
            0..50 => Turn::Slip,
            50..85 => Turn::SentTwice,
            85..92 => Turn::Withdrawal,
            _ => Turn::None,
        },
        collect_at: collect_at.filter(|other| *other != office),
    }
}

/// Mostly adults, many who turn 14, some children. Nobody is 13: one who turns 14 within thirty
/// days has a free card, which a number of years does not tell.
fn age(random: &Random) -> u32 {
    let (youngest, oldest) = match random.below(100) {
        0..9 => (0, 12),
        9..24 => (14, 17),
        24..84 => (18, 64),
        _ => (65, 95),
    };
    between(random, youngest, oldest)
}

fn office(random: &Random) -> &'static str {
    let all: u32 = OFFICES.iter().map(|office| office.share).sum();
    let mut roll = between(random, 1, all);
    for office in &OFFICES {
        if roll <= office.share {
            return office.code;
        }
        roll -= office.share;
    }
    "CLJ-01"
}

fn working_days(first_day: NaiveDate) -> Vec<NaiveDate> {
    (0..14)
        .filter_map(|days| first_day.checked_add_days(Days::new(days)))
        .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        .collect()
}

/// A second of a working day between 8:30 and 16:30 in Romania.
fn office_hour(day: NaiveDate, random: &Random) -> DateTime<Utc> {
    let opens = NaiveTime::from_hms_opt(8, 30, 0).unwrap_or_default();
    let opens = Bucharest
        .from_local_datetime(&day.and_time(opens))
        .earliest()
        .map_or_else(|| day.and_time(opens).and_utc(), |local| local.to_utc());
    opens + TimeDelta::seconds(between_i64(random, 0, 8 * 3600))
}

fn between_i64(random: &Random, low: u32, high: u32) -> i64 {
    i64::from(between(random, low, high))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::Timelike;

    use super::*;

    fn monday() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
    }

    #[test]
    fn a_seed_determines_the_script() {
        assert_eq!(write(7, 200, monday()), write(7, 200, monday()));
        assert_ne!(write(7, 200, monday()), write(8, 200, monday()));
    }

    #[test]
    fn applications_are_handed_in_while_offices_are_open() {
        let script = write(1, 500, monday());
        let submitted: Vec<_> = script
            .schedule
            .iter()
            .filter(|scheduled| scheduled.scene == Scene::Submit)
            .collect();
        assert_eq!(submitted.len(), 500);
        for scheduled in submitted {
            let local = scheduled.at.with_timezone(&Bucharest);
            assert!(!matches!(local.weekday(), Weekday::Sat | Weekday::Sun));
            let minute = local.hour() * 60 + local.minute();
            assert!((8 * 60 + 30..=16 * 60 + 30).contains(&minute), "{local}");
            let days = (local.date_naive() - monday()).num_days();
            assert!((0..14).contains(&days));
        }
    }

    #[test]
    fn who_pays_asks_for_a_reference_first_and_pays_once() {
        let script = write(2, 500, monday());
        let when = |story, scene| {
            let mut found = script
                .schedule
                .iter()
                .filter(|one| one.story == story && one.scene == scene);
            let first = found.next().map(|one| one.at);
            assert!(found.next().is_none());
            first
        };
        let mut early = 0;
        for (place, story) in script.stories.iter().enumerate() {
            let (asked, paid) = (when(place, Scene::AskReference), when(place, Scene::Pay));
            assert_eq!((asked.is_some(), paid.is_some()), (story.pays, story.pays));
            assert!(asked <= paid);
            assert!(asked <= when(place, Scene::Submit));
            early += u32::from(paid.is_some() && paid < when(place, Scene::Submit));
        }
        assert!(early > 0);
    }

    #[test]
    fn most_are_free_and_every_office_has_work() {
        let script = write(3, 2000, monday());
        let paying = script.stories.iter().filter(|story| story.pays).count();
        assert!((250..550).contains(&paying), "{paying}");
        let offices: BTreeSet<_> = script.stories.iter().map(|story| story.office).collect();
        assert_eq!(offices.len(), OFFICES.len());
        assert!(script.stories.iter().any(|story| story.age < 12));
        assert!(
            script
                .schedule
                .is_sorted_by_key(|scheduled| (scheduled.at, scheduled.story))
        );
    }
}
