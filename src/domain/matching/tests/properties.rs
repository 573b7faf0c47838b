//! What is true whatever a payment says and whatever it could belong to.

use proptest::prelude::*;

use super::*;
use crate::domain::payment::PaymentState;

fn any_candidates() -> impl Strategy<Value = Vec<Candidate<'static>>> {
    let one = (
        proptest::sample::select(FeeState::ALL),
        proptest::sample::select(ApplicationState::ALL),
        0..3_u8,
        0..100_i64,
        any::<(bool, bool)>(),
    );
    proptest::collection::vec(one, 3).prop_map(|all| {
        (0..)
            .zip(all)
            .map(
                |(number, (fee, state, of, paid, (name_is_alike, chosen_before)))| Candidate {
                    fee,
                    state,
                    person: person(of),
                    paid: Money::from_lei(paid),
                    name_is_alike,
                    chosen_before,
                    ..application(number)
                },
            )
            .collect()
    })
}

fn any_keys(keys: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(keys), 0..3)
}

fn any_evidence() -> impl Strategy<Value = Evidence<'static>> {
    (
        0..150_i64,
        proptest::sample::select(Movement::ALL),
        proptest::option::of(proptest::sample::select(&REFERENCES[..])),
        (
            any_keys(&REFERENCES),
            any_keys(&REFERENCES),
            any_keys(&NUMBERS),
        ),
        (
            proptest::collection::vec((0..3_u8).prop_map(person), 0..3),
            proptest::option::of((0..3_u8).prop_map(person)),
        ),
        any::<bool>(),
    )
        .prop_map(
            |(lei, movement, field, (references, slipped, numbers), (people, payer), other)| {
                Evidence {
                    amount: Money::from_lei(lei),
                    movement,
                    structured_reference: field,
                    references,
                    slipped_references: slipped,
                    application_numbers: numbers,
                    people,
                    payer,
                    speaks_of_another_person: other,
                    ..payment()
                }
            },
        )
}

proptest! {
    #[test]
    fn no_ban_is_made_or_lost_by_a_tie(
        evidence in any_evidence(), candidates in any_candidates()
    ) {
        let (application, excess, missing) = match judge(&evidence, &candidates) {
            Verdict::Match { application, excess, .. } => (application, excess, Money::ZERO),
            Verdict::Partial { application, missing, .. } => (application, Money::ZERO, missing),
            _ => return Ok(()),
        };
        let one = candidates.iter().find(|one| one.application == application).unwrap();
        prop_assert_eq!(
            one.paid.bani() + evidence.amount.bani() + missing.bani(),
            one.due.bani() + excess.bani()
        );
        prop_assert!(one.owes().is_some());
    }

    #[test]
    fn the_verdict_does_not_depend_on_which_candidate_came_first(
        evidence in any_evidence(),
        (candidates, shuffled) in any_candidates()
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(judge(&evidence, &candidates), judge(&evidence, &shuffled));
    }

    #[test]
    fn a_tie_without_a_reference_is_exact_to_the_ban(
        evidence in any_evidence(), candidates in any_candidates()
    ) {
        let is_short = matches!(
            judge(&evidence, &candidates),
            Verdict::Partial { rule: MatchRule::Person | MatchRule::ApplicationNumber, .. }
        );
        prop_assert!(!is_short);
        if let Verdict::Match { rule: MatchRule::Person | MatchRule::ApplicationNumber, excess, .. } =
            judge(&evidence, &candidates)
        {
            prop_assert_eq!(excess, Money::ZERO);
        }
    }

    #[test]
    fn whatever_is_found_may_happen_to_a_payment_that_waits(
        evidence in any_evidence(), candidates in any_candidates()
    ) {
        let event = judge(&evidence, &candidates).payment_event();
        for state in [PaymentState::Imported, PaymentState::Suggested, PaymentState::Unmatched] {
            prop_assert!(state.after(event).is_ok(), "{} {}", state, event);
        }
    }

    #[test]
    fn suggestions_stand_in_order_and_are_at_most_five(
        evidence in any_evidence(), candidates in any_candidates()
    ) {
        if let Verdict::Suggest { candidates, .. } = judge(&evidence, &candidates) {
            prop_assert!(!candidates.is_empty() && candidates.len() <= SUGGESTIONS_MAX);
            prop_assert!(candidates.is_sorted_by(|a, b| a.score >= b.score));
        }
    }
}
