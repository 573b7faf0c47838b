//! The order: one signed document that asks the bureau for cards of one product.

mod control_totals;
mod read;
mod shape;
#[cfg(test)]
mod tests;
mod write;

#[cfg(test)]
pub(crate) use shape::ORDER;

pub use read::{ReadLine, ReadOrder, read_order};
pub use write::OrderWriter;

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::application::{CardReason, Product};

/// What an order says of itself, readable for routing without its lines.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderHeader {
    /// The number of the order: 1 to 32 of `A-Z`, `0-9` and `-`.
    pub number: String,
    /// The identifier of the document; the same bytes have the same identifier.
    pub message_id: Uuid,
    /// The code of the bureau that is to make the cards.
    pub bureau: String,
    /// What is ordered; one product in each order.
    pub product: Product,
    /// Whether nothing is to be made: the order belongs to the test environment.
    pub test: bool,
    /// When the order was closed; cut to microseconds.
    pub created_at: DateTime<Utc>,
    /// How many lines follow, 1 to 1,000.
    pub line_count: u32,
    /// The number of the order that this one corrects.
    pub replaces: Option<String>,
}

/// One card to be made. Texts and images are borrowed and copied into the document as they are.
#[derive(Clone)]
pub struct OrderLine<'a> {
    /// The number of the line: 1, 2, 3 … in the order in which lines are written.
    pub line_no: u32,
    /// The number of the application; each stands in an order once.
    pub application_number: &'a str,
    /// How many times the application has been ordered, this time included, from 1.
    pub attempt: u32,
    /// The office that took the application.
    pub office: OfficeData<'a>,
    /// The office that hands over the card.
    pub delivery_office: OfficeData<'a>,
    /// The day by which the applicant must have the card.
    pub deadline_on: NaiveDate,
    /// Why the card is asked for.
    pub card_reason: CardReason,
    /// How long the card is valid.
    pub validity: Validity,
    /// The person the card is for.
    pub applicant: ApplicantData<'a>,
    /// Face, signature and fingers.
    pub biometrics: BiometricData<'a>,
}

/// An office, as the order names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OfficeData<'a> {
    /// Its code.
    pub code: &'a str,
    /// Its name, for people at the bureau.
    pub name: &'a str,
}

/// How long a card is valid. Where a bureau codes unlimited validity as a number of years, the
/// configuration says so and the line carries [`Validity::Years`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Validity {
    /// So many years, 1 to 99.
    Years(u8),
    /// Without an end.
    Unlimited,
}

/// The person the card is for.
#[derive(Clone)]
pub struct ApplicantData<'a> {
    /// Family name.
    pub surname: &'a str,
    /// Given names.
    pub given_names: &'a str,
    /// Personal numeric code.
    pub cnp: &'a str,
    /// `M` or `F`.
    pub sex: &'a str,
    /// Date of birth.
    pub birth_on: NaiveDate,
    /// Place of birth, as it is printed.
    pub birth_place: &'a str,
    /// Citizenship, ISO 3166-1 alpha-3.
    pub citizenship: &'a str,
    /// The mother's given names.
    pub mother_given_names: Option<&'a str>,
    /// The father's given names.
    pub father_given_names: Option<&'a str>,
    /// Where the applicant lives.
    pub domicile: AddressData<'a>,
}

/// An address in Romania.
#[derive(Clone)]
pub struct AddressData<'a> {
    /// County code on registration plates.
    pub county: &'a str,
    /// SIRUTA code of the locality.
    pub siruta: u32,
    /// Name of the locality.
    pub locality: &'a str,
    /// Street.
    pub street: Option<&'a str>,
    /// Number, building, entrance, floor, flat.
    pub number: Option<&'a str>,
    /// Postal code, six digits.
    pub postal_code: Option<&'a str>,
}

/// Face, signature and fingers.
#[derive(Clone)]
pub struct BiometricData<'a> {
    /// The face: `image/jpeg` or `image/jp2`.
    pub face: ImageData<'a>,
    /// The handwritten signature: `image/png` or `image/jpeg`.
    pub signature: Option<ImageData<'a>>,
    /// Why there is no signature: `UNDER_14` or `UNABLE_TO_SIGN`. Given exactly when there is none.
    pub signature_missing: Option<&'a str>,
    /// The fingers taken, at most two, of different positions.
    pub fingers: Vec<FingerData<'a>>,
    /// Why there are fewer than two fingers: `UNDER_12`, `TEMPORARILY_IMPOSSIBLE` or
    /// `PERMANENTLY_IMPOSSIBLE`. Given exactly when there are fewer.
    pub fingers_missing: Option<&'a str>,
}

/// One finger.
#[derive(Clone)]
pub struct FingerData<'a> {
    /// `RIGHT_INDEX`, `LEFT_THUMB` …
    pub position: &'a str,
    /// The impression: `image/x-wsq` or `image/jp2`.
    pub image: ImageData<'a>,
}

/// An image file in base64, padded, without line breaks; at most 1 MiB when decoded.
#[derive(Clone, Copy)]
pub struct ImageData<'a> {
    /// Its media type.
    pub media_type: &'a str,
    /// The file in base64.
    pub base64: &'a str,
}

macro_rules! without_debug_of_persons {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
without_debug_of_persons!(
    OrderLine,
    ApplicantData,
    AddressData,
    BiometricData,
    FingerData,
    ImageData
);
