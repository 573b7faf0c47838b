use super::*;
use proptest::prelude::*;

use crate::domain::cnp::Sex;

fn on() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
}

fn reference(text: &str) -> PaymentReference {
    PaymentReference::parse(text).unwrap()
}

fn cnp(text: &str) -> Cnp {
    Cnp::parse(text).unwrap()
}

#[track_caller]
fn finds_reference(text: &str, expected: &str) {
    assert_eq!(read(text, on()).references, [reference(expected)], "{text}");
}

#[test]
fn a_reference_is_found_however_it_is_written() {
    for text in [
        "taxa CEI RF294073918264",
        "taxa CEI RF29 4073 9182 64",
        "carte identitate 2940 7391 8264",
        "ref294073918264 popa",
        "REF.2940-7391-8264",
        "CEIRF294073918264",
        "cod294073918264;taxa",
        "taxa ci rf 29 4073 9182 64, multumesc",
        "RF2940\n73918264",
        "RF29 4073\n9182 64",
        "taxa\nRF294073918264\n",
    ] {
        finds_reference(text, "RF294073918264");
    }
}

#[test]
fn marks_and_compatibility_forms_do_not_matter() {
    finds_reference("taxă cărții ＲＦ２９４０７３９１８２６４", "RF294073918264");
    assert_eq!(fold("Ștefănescu Ţucă ﬁul"), "STEFANESCU TUCA FIUL");
}

#[test]
fn a_code_in_the_details_is_found_in_groups() {
    let narrative = read("cnp2.730806.056655 taxa ci", on());
    assert_eq!(narrative.cnps, [cnp("2730806056655")]);
    assert_eq!(narrative.payer_cnp, None);
    assert_eq!(narrative.failed_references, Vec::<String>::new());
}

#[test]
fn the_payers_code_is_kept_apart() {
    let text = "taxa CI pentru copil Musat Andrei,Platitor MUSAT ANA,Banca platitor CECEROBU,\
                CUI/CNP Platitor 1561117116785 ORDONATOR MUSAT ANA";
    let narrative = read(text, on());
    assert_eq!(narrative.cnps, []);
    assert_eq!(narrative.payer_cnp, Some(cnp("1561117116785")));
    assert_eq!(narrative.every_cnp(), [&cnp("1561117116785")]);
    assert!(narrative.speaks_of_another_person);
    assert_eq!(narrative.beneficiary_hint.as_deref(), Some("MUSAT ANDREI"));
    assert_eq!(narrative.payer_name.as_deref(), Some("MUSAT ANA"));
}

#[test]
fn the_payers_code_is_kept_apart_when_its_label_is_broken() {
    let words = "taxa,Platitor ILIE MARIA,Banca platitor CECEROBU,C UI/CNP Platitor 622092 \
                 3282089 ORDONATOR ILIE MARIA";
    let joined = "taxa,Platitor ILIE MARIA,Banca platitor CECEROBU,CUI/CNP Platitor \
                  6220923282089 ORDONATOR ILIE MARIA";
    let narrative = read_views(&[words, joined], on());
    assert_eq!(narrative.cnps, []);
    assert_eq!(narrative.payer_cnp, Some(cnp("6220923282089")));
}

#[test]
fn the_same_code_of_payer_and_details_is_one_person() {
    let text = "cnp2.730806.056655 taxa ci,Platitor STAN PAUL,CUI/CNP Platitor 2730806056655";
    let narrative = read(text, on());
    assert_eq!(narrative.cnps, [cnp("2730806056655")]);
    assert_eq!(narrative.every_cnp().len(), 1);
    assert!(!narrative.speaks_of_another_person);
}

#[test]
fn details_after_the_payer_are_the_payers_words() {
    let text = "Decontare -Platitor ION RO49AAAA1B31007593840000 CODFISC 0 -Detalii RF294073918264 \
                cnp 2730806056655";
    let narrative = read(text, on());
    assert_eq!(narrative.references, [reference("RF294073918264")]);
    assert_eq!(narrative.cnps, [cnp("2730806056655")]);
}

#[test]
fn words_for_another_person_are_known_in_their_forms() {
    for text in [
        "taxa ci copilului",
        "CI minoră",
        "pt. fiul meu",
        "fiică",
        "pentru Ana",
        "ptr ANA",
        "taxa soție",
        "beneficiar ANA",
    ] {
        assert!(read(text, on()).speaks_of_another_person, "{text}");
    }
    for text in [
        "taxa buletin",
        "FIUME DAN",
        "PTOLEMEU",
        "taxa,Platitor COPILU ANA",
    ] {
        assert!(!read(text, on()).speaks_of_another_person, "{text}");
    }
}

#[test]
fn a_hint_is_a_name_without_the_words_around_it() {
    for (text, hint) in [
        ("taxa pentru CI copil Mușat Andrei", Some("MUSAT ANDREI")),
        ("pt carte de identitate", None),
        ("beneficiar: Popa Ion 67 lei", Some("POPA ION")),
        ("taxa buletin", None),
    ] {
        assert_eq!(read(text, on()).beneficiary_hint.as_deref(), hint, "{text}");
    }
}

#[test]
fn a_reference_that_fails_is_kept_for_suggestions_only() {
    let narrative = read("taxa CEI RF334177488648", on());
    assert_eq!(narrative.references, []);
    assert_eq!(narrative.failed_references, ["334177488648"]);
    assert!(reference("RF334177848648").is_one_slip_from(&narrative.failed_references[0]));
}

#[test]
fn letters_are_read_as_digits_only_when_nothing_else_is_found() {
    let narrative = read("RF2940739I8Z64 cnp Z73O8O6056655", on());
    assert_eq!(narrative.references, []);
    assert_eq!(narrative.repaired_references, [reference("RF294073918264")]);
    assert_eq!(narrative.cnps, []);
    assert_eq!(narrative.repaired_cnps, [cnp("2730806056655")]);
    let narrative = read("RF29407391826A RF294073918264 RF2940739I8264", on());
    assert_eq!(narrative.references, [reference("RF294073918264")]);
    assert_eq!(narrative.repaired_references, []);
}

#[test]
fn one_born_after_the_payment_did_not_need_a_card() {
    let born = NaiveDate::from_ymd_opt(2026, 9, 2).unwrap();
    let code = Cnp::compose(Sex::Male, born, 70, 1).unwrap();
    assert_eq!(read(code.as_str(), on()).cnps, []);
    assert_eq!(read(code.as_str(), born).cnps, [code]);
}

#[test]
fn debug_names_nobody() {
    let narrative = read("pentru Mușat Andrei 2730806056655,Platitor MUSAT ANA", on());
    let debug = format!("{narrative:?}");
    assert!(
        !debug.contains("MUSAT") && !debug.contains("2730806056655"),
        "{debug}"
    );
}

/// Words that no cashier's text turns into a number.
const NOISE: [&str; 8] = [
    "taxa",
    "carte de identitate,",
    "plata",
    "67 lei",
    "chitanta 12",
    "nr 4471",
    "Cluj-Napoca;",
    "MAI",
];

fn noise() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(NOISE.to_vec()), 0..4)
        .prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn a_reference_is_found_in_noise_and_nothing_else(
        random: u64, before in noise(), after in noise(), form in 0..3_usize,
    ) {
        let reference = PaymentReference::from_random(random);
        let written = [reference.to_string(), reference.compact(), reference.kiosk()];
        let text = format!("{before}, {}, {after}", written[form]);
        let narrative = read(&text, on());
        prop_assert_eq!(narrative.references, [reference]);
        prop_assert_eq!(narrative.cnps, []);
    }

    #[test]
    fn a_code_is_found_in_noise_and_nothing_else(
        days in 0..30_000_i64, sequence in 1..=999_u16, before in noise(), after in noise(),
    ) {
        let born = NaiveDate::from_ymd_opt(1930, 1, 1).unwrap() + chrono::TimeDelta::days(days);
        let code = Cnp::compose(Sex::Female, born, 12, sequence).unwrap();
        let narrative = read(&format!("{before}, cnp {}, {after}", code.as_str()), on());
        prop_assert_eq!(narrative.cnps, [code]);
        prop_assert_eq!(narrative.references, []);
    }

    #[test]
    fn a_line_break_anywhere_in_a_reference_hides_nothing(random: u64, at in 0..14_usize) {
        let reference = PaymentReference::from_random(random);
        let mut text = reference.compact();
        text.insert(at, '\n');
        prop_assert_eq!(read(&format!("taxa {text}"), on()).references, [reference]);
    }

    #[test]
    fn digits_inside_a_longer_group_are_never_a_number(random: u64, more in 0..1_000_u64) {
        let digits = PaymentReference::from_random(random).kiosk().replace(' ', "");
        let narrative = read(&format!("cont {more:03}{digits}"), on());
        prop_assert_eq!(narrative.references, []);
        let narrative = read(&format!("cont {digits}{more:03}"), on());
        prop_assert_eq!(narrative.references, []);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        prop_assert!(read(&text, on()).references.len() <= text.len() / 12);
    }
}
