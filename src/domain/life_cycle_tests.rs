//! What must be true of every life cycle.

use std::fmt::{Debug, Display};

use crate::domain::step::{self, Step};
use crate::domain::{
    acknowledgement, application, complaint, consignment, day, delivery, fee, inbox, letter, order,
    payment, refund,
};

fn check<S, E>(steps: &[Step<S, E>], states: &[S], events: &[E], first: S)
where
    S: Copy + PartialEq + Debug + Display,
    E: Copy + PartialEq + Debug + Display,
{
    for (index, (from, on, _)) in steps.iter().enumerate() {
        let twins = steps
            .iter()
            .filter(|(f, o, _)| f == from && o == on)
            .count();
        assert_eq!(twins, 1, "row {index}: {from} on {on} stands {twins} times");
    }
    let mut reached = vec![first];
    let mut seen = 0;
    while seen < reached.len() {
        let from = reached[seen];
        for (_, _, to) in steps.iter().filter(|(f, _, _)| *f == from) {
            if !reached.contains(to) {
                reached.push(*to);
            }
        }
        seen += 1;
    }
    for state in states {
        assert!(
            reached.contains(state),
            "{state} cannot be reached from {first}"
        );
    }
    for event in events {
        assert!(
            steps.iter().any(|(_, on, _)| on == event),
            "nothing ever happens on {event}"
        );
        for state in states {
            let row = steps.iter().find(|(f, o, _)| f == state && o == event);
            assert_eq!(
                step::next(steps, *state, *event).ok(),
                row.map(|(_, _, to)| *to)
            );
        }
    }
}

#[test]
fn every_life_cycle_is_unambiguous_and_reaches_all_its_states() {
    use acknowledgement::{LineEvent, LineState};
    use application::{ApplicationEvent, ApplicationState};
    use day::{DayEvent, DayState};
    use delivery::{BreakerEvent, BreakerState};
    use fee::{FeeEvent, FeeState};
    use inbox::{InboxEvent, InboxState};
    use letter::{LetterEvent, LetterState};
    use order::{OrderEvent, OrderState};
    use payment::{PaymentEvent, PaymentState};
    use refund::{RefundEvent, RefundState};

    check(
        application::STEPS,
        ApplicationState::ALL,
        ApplicationEvent::ALL,
        ApplicationState::Received,
    );
    check(
        fee::STEPS,
        FeeState::ALL,
        FeeEvent::ALL,
        FeeState::Undecided,
    );
    check(
        payment::STEPS,
        PaymentState::ALL,
        PaymentEvent::ALL,
        PaymentState::Imported,
    );
    check(
        refund::STEPS,
        RefundState::ALL,
        RefundEvent::ALL,
        RefundState::Proposed,
    );
    check(
        order::STEPS,
        OrderState::ALL,
        OrderEvent::ALL,
        OrderState::Open,
    );
    check(
        acknowledgement::STEPS,
        LineState::ALL,
        LineEvent::ALL,
        LineState::Placed,
    );
    check(
        inbox::STEPS,
        InboxState::ALL,
        InboxEvent::ALL,
        InboxState::Arrived,
    );
    check(
        letter::STEPS,
        LetterState::ALL,
        LetterEvent::ALL,
        LetterState::Decided,
    );
    check(day::STEPS, DayState::ALL, DayEvent::ALL, DayState::Open);
    check(
        delivery::STEPS,
        BreakerState::ALL,
        BreakerEvent::ALL,
        BreakerState::Closed,
    );
}

#[test]
fn so_are_those_of_cards_after_they_are_made() {
    use complaint::{ComplaintEvent, ComplaintState};
    use consignment::{ConsignmentEvent, ConsignmentState};

    check(
        consignment::STEPS,
        ConsignmentState::ALL,
        ConsignmentEvent::ALL,
        ConsignmentState::OnItsWay,
    );
    check(
        complaint::STEPS,
        ComplaintState::ALL,
        ComplaintEvent::ALL,
        ComplaintState::Lodged,
    );
}

#[test]
fn codes_are_read_back_as_what_they_were() {
    for state in application::ApplicationState::ALL {
        assert_eq!(
            application::ApplicationState::parse(state.as_str()),
            Ok(*state)
        );
    }
    assert!(application::ApplicationState::parse("ready").is_err());
}
