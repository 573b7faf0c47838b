//! How long cards take and which of them fail: the bureau's words on one line, planned when the
//! line is read.

use std::collections::VecDeque;

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Europe::Bucharest;

use crate::domain::acknowledgement::LineEvent;
use crate::random::Random;
use crate::simulator::draw::{between, one_of};

/// How often lines and cards fail, in a thousand lines that are asked for the first time. What is
/// asked for again succeeds, so that everything ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FailureRates {
    /// Refused because of data or biometrics, which the office must correct.
    pub refused_for_data: u32,
    /// Refused for a fault of the bureau's own machines.
    pub refused_technically: u32,
    /// Found wanting once and made again.
    pub remade: u32,
    /// Found wanting three times and given up.
    pub spoiled: u32,
}

impl Default for FailureRates {
    /// A bureau on an ordinary day.
    fn default() -> Self {
        Self {
            refused_for_data: 10,
            refused_technically: 5,
            remade: 15,
            spoiled: 2,
        }
    }
}

impl FailureRates {
    /// A bureau where nothing fails.
    pub const NONE: Self = Self {
        refused_for_data: 0,
        refused_technically: 0,
        remade: 0,
        spoiled: 0,
    };
}

/// One word that will be said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Word {
    pub(super) at: DateTime<Utc>,
    pub(super) event: LineEvent,
    pub(super) reason: Option<u16>,
}

/// What a line comes to.
#[derive(Clone, Copy)]
enum Fate {
    Made,
    Refused(u16),
    Remade,
    Spoiled,
}

/// Reasons that the office must act upon: data and biometrics, by the catalogue of reasons.
const DATA_REASONS: &[u16] = &[202, 203, 205, 303, 322, 342];
/// Reasons of the bureau's own.
const MACHINE_REASONS: &[u16] = &[403, 404, 405, 407];
/// Reasons why a card is found wanting.
const QUALITY_REASONS: &[u16] = &[401, 402, 408, 409];

/// The words on a line that was read at `read_at`, up to its refusal or to its card.
pub(super) fn plan(
    read_at: DateTime<Utc>,
    attempt: u32,
    rates: FailureRates,
    random: &Random,
) -> VecDeque<Word> {
    let fate = if attempt > 1 {
        Fate::Made
    } else {
        draw(rates, random)
    };
    let mut words = Telling {
        at: read_at,
        random,
        words: VecDeque::new(),
    };
    words.say(LineEvent::LineReceived, (5, 30), None);
    if let Fate::Refused(reason) = fate {
        words.say(LineEvent::LineRejected, (60, 240), Some(reason));
        return words.words;
    }
    words.say(LineEvent::LineAccepted, (60, 240), None);
    words.say(LineEvent::ProductionBegun, (6 * 60, 30 * 60), None);
    match fate {
        Fate::Made | Fate::Refused(_) => words.say(LineEvent::CardMade, (720, 2160), None),
        Fate::Remade => {
            words.fail();
            words.say(LineEvent::CardRemade, (720, 1440), None);
        }
        Fate::Spoiled => {
            for _ in 0..3 {
                words.fail();
            }
            words.say(LineEvent::CardSpoiled, (30, 90), None);
        }
    }
    words.words
}

/// A line that asks for what is being made already is refused (208).
pub(super) fn refusal(read_at: DateTime<Utc>, reason: u16) -> VecDeque<Word> {
    let word = |minutes, event, reason| Word {
        at: read_at + TimeDelta::minutes(minutes),
        event,
        reason,
    };
    VecDeque::from([
        word(10, LineEvent::LineReceived, None),
        word(70, LineEvent::LineRejected, Some(reason)),
    ])
}

fn draw(rates: FailureRates, random: &Random) -> Fate {
    let roll = u32::try_from(random.below(1000)).unwrap_or(0);
    let fates = [
        (
            rates.refused_for_data,
            Fate::Refused(one_of(random, DATA_REASONS)),
        ),
        (
            rates.refused_technically,
            Fate::Refused(one_of(random, MACHINE_REASONS)),
        ),
        (rates.remade, Fate::Remade),
        (rates.spoiled, Fate::Spoiled),
    ];
    let mut end = 0;
    for (rate, fate) in fates {
        end += rate;
        if roll < end {
            return fate;
        }
    }
    Fate::Made
}

/// Words in their order, each some minutes after the one before.
struct Telling<'a> {
    at: DateTime<Utc>,
    random: &'a Random,
    words: VecDeque<Word>,
}

impl Telling<'_> {
    fn say(&mut self, event: LineEvent, (least, most): (u32, u32), reason: Option<u16>) {
        let minutes = between(self.random, least, most);
        self.at += TimeDelta::minutes(i64::from(minutes));
        let at = self.at;
        self.words.push_back(Word { at, event, reason });
    }

    fn fail(&mut self) {
        let reason = one_of(self.random, QUALITY_REASONS);
        self.say(LineEvent::QualityCheckFailed, (120, 480), Some(reason));
    }
}

/// When the courier comes next after `at`: on working days at four in the afternoon.
pub(super) fn next_courier(at: DateTime<Utc>) -> DateTime<Utc> {
    let hour = NaiveTime::from_hms_opt(16, 0, 0).unwrap_or_default();
    let today = at.with_timezone(&Bucharest).date_naive();
    (0..8)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        .filter_map(|day| {
            Bucharest
                .from_local_datetime(&day.and_time(hour))
                .earliest()
        })
        .map(|local| local.to_utc())
        .find(|courier| *courier > at)
        // Within eight days there is a working day.
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::acknowledgement::LineState;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn words_follow_the_life_of_a_line_and_time() {
        let begun = at("2026-03-02T09:00:00Z");
        let rates = FailureRates {
            refused_for_data: 200,
            refused_technically: 200,
            remade: 200,
            spoiled: 200,
        };
        let mut ends = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let words = plan(begun, 1, rates, &Random::seeded(seed));
            let mut state = LineState::Placed;
            let mut last = begun;
            for word in &words {
                state = state.after(word.event).unwrap();
                assert!(word.at > last);
                last = word.at;
            }
            assert!(last < begun + TimeDelta::days(6));
            ends.insert(state);
        }
        assert_eq!(
            Vec::from_iter(ends),
            [LineState::Produced, LineState::Rejected, LineState::Spoiled]
        );
    }

    #[test]
    fn what_is_asked_for_again_succeeds() {
        let rates = FailureRates {
            refused_for_data: 1000,
            ..FailureRates::NONE
        };
        let words = plan(at("2026-03-02T09:00:00Z"), 2, rates, &Random::seeded(1));
        assert_eq!(words.back().unwrap().event, LineEvent::CardMade);
    }

    #[test]
    fn the_courier_comes_on_working_days_at_four() {
        for (after, next) in [
            ("2026-03-02T09:00:00Z", "2026-03-02T14:00:00Z"),
            ("2026-03-02T14:00:00Z", "2026-03-03T14:00:00Z"),
            ("2026-03-06T15:00:00Z", "2026-03-09T14:00:00Z"),
            ("2026-07-04T08:00:00Z", "2026-07-06T13:00:00Z"),
        ] {
            assert_eq!(next_courier(at(after)), at(next), "{after}");
        }
    }
}
