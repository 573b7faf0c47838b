use std::collections::HashSet;

use crate::flow::content::ApplicationContent;
use crate::simulator::person::People;

use super::*;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
}

/// An application of somebody of `age`; everything follows from `seed`.
fn written(age: u32, seed: u64, mishap: Option<Mishap>) -> Value {
    let random = Random::seeded(seed);
    let person = People::new(random.clone()).person(age, day());
    let request = Request {
        payment_reference: Some("RF18 5390 0754 7034"),
        collect_at_office: Some("TRD"),
        ..Request::new("CLJ", seed, day())
    };
    submission(&person, &request, mishap, &random)
}

fn read(content: &Value) -> Result<ApplicationContent, serde_json::Error> {
    serde_json::from_value(content.clone())
}

#[test]
fn what_an_office_writes_has_the_shape_that_the_gateway_reads() {
    for age in 0..=95 {
        let content = written(age, u64::from(age), None);
        let read = read(&content).unwrap();
        assert!(serde_json::to_value(&read).unwrap() == content, "age {age}");
    }
}

#[test]
fn requesters_fingers_and_signature_follow_the_age() {
    for seed in 0..60 {
        for age in [0, 11, 12, 13, 14, 17, 18, 80] {
            let content = read(&written(age, seed, None)).unwrap();
            let parents = content.requester.cnps.len();
            match (content.requester.capacity.as_str(), age) {
                ("SELF", 18..) => assert_eq!(parents, 0),
                ("SELF", 14..18) => assert_eq!(parents, 1),
                ("BOTH_PARENTS", 0..14) => assert_eq!(parents, 2),
                (_, 0..14) => {
                    let document = content.requester.document.unwrap();
                    assert!(parents == 1 && document.covers_card_expressly);
                    assert!(document.issued_on <= day());
                }
                (capacity, _) => panic!("{capacity} at {age}"),
            }
            let captured = content.biometrics;
            assert_eq!(captured.signature.is_some(), age >= 14);
            assert_eq!(captured.signature_missing.is_none(), age >= 14);
            let expected = match captured.fingers_missing.as_deref() {
                None => 2,
                Some("UNDER_12") => 0,
                Some(_) => 1,
            };
            assert_eq!(captured.fingers.len(), expected);
            assert_eq!(captured.fingers.is_empty(), age < 12);
        }
    }
}

#[test]
fn papers_are_fresh_and_prove_the_payment() {
    for seed in 0..100 {
        let content = read(&written(40, seed, None)).unwrap();
        let papers = content.attestation.papers;
        let dwelling = &papers[1];
        let age = (day() - dwelling.issued_on.unwrap()).num_days();
        let oldest = if dwelling.kind == "LAND_BOOK_EXTRACT" {
            30
        } else {
            90
        };
        assert!((0..=oldest).contains(&age));
        let has = |kind: &str| papers.iter().any(|paper| paper.kind == kind);
        assert!(has("PROOF_OF_PAYMENT") && !has("PARENT_IDENTITY_DOCUMENT"));
        assert_eq!(has("LOSS_DECLARATION"), content.reason == "LOSS_THEFT");
    }
}

#[test]
fn every_mishap_spoils_its_own_place_and_no_other() {
    for mishap in Mishap::ALL {
        let ages = [5, 12, 16, 40];
        assert!(ages.iter().any(|age| mishap.fits(*age)), "{mishap}");
        for age in ages {
            let (mut right, mut wrong) = (written(age, 9, None), written(age, 9, Some(*mishap)));
            assert_eq!(right != wrong, mishap.fits(age), "{mishap} at {age}");
            for content in [&mut right, &mut wrong] {
                forget_place(content, mishap.pointer());
            }
            assert!(right == wrong, "{mishap} at {age} spoils only its place");
        }
    }
}

/// Removes the smallest group that tells of one fault: the requester, the captured images, a
/// paper; or the field itself.
fn forget_place(content: &mut Value, pointer: &str) {
    let mut parts: Vec<&str> = pointer.split('/').skip(1).collect();
    match parts[0] {
        "attestation" => parts = vec!["attestation", "papers"],
        "biometrics" if parts[1] == "face" => parts.truncate(2),
        "requester" | "biometrics" => parts.truncate(1),
        _ => {}
    }
    let last = parts.pop().unwrap();
    let group = parts.iter().fold(content, |at, part| &mut at[*part]);
    group.as_object_mut().unwrap().remove(last);
}

#[test]
fn only_mishaps_of_shape_cannot_be_read() {
    for mishap in Mishap::ALL {
        let age = [5, 16, 40].into_iter().find(|age| mishap.fits(*age));
        let content = written(age.unwrap(), 9, Some(*mishap));
        let of_shape = matches!(mishap, Mishap::UnknownField | Mishap::MissingField);
        assert_eq!(read(&content).is_err(), of_shape, "{mishap}");
    }
}

#[test]
fn drawn_mishaps_fit_the_age_and_all_occur() {
    let random = Random::seeded(4);
    let mut seen = HashSet::new();
    for age in [5, 12, 16, 40] {
        for _ in 0..500 {
            let mishap = Mishap::draw(age, &random);
            assert!(mishap.fits(age));
            seen.insert(mishap);
        }
    }
    assert_eq!(seen.len(), Mishap::ALL.len());
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let bytes = |seed| written(30, seed, None).to_string();
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}
