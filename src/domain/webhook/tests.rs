//! Tries, waits and the life of a webhook.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::delivery::{DeliveryVerdict, Outcome, warning};

const fn status(code: u16) -> Outcome {
    Outcome::Status {
        code,
        retry_after: None,
    }
}

fn after(outcome: Outcome, attempt: u32) -> AfterTry {
    after_try(outcome, attempt, OnExhausted::DeadLetter, 0)
}

#[test]
fn a_failing_receiver_is_tried_for_three_days() {
    let waits: Vec<Duration> = (1..ATTEMPTS_MAX)
        .map(|attempt| match after(status(500), attempt) {
            AfterTry::Again(wait) => wait,
            other => panic!("{other:?}"),
        })
        .collect();
    let minutes: Vec<u64> = waits.iter().skip(1).map(|w| w.as_secs() / 60).collect();
    assert_eq!(waits[0], Duration::from_secs(5));
    assert_eq!(minutes, [5, 30, 120, 300, 600, 840, 1200, 1440]);
    let all: Duration = waits.iter().sum();
    assert!(all > Duration::from_hours(75));
    assert_eq!(after(status(500), ATTEMPTS_MAX), AfterTry::Exhausted);
}

#[test]
fn every_answer_leads_somewhere() {
    let again = AfterTry::Again(Duration::from_secs(5));
    for (outcome, expected) in [
        (status(200), AfterTry::GoOn),
        (status(204), AfterTry::GoOn),
        (status(302), again),
        (status(400), AfterTry::SetAside),
        (status(401), again),
        (status(404), again),
        (status(410), AfterTry::Gone),
        (status(422), AfterTry::SetAside),
        (status(429), again),
        (status(500), again),
        (status(502), again),
        (Outcome::ConnectFailed, again),
        (Outcome::TlsRefused, again),
        (Outcome::LostAfterSending, again),
        (Outcome::TimedOutAfterSending, again),
        (Outcome::AddressForbidden, again),
    ] {
        assert_eq!(after(outcome, 1), expected, "{outcome:?}");
    }
}

#[test]
fn where_nothing_may_be_passed_over_a_refused_event_is_given_again() {
    let refused = |attempt| after_try(status(422), attempt, OnExhausted::Block, 0);
    assert_eq!(refused(1), AfterTry::Again(Duration::from_secs(5)));
    assert_eq!(refused(ATTEMPTS_MAX), AfterTry::Exhausted);
    assert_eq!(
        after_try(status(410), 1, OnExhausted::Block, 0),
        AfterTry::Gone
    );
}

#[test]
fn a_receiver_that_asks_for_time_gets_it_within_a_day() {
    let asked = |seconds| Outcome::Status {
        code: 429,
        retry_after: Some(Duration::from_secs(seconds)),
    };
    assert_eq!(
        after(asked(600), 1),
        AfterTry::Again(Duration::from_mins(10))
    );
    assert_eq!(after(asked(1), 2), AfterTry::Again(Duration::from_mins(5)));
    assert_eq!(
        after(asked(u64::MAX), 1),
        AfterTry::Again(Duration::from_hours(24))
    );
    assert_eq!(verdict(asked(1)), DeliveryVerdict::Later);
}

#[test]
fn warnings_come_at_half_and_after() {
    let warned: Vec<u32> = (1..=ATTEMPTS_MAX)
        .filter_map(|attempt| warning(attempt, ATTEMPTS_MAX))
        .collect();
    assert_eq!(warned, [50, 70, 90, 100]);
}

#[test]
fn what_stopped_can_be_turned_on_and_nothing_stops_twice() {
    for event in WebhookEvent::ALL {
        let is_on = *event == TurnedOn;
        assert_eq!(Disabled.after(*event).is_ok(), is_on);
        assert_eq!(Enabled.after(*event).is_ok(), !is_on);
    }
}

proptest! {
    #[test]
    fn every_event_comes_to_an_end(code in 100..600_u16, random in any::<u64>()) {
        for on_exhausted in OnExhausted::ALL {
            let last = after_try(status(code), ATTEMPTS_MAX, *on_exhausted, random);
            prop_assert!(!matches!(last, AfterTry::Again(_)));
        }
    }

    #[test]
    fn chance_takes_a_fifth_of_a_wait_at_most(attempt in 1..40_u32, random in any::<u64>()) {
        let (planned, taken) = (wait(attempt, 0, None), wait(attempt, random, None));
        prop_assert!(taken <= planned && taken >= planned * 4 / 5);
    }
}
