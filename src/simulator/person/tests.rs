use std::collections::HashSet;
use std::slice::SliceIndex;

use crate::simulator::person::cnp::compose;
use crate::simulator::person::name_in_print::in_capitals;
use crate::simulator::person::{People, Person, Sex, check_digit};

use super::*;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 9, 1).unwrap()
}

fn people(seed: u64) -> People {
    People::new(Random::seeded(seed))
}

fn part(cnp: &str, range: impl SliceIndex<str, Output = str>) -> &str {
    cnp.get(range).unwrap()
}

fn crowd(seed: u64, count: usize) -> Vec<Person> {
    let mut people = people(seed);
    (0..count).map(|_| people.anyone(day())).collect()
}

#[test]
fn known_cnps_have_their_check_digits() {
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
        assert_eq!(
            format!("{}{}", part(cnp, ..12), check_digit(part(cnp, ..12))),
            cnp
        );
    }
}

#[test]
fn the_first_digit_tells_sex_and_century() {
    let born = |year| NaiveDate::from_ymd_opt(year, 2, 3).unwrap();
    for (sex, year, beginning) in [
        (Sex::Male, 1899, "3990203"),
        (Sex::Female, 1899, "4990203"),
        (Sex::Male, 1963, "1630203"),
        (Sex::Female, 1999, "2990203"),
        (Sex::Male, 2000, "5000203"),
        (Sex::Female, 2024, "6240203"),
    ] {
        let cnp = compose(sex, born(year), 12, 7);
        assert!(cnp.starts_with(beginning), "{sex} {year}");
    }
}

#[test]
fn nobody_of_thirty_thousand_shares_a_cnp() {
    let crowd = crowd(1, 30_000);
    let cnps: HashSet<&str> = crowd
        .iter()
        .flat_map(|person| [&person.cnp, &person.mother.cnp, &person.father.cnp])
        .map(String::as_str)
        .collect();
    assert_eq!(cnps.len(), 90_000);
}

#[test]
fn cnps_agree_with_birth_and_sex_and_carry_codes_of_their_time() {
    let without_counties = NaiveDate::from_ymd_opt(2024, 5, 8).unwrap();
    let end_of_sectors = NaiveDate::from_ymd_opt(1979, 12, 19).unwrap();
    for person in crowd(2, 5_000) {
        let cnp = &person.cnp;
        let check = part(cnp, 12..);
        assert_eq!(check, check_digit(part(cnp, ..12)).to_string());
        assert_eq!(
            part(cnp, 1..7),
            person.birth_on.format("%y%m%d").to_string()
        );
        let first: u32 = part(cnp, ..1).parse().unwrap();
        assert_eq!(first.is_multiple_of(2), person.sex == Sex::Female);
        let county = part(cnp, 7..9);
        assert_eq!(county == "70", person.birth_on >= without_counties);
        assert!(county != "47" || person.birth_on < end_of_sectors);
        assert_ne!(part(cnp, 9..12), "000");
    }
}

#[test]
fn a_person_has_the_age_that_was_asked_for_on_any_day() {
    let mut people = people(3);
    for on in ["2026-09-01", "2027-02-28", "2028-02-29", "2027-03-01"] {
        let on: NaiveDate = on.parse().unwrap();
        for age in [0, 1, 3, 11, 12, 13, 14, 17, 18, 70, 95] {
            for _ in 0..40 {
                let person = people.person(age, on);
                assert_eq!(person.age_on(on), age);
                assert!(person.birth_on <= on);
            }
        }
    }
}

#[test]
fn everyone_has_a_full_name_printable_letters_and_an_office_nearby() {
    let mut ages = HashSet::new();
    let mut localities = HashSet::new();
    let mut letters: HashSet<char> = HashSet::new();
    for person in crowd(4, 20_000) {
        ages.insert(person.age_on(day()));
        localities.insert(person.address.siruta);
        letters.extend(person.surname.chars().chain(person.given_names.chars()));
        assert!(person.surname.chars().count() <= 40 && !person.surname.is_empty());
        assert!(person.given_names.chars().count() <= 40 && !person.given_names.is_empty());
        assert_eq!(person.address.postal_code.len(), 6);
        assert!(!person.birth_place.is_empty() && !person.address.street.is_empty());
        assert!(!in_capitals(&person.surname).contains('.'));
    }
    assert!(ages.contains(&0) && ages.contains(&95));
    assert_eq!(localities.len(), 7);
    for letter in "șțăâîȘȚáéöü-".chars() {
        assert!(letters.contains(&letter), "somebody's name has {letter:?}");
    }
    for cedilla in "şţŞŢ".chars() {
        assert!(!letters.contains(&cedilla));
    }
}

#[test]
fn parents_are_old_enough_to_be_parents() {
    for person in crowd(5, 500) {
        let year = |cnp: &str| match part(cnp, ..1) {
            "1" | "2" => 1900 + part(cnp, 1..3).parse::<i32>().unwrap(),
            "3" | "4" => 1800 + part(cnp, 1..3).parse::<i32>().unwrap(),
            _ => 2000 + part(cnp, 1..3).parse::<i32>().unwrap(),
        };
        for parent in [&person.mother, &person.father] {
            let years = person.birth_on.year() - year(&parent.cnp);
            assert!((19..=43).contains(&years), "{years}");
        }
        assert_eq!(person.father.surname, person.surname);
    }
}

#[test]
fn the_same_seed_gives_the_same_people_and_another_seed_others() {
    assert!(crowd(6, 200) == crowd(6, 200));
    assert!(crowd(6, 200) != crowd(7, 200));
}

#[test]
fn debug_tells_nothing_of_a_person() {
    let person = people(8).anyone(day());
    let shown = format!("{person:?} {:?} {:?}", person.mother, person.address);
    assert_eq!(shown, "Person(…) Parent(…) Address(…)");
}
