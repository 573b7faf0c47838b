//! Whatever the order in which the bureau's words arrive, the end is the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::order::{OrderEvent, OrderState};

use LineEvent::*;

fn word(sequence: u32, event: LineEvent) -> EntryFacts {
    EntryFacts {
        sequence,
        hash: [u8::try_from(sequence).unwrap(); 32],
        event,
        reason: None,
        office_must_act: false,
    }
}

const PLACED: LineKnowledge = LineKnowledge {
    state: LineState::Placed,
    application: ApplicationState::Ordered,
    last_sequence: 0,
    stored: None,
    remakes: 0,
};

fn applied(judgement: Judgement) -> Applied {
    match judgement {
        Judgement::Applies(applied) => applied,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_next_word_moves_the_line_and_its_application() {
    let line = LineKnowledge {
        state: LineState::Accepted,
        last_sequence: 2,
        ..PLACED
    };
    let judgement = judge(Some(&line), &word(3, ProductionBegun));
    assert_eq!(judgement.sequence_after(2), 3);
    assert_eq!(
        applied(judgement),
        Applied {
            line_event: ProductionBegun,
            line_state: LineState::InProduction,
            application_events: vec![ApplicationEvent::ProductionStarted],
            remakes: 0,
            hold: None,
        }
    );
}

#[test]
fn the_same_word_again_is_a_duplicate() {
    let line = LineKnowledge {
        state: LineState::Accepted,
        last_sequence: 2,
        stored: Some([1; 32]),
        ..PLACED
    };
    let judgement = judge(Some(&line), &word(1, LineReceived));
    assert_eq!(judgement, Judgement::Duplicate);
    assert_eq!(judgement.hold(), None);
}

#[test]
fn another_word_under_the_same_number_is_a_conflict() {
    let line = LineKnowledge {
        last_sequence: 1,
        stored: Some([9; 32]),
        ..PLACED
    };
    let judgement = judge(Some(&line), &word(1, LineReceived));
    assert_eq!(judgement, Judgement::Conflict);
    assert_eq!(judgement.hold().map(HoldReason::number), Some(802));
    assert_eq!(judgement.sequence_after(1), 1);
}

#[test]
fn a_word_in_conflict_with_one_that_waits_is_not_heard_in_its_place() {
    let line = LineKnowledge {
        last_sequence: 1,
        stored: Some([9; 32]),
        ..PLACED
    };
    assert_eq!(
        judge(Some(&line), &word(2, LineAccepted)),
        Judgement::Conflict
    );
}

#[test]
fn a_word_whose_turn_is_past_moves_nothing() {
    let line = LineKnowledge {
        state: LineState::Produced,
        last_sequence: 4,
        ..PLACED
    };
    let judgement = judge(Some(&line), &word(2, LineRejected));
    assert_eq!(judgement, Judgement::Late);
    assert_eq!(judgement.sequence_after(4), 4);
}

#[test]
fn a_word_ahead_of_a_gap_waits() {
    let judgement = judge(Some(&PLACED), &word(3, ProductionBegun));
    assert_eq!(judgement, Judgement::Waits { missing_from: 1 });
    assert_eq!(judgement.hold().map(HoldReason::number), Some(803));
}

#[test]
fn a_word_that_waited_is_heard_when_its_turn_comes() {
    let line = LineKnowledge {
        stored: Some([1; 32]),
        ..PLACED
    };
    let judgement = judge(Some(&line), &word(1, LineReceived));
    assert_eq!(applied(judgement).line_state, LineState::Received);
}

#[test]
fn what_cannot_have_happened_goes_to_an_operator_and_blocks_nothing() {
    let judgement = judge(Some(&PLACED), &word(1, ParcelShipped));
    assert_eq!(
        judgement,
        Judgement::Impossible(IllegalStep {
            state: LineState::Placed,
            event: ParcelShipped
        })
    );
    assert_eq!(judgement.hold().map(HoldReason::number), Some(807));
    assert_eq!(judgement.sequence_after(0), 1);
}

#[test]
fn the_bureau_cannot_speak_for_the_office() {
    let line = LineKnowledge {
        state: LineState::Shipped,
        application: ApplicationState::Shipped,
        ..PLACED
    };
    for event in [
        OfficeReceivedCard,
        OfficeHandedOver,
        OrderGivenUp,
        CardGivenUp,
    ] {
        assert!(matches!(
            judge(Some(&line), &word(1, event)),
            Judgement::Impossible(_)
        ));
    }
}

#[test]
fn a_word_on_an_unknown_line_is_quarantined() {
    let judgement = judge(None, &word(1, LineReceived));
    assert_eq!(judgement, Judgement::UnknownLine);
    assert_eq!(judgement.hold().map(HoldReason::number), Some(108));
}

#[test]
fn a_refusal_the_office_can_mend_goes_back_to_it() {
    for (office_must_act, event) in [
        (true, ApplicationEvent::SentBack),
        (false, ApplicationEvent::RefusedTechnically),
    ] {
        let entry = EntryFacts {
            reason: Some(301),
            office_must_act,
            ..word(1, LineRejected)
        };
        let applied = applied(judge(Some(&PLACED), &entry));
        assert_eq!(applied.application_events, [event]);
        assert_eq!(applied.hold, None);
    }
}

#[test]
fn a_third_remake_needs_an_operator() {
    for (remakes, hold) in [(1, None), (2, Some(HoldReason::TooManyRemakes))] {
        let line = LineKnowledge {
            state: LineState::InProduction,
            application: ApplicationState::InProduction,
            remakes,
            ..PLACED
        };
        let applied = applied(judge(Some(&line), &word(1, QualityCheckFailed)));
        assert_eq!((applied.remakes, applied.hold), (remakes + 1, hold));
        assert_eq!(applied.application_events, [ApplicationEvent::CardFailed]);
    }
}

#[test]
fn a_card_given_up_as_spoiled_needs_an_operator() {
    let line = LineKnowledge {
        state: LineState::QualityFailed,
        application: ApplicationState::InProduction,
        ..PLACED
    };
    let applied = applied(judge(Some(&line), &word(1, CardSpoiled)));
    assert_eq!(applied.hold, Some(HoldReason::CardSpoiled));
    assert_eq!(applied.application_events, []);
}

#[test]
fn what_becomes_of_a_card_that_was_given_up_does_not_touch_its_application() {
    for application in ApplicationState::ALL {
        let line = LineKnowledge {
            state: LineState::Spoiled,
            application: *application,
            ..PLACED
        };
        let applied = applied(judge(Some(&line), &word(1, CardDestroyed)));
        assert_eq!(applied.line_state, LineState::Destroyed);
        assert_eq!((applied.application_events, applied.hold), (vec![], None));
    }
}

#[test]
fn a_card_destroyed_while_somebody_waits_for_it_needs_an_operator() {
    let line = |application| LineKnowledge {
        state: LineState::Returned,
        application,
        ..PLACED
    };
    let waits = line(ApplicationState::InProduction);
    let applied_waits = applied(judge(Some(&waits), &word(1, CardDestroyed)));
    assert_eq!(applied_waits.hold, Some(HoldReason::CardSpoiled));
    let unclaimed = line(ApplicationState::Unclaimed);
    let applied = applied(judge(Some(&unclaimed), &word(1, CardDestroyed)));
    assert_eq!(applied.hold, None);
    let events = [ApplicationEvent::CardDestroyed];
    assert_eq!(applied.application_events, events);
}

#[test]
fn a_held_application_stays_held_while_its_line_moves_on() {
    let line = LineKnowledge {
        state: LineState::Accepted,
        application: ApplicationState::OnHold,
        ..PLACED
    };
    let applied = applied(judge(Some(&line), &word(1, CardMade)));
    assert_eq!(applied.line_state, LineState::Produced);
    assert_eq!((applied.application_events, applied.hold), (vec![], None));
}

#[test]
fn a_released_application_catches_up_with_its_line() {
    assert_eq!(
        catch_up(ApplicationState::Ordered, LineState::Shipped),
        Some(vec![
            ApplicationEvent::ProductionStarted,
            ApplicationEvent::CardProduced,
            ApplicationEvent::CardShipped
        ])
    );
    assert_eq!(
        catch_up(ApplicationState::Ordered, LineState::Accepted),
        Some(vec![])
    );
    assert_eq!(
        catch_up(ApplicationState::Ordered, LineState::Rejected),
        None
    );
}

#[test]
fn a_parcel_sent_a_second_time_takes_its_application_along() {
    let line = LineKnowledge {
        state: LineState::Returned,
        application: ApplicationState::InProduction,
        ..PLACED
    };
    let applied = applied(judge(Some(&line), &word(1, ParcelShipped)));
    assert_eq!(
        applied.application_events.last(),
        Some(&ApplicationEvent::CardShipped)
    );
    assert_eq!(applied.hold, None);
}

#[test]
fn a_card_the_office_sent_back_is_made_again() {
    let line = LineKnowledge {
        state: LineState::AtOffice,
        application: ApplicationState::AtOffice,
        ..PLACED
    };
    let applied = applied(judge(Some(&line), &word(1, CardReturned)));
    assert_eq!(applied.application_events, [ApplicationEvent::SentBack]);
}

#[test]
fn a_refusal_confirms_a_cancellation_that_was_asked_for() {
    let line = LineKnowledge {
        application: ApplicationState::CancelRequested,
        ..PLACED
    };
    let applied = applied(judge(Some(&line), &word(1, LineRejected)));
    assert_eq!(
        applied.application_events,
        [ApplicationEvent::CancelConfirmed]
    );
}

#[test]
fn an_answer_to_a_cancellation_that_nobody_waits_for_changes_nothing() {
    let line = LineKnowledge {
        state: LineState::Produced,
        application: ApplicationState::Produced,
        ..PLACED
    };
    let applied = applied(judge(Some(&line), &word(1, CancelCameTooLate)));
    assert_eq!((applied.application_events, applied.hold), (vec![], None));
}

#[test]
fn a_cancellation_that_comes_after_a_refusal_changes_nothing() {
    for (state, application) in [
        (LineState::Rejected, ApplicationState::Cancelled),
        (LineState::Rejected, ApplicationState::Returned),
        (LineState::Destroyed, ApplicationState::Cancelled),
    ] {
        let line = LineKnowledge {
            state,
            application,
            ..PLACED
        };
        let applied = applied(judge(Some(&line), &word(1, CancelCameTooLate)));
        assert_eq!(applied.line_state, state);
        assert_eq!((applied.application_events, applied.hold), (vec![], None));
    }
}

#[test]
fn an_application_that_cannot_follow_goes_to_an_operator() {
    let line = LineKnowledge {
        state: LineState::InProduction,
        application: ApplicationState::AwaitingFee,
        ..PLACED
    };
    let applied = applied(judge(Some(&line), &word(1, CardMade)));
    assert_eq!(applied.line_state, LineState::Produced);
    assert_eq!(applied.hold, Some(HoldReason::ImpossibleStep));
}

#[test]
fn every_event_named_for_an_application_may_happen_to_it() {
    for state in LineState::ALL {
        for application in ApplicationState::ALL {
            for event in LineEvent::ALL {
                let line = LineKnowledge {
                    state: *state,
                    application: *application,
                    ..PLACED
                };
                if let Judgement::Applies(applied) = judge(Some(&line), &word(1, *event)) {
                    let end = applied
                        .application_events
                        .iter()
                        .try_fold(*application, |state, event| state.after(*event));
                    assert!(end.is_ok(), "{application}, line {state}, {event}: {end:?}");
                }
            }
        }
    }
}

#[test]
fn words_that_waited_follow_in_their_order_up_to_the_next_gap() {
    let waiting = [
        word(6, CardMade),
        word(3, LineAccepted),
        word(2, LineReceived),
        word(3, LineAccepted),
        word(1, LineReceived),
    ];
    let due: Vec<u32> = now_due(1, &waiting)
        .iter()
        .map(|entry| entry.sequence)
        .collect();
    assert_eq!(due, [2, 3]);
    assert_eq!(now_due(4, &waiting), []);
    assert_eq!(now_due(u32::MAX, &waiting), []);
}

fn order_events(
    order: OrderState,
    lines: &[LineState],
) -> Result<Vec<OrderEvent>, IllegalStep<OrderState, OrderEvent>> {
    LineCounts::of(lines.iter().copied()).order_events(order)
}

#[test]
fn an_order_follows_its_lines() {
    use LineState::{Accepted, AtOffice, Placed, Received, Rejected};
    use OrderEvent::{LastLineAnswered, LastLineEnded, LineAnswered};
    for (order, lines, events) in [
        (OrderState::Sent, vec![Placed, Received], vec![]),
        (
            OrderState::Sent,
            vec![Accepted, Received],
            vec![LineAnswered],
        ),
        (
            OrderState::PartlyAnswered,
            vec![Accepted, Placed, Rejected],
            vec![],
        ),
        (
            OrderState::PartlyAnswered,
            vec![Accepted, Rejected],
            vec![LastLineAnswered],
        ),
        (
            OrderState::AllAnswered,
            vec![AtOffice, Rejected],
            vec![LastLineEnded],
        ),
        (
            OrderState::ReceiptOk,
            vec![Rejected, Rejected],
            vec![LastLineAnswered, LastLineEnded],
        ),
        (OrderState::Settled, vec![AtOffice], vec![]),
    ] {
        assert_eq!(order_events(order, &lines), Ok(events), "{order} {lines:?}");
    }
}

#[test]
fn answers_to_an_order_whose_file_was_refused_go_to_an_operator() {
    assert!(order_events(OrderState::ReceiptRejected, &[LineState::Accepted]).is_err());
    assert_eq!(
        order_events(OrderState::ReceiptRejected, &[LineState::Placed]),
        Ok(vec![])
    );
}

/// A line that keeps and hears words as the reconciler does.
struct Line {
    known: LineKnowledge,
    kept: BTreeMap<u32, EntryFacts>,
    heard: Vec<(u32, Judgement)>,
}

impl Line {
    fn new() -> Self {
        Self {
            known: PLACED,
            kept: BTreeMap::new(),
            heard: Vec::new(),
        }
    }

    fn receive(&mut self, entry: EntryFacts) {
        self.hear(entry);
        let waiting: Vec<EntryFacts> = self.kept.values().copied().collect();
        for entry in now_due(self.known.last_sequence, &waiting) {
            self.hear(entry);
        }
    }

    fn hear(&mut self, entry: EntryFacts) {
        let known = LineKnowledge {
            stored: self.kept.get(&entry.sequence).map(|kept| kept.hash),
            ..self.known
        };
        let judgement = judge(Some(&known), &entry);
        self.kept.entry(entry.sequence).or_insert(entry);
        self.known.last_sequence = judgement.sequence_after(self.known.last_sequence);
        if let Judgement::Applies(applied) = &judgement {
            self.known.state = applied.line_state;
            self.known.remakes = applied.remakes;
            for event in &applied.application_events {
                self.known.application = self.known.application.after(*event).unwrap();
            }
        }
        if matches!(judgement, Judgement::Applies(_) | Judgement::Impossible(_)) {
            self.heard.push((entry.sequence, judgement));
        }
    }
}

/// A history of the bureau: mostly what may happen, sometimes what may not.
fn any_history() -> impl Strategy<Value = Vec<EntryFacts>> {
    proptest::collection::vec((any::<u8>(), any::<bool>()), 1..12).prop_map(|picks| {
        let mut state = LineState::Placed;
        (1..)
            .zip(picks)
            .map(|(sequence, (pick, office_must_act))| {
                let possible: Vec<LineEvent> = LineEvent::ALL
                    .iter()
                    .copied()
                    .filter(|event| pick % 7 == 0 || state.after(*event).is_ok())
                    .filter(|event| is_bureaus_word(*event))
                    .collect();
                let event = possible
                    .get(usize::from(pick) % possible.len().max(1))
                    .copied()
                    .unwrap_or(BiometricsErased);
                state = state.after(event).unwrap_or(state);
                EntryFacts {
                    office_must_act,
                    ..word(sequence, event)
                }
            })
            .collect()
    })
}

/// The same history as it may arrive: shuffled, with some words told again.
fn any_arrival() -> impl Strategy<Value = (Vec<EntryFacts>, Vec<EntryFacts>)> {
    any_history().prop_flat_map(|history| {
        let again = proptest::sample::subsequence(history.clone(), 0..=history.len());
        (Just(history), again).prop_flat_map(|(history, again)| {
            let arriving: Vec<EntryFacts> = history.iter().chain(&again).copied().collect();
            (Just(history), Just(arriving).prop_shuffle())
        })
    })
}

proptest! {
    #[test]
    fn the_order_of_arrival_and_repetition_change_nothing((history, arriving) in any_arrival()) {
        let (mut in_order, mut as_arrived) = (Line::new(), Line::new());
        for entry in &history {
            in_order.receive(*entry);
        }
        for entry in arriving {
            as_arrived.receive(entry);
        }
        prop_assert_eq!(in_order.heard.len(), history.len());
        prop_assert_eq!(in_order.heard, as_arrived.heard);
        prop_assert_eq!(in_order.known, as_arrived.known);
    }

    #[test]
    fn nothing_is_heard_beyond_a_missing_word((history, arriving) in any_arrival(), lost in 1..12_u32) {
        let mut line = Line::new();
        for entry in arriving.into_iter().filter(|entry| entry.sequence != lost) {
            line.receive(entry);
        }
        let length = u32::try_from(history.len()).unwrap();
        prop_assert_eq!(line.known.last_sequence, length.min(lost - 1));
    }
}
