//! What intake accepts and, fault by fault, what it refuses. `faults.rs` beside this file spoils a
//! valid application in every way that the catalogue knows.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::fixture::{self, adult, child, office};
use super::*;
use crate::domain::fingerprints::FingersMissing;
use crate::domain::money::Money;
use crate::domain::payment_reference::PaymentReference;
use crate::domain::rule::day;
use crate::domain::signature::{Signature, SignatureMissing};

mod faults;

fn checked(application: &ApplicationContent) -> Result<Submission, Vec<Fault>> {
    let office = office(3);
    check(
        application,
        &IntakeContext {
            today: application.registered_on,
            office: &office,
            collect_at: None,
            policy: &IntakePolicy::default(),
        },
    )
}

fn codes(application: &ApplicationContent) -> Vec<&'static str> {
    let faults = checked(application).err().unwrap_or_default();
    faults.iter().map(|fault| fault.code).collect()
}

#[test]
fn a_valid_adult_becomes_a_submission_with_its_decisions() {
    let submission = checked(&adult()).unwrap();
    assert_eq!(submission.applicant.surname.mrz(), "MURESAN<SZOCS");
    assert_eq!(submission.applicant.given_names.mrz(), "ILINCA<TUTA");
    assert_eq!(submission.eligibility.rule, "E2");
    assert_eq!(
        (
            submission.fee.due,
            submission.fee.rule,
            submission.fee.exemption
        ),
        (Money::ZERO, "F2", Some("X1"))
    );
    assert_eq!(submission.validity.rule, "V4");
    assert_eq!(submission.biometrics.fingers.len(), 2);
    assert_eq!(
        submission.payment_reference.map(PaymentReference::compact),
        Some("RF294073918264".to_owned())
    );
}

#[test]
fn a_valid_child_pays_has_no_fingers_and_need_not_sign() {
    let submission = checked(&child()).unwrap();
    assert_eq!(submission.eligibility.rule, "E3");
    assert_eq!(submission.fee.due, Money::from_lei(70));
    assert_eq!(submission.validity.rule, "V1");
    assert_eq!(
        submission.biometrics.fingers_missing,
        Some(FingersMissing::Under12)
    );
    assert_eq!(
        submission.biometrics.signature,
        Signature::Missing(SignatureMissing::Under14)
    );
}

#[test]
fn every_good_cnp_is_accepted_for_its_owner() {
    for cnp in [
        "1630615123457",
        "1800101420010",
        "2900517121232",
        "5110615120143",
        "6130320121208",
        "5240601700011",
        "1850909700425",
        "6000229410077",
        "5120315120011",
        "1791218471234",
    ] {
        let mut application = fixture::of(cnp, fixture::REGISTERED_ON);
        application
            .requester
            .cnps
            .retain(|requester| requester != cnp);
        assert_eq!(codes(&application), [""; 0], "{cnp}");
    }
}

#[test]
fn every_bad_cnp_is_refused_for_its_own_reason() {
    for (cnp, code) in [
        ("1630615123458", "cnp-checksum"),
        ("1632215123457", "cnp-birth-date"),
        ("1630615993454", "cnp-county"),
        ("0800101221142", "cnp-first-digit"),
        ("2000229410071", "cnp-birth-date"),
        ("1791219471237", "cnp-county"),
    ] {
        let mut application = adult();
        application.applicant.cnp = cnp.to_owned();
        assert_eq!(codes(&application), [code], "{cnp}");
    }
}

#[test]
fn who_turns_fourteen_on_the_day_applies_with_one_parent_for_free() {
    let birthday = day(2025, 6, 15);
    let on_the_day = checked(&fixture::of("5110615120143", birthday)).unwrap();
    assert_eq!(on_the_day.eligibility.rule, "E2");
    assert_eq!(on_the_day.fee.exemption, Some("X1"));
    assert_eq!(on_the_day.validity.rule, "V3");
    let eve = checked(&fixture::of("5110615120143", day(2025, 6, 14))).unwrap();
    assert_eq!(eve.eligibility.rule, "E3");
    assert_eq!(eve.fee.exemption, Some("X2"));
    assert_eq!(eve.validity.rule, "V2");
}

#[test]
fn fingers_are_asked_for_from_the_twelfth_birthday() {
    let with_fingers = |registered_on| {
        let mut application = fixture::of("6130320121208", registered_on);
        application.biometrics.fingers = vec![
            fixture::finger("RIGHT_INDEX"),
            fixture::finger("LEFT_INDEX"),
        ];
        codes(&application)
    };
    assert!(with_fingers(day(2025, 3, 19)).contains(&"fingers-under-12"));
    assert!(!with_fingers(day(2025, 3, 20)).contains(&"fingers-under-12"));
    let mut without = fixture::of("6130320121208", day(2025, 6, 2));
    without.biometrics.fingers.clear();
    assert_eq!(codes(&without), ["fingers-too-few"]);
}

#[test]
fn price_and_exemption_follow_the_day_of_registration() {
    for (registered_on, due, rule) in [
        (day(2025, 7, 31), 67, "F1"),
        (day(2025, 8, 1), 70, "F2"),
        (day(2026, 6, 30), 70, "F2"),
    ] {
        let mut second = fixture::of("1630615123457", registered_on);
        second.earlier_card = "ISSUED".to_owned();
        let fee = checked(&second).unwrap().fee;
        assert_eq!(
            (fee.due, fee.rule),
            (Money::from_lei(due), rule),
            "{registered_on}"
        );
    }
    let after_the_end = checked(&fixture::of("1630615123457", day(2026, 7, 1))).unwrap();
    assert_eq!(after_the_end.fee.exemption, None);
}

#[test]
fn the_fee_can_be_decided_again_from_its_facts() {
    let submission = checked(&adult()).unwrap();
    let again = tariff::decide(&submission.fee_facts, tariff::FREE_FIRST_CARD);
    assert_eq!(again, submission.fee);
}

#[test]
fn a_card_may_be_collected_at_another_office_by_its_code() {
    let (asked_at, collected_at) = (office(3), office(7));
    let mut application = adult();
    application.collect_at_office = Some("CLJ-08".to_owned());
    let mut context = IntakeContext {
        today: application.registered_on,
        office: &asked_at,
        collect_at: Some(&collected_at),
        policy: &IntakePolicy::default(),
    };
    let submission = check(&application, &context).unwrap();
    assert_eq!(submission.collect_at, Some(collected_at.id));
    context.collect_at = Some(&asked_at);
    assert_eq!(check(&application, &context).unwrap().collect_at, None);
}

#[test]
fn policy_may_admit_one_parent_with_a_declaration() {
    let office = office(3);
    let mut application = child();
    application.requester.capacity = "ONE_PARENT_WITH_DECLARATION".to_owned();
    application.requester.cnps.truncate(1);
    application.requester.document = Some(faults::judgment(application.registered_on));
    let answer = |one_parent_with_declaration| {
        let policy = IntakePolicy {
            one_parent_with_declaration,
            ..IntakePolicy::default()
        };
        let context = IntakeContext {
            today: application.registered_on,
            office: &office,
            collect_at: None,
            policy: &policy,
        };
        check(&application, &context)
    };
    assert!(answer(true).is_ok());
    assert_eq!(answer(false).unwrap_err()[0].code, "capacity-not-admitted");
}

#[test]
fn what_was_checked_is_hidden_from_debug() {
    let submission = checked(&adult()).unwrap();
    assert_eq!(format!("{submission:?}"), "Submission(…)");
    assert_eq!(format!("{:?}", submission.applicant), "Applicant(…)");
    assert_eq!(format!("{:?}", submission.requester), "Requester(…)");
    assert_eq!(format!("{:?}", submission.fee_facts), "FeeFacts(…)");
}

proptest! {
    #[test]
    fn any_text_anywhere_is_accepted_or_refused_with_a_fault(
        text in "\\PC{0,70}", field in 0..12_u8, birth in -40_000..20_000_i64,
    ) {
        let mut application = adult();
        let moved = chrono::TimeDelta::days(birth);
        let birth_on: NaiveDate = application.applicant.birth_on + moved;
        let target = match field {
            0 => &mut application.office_reference,
            1 => &mut application.reason,
            2 => &mut application.applicant.surname,
            3 => &mut application.applicant.cnp,
            4 => &mut application.applicant.birth_place,
            5 => &mut application.applicant.domicile.county,
            6 => &mut application.requester.capacity,
            7 => &mut application.attestation.official,
            8 => &mut application.attestation.papers[0].kind,
            9 => &mut application.biometrics.face.data,
            10 => &mut application.biometrics.fingers[0].position,
            _ => &mut application.earlier_card,
        };
        *target = text;
        application.applicant.birth_on = birth_on;
        if let Err(faults) = checked(&application) {
            prop_assert!(!faults.is_empty());
        }
    }
}
