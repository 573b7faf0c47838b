//! What stands where in an order; `order-1.xsd` says the same to other parties.

use crate::bureau::header::{
    APPLICATION_NUMBER, BUREAU, CREATED_AT, ENVIRONMENT, HEADER, LINE_COUNT, LINE_NUMBER,
    MESSAGE_ID, ORDER_NUMBER,
};
use crate::bureau::reader::DocumentKind;
use crate::bureau::shape::{AttributeShape, Shape, group, leaf, leaf_with, one, optional, several};
use crate::bureau::{ORDER_NAMESPACE, value};

pub(crate) static ORDER: DocumentKind = DocumentKind {
    namespace: ORDER_NAMESPACE,
    root: &ROOT,
};

static ROOT: Shape = group(
    "Order",
    &[
        one(&ORDER_HEADER),
        several(&LINE, 1, value::LINES_MAX),
        one(&CONTROL_TOTALS),
    ],
);

static ORDER_HEADER: Shape = group(
    HEADER,
    &[
        one(&MESSAGE_ID),
        one(&ORDER_NUMBER),
        optional(&REPLACES),
        one(&BUREAU),
        one(&PRODUCT),
        one(&ENVIRONMENT),
        one(&CREATED_AT),
        one(&LINE_COUNT),
    ],
);
pub(crate) static REPLACES: Shape = leaf("Replaces", &value::NUMBER);
pub(crate) static PRODUCT: Shape = leaf("Product", &value::PRODUCT);

pub(crate) static LINE: Shape = group(
    "Line",
    &[
        one(&LINE_NUMBER),
        one(&APPLICATION_NUMBER),
        one(&ATTEMPT),
        one(&OFFICE),
        one(&DELIVERY_OFFICE),
        one(&DEADLINE_ON),
        one(&CARD_REASON),
        one(&VALIDITY),
        one(&APPLICANT),
        one(&BIOMETRICS),
    ],
);
pub(crate) static ATTEMPT: Shape = leaf("Attempt", &value::ATTEMPT);
pub(crate) static OFFICE: Shape = group("Office", &[one(&CODE), one(&NAME)]);
pub(crate) static DELIVERY_OFFICE: Shape = group("DeliveryOffice", &[one(&CODE), one(&NAME)]);
pub(crate) static CODE: Shape = leaf("Code", &value::PARTY_CODE);
pub(crate) static NAME: Shape = leaf("Name", &value::PLAIN_TEXT);
pub(crate) static DEADLINE_ON: Shape = leaf("DeadlineOn", &value::DAY);
pub(crate) static CARD_REASON: Shape = leaf("CardReason", &value::CARD_REASON);
pub(crate) static VALIDITY: Shape = leaf("ValidityYears", &value::VALIDITY);

pub(crate) static APPLICANT: Shape = group(
    "Applicant",
    &[
        one(&SURNAME),
        one(&GIVEN_NAMES),
        one(&CNP),
        one(&SEX),
        one(&BIRTH_ON),
        one(&BIRTH_PLACE),
        one(&CITIZENSHIP),
        optional(&MOTHER_GIVEN_NAMES),
        optional(&FATHER_GIVEN_NAMES),
        one(&DOMICILE),
    ],
);
pub(crate) static SURNAME: Shape = leaf("Surname", &value::PERSON_NAME);
pub(crate) static GIVEN_NAMES: Shape = leaf("GivenNames", &value::PERSON_NAME);
pub(crate) static CNP: Shape = leaf("Cnp", &value::CNP);
pub(crate) static SEX: Shape = leaf("Sex", &value::SEX);
pub(crate) static BIRTH_ON: Shape = leaf("BirthOn", &value::DAY);
pub(crate) static BIRTH_PLACE: Shape = leaf("BirthPlace", &value::PLAIN_TEXT);
pub(crate) static CITIZENSHIP: Shape = leaf("Citizenship", &value::CITIZENSHIP);
pub(crate) static MOTHER_GIVEN_NAMES: Shape = leaf("MotherGivenNames", &value::PERSON_NAME);
pub(crate) static FATHER_GIVEN_NAMES: Shape = leaf("FatherGivenNames", &value::PERSON_NAME);

pub(crate) static DOMICILE: Shape = group(
    "Domicile",
    &[
        one(&COUNTY),
        one(&SIRUTA),
        one(&LOCALITY),
        optional(&STREET),
        optional(&STREET_NUMBER),
        optional(&POSTAL_CODE),
    ],
);
pub(crate) static COUNTY: Shape = leaf("County", &value::COUNTY);
pub(crate) static SIRUTA: Shape = leaf("Siruta", &value::SIRUTA);
pub(crate) static LOCALITY: Shape = leaf("Locality", &value::PLAIN_TEXT);
pub(crate) static STREET: Shape = leaf("Street", &value::PLAIN_TEXT);
pub(crate) static STREET_NUMBER: Shape = leaf("Number", &value::PLAIN_TEXT);
pub(crate) static POSTAL_CODE: Shape = leaf("PostalCode", &value::POSTAL_CODE);

pub(crate) static BIOMETRICS: Shape = group(
    "Biometrics",
    &[
        one(&FACE),
        optional(&APPLICANT_SIGNATURE),
        optional(&SIGNATURE_MISSING),
        several(&FINGER, 0, 2),
        optional(&FINGERS_MISSING),
    ],
);
pub(crate) static FACE: Shape = leaf_with("Face", &[media(&value::FACE_MEDIA)], &value::IMAGE);
pub(crate) static APPLICANT_SIGNATURE: Shape = leaf_with(
    "ApplicantSignature",
    &[media(&value::SIGNATURE_MEDIA)],
    &value::IMAGE,
);
pub(crate) static SIGNATURE_MISSING: Shape = leaf("SignatureMissing", &value::SIGNATURE_MISSING);
pub(crate) static FINGER: Shape = leaf_with(
    "Finger",
    &[
        AttributeShape {
            name: "position",
            value: &value::FINGER_POSITION,
        },
        media(&value::FINGER_MEDIA),
    ],
    &value::IMAGE,
);
pub(crate) static FINGERS_MISSING: Shape = leaf("FingersMissing", &value::FINGERS_MISSING);

pub(crate) static CONTROL_TOTALS: Shape = group(
    "ControlTotals",
    &[one(&LINE_COUNT), one(&IMAGE_COUNT), one(&IMAGE_BYTES)],
);
pub(crate) static IMAGE_COUNT: Shape = leaf("ImageCount", &value::IMAGE_COUNT);
pub(crate) static IMAGE_BYTES: Shape = leaf("ImageBytes", &value::IMAGE_BYTES);

const fn media(value: &'static value::ValueType) -> AttributeShape {
    AttributeShape {
        name: "mediaType",
        value,
    }
}
