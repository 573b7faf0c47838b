//! Every rung of the ladder.

use super::*;

fn paid_by(rule: MatchRule, number: u8) -> Verdict {
    Verdict::Match {
        application: id(number),
        rule,
        excess: Money::ZERO,
    }
}

fn unmatched(reason: MatchReason) -> Verdict {
    Verdict::Unmatched { reason }
}

fn refund(reason: MatchReason) -> Verdict {
    Verdict::RefundCandidate {
        application: id(0),
        reason,
    }
}

#[track_caller]
fn suggested(verdict: Verdict, expected: MatchReason) -> Vec<Suggestion> {
    match verdict {
        Verdict::Suggest { candidates, reason } => {
            assert_eq!(reason, expected);
            candidates
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_reference_in_its_field_decides() {
    let evidence = Evidence {
        structured_reference: Some(REFERENCES[1]),
        payer: Some(person(0)),
        ..payment()
    };
    assert_eq!(
        judge(&evidence, &[application(0), application(1)]),
        paid_by(MatchRule::StructuredReference, 1)
    );
}

#[test]
fn the_one_reference_in_the_text_decides() {
    let evidence = Evidence {
        references: vec![REFERENCES[0], REFERENCES[0]],
        ..payment()
    };
    assert_eq!(
        judge(&evidence, &[application(0)]),
        paid_by(MatchRule::Reference, 0)
    );
}

#[test]
fn the_right_reference_with_another_amount_is_tied_with_its_reason() {
    for (lei, reason) in [
        (67, MatchReason::OldTariff),
        (40, MatchReason::OtherProduct),
        (38, MatchReason::OtherProduct),
        (69, MatchReason::Underpaid),
    ] {
        assert_eq!(
            judge(&with_reference(Money::from_lei(lei)), &[application(0)]),
            Verdict::Partial {
                application: id(0),
                rule: MatchRule::Reference,
                missing: Money::from_lei(70 - lei),
                reason,
            }
        );
    }
    let verdict = judge(&with_reference(Money::from_lei(73)), &[application(0)]);
    assert_eq!(verdict.reason(), Some(MatchReason::Overpaid));
    assert_eq!(
        verdict,
        Verdict::Match {
            application: id(0),
            rule: MatchRule::Reference,
            excess: Money::from_lei(3),
        }
    );
}

#[test]
fn a_ban_too_little_is_too_little() {
    let verdict = judge(&with_reference(Money::from_bani(6999)), &[application(0)]);
    assert_eq!(verdict.reason(), Some(MatchReason::Underpaid));
}

#[test]
fn a_second_payment_may_complete_the_first() {
    let started = Candidate {
        fee: FeeState::PartlyPaid,
        paid: Money::from_lei(67),
        ..application(0)
    };
    assert_eq!(
        judge(&with_reference(Money::from_lei(3)), &[started]),
        paid_by(MatchRule::Reference, 0)
    );
}

#[test]
fn money_for_what_owes_nothing_is_to_go_back() {
    let with = |state, fee| Candidate {
        state,
        fee,
        paid: FEE,
        ..application(0)
    };
    for (state, fee, reason) in [
        (
            ApplicationState::Ready,
            FeeState::Paid,
            MatchReason::SecondPayment,
        ),
        (
            ApplicationState::HandedOver,
            FeeState::Paid,
            MatchReason::SecondPayment,
        ),
        (
            ApplicationState::Ready,
            FeeState::Exempt,
            MatchReason::ExemptButPaid,
        ),
        (
            ApplicationState::Cancelled,
            FeeState::Due,
            MatchReason::ApplicationEnded,
        ),
        (
            ApplicationState::Cancelled,
            FeeState::Refunded,
            MatchReason::ApplicationEnded,
        ),
    ] {
        assert_eq!(
            judge(&with_reference(FEE), &[with(state, fee)]),
            refund(reason),
            "{state} {fee}"
        );
    }
}

#[test]
fn a_fee_in_dispute_takes_money() {
    let disputed = Candidate {
        state: ApplicationState::Ordered,
        fee: FeeState::Disputed,
        ..application(0)
    };
    assert_eq!(
        judge(&with_reference(FEE), &[disputed]),
        paid_by(MatchRule::Reference, 0)
    );
}

#[test]
fn an_application_whose_fee_is_undecided_is_not_open_yet() {
    let undecided = Candidate {
        state: ApplicationState::Received,
        fee: FeeState::Undecided,
        ..application(0)
    };
    assert_eq!(
        judge(&with_reference(FEE), &[undecided]),
        unmatched(MatchReason::ReferenceUnknown)
    );
}

#[test]
fn the_only_person_named_is_enough_with_the_exact_amount() {
    for (people, payer) in [
        (vec![person(0)], None),
        (vec![], Some(person(0))),
        (vec![person(0)], Some(person(0))),
    ] {
        let evidence = Evidence {
            people,
            payer,
            ..payment()
        };
        assert_eq!(
            judge(&evidence, &[application(0), application(1)]),
            paid_by(MatchRule::Person, 0)
        );
    }
}

#[test]
fn the_switch_turns_the_person_rule_into_a_suggestion() {
    let evidence = Evidence {
        people: vec![person(0)],
        ..payment()
    };
    let strict = MatchingRule {
        person_is_enough: false,
        ..rule()
    };
    let applications = [application(0)];
    let known = Known {
        applications: &applications,
        ..Known::default()
    };
    let offered = suggested(
        strict.judge(&evidence, known),
        MatchReason::ReferenceMissing,
    );
    assert_eq!(offered[0].application, id(0));
}

#[test]
fn a_person_is_not_enough_when_the_text_speaks_of_another() {
    let evidence = Evidence {
        payer: Some(person(0)),
        speaks_of_another_person: true,
        ..payment()
    };
    suggested(
        judge(&evidence, &[application(0)]),
        MatchReason::OtherPersonSuspected,
    );
    assert_eq!(
        judge(&evidence, &[]),
        unmatched(MatchReason::OtherPersonSuspected)
    );
}

#[test]
fn a_person_is_not_enough_with_another_amount() {
    for (lei, reason) in [
        (67, MatchReason::OldTariff),
        (40, MatchReason::OtherProduct),
        (71, MatchReason::Overpaid),
        (140, MatchReason::SeveralCandidates),
    ] {
        let evidence = Evidence {
            amount: Money::from_lei(lei),
            people: vec![person(0)],
            ..payment()
        };
        suggested(judge(&evidence, &[application(0)]), reason);
    }
}

#[test]
fn a_person_with_two_open_applications_is_an_operators_case() {
    let evidence = Evidence {
        people: vec![person(0)],
        ..payment()
    };
    let other = Candidate {
        person: person(0),
        ..application(1)
    };
    let offered = suggested(
        judge(&evidence, &[application(0), other]),
        MatchReason::SeveralCandidates,
    );
    assert_eq!(offered.len(), 2);
}

#[test]
fn an_ended_application_of_the_same_person_does_not_stand_in_the_way() {
    let evidence = Evidence {
        people: vec![person(0)],
        ..payment()
    };
    let ended = Candidate {
        person: person(0),
        state: ApplicationState::Cancelled,
        ..application(1)
    };
    assert_eq!(
        judge(&evidence, &[application(0), ended]),
        paid_by(MatchRule::Person, 0)
    );
}

#[test]
fn money_of_a_person_who_owes_nothing_is_looked_at_before_it_goes_back() {
    let evidence = Evidence {
        payer: Some(person(0)),
        ..payment()
    };
    let paid = Candidate {
        fee: FeeState::Paid,
        paid: FEE,
        ..application(0)
    };
    suggested(judge(&evidence, &[paid]), MatchReason::SecondPayment);
}

#[test]
fn two_persons_are_an_operators_case() {
    let evidence = Evidence {
        people: vec![person(0)],
        payer: Some(person(1)),
        ..payment()
    };
    let offered = suggested(
        judge(&evidence, &[application(0), application(1)]),
        MatchReason::SeveralCandidates,
    );
    assert_eq!(
        offered[0].application,
        id(0),
        "who is named before who pays"
    );
}

#[test]
fn a_sound_reference_that_nobody_has_is_never_overruled_by_the_payer() {
    let evidence = Evidence {
        references: vec![REFERENCES[2]],
        payer: Some(person(0)),
        ..payment()
    };
    suggested(
        judge(&evidence, &[application(0)]),
        MatchReason::ReferenceUnknown,
    );
    assert_eq!(
        judge(&evidence, &[]),
        unmatched(MatchReason::ReferenceUnknown)
    );
}

#[test]
fn several_references_are_an_operators_case() {
    let evidence = Evidence {
        amount: Money::from_lei(140),
        references: vec![REFERENCES[0], REFERENCES[1]],
        ..payment()
    };
    let offered = suggested(
        judge(&evidence, &[application(0), application(1)]),
        MatchReason::SeveralCandidates,
    );
    assert_eq!(offered.len(), 2);
}

#[test]
fn a_field_and_a_text_that_disagree_are_an_operators_case() {
    let evidence = Evidence {
        structured_reference: Some(REFERENCES[0]),
        references: vec![REFERENCES[1]],
        ..payment()
    };
    suggested(
        judge(&evidence, &[application(0), application(1)]),
        MatchReason::SeveralCandidates,
    );
}

#[test]
fn the_application_number_decides_with_the_exact_amount() {
    let evidence = Evidence {
        application_numbers: vec![NUMBERS[0]],
        payer: Some(person(9)),
        speaks_of_another_person: true,
        ..payment()
    };
    assert_eq!(
        judge(&evidence, &[application(0)]),
        paid_by(MatchRule::ApplicationNumber, 0)
    );
    let short = Evidence {
        amount: Money::from_lei(5),
        application_numbers: vec![NUMBERS[0]],
        ..payment()
    };
    suggested(judge(&short, &[application(0)]), MatchReason::Underpaid);
}

#[test]
fn a_number_of_a_paid_application_makes_a_refund_candidate() {
    let evidence = Evidence {
        application_numbers: vec![NUMBERS[0]],
        ..payment()
    };
    let paid = Candidate {
        fee: FeeState::Paid,
        paid: FEE,
        ..application(0)
    };
    assert_eq!(
        judge(&evidence, &[paid]),
        refund(MatchReason::SecondPayment)
    );
}

#[test]
fn the_payers_own_application_does_not_take_money_meant_for_a_number() {
    let evidence = Evidence {
        application_numbers: vec![NUMBERS[1]],
        payer: Some(person(0)),
        ..payment()
    };
    assert_eq!(
        judge(&evidence, &[application(0), application(1)]),
        paid_by(MatchRule::ApplicationNumber, 1)
    );
}

#[test]
fn a_number_and_a_person_that_disagree_are_an_operators_case() {
    let evidence = Evidence {
        application_numbers: vec![NUMBERS[1]],
        people: vec![person(0)],
        ..payment()
    };
    suggested(
        judge(&evidence, &[application(0), application(1)]),
        MatchReason::SeveralCandidates,
    );
}

#[test]
fn a_number_and_a_mended_reference_that_disagree_are_an_operators_case() {
    let evidence = Evidence {
        application_numbers: vec![NUMBERS[1]],
        repaired_references: vec![REFERENCES[0]],
        ..payment()
    };
    let offered = suggested(
        judge(&evidence, &[application(0), application(1)]),
        MatchReason::ReferenceRepaired,
    );
    assert_eq!(offered.len(), 2);
}

#[test]
fn a_mended_reference_is_a_suggestion_however_likely() {
    for (repaired, slipped) in [(vec![REFERENCES[0]], vec![]), (vec![], vec![REFERENCES[0]])] {
        let evidence = Evidence {
            repaired_references: repaired,
            slipped_references: slipped,
            payer: Some(person(1)),
            ..payment()
        };
        let offered = suggested(
            judge(&evidence, &[application(0), application(1)]),
            MatchReason::ReferenceRepaired,
        );
        assert_eq!(offered[0].application, id(0), "the payer owes too");
    }
}

#[test]
fn a_name_needs_an_operator_and_an_amount_alone_is_nothing() {
    let named = Candidate {
        name_is_alike: true,
        ..application(0)
    };
    let offered = suggested(
        judge(&payment(), &[named, application(1)]),
        MatchReason::ReferenceMissing,
    );
    assert_eq!(
        offered,
        [Suggestion {
            application: id(0),
            score: 60,
            clues: vec![Clue::Name, Clue::Amount, Clue::Date],
        }]
    );
    assert_eq!(
        judge(&payment(), &[application(1)]),
        unmatched(MatchReason::ReferenceMissing)
    );
}

#[test]
fn an_operators_past_choice_only_suggests() {
    let known_payer = Candidate {
        chosen_before: true,
        ..application(0)
    };
    suggested(
        judge(&payment(), &[known_payer]),
        MatchReason::ReferenceMissing,
    );
}

#[test]
fn an_operator_is_offered_the_five_likeliest() {
    let many: Vec<Candidate<'_>> = (0..8)
        .map(|number| Candidate {
            application: id(number),
            name_is_alike: true,
            opened_on: if number == 7 {
                day(2)
            } else {
                day(2) - chrono::Days::new(90)
            },
            ..application(0)
        })
        .collect();
    let offered = suggested(judge(&payment(), &many), MatchReason::ReferenceMissing);
    let ids: Vec<ApplicationId> = offered.iter().map(|one| one.application).collect();
    assert_eq!(ids, [7, 0, 1, 2, 3].map(id));
}

#[test]
fn what_is_no_payment_of_a_fee_is_said_to_be_so() {
    let lei = payment();
    for (evidence, reason) in [
        (
            Evidence {
                currency_is_ron: false,
                ..lei.clone()
            },
            MatchReason::OtherCurrency,
        ),
        (
            Evidence {
                movement: Movement::SettlementLot,
                ..lei.clone()
            },
            MatchReason::SettlementLot,
        ),
        (
            Evidence {
                movement: Movement::Charge,
                ..lei.clone()
            },
            MatchReason::NotAFee,
        ),
        (
            Evidence {
                movement: Movement::Debit,
                ..lei.clone()
            },
            MatchReason::NotAFee,
        ),
        (
            Evidence {
                amount: Money::ZERO,
                ..lei
            },
            MatchReason::NotAFee,
        ),
    ] {
        assert_eq!(
            judge(&evidence, &[application(0)]),
            Verdict::Invalid { reason }
        );
    }
}

#[test]
fn the_signs_of_a_line_are_not_flipped() {
    assert_eq!(Movement::of(true, false), Movement::Credit);
    assert_eq!(Movement::of(false, true), Movement::Reversal);
    assert_eq!(Movement::of(true, true), Movement::DebitReversed);
    assert_eq!(Movement::of(false, false), Movement::Debit);
}

#[test]
fn a_person_is_never_printed() {
    assert_eq!(format!("{:?}", person(7)), "PersonKey(…)");
}

#[test]
fn every_reason_has_a_number_of_its_own() {
    let mut numbers: Vec<u16> = MatchReason::ALL.iter().map(|one| one.number()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), MatchReason::ALL.len());
    assert!(numbers.iter().all(|number| (901..=920).contains(number)));
}

#[test]
fn the_points_of_every_clue_stand_in_the_document() {
    let document = include_str!("../../../../docs/matching.md");
    for clue in Clue::ALL {
        let row = format!("| `{clue}` | {} |", clue.points());
        assert!(document.contains(&row), "{row}");
    }
}
