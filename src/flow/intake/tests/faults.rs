//! Every fault of the catalogue, produced by spoiling a valid application in one way.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::fixture::{self, adult, child, finger, image, office, paper};
use super::super::*;
use crate::domain::cnp::{Cnp, Sex};
use crate::domain::image::{ImageFormat, samples};
use crate::domain::reason::{Owner, Reason};
use crate::domain::rule::day;
use crate::flow::content::CapacityDocumentContent;

/// A valid application with the world it arrives in, before it is spoiled.
struct World {
    application: ApplicationContent,
    today: NaiveDate,
    office: Office,
}

type Spoil = fn(&mut World);

/// A judgment that says nothing about cards.
pub(super) fn judgment(issued_on: NaiveDate) -> CapacityDocumentContent {
    CapacityDocumentContent {
        number: "412/2025".to_owned(),
        issued_on,
        covers_card_expressly: false,
    }
}

fn found(world: &World) -> Vec<Fault> {
    let context = IntakeContext {
        today: world.today,
        office: &world.office,
        collect_at: None,
        policy: &IntakePolicy::default(),
    };
    check(&world.application, &context)
        .err()
        .unwrap_or_default()
}

fn world(application: ApplicationContent) -> World {
    World {
        today: application.registered_on,
        application,
        office: office(3),
    }
}

/// The faults as `pointer code`, one a line.
fn lines(faults: &[Fault]) -> Vec<String> {
    faults
        .iter()
        .map(|fault| format!("{} {}", fault.pointer, fault.code))
        .collect()
}

/// Spoils of an adult's application, each with exactly the faults it gives.
#[rustfmt::skip]
const OF_ADULT: &[(&[&str], Spoil)] = &[
    (&["/office_reference office-reference-invalid"], |w| w.application.office_reference.clear()),
    (&["/reservation_code reservation-code-invalid"], |w| w.application.reservation_code = Some("ș".to_owned())),
    (&["/product product-unknown"], |w| w.application.product = "PASSPORT".to_owned()),
    (&["/reason card-reason-unknown"], |w| w.application.reason = "WHIM".to_owned()),
    (&["/registered_on registered-in-future"], |w| w.today = day(2026, 1, 11)),
    (&["/collect_at_office collect-office-unknown"], |w| w.application.collect_at_office = Some("CLJ-99".to_owned())),
    (&["/payment_reference payment-reference-invalid"], |w| w.application.payment_reference = Some("RF30 4073 9182 64".to_owned())),
    (&["/earlier_card earlier-card-unknown"], |w| w.application.earlier_card = "SOME".to_owned()),

    (&["/applicant/surname text-empty"], |w| w.application.applicant.surname = " - ".to_owned()),
    (&["/applicant/given_names text-letter"], |w| w.application.applicant.given_names = "Наталия".to_owned()),
    (&["/applicant/mother_given_names text-letter"], |w| w.application.applicant.mother_given_names = Some("Ana\u{200B}".to_owned())),
    (&["/applicant/birth_place text-too-long"], |w| w.application.applicant.birth_place = "Sat ".repeat(20)),
    (&["/applicant/domicile/street text-letter"], |w| w.application.applicant.domicile.street = Some("Str. §".to_owned())),
    (&["/applicant/cnp cnp-length"], |w| w.application.applicant.cnp.truncate(12)),
    (&["/applicant/cnp cnp-not-digits"], |w| w.application.applicant.cnp = "163O615123457".to_owned()),
    (&["/applicant/cnp cnp-first-digit"], |w| w.application.applicant.cnp = "0630615123457".to_owned()),
    (&["/applicant/cnp cnp-birth-date"], |w| w.application.applicant.cnp = "1632215123457".to_owned()),
    (&["/applicant/cnp cnp-county"], |w| w.application.applicant.cnp = "1630615993454".to_owned()),
    (&["/applicant/cnp cnp-sequence"], |w| w.application.applicant.cnp = "1630615120007".to_owned()),
    (&["/applicant/cnp cnp-checksum"], |w| w.application.applicant.cnp = "1630615123458".to_owned()),
    (&["/applicant/cnp cnp-not-citizen"], |w| w.application.applicant.cnp = cnp_of_resident()),
    (&["/applicant/cnp cnp-born-in-future"], |w| w.application.applicant.cnp = cnp_born(day(2026, 1, 13))),
    (&["/applicant/birth_on cnp-birth-mismatch"], |w| w.application.applicant.birth_on = day(1963, 6, 16)),
    (&["/applicant/sex cnp-sex-mismatch"], |w| w.application.applicant.sex = "F".to_owned()),
    (&["/applicant/sex sex-unknown"], |w| w.application.applicant.sex = "X".to_owned()),
    (&["/applicant/birth_on cnp-birth-mismatch", "/applicant/birth_on birth-after-registration"],
        |w| w.application.applicant.birth_on = day(2026, 1, 13)),
    (&["/applicant/citizenship citizenship-not-romanian"], |w| w.application.applicant.citizenship = "MDA".to_owned()),
    (&["/applicant parents-missing"], |w| {
        w.application.applicant.mother_given_names = None;
        w.application.applicant.father_given_names = None;
    }),
    (&["/applicant/domicile/county county-unknown"], |w| w.application.applicant.domicile.county = "Cluj".to_owned()),
    (&["/applicant/domicile/siruta siruta-invalid"], |w| w.application.applicant.domicile.siruta = 0),
    (&["/applicant/domicile/postal_code postal-code-invalid"], |w| w.application.applicant.domicile.postal_code = Some("4052".to_owned())),

    (&["/registered_on not-yet-issued"], |w| registered(w, day(2025, 3, 19))),
    (&["/reason outside-pilot-reason"], |w| {
        registered(w, day(2025, 3, 19));
        w.office = office(0);
        w.application.reason = "DAMAGE".to_owned();
    }),
    (&["/applicant/domicile/county outside-pilot-county"], |w| {
        registered(w, day(2025, 3, 19));
        w.office = office(0);
        w.application.applicant.domicile.county = "BH".to_owned();
        w.application.attestation.papers.push(paper("RESIDENCE_PROOF", None));
    }),
    (&["/reason card-reason-not-for-age"], |w| w.application.reason = "OPTIONAL_UNDER_14".to_owned()),
    (&["/applicant/domicile/county office-not-of-domicile"], |w| {
        registered(w, day(2025, 7, 31));
        w.application.applicant.domicile.county = "BH".to_owned();
    }),
    (&["/collect_at_office collect-office-unknown", "/collect_at_office collect-elsewhere-too-early"], |w| {
        registered(w, day(2025, 7, 31));
        w.application.collect_at_office = Some("CLJ-99".to_owned());
    }),

    (&["/requester/capacity capacity-unknown"], |w| w.application.requester.capacity = "NEIGHBOUR".to_owned()),
    (&["/requester/capacity capacity-not-for-age"], |w| w.application.requester.capacity = "BOTH_PARENTS".to_owned()),
    (&["/requester/cnps requester-count"], |w| w.application.requester.cnps = vec![fixture::PARENTS[0].to_owned()]),
    (&["/requester/cnps/0 requester-is-applicant", "/requester/cnps requester-count"],
        |w| w.application.requester.cnps = vec![w.application.applicant.cnp.clone()]),

    (&["/attestation/official official-invalid"], |w| w.application.attestation.official.clear()),
    (&["/attestation/papers papers-missing"], |w| w.application.attestation.papers.clear()),
    (&["/attestation/papers/0/kind paper-kind-unknown"], |w| w.application.attestation.papers[0].kind = "NAPKIN".to_owned()),
    (&["/attestation/papers/1/issued_on paper-date-missing"], |w| w.application.attestation.papers[1].issued_on = None),
    (&["/attestation/papers/1/issued_on paper-from-future"], |w| w.application.attestation.papers[1].issued_on = Some(day(2026, 1, 13))),
    (&["/attestation/papers/1/issued_on paper-too-old"], |w| w.application.attestation.papers[1].issued_on = Some(day(2025, 12, 12))),

    (&["/biometrics/face/media_type image-media-type-unknown"], |w| w.application.biometrics.face.media_type = "image/gif".to_owned()),
    (&["/biometrics/face/data image-not-base64"], |w| w.application.biometrics.face.data.insert(4, '\n')),
    (&["/biometrics/face/data image-empty"], |w| w.application.biometrics.face.data.clear()),
    (&["/biometrics/face/data image-format-unknown"], |w| face(w, b"GIF89a")),
    (&["/biometrics/face/data image-bare-codestream"], |w| face(w, b"\xFF\x4F\xFF\x51\0\x29")),
    (&["/biometrics/face/data image-truncated"], |w| face(w, &samples::jpeg(413, 531)[..20])),
    (&["/biometrics/face/data image-malformed"], |w| face(w, b"\xFF\xD8\xFF\xD9")),
    (&["/biometrics/face/media_type image-media-type-mismatch"], |w| w.application.biometrics.face.media_type = "image/jp2".to_owned()),
    (&["/biometrics/face/data image-format-not-allowed"], |w| w.application.biometrics.face = image(ImageFormat::Png, 413, 531)),
    (&["/biometrics/face/data image-too-few-pixels"], |w| w.application.biometrics.face = image(ImageFormat::Jp2, 413, 399)),
    (&["/biometrics/face/data image-too-many-pixels"], |w| w.application.biometrics.face = image(ImageFormat::Jpeg, 1201, 1600)),
    (&["/biometrics/face/data image-too-large"], |w| face(w, &padded_jpeg(120 * 1024 + 1))),
    (&["/biometrics/face/data image-too-large"], |w| face(w, &padded_jpeg(10_000_000))),
    (&["/biometrics/fingers/1/image/data image-too-large"], |w| {
        let too_large = STANDARD.encode(vec![0; 19 * 1024]);
        w.application.biometrics.fingers[1].image.data = too_large;
    }),
    (&["/biometrics/signature/data image-empty"], |w| w.application.biometrics.signature.as_mut().unwrap().data.clear()),

    (&["/biometrics/signature signature-missing"], |w| w.application.biometrics.signature = None),
    (&["/biometrics/signature_missing signature-contradiction"], |w| w.application.biometrics.signature_missing = Some("UNABLE_TO_SIGN".to_owned())),
    (&["/biometrics/signature_missing signature-reason-unknown"], |w| w.application.biometrics.signature_missing = Some("SHY".to_owned())),
    (&["/biometrics/signature_missing signature-reason-not-for-age"], |w| {
        w.application.biometrics.signature = None;
        w.application.biometrics.signature_missing = Some("UNDER_14".to_owned());
    }),
    (&["/biometrics/fingers/0/position finger-position-unknown"], |w| w.application.biometrics.fingers[0].position = "NOSE".to_owned()),
    (&["/biometrics/fingers_missing fingers-reason-unknown"], |w| w.application.biometrics.fingers_missing = Some("SHY".to_owned())),
    (&["/biometrics/fingers fingers-too-few"], |w| w.application.biometrics.fingers.truncate(1)),
    (&["/biometrics/fingers fingers-too-many"], |w| w.application.biometrics.fingers.push(finger("LEFT_THUMB"))),
    (&["/biometrics/fingers/1/position finger-repeated"], |w| w.application.biometrics.fingers[1].position = "RIGHT_INDEX".to_owned()),
    (&["/biometrics/fingers_missing fingers-reason-does-not-fit"], |w| w.application.biometrics.fingers_missing = Some("TEMPORARILY_IMPOSSIBLE".to_owned())),
    (&["/biometrics/fingers_missing fingers-refused"], |w| {
        w.application.biometrics.fingers.clear();
        w.application.biometrics.fingers_missing = Some("REFUSED".to_owned());
    }),
];

/// Spoils of a child's application.
#[rustfmt::skip]
const OF_CHILD: &[(&[&str], Spoil)] = &[
    (&["/applicant/birth_on too-young"], |w| registered(w, day(2025, 6, 1))),
    (&["/requester/capacity capacity-not-admitted"], |w| w.application.requester.capacity = "ONE_PARENT_WITH_DECLARATION".to_owned()),
    (&["/requester/cnps requester-count"], |w| w.application.requester.cnps.truncate(1)),
    (&["/requester/cnps/1 requester-repeated"], |w| w.application.requester.cnps[1] = fixture::PARENTS[0].to_owned()),
    (&["/requester/cnps/1 cnp-checksum"], |w| w.application.requester.cnps[1] = "2900517121233".to_owned()),
    (&["/requester/document capacity-document-missing"], |w| {
        w.application.requester.capacity = "ENTRUSTED_PARENT".to_owned();
        w.application.requester.cnps.truncate(1);
    }),
    (&[
        "/requester/document/number text-empty",
        "/requester/document/issued_on capacity-document-from-future",
        "/requester/document/covers_card_expressly ordinance-not-express",
    ], |w| {
        w.application.requester.capacity = "SOLE_AUTHORITY_ORDINANCE".to_owned();
        w.application.requester.cnps.truncate(1);
        let mut ordinance = judgment(day(2026, 1, 13));
        ordinance.number.clear();
        w.application.requester.document = Some(ordinance);
    }),
    (&["/biometrics/fingers fingers-under-12"], |w| w.application.biometrics.fingers.push(finger("LEFT_INDEX"))),
];

/// Moves the registration to a day on which the papers are new.
fn registered(world: &mut World, on: NaiveDate) {
    world.application.registered_on = on;
    world.application.attestation.papers.truncate(1);
}

fn face(world: &mut World, file: &[u8]) {
    world.application.biometrics.face.data = STANDARD.encode(file);
}

fn padded_jpeg(size_bytes: usize) -> Vec<u8> {
    let mut file = samples::jpeg(413, 531);
    let end = file.split_off(file.len() - 2);
    file.resize(size_bytes - end.len(), 0);
    file.extend(end);
    file
}

fn cnp_of_resident() -> String {
    (0..10)
        .map(|check| format!("763061512345{check}"))
        .find(|text| Cnp::parse(text).is_ok())
        .unwrap()
}

fn cnp_born(on: NaiveDate) -> String {
    Cnp::compose(Sex::Male, on, 70, 1)
        .unwrap()
        .as_str()
        .to_owned()
}

/// Every spoiled application with the faults it must have.
fn spoiled() -> impl Iterator<Item = (&'static [&'static str], World)> {
    let of = |base: fn() -> ApplicationContent| {
        move |(expected, spoil): &(&'static [&'static str], Spoil)| {
            let mut world = world(base());
            spoil(&mut world);
            (*expected, world)
        }
    };
    OF_ADULT
        .iter()
        .map(of(adult))
        .chain(OF_CHILD.iter().map(of(child)))
}

#[test]
fn each_spoil_gives_exactly_its_faults() {
    for (expected, world) in spoiled() {
        assert_eq!(lines(&found(&world)), expected);
    }
}

#[test]
fn every_fault_of_the_catalogue_is_produced() {
    let produced: BTreeSet<&str> = spoiled()
        .flat_map(|(_, world)| found(&world))
        .map(|fault| fault.code)
        .collect();
    let known: BTreeSet<&str> = FAULTS.iter().map(|text| text.code).collect();
    assert_eq!(produced, known);
}

#[test]
fn no_message_repeats_what_the_application_says_of_people() {
    for (_, world) in spoiled() {
        let person = &world.application.applicant;
        let mut secrets = vec![
            person.surname.clone(),
            person.given_names.clone(),
            person.cnp.clone(),
            person.birth_on.to_string(),
            person.birth_place.clone(),
        ];
        secrets.extend(person.mother_given_names.clone());
        secrets.extend(person.domicile.street.clone());
        secrets.extend(world.application.requester.cnps.clone());
        secrets.retain(|secret| secret.len() > 3);
        for fault in found(&world) {
            let told = format!("{fault:?}");
            let repeated = secrets.iter().find(|secret| told.contains(secret.as_str()));
            assert_eq!(repeated, None, "{told}");
        }
    }
}

#[test]
fn every_fault_found_is_the_offices_to_correct() {
    for (_, world) in spoiled() {
        for fault in found(&world) {
            assert_eq!(fault.reason.owner(), Owner::Office, "{}", fault.code);
        }
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let mut world = world(adult());
    for (_, spoil) in OF_ADULT.iter().filter(|(lines, _)| {
        [
            "text-empty",
            "cnp-checksum",
            "siruta-invalid",
            "paper-too-old",
            "fingers-too-few",
        ]
        .iter()
        .any(|code| lines[0].ends_with(code))
    }) {
        spoil(&mut world);
    }
    assert_eq!(
        lines(&found(&world)),
        [
            "/applicant/surname text-empty",
            "/applicant/cnp cnp-checksum",
            "/applicant/domicile/siruta siruta-invalid",
            "/attestation/papers/1/issued_on paper-too-old",
            "/biometrics/fingers fingers-too-few",
        ]
    );
}

#[test]
fn a_fault_in_a_name_does_not_hide_that_the_applicant_may_not_apply() {
    let mut world = world(child());
    registered(&mut world, day(2025, 6, 1));
    world.application.applicant.surname.clear();
    assert_eq!(
        lines(&found(&world)),
        [
            "/applicant/surname text-empty",
            "/applicant/birth_on too-young"
        ]
    );
}

#[test]
fn a_message_says_what_is_wrong_and_what_to_do_in_both_languages() {
    let mut world = world(adult());
    world.application.applicant.surname = "Наталия".to_owned();
    world.application.biometrics.face = image(ImageFormat::Jpeg, 200, 300);
    let faults = found(&world);
    assert_eq!(
        faults[0].message,
        "The text has a letter or sign that the card cannot carry: Н (U+041D). \
         Write the text in Latin letters as in the birth certificate."
    );
    assert_eq!(
        faults[0].message_ro,
        "Textul conține o literă sau un semn care nu poate fi înscris pe carte: Н (U+041D). \
         Scrieți textul cu litere latine, ca în certificatul de naștere."
    );
    assert_eq!(
        faults[1].message_ro,
        "Imaginea are prea puțini pixeli: 200 × 300 px < 300 × 400 px. \
         Preluați-o la o rezoluție mai mare; nu o măriți artificial."
    );
}

#[test]
fn images_fall_under_the_reason_of_what_they_show() {
    let mut world = world(adult());
    let biometrics = &mut world.application.biometrics;
    biometrics.face = image(ImageFormat::Jpeg, 200, 300);
    biometrics.signature.as_mut().unwrap().data.clear();
    biometrics.fingers[0].image = image(ImageFormat::Png, 400, 400);
    let reasons: Vec<Reason> = found(&world).iter().map(|fault| fault.reason).collect();
    assert_eq!(
        reasons,
        [
            Reason::FACE_RESOLUTION,
            Reason::SIGNATURE_EMPTY,
            Reason::FINGER_FORMAT
        ]
    );
}

#[test]
fn the_catalogue_is_complete_in_both_languages() {
    let codes: BTreeSet<&str> = FAULTS.iter().map(|text| text.code).collect();
    assert_eq!(codes.len(), FAULTS.len());
    for text in FAULTS {
        let is_kebab =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(text.code.bytes().all(is_kebab), "{}", text.code);
        for sentence in [text.title_en, text.todo_en, text.title_ro, text.todo_ro] {
            assert!(
                sentence.ends_with('.') && sentence.len() > 15,
                "{}: {sentence}",
                text.code
            );
            assert!(
                !sentence.contains(['ş', 'ţ', 'Ş', 'Ţ']),
                "{}: {sentence}",
                text.code
            );
        }
    }
}
