//! What the tests of matching share: an application that owes, a payment that says nothing.

mod balance;
mod cec_day;
mod ladder;
mod legs;
mod properties;
mod reversal;

use chrono::NaiveDate;
use uuid::Uuid;

use super::*;
use crate::domain::application::ApplicationState;
use crate::domain::fee::FeeState;
use crate::domain::id::ApplicationId;

const FEE: Money = Money::from_lei(70);

fn rule() -> MatchingRule {
    MatchingRule {
        person_is_enough: true,
        other_product_fees: vec![Money::from_lei(40), Money::from_lei(38)],
        earlier_fees: vec![Money::from_lei(67)],
    }
}

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

fn id(number: u8) -> ApplicationId {
    ApplicationId(Uuid::from_u128(number.into()))
}

fn person(number: u8) -> PersonKey {
    PersonKey([number; 32])
}

const REFERENCES: [&str; 3] = ["RF789746300745", "RF847464987222", "RF416089774085"];
const NUMBERS: [&str; 3] = ["CLJ-2026-1", "CLJ-2026-2", "CLJ-2026-3"];

/// The application with this number (0 to 2), which owes the whole fee.
fn application(number: u8) -> Candidate<'static> {
    Candidate {
        application: id(number),
        reference: Some(REFERENCES[usize::from(number)]),
        number: NUMBERS[usize::from(number)],
        person: person(number),
        opened_on: day(2),
        state: ApplicationState::AwaitingFee,
        fee: FeeState::Due,
        due: FEE,
        paid: Money::ZERO,
        name_is_alike: false,
        chosen_before: false,
    }
}

/// A payment of the whole fee that says nothing else.
fn payment() -> Evidence<'static> {
    Evidence {
        amount: FEE,
        currency_is_ron: true,
        movement: Movement::Credit,
        booked_on: day(3),
        original: None,
        structured_reference: None,
        references: vec![],
        repaired_references: vec![],
        slipped_references: vec![],
        application_numbers: vec![],
        people: vec![],
        payer: None,
        speaks_of_another_person: false,
    }
}

fn with_reference(amount: Money) -> Evidence<'static> {
    Evidence {
        amount,
        references: vec![REFERENCES[0]],
        ..payment()
    }
}

fn judge(evidence: &Evidence<'_>, applications: &[Candidate<'_>]) -> Verdict {
    let known = Known {
        applications,
        ..Known::default()
    };
    rule().judge(evidence, known)
}
