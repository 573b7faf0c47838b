//! An application as an office writes it: the JSON of the API and of import files, and, unchanged,
//! the sealed content from which an order line is written later.
//!
//! Values are texts here; `intake` turns them into the domain's types or into faults. Images stay
//! in base64, as they arrived and as the order carries them, so that nothing is recompressed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One request of one office for one card for one applicant.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationContent {
    /// The office's own reference, unique among its applications; repeating it repeats the answer.
    #[schema(example = "CLJ-2026-004711", max_length = 64)]
    pub office_reference: String,
    /// The reservation code of the scheduling portal, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation_code: Option<String>,
    /// The kind of document: `CEI`.
    #[schema(example = "CEI")]
    pub product: String,
    /// Why the card is asked for (OUG 97/2005, art. 19 (1)).
    #[schema(example = "EXPIRY")]
    pub reason: String,
    /// The day on which the office registered the application; the 30 days run from it.
    pub registered_on: NaiveDate,
    /// The code of another office where the card will be collected (from 01.08.2025).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collect_at_office: Option<String>,
    /// The payment reference given before the application existed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "RF29 4073 9182 64")]
    pub payment_reference: Option<String>,
    /// What the office attests about earlier electronic cards: `NONE`, `PILOT` or `ISSUED`.
    #[schema(example = "NONE")]
    pub earlier_card: String,
    /// The person the card is for.
    pub applicant: ApplicantContent,
    /// Who asks for it.
    pub requester: RequesterContent,
    /// Which papers the office has seen.
    pub attestation: AttestationContent,
    /// Face, fingers and signature.
    pub biometrics: BiometricsContent,
}

/// The person the card is for.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicantContent {
    /// Family name.
    pub surname: String,
    /// Given names.
    pub given_names: String,
    /// Personal numeric code.
    pub cnp: String,
    /// `M` or `F`.
    pub sex: String,
    /// Date of birth.
    pub birth_on: NaiveDate,
    /// Place of birth, as it is printed.
    pub birth_place: String,
    /// Citizenship, ISO 3166-1 alpha-3: `ROU`.
    pub citizenship: String,
    /// The mother's given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mother_given_names: Option<String>,
    /// The father's given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub father_given_names: Option<String>,
    /// Where the applicant lives.
    pub domicile: AddressContent,
}

/// An address in Romania.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressContent {
    /// County code on registration plates: `CJ`, `B`.
    pub county: String,
    /// SIRUTA code of the locality.
    pub siruta: u32,
    /// Name of the locality.
    pub locality: String,
    /// Street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// Number, building, entrance, floor, flat, as they are printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Postal code, six digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
}

/// Who asks for the card.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequesterContent {
    /// In what capacity: `SELF`, `BOTH_PARENTS`, `LEGAL_REPRESENTATIVE` …
    pub capacity: String,
    /// The CNP of each requester other than the applicant (both parents: two).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cnps: Vec<String>,
    /// Number and date of the judgment, ordinance or delegation that the capacity needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<CapacityDocumentContent>,
}

/// The paper that gives a requester the right to ask.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CapacityDocumentContent {
    /// Its number.
    pub number: String,
    /// Its date.
    pub issued_on: NaiveDate,
    /// Whether it expressly covers asking for an electronic identity card.
    #[serde(default)]
    pub covers_card_expressly: bool,
}

/// Which papers the office has seen; the gateway keeps no copies of them.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestationContent {
    /// The official's mark at the office (no name).
    pub official: String,
    /// The papers, with their dates.
    pub papers: Vec<PaperContent>,
}

/// One paper that the office has seen.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperContent {
    /// `IDENTITY_DOCUMENT`, `BIRTH_CERTIFICATE`, `LAND_BOOK_EXTRACT`, `HOST_DECLARATION`,
    /// `HOST_DECLARATION_ABROAD`, `PROOF_OF_PAYMENT` …
    pub kind: String,
    /// The day it was issued, where its age matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<NaiveDate>,
}

/// Face, fingers and signature.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BiometricsContent {
    /// The face: JPEG or JPEG 2000.
    pub face: ImageContent,
    /// The handwritten signature: PNG or JPEG.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<ImageContent>,
    /// Why there is no signature: `UNDER_14`, `UNABLE_TO_SIGN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_missing: Option<String>,
    /// The fingers taken: WSQ or JPEG 2000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fingers: Vec<FingerContent>,
    /// Why fewer than two fingers were taken: `UNDER_12`, `TEMPORARILY_IMPOSSIBLE`,
    /// `PERMANENTLY_IMPOSSIBLE`, `REFUSED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingers_missing: Option<String>,
}

/// One finger.
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FingerContent {
    /// `RIGHT_INDEX`, `LEFT_INDEX`, `RIGHT_THUMB` …
    pub position: String,
    /// The impression.
    pub image: ImageContent,
}

/// An image file in base64 (RFC 4648, padded, without line breaks).
#[derive(Clone, Deserialize, PartialEq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageContent {
    /// `image/jpeg`, `image/jp2`, `image/png` or `image/x-wsq`.
    pub media_type: String,
    /// The file.
    pub data: String,
}

macro_rules! without_debug_of_persons {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
without_debug_of_persons!(
    ApplicationContent,
    ApplicantContent,
    AddressContent,
    RequesterContent,
    CapacityDocumentContent,
    AttestationContent,
    PaperContent,
    BiometricsContent,
    FingerContent,
    ImageContent
);
