//! Every end of an attempt has one meaning, and waits stay within their bounds.

use proptest::prelude::*;

use super::*;

const SCHEDULE: RetrySchedule = RetrySchedule {
    base: Duration::from_secs(10),
    cap: Duration::from_hours(1),
    jitter_percent: 20,
    retry_after_max: Duration::from_hours(24),
    attempts_max: 10,
};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn status(code: u16) -> Outcome {
    Outcome::Status {
        code,
        retry_after: None,
    }
}

#[test]
fn waits_double_up_to_their_cap() {
    let waits = [1, 2, 3, 9, 10, 400].map(|attempt| delay(attempt, &SCHEDULE, 0, None));
    assert_eq!(waits, [10, 20, 40, 2560, 3600, 3600].map(seconds));
}

#[test]
fn chance_takes_away_at_most_the_share_it_may() {
    assert_eq!(
        delay(1, &SCHEDULE, u64::MAX, None),
        Duration::from_millis(8001)
    );
    assert_eq!(
        delay(1, &SCHEDULE, u64::MAX / 2, None),
        Duration::from_millis(9001)
    );
}

#[test]
fn a_receiver_that_asks_for_time_gets_it() {
    assert_eq!(delay(1, &SCHEDULE, 7, Some(seconds(600))), seconds(600));
}

#[test]
fn a_receiver_that_asks_for_less_than_our_schedule_does_not_hurry_us() {
    assert_eq!(delay(2, &SCHEDULE, 0, Some(seconds(1))), seconds(20));
}

#[test]
fn a_receiver_cannot_put_us_off_for_ever() {
    assert_eq!(
        delay(1, &SCHEDULE, 0, Some(Duration::MAX)),
        SCHEDULE.retry_after_max
    );
}

#[test]
fn every_answer_has_one_meaning() {
    use DeliveryVerdict::*;
    for (codes, verdict) in [
        (vec![200, 201, 202, 204], Delivered),
        (vec![429], Later),
        (vec![500, 503, 507, 408, 425], Retry),
        (vec![301, 307, 401, 403, 404], Retry),
        (vec![502, 504], Ambiguous),
        (vec![400, 409, 410, 413, 415, 422, 501], Permanent),
        (vec![0, 100, 600], Retry),
    ] {
        for code in codes {
            assert_eq!(classify(status(code)), verdict, "{code}");
        }
    }
}

#[test]
fn an_overloaded_receiver_that_names_a_time_is_alive() {
    let overloaded = Outcome::Status {
        code: 503,
        retry_after: Some(seconds(5)),
    };
    assert_eq!(classify(overloaded), DeliveryVerdict::Later);
}

#[test]
fn what_was_sent_whole_and_not_answered_is_in_doubt() {
    for outcome in [
        Outcome::TimedOutAfterSending,
        Outcome::LostAfterSending,
        Outcome::NeverRecorded,
    ] {
        assert_eq!(classify(outcome), DeliveryVerdict::Ambiguous);
    }
}

#[test]
fn what_cannot_have_arrived_is_simply_sent_again() {
    for outcome in [
        Outcome::ConnectFailed,
        Outcome::TlsRefused,
        Outcome::LostWhileSending,
    ] {
        assert_eq!(classify(outcome), DeliveryVerdict::Retry);
    }
}

#[test]
fn a_forbidden_address_is_not_tried_twice() {
    assert_eq!(
        next_try(Outcome::AddressForbidden, 1, &SCHEDULE, 0),
        Next::Refused
    );
}

#[test]
fn an_attempt_in_doubt_is_asked_for_before_it_is_sent_again() {
    assert_eq!(
        next_try(Outcome::TimedOutAfterSending, 1, &SCHEDULE, 0),
        Next::AskAfter(seconds(10))
    );
}

#[test]
fn the_last_attempt_leads_to_the_dead_letters_unless_it_succeeds() {
    for outcome in [status(500), status(429), Outcome::TimedOutAfterSending] {
        assert_ne!(next_try(outcome, 9, &SCHEDULE, 0), Next::Exhausted);
        assert_eq!(next_try(outcome, 10, &SCHEDULE, 0), Next::Exhausted);
    }
    assert_eq!(next_try(status(202), 10, &SCHEDULE, 0), Next::Done);
    assert_eq!(next_try(status(422), 10, &SCHEDULE, 0), Next::Refused);
}

#[test]
fn warnings_come_once_each_at_half_and_after() {
    let warnings: Vec<Option<u32>> = (1..=11).map(|attempt| warning(attempt, 10)).collect();
    let expected = [
        None,
        None,
        None,
        None,
        Some(50),
        None,
        Some(70),
        None,
        Some(90),
        Some(100),
        None,
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn one_attempt_warns_of_the_end_at_once() {
    assert_eq!(warning(1, 1), Some(100));
}

const BREAKER: BreakerRule = BreakerRule {
    failures_max: 3,
    cool_down: seconds(60),
};

#[test]
fn a_breaker_opens_after_enough_failures_in_a_row() {
    use DeliveryVerdict::{Ambiguous, Retry};
    assert_eq!(BREAKER.event(BreakerState::Closed, Retry, 2), None);
    for verdict in [Retry, Ambiguous] {
        assert_eq!(
            BREAKER.event(BreakerState::Closed, verdict, 3),
            Some(BreakerEvent::Tripped)
        );
    }
}

#[test]
fn a_failed_trial_opens_the_breaker_at_once() {
    assert_eq!(
        BREAKER.event(BreakerState::HalfOpen, DeliveryVerdict::Retry, 1),
        Some(BreakerEvent::Tripped)
    );
    assert_eq!(
        BreakerState::HalfOpen.after(BreakerEvent::Tripped),
        Ok(BreakerState::Open)
    );
}

#[test]
fn a_receiver_that_refuses_one_message_is_not_cut_off() {
    use DeliveryVerdict::{Delivered, Later, Permanent};
    for verdict in [Delivered, Later, Permanent] {
        assert_eq!(
            BREAKER.event(BreakerState::HalfOpen, verdict, 9),
            Some(BreakerEvent::Answered)
        );
    }
    assert_eq!(
        BreakerState::HalfOpen.after(BreakerEvent::Answered),
        Ok(BreakerState::Closed)
    );
}

fn any_verdict() -> impl Strategy<Value = DeliveryVerdict> {
    proptest::sample::select(DeliveryVerdict::ALL)
}

proptest! {
    #[test]
    fn a_wait_stays_between_the_share_left_by_chance_and_the_cap(
        attempt in 0..u32::MAX, random in any::<u64>()
    ) {
        let wait = delay(attempt, &SCHEDULE, random, None);
        prop_assert!(wait >= SCHEDULE.base * 8 / 10);
        prop_assert!(wait <= SCHEDULE.cap);
    }

    #[test]
    fn a_later_attempt_never_waits_less_by_the_same_chance(
        attempt in 1..60_u32, random in any::<u64>()
    ) {
        let (wait, next) = (
            delay(attempt, &SCHEDULE, random, None),
            delay(attempt + 1, &SCHEDULE, random, None),
        );
        prop_assert!(wait <= next);
    }

    #[test]
    fn no_schedule_overflows(
        base in any::<u64>(), cap in any::<u64>(), jitter_percent in any::<u8>(),
        attempt in any::<u32>(), random in any::<u64>(),
    ) {
        let schedule = RetrySchedule {
            base: seconds(base),
            cap: seconds(cap),
            jitter_percent,
            ..SCHEDULE
        };
        prop_assert!(delay(attempt, &schedule, random, None) <= seconds(cap));
    }

    #[test]
    fn whatever_an_attempt_means_the_breaker_knows_the_step(
        verdict in any_verdict(),
        state in proptest::sample::select(BreakerState::ALL),
        failures in any::<u32>(),
    ) {
        if let Some(event) = BREAKER.event(state, verdict, failures) {
            prop_assert!(state.after(event).is_ok());
        }
    }

    #[test]
    fn every_message_comes_to_an_end(outcome_code in 100..600_u16, random in any::<u64>()) {
        let last = next_try(status(outcome_code), SCHEDULE.attempts_max, &SCHEDULE, random);
        prop_assert!(matches!(last, Next::Done | Next::Refused | Next::Exhausted));
    }
}
