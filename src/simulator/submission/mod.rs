//! Applications as an office writes them: JSON of the shape that `POST /v1/applications` takes,
//! right by the rules, or wrong in one chosen way.

mod field;
mod mishap;

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};

use crate::coded;
use crate::random::Random;
use crate::simulator::draw::{between, once_in, one_of};
use crate::simulator::person::{Address, Parent, Person};
use crate::simulator::pictures::{self, Picture};

pub use crate::simulator::submission::mishap::Mishap;

use crate::simulator::submission::field::put;

coded! {
    /// What an office attests about earlier electronic cards.
    pub enum EarlierCard as "earlier card" {
        /// The applicant never had one.
        None = "NONE",
        /// One from the pilot, which does not count as a first card.
        Pilot = "PILOT",
        /// One since the roll-out.
        Issued = "ISSUED",
    }
}

/// What an office knows of an application beside the applicant.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The office's code, the beginning of its reference: `CLJ`.
    pub office: &'a str,
    /// The number of the application at this office; also makes the face's file unique.
    pub serial: u64,
    /// The day of registration.
    pub registered_on: NaiveDate,
    /// Which card the applicant had before.
    pub earlier_card: EarlierCard,
    /// Why a card is asked for; the usual reasons for the age when `None`.
    pub reason: Option<&'a str>,
    /// Another office where the card will be collected.
    pub collect_at_office: Option<&'a str>,
    /// The payment reference; with it, a proof of payment is among the papers.
    pub payment_reference: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// A request for a first card, collected where it was asked for.
    pub fn new(office: &'a str, serial: u64, registered_on: NaiveDate) -> Self {
        Self {
            office,
            serial,
            registered_on,
            earlier_card: EarlierCard::None,
            reason: None,
            collect_at_office: None,
            payment_reference: None,
        }
    }

    /// The office's own reference: `CLJ-2026-004711`.
    pub fn reference(&self) -> String {
        let year = self.registered_on.year();
        format!("{}-{year}-{:06}", self.office, self.serial)
    }
}

/// Writes an application for `person`; with a `mishap`, one that is wrong in that way alone.
///
/// A mishap that cannot happen to somebody of this age ([`Mishap::fits`]) changes nothing.
pub fn submission(
    person: &Person,
    request: &Request<'_>,
    mishap: Option<Mishap>,
    random: &Random,
) -> Value {
    let age = person.age_on(request.registered_on);
    let reason = request
        .reason
        .unwrap_or_else(|| usual_reason(age, request.earlier_card, random));
    let requester = requester(person, request.registered_on, random);
    let papers = papers(age, reason, &requester, request, random);
    let mut content = json!({
        "office_reference": request.reference(),
        "product": "CEI",
        "reason": reason,
        "registered_on": request.registered_on,
        "earlier_card": request.earlier_card.as_str(),
        "applicant": applicant(person),
        "requester": requester,
        "attestation": {
            "official": format!("{}-{:02}", request.office, between(random, 1, 24)),
            "papers": papers,
        },
        "biometrics": biometrics(person, age, request.serial, random),
    });
    if once_in(random, 2) {
        let code = format!("PRG-{:08}", random.below(100_000_000));
        put(&mut content, "/reservation_code", code);
    }
    if let Some(office) = request.collect_at_office {
        put(&mut content, "/collect_at_office", office);
    }
    if let Some(reference) = request.payment_reference {
        put(&mut content, "/payment_reference", reference);
    }
    if let Some(mishap) = mishap.filter(|mishap| mishap.fits(age)) {
        mishap.spoil(&mut content, request.registered_on);
    }
    content
}

fn usual_reason(age: u32, earlier_card: EarlierCard, random: &Random) -> &'static str {
    match (age, earlier_card) {
        (0..14, _) => "OPTIONAL_UNDER_14",
        (14, EarlierCard::None) => "FIRST_AT_14",
        (_, EarlierCard::Issued) => {
            one_of(random, &["LOSS_THEFT", "DAMAGE", "CIVIL_STATUS_CHANGE"])
        }
        _ => one_of(
            random,
            &[
                "EXPIRY",
                "EXPIRY",
                "EXCHANGE_OLD_MODEL",
                "DOMICILE_CHANGE",
                "CIVIL_STATUS_CHANGE",
                "LOSS_THEFT",
            ],
        ),
    }
}

fn applicant(person: &Person) -> Value {
    json!({
        "surname": person.surname,
        "given_names": person.given_names,
        "cnp": person.cnp,
        "sex": person.sex.as_str(),
        "birth_on": person.birth_on,
        "birth_place": person.birth_place,
        "citizenship": "ROU",
        "mother_given_names": person.mother.given_names,
        "father_given_names": person.father.given_names,
        "domicile": domicile(&person.address),
    })
}

fn domicile(address: &Address) -> Value {
    json!({
        "county": address.county,
        "siruta": address.siruta,
        "locality": address.locality,
        "street": address.street,
        "number": address.number,
        "postal_code": address.postal_code,
    })
}

/// Adults ask for themselves; from 14 to 18 with one parent; for the younger ones both parents
/// ask, or one whose right a judgment or an ordinance proves.
fn requester(person: &Person, day: NaiveDate, random: &Random) -> Value {
    let one_parent: &Parent = if once_in(random, 3) {
        &person.father
    } else {
        &person.mother
    };
    match person.age_on(day) {
        0..14 if once_in(random, 8) => json!({
            "capacity": one_of(random, &[
                "ENTRUSTED_PARENT",
                "SOLE_AUTHORITY_JUDGMENT",
                "SOLE_AUTHORITY_ORDINANCE",
            ]),
            "cnps": [one_parent.cnp],
            "document": capacity_document(person, day, random),
        }),
        0..14 => json!({
            "capacity": "BOTH_PARENTS",
            "cnps": [person.mother.cnp, person.father.cnp],
        }),
        14..18 => json!({ "capacity": "SELF", "cnps": [one_parent.cnp] }),
        _ => json!({ "capacity": "SELF" }),
    }
}

/// A paper issued within the last 400 days, but not before the child was born.
fn capacity_document(person: &Person, day: NaiveDate, random: &Random) -> Value {
    let issued_on = days_before(day, between(random, 10, 400)).max(person.birth_on);
    json!({
        "number": format!("{}/{}", between(random, 100, 9_999), issued_on.year()),
        "issued_on": issued_on,
        "covers_card_expressly": true,
    })
}

/// The paper about the person, then the one about the dwelling, then the others; mishaps know
/// this order.
fn papers(
    age: u32,
    reason: &str,
    requester: &Value,
    request: &Request<'_>,
    random: &Random,
) -> Vec<Value> {
    let about_person = if age < 14 {
        "BIRTH_CERTIFICATE"
    } else {
        "IDENTITY_DOCUMENT"
    };
    let others = [
        ("PARENT_IDENTITY_DOCUMENT", age < 18),
        ("CAPACITY_DOCUMENT", requester.get("document").is_some()),
        ("LOSS_DECLARATION", reason == "LOSS_THEFT"),
        ("PROOF_OF_PAYMENT", request.payment_reference.is_some()),
    ];
    let others = others
        .into_iter()
        .filter(|(_, is_needed)| *is_needed)
        .map(|(kind, _)| json!({ "kind": kind }));
    [
        json!({ "kind": about_person }),
        dwelling_paper(request.registered_on, random),
    ]
    .into_iter()
    .chain(others)
    .collect()
}

/// A land-book extract or a host's declaration, as old as it may be at most.
fn dwelling_paper(registered_on: NaiveDate, random: &Random) -> Value {
    let kinds = [
        ("LAND_BOOK_EXTRACT", 30),
        ("LAND_BOOK_EXTRACT", 30),
        ("HOST_DECLARATION", 90),
    ];
    let (kind, oldest_days) = one_of(random, &kinds);
    let issued_on = days_before(registered_on, between(random, 0, oldest_days));
    json!({ "kind": kind, "issued_on": issued_on })
}

fn days_before(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_sub_days(Days::new(u64::from(days)))
        .unwrap_or(day)
}

fn biometrics(person: &Person, age: u32, serial: u64, random: &Random) -> Value {
    let mut taken = json!({ "face": image(&pictures::face(person.sex, serial, random)) });
    if age < 14 {
        put(&mut taken, "/signature_missing", "UNDER_14");
    } else {
        put(
            &mut taken,
            "/signature",
            image(&pictures::signature(random)),
        );
    }
    let right = finger("RIGHT_INDEX", serial, random);
    let left = finger("LEFT_INDEX", serial, random);
    if age < 12 {
        put(&mut taken, "/fingers_missing", "UNDER_12");
    } else if once_in(random, 200) {
        put(&mut taken, "/fingers", json!([right]));
        put(&mut taken, "/fingers_missing", "TEMPORARILY_IMPOSSIBLE");
    } else {
        put(&mut taken, "/fingers", json!([right, left]));
    }
    taken
}

fn finger(position: &str, serial: u64, random: &Random) -> Value {
    json!({ "position": position, "image": image(&pictures::finger(serial, random)) })
}

fn image(picture: &Picture) -> Value {
    json!({ "media_type": picture.media_type, "data": base64(&picture.bytes) })
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests;
