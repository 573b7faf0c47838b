//! One line of an order, from what the store knows and what the office wrote.

use chrono::NaiveDate;

use crate::bureau::order::{
    AddressData, ApplicantData, BiometricData, FingerData, ImageData, OfficeData, OrderLine,
    Validity,
};
use crate::domain::application::CardReason;
use crate::domain::calendar::age_on;
use crate::domain::fingerprints::FingersMissing;
use crate::domain::id::SealedId;
use crate::domain::validity;
use crate::flow::content::{ApplicationContent, ImageContent};
use crate::flow::withdraw_order::SetAside;
use crate::store::offices::Office;

/// What a line is written from.
pub(super) struct LineSource {
    pub(super) line_no: u32,
    pub(super) attempt: u32,
    pub(super) number: String,
    pub(super) deadline_on: NaiveDate,
    pub(super) registered_on: NaiveDate,
    pub(super) card_reason: CardReason,
    pub(super) office: Office,
    pub(super) delivery_office: Office,
    pub(super) sealed: SealedId,
    /// `None` when the content was erased.
    pub(super) wrapped_key: Option<Vec<u8>>,
}

impl LineSource {
    /// Sets this line aside for a reason.
    pub(super) fn set_aside(&self, code: u16, detail: String) -> SetAside {
        SetAside {
            line_no: i64::from(self.line_no),
            code,
            detail,
        }
    }
}

/// The line as the order carries it.
pub(super) fn line_of<'a>(
    source: &'a LineSource,
    content: &'a ApplicationContent,
) -> OrderLine<'a> {
    let person = &content.applicant;
    let home = &person.domicile;
    let biometrics = &content.biometrics;
    OrderLine {
        line_no: source.line_no,
        application_number: &source.number,
        attempt: source.attempt,
        office: office_data(&source.office),
        delivery_office: office_data(&source.delivery_office),
        deadline_on: source.deadline_on,
        card_reason: source.card_reason,
        validity: validity_of(source, content),
        applicant: ApplicantData {
            surname: &person.surname,
            given_names: &person.given_names,
            cnp: &person.cnp,
            sex: &person.sex,
            birth_on: person.birth_on,
            birth_place: &person.birth_place,
            citizenship: &person.citizenship,
            mother_given_names: person.mother_given_names.as_deref(),
            father_given_names: person.father_given_names.as_deref(),
            domicile: AddressData {
                county: &home.county,
                siruta: home.siruta,
                locality: &home.locality,
                street: home.street.as_deref(),
                number: home.number.as_deref(),
                postal_code: home.postal_code.as_deref(),
            },
        },
        biometrics: BiometricData {
            face: image_data(&biometrics.face),
            signature: biometrics.signature.as_ref().map(image_data),
            signature_missing: biometrics.signature_missing.as_deref(),
            fingers: biometrics
                .fingers
                .iter()
                .map(|finger| FingerData {
                    position: &finger.position,
                    image: image_data(&finger.image),
                })
                .collect(),
            fingers_missing: biometrics.fingers_missing.as_deref(),
        },
    }
}

/// How long the card is valid, by the age at registration (see `domain::validity`).
fn validity_of(source: &LineSource, content: &ApplicationContent) -> Validity {
    let age = age_on(content.applicant.birth_on, source.registered_on);
    let missing = content.biometrics.fingers_missing.as_deref();
    let missing = missing.and_then(|code| FingersMissing::parse(code).ok());
    match validity::decide(age, missing).validity {
        validity::Validity::Unlimited => Validity::Unlimited,
        validity::Validity::Months(months) => {
            Validity::Years(u8::try_from(months / 12).unwrap_or(u8::MAX))
        }
    }
}

fn office_data(office: &Office) -> OfficeData<'_> {
    OfficeData {
        code: &office.code,
        name: &office.name,
    }
}

fn image_data(image: &ImageContent) -> ImageData<'_> {
    ImageData {
        media_type: &image.media_type,
        base64: &image.data,
    }
}
