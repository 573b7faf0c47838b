//! Valid applications of invented people, for tests to spoil.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use uuid::Uuid;

use crate::domain::calendar::age_on;
use crate::domain::cnp::Cnp;
use crate::domain::id::OfficeId;
use crate::domain::image::{ImageFormat, samples};
use crate::domain::office::{CLUJ, Office};
use crate::domain::rule::day;
use crate::flow::content::{
    AddressContent, ApplicantContent, ApplicationContent, AttestationContent, BiometricsContent,
    FingerContent, ImageContent, PaperContent, RequesterContent,
};

/// The day on which the applications here are registered.
pub(crate) const REGISTERED_ON: NaiveDate = day(2026, 1, 12);

/// The CNPs of a father and a mother.
pub(crate) const PARENTS: [&str; 2] = ["1850909700425", "2900517121232"];

/// One of the eight offices of Cluj.
pub(crate) fn office(at: u8) -> Office {
    let id = OfficeId(Uuid::from_u128(u128::from(at) + 1));
    CLUJ[usize::from(at)].office(id).unwrap()
}

/// An adult who asks for the first electronic card because the old one expired.
pub(crate) fn adult() -> ApplicationContent {
    of("1630615123457", REGISTERED_ON)
}

/// A child for whom both parents ask.
pub(crate) fn child() -> ApplicationContent {
    of("5240601700011", REGISTERED_ON)
}

/// An application for whoever has this CNP, complete for the age on the day of registration.
pub(crate) fn of(cnp: &str, registered_on: NaiveDate) -> ApplicationContent {
    let known = Cnp::parse(cnp).unwrap();
    let birth_on = known.birth_on().unwrap();
    let age = age_on(birth_on, registered_on);
    let reason = if age < 14 {
        "OPTIONAL_UNDER_14"
    } else {
        "EXPIRY"
    };
    ApplicationContent {
        office_reference: "CLJ-2026-004711".to_owned(),
        reservation_code: Some("PRG-778-21".to_owned()),
        product: "CEI".to_owned(),
        reason: reason.to_owned(),
        registered_on,
        collect_at_office: None,
        payment_reference: Some("RF29 4073 9182 64".to_owned()),
        earlier_card: "NONE".to_owned(),
        applicant: ApplicantContent {
            surname: "Mureșan-Szőcs".to_owned(),
            given_names: "Ilinca Țuța".to_owned(),
            cnp: cnp.to_owned(),
            sex: known.sex().unwrap().as_str().to_owned(),
            birth_on,
            birth_place: "Sântioana, jud. Cluj".to_owned(),
            citizenship: "ROU".to_owned(),
            mother_given_names: Some("Anișoara".to_owned()),
            father_given_names: Some("Gyöngyi-Áron".to_owned()),
            domicile: domicile(),
        },
        requester: requester(age),
        attestation: AttestationContent {
            official: "DEJ-07".to_owned(),
            papers: vec![
                paper("BIRTH_CERTIFICATE", None),
                paper("LAND_BOOK_EXTRACT", Some(registered_on)),
            ],
        },
        biometrics: biometrics(age),
    }
}

/// An image of this format in base64.
pub(crate) fn image(format: ImageFormat, width: u16, height: u16) -> ImageContent {
    let file = match format {
        ImageFormat::Jpeg => samples::jpeg(width, height),
        ImageFormat::Jp2 => samples::jp2(width.into(), height.into()),
        ImageFormat::Png => samples::png(width.into(), height.into()),
        ImageFormat::Wsq => samples::wsq(width, height),
    };
    ImageContent {
        media_type: format.as_str().to_owned(),
        data: STANDARD.encode(file),
    }
}

/// A paper seen, by kind and date.
pub(crate) fn paper(kind: &str, issued_on: Option<NaiveDate>) -> PaperContent {
    PaperContent {
        kind: kind.to_owned(),
        issued_on,
    }
}

/// A finger taken.
pub(crate) fn finger(position: &str) -> FingerContent {
    FingerContent {
        position: position.to_owned(),
        image: image(ImageFormat::Wsq, 400, 500),
    }
}

fn domicile() -> AddressContent {
    AddressContent {
        county: "CJ".to_owned(),
        siruta: 55_008,
        locality: "Dej".to_owned(),
        street: Some("Str. 1 Decembrie 1918".to_owned()),
        number: Some("nr. 7, bl. A, ap. 12".to_owned()),
        postal_code: Some("405200".to_owned()),
    }
}

fn requester(age: u32) -> RequesterContent {
    let (capacity, parents) = match age {
        ..14 => ("BOTH_PARENTS", 2),
        14..18 => ("SELF", 1),
        18.. => ("SELF", 0),
    };
    RequesterContent {
        capacity: capacity.to_owned(),
        cnps: PARENTS[..parents].iter().map(ToString::to_string).collect(),
        document: None,
    }
}

fn biometrics(age: u32) -> BiometricsContent {
    let signs = age >= 14;
    let fingers: &[&str] = if age < 12 {
        &[]
    } else {
        &["RIGHT_INDEX", "LEFT_INDEX"]
    };
    BiometricsContent {
        face: image(ImageFormat::Jpeg, 413, 531),
        signature: signs.then(|| image(ImageFormat::Png, 600, 200)),
        signature_missing: (!signs).then(|| "UNDER_14".to_owned()),
        fingers: fingers.iter().map(|position| finger(position)).collect(),
        fingers_missing: None,
    }
}
