//! The applicant: names, CNP, birth, parents, domicile.

use chrono::NaiveDate;

use crate::domain::applicant::{Address, Applicant, Citizenship, PostalCode};
use crate::domain::cnp::{Cnp, CnpFault, Sex};
use crate::domain::county::{County, Siruta};
use crate::domain::names::Name;
use crate::flow::content::{AddressContent, ApplicantContent, ApplicationContent};
use crate::flow::intake::catalogue as text;
use crate::flow::intake::fault::{Fault, FaultText, Faults, known};
use crate::flow::intake::printed::{name, place};
use crate::flow::intake::{IntakeContext, PrintLimits};

/// Reads the applicant.
pub(super) fn read(
    application: &ApplicationContent,
    context: &IntakeContext<'_>,
    faults: &mut Faults,
) -> Option<Applicant> {
    let person = &application.applicant;
    let limits = &context.policy.print;
    let surname = faults.note(name("/applicant/surname", &person.surname, limits.surname));
    let given_names = faults.note(name(
        "/applicant/given_names",
        &person.given_names,
        limits.given_names,
    ));
    let (cnp, sex) = identity(person, context.today, faults);
    let birth_on = faults.note(birth_on(application));
    let birth_place = faults.note(place(
        "/applicant/birth_place",
        &person.birth_place,
        limits.birth_place,
    ));
    let citizenship = faults.note(known(
        "/applicant/citizenship",
        &text::CITIZENSHIP_NOT_ROMANIAN,
        Citizenship::parse(&person.citizenship),
        Citizenship::ALL,
    ));
    let parents = parents(person, limits.parent, faults);
    let domicile = address(&person.domicile, limits, faults);
    let (mother_given_names, father_given_names) = parents?;
    Some(Applicant {
        surname: surname?,
        given_names: given_names?,
        cnp: cnp?,
        sex: sex?,
        birth_on: birth_on?,
        birth_place: birth_place?,
        citizenship: citizenship?,
        mother_given_names,
        father_given_names,
        domicile: domicile?,
    })
}

/// Reads the CNP of a citizen born before `today`, whatever else the application says.
pub(super) fn cnp(pointer: &str, value: &str, today: NaiveDate) -> Result<Cnp, Fault> {
    let cnp = Cnp::parse(value).map_err(|fault| Fault::new(pointer, text_of(fault)))?;
    match cnp.valid_on(today) {
        Ok(()) => Ok(cnp),
        Err(fault) => Err(Fault::new(pointer, text_of(fault))),
    }
}

const fn text_of(fault: CnpFault) -> &'static FaultText {
    match fault {
        CnpFault::Length => &text::CNP_LENGTH,
        CnpFault::NotDigits => &text::CNP_NOT_DIGITS,
        CnpFault::Sex => &text::CNP_FIRST_DIGIT,
        CnpFault::BirthDate => &text::CNP_BIRTH_DATE,
        CnpFault::County => &text::CNP_COUNTY,
        CnpFault::Sequence => &text::CNP_SEQUENCE,
        CnpFault::CheckDigit => &text::CNP_CHECKSUM,
        CnpFault::NotOfACitizen => &text::CNP_NOT_CITIZEN,
        CnpFault::BornInFuture => &text::CNP_BORN_IN_FUTURE,
    }
}

/// Reads CNP and sex, which must agree with each other and with the birth date.
fn identity(
    person: &ApplicantContent,
    today: NaiveDate,
    faults: &mut Faults,
) -> (Option<Cnp>, Option<Sex>) {
    const POINTER: &str = "/applicant/cnp";
    let sex = faults.note(known(
        "/applicant/sex",
        &text::SEX_UNKNOWN,
        Sex::parse(&person.sex),
        Sex::ALL,
    ));
    let Some(cnp) = faults.note(cnp(POINTER, &person.cnp, today)) else {
        return (None, sex);
    };
    if let Err(fault) = cnp.valid_for_citizen() {
        faults.add(Fault::new(POINTER, text_of(fault)));
        return (None, sex);
    }
    if cnp.birth_on() != Some(person.birth_on) {
        faults.add(Fault::new("/applicant/birth_on", &text::CNP_BIRTH_MISMATCH));
    }
    if sex.is_some() && cnp.sex() != sex {
        faults.add(Fault::new("/applicant/sex", &text::CNP_SEX_MISMATCH));
    }
    (Some(cnp), sex)
}

fn birth_on(application: &ApplicationContent) -> Result<NaiveDate, Fault> {
    let birth_on = application.applicant.birth_on;
    if birth_on > application.registered_on {
        return Err(Fault::new(
            "/applicant/birth_on",
            &text::BIRTH_AFTER_REGISTRATION,
        ));
    }
    Ok(birth_on)
}

/// Reads the parents' names, of which the chip carries at least one.
fn parents(
    person: &ApplicantContent,
    limit: usize,
    faults: &mut Faults,
) -> Option<(Option<Name>, Option<Name>)> {
    let mother = person.mother_given_names.as_deref();
    let father = person.father_given_names.as_deref();
    if mother.is_none() && father.is_none() {
        faults.add(Fault::new("/applicant", &text::PARENTS_NOT_NAMED));
    }
    let read = |pointer: &'static str| move |value: &str| name(pointer, value, limit);
    let mother = faults.note(
        mother
            .map(read("/applicant/mother_given_names"))
            .transpose(),
    );
    let father = faults.note(
        father
            .map(read("/applicant/father_given_names"))
            .transpose(),
    );
    Some((mother?, father?))
}

fn address(address: &AddressContent, limits: &PrintLimits, faults: &mut Faults) -> Option<Address> {
    let county = faults.note(
        County::parse(&address.county)
            .ok()
            .ok_or_else(|| Fault::new("/applicant/domicile/county", &text::COUNTY_UNKNOWN)),
    );
    let siruta = faults.note(
        Siruta::new(address.siruta)
            .ok_or_else(|| Fault::new("/applicant/domicile/siruta", &text::SIRUTA_INVALID)),
    );
    let part =
        |pointer: &'static str| move |value: &str| place(pointer, value, limits.address_part);
    let locality = faults.note(part("/applicant/domicile/locality")(&address.locality));
    let street = address.street.as_deref();
    let street = faults.note(street.map(part("/applicant/domicile/street")).transpose());
    let number = address.number.as_deref();
    let number = faults.note(number.map(part("/applicant/domicile/number")).transpose());
    let postal_code = address.postal_code.as_deref().map(postal_code);
    let postal_code = faults.note(postal_code.transpose());
    Some(Address {
        county: county?,
        siruta: siruta?,
        locality: locality?,
        street: street?,
        number: number?,
        postal_code: postal_code?,
    })
}

fn postal_code(value: &str) -> Result<PostalCode, Fault> {
    PostalCode::parse(value).ok_or_else(|| {
        Fault::new(
            "/applicant/domicile/postal_code",
            &text::POSTAL_CODE_INVALID,
        )
    })
}
