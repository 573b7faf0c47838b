//! What goes wrong at a counter: each mishap spoils one thing in an application that was right.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use crate::coded;
use crate::random::Random;
use crate::simulator::draw::one_of;
use crate::simulator::pictures;
use crate::simulator::submission::field::{put, remove, text};
use crate::simulator::submission::{days_before, finger, image};

coded! {
    /// One way in which an application is wrong.
    pub enum Mishap as "mishap" {
        /// The CNP's check digit is another.
        CnpCheckDigit = "CNP_CHECK_DIGIT",
        /// The sex disagrees with the CNP.
        WrongSex = "WRONG_SEX",
        /// The birth date disagrees with the CNP.
        WrongBirthDate = "WRONG_BIRTH_DATE",
        /// The surname has a letter that cannot be printed.
        UnprintableLetter = "UNPRINTABLE_LETTER",
        /// The applicant is not a Romanian citizen.
        ForeignCitizen = "FOREIGN_CITIZEN",
        /// There is no such county.
        UnknownCounty = "UNKNOWN_COUNTY",
        /// No fingers were taken, and nothing says why.
        FingersMissing = "FINGERS_MISSING",
        /// The applicant refused to give fingers.
        FingersRefused = "FINGERS_REFUSED",
        /// The same finger was taken twice.
        SameFingerTwice = "SAME_FINGER_TWICE",
        /// Fingers of a child under 12 were taken.
        FingersUnder12 = "FINGERS_UNDER_12",
        /// Nobody signed, and nothing says why.
        SignatureMissing = "SIGNATURE_MISSING",
        /// The face has too few pixels.
        FaceTooSmall = "FACE_TOO_SMALL",
        /// The face is a PNG, which no face may be.
        FaceWrongType = "FACE_WRONG_TYPE",
        /// The face is named as another format than its bytes are.
        FaceMislabelled = "FACE_MISLABELLED",
        /// The face's file ends early.
        FaceCutShort = "FACE_CUT_SHORT",
        /// The face's text is not base64.
        FaceNotBase64 = "FACE_NOT_BASE64",
        /// The land-book extract is 31 days old.
        StaleLandBook = "STALE_LAND_BOOK",
        /// The host's declaration is 91 days old.
        StaleHostDeclaration = "STALE_HOST_DECLARATION",
        /// Both parents are said to ask, and one is named.
        OneParentOnly = "ONE_PARENT_ONLY",
        /// A child under 14 is said to ask alone.
        ChildAlone = "CHILD_ALONE",
        /// Somebody from 14 to 18 asks without a parent.
        MinorAlone = "MINOR_ALONE",
        /// A judgment is invoked and not named.
        JudgmentNotNamed = "JUDGMENT_NOT_NAMED",
        /// An ordinance is invoked that does not cover the card.
        OrdinanceWithoutRight = "ORDINANCE_WITHOUT_RIGHT",
        /// The registration lies thirty days ahead.
        RegisteredInFuture = "REGISTERED_IN_FUTURE",
        /// There is no such reason for a card.
        UnknownReason = "UNKNOWN_REASON",
        /// The reason is for children under 14.
        ReasonNotForAge = "REASON_NOT_FOR_AGE",
        /// The body has a field that nobody knows.
        UnknownField = "UNKNOWN_FIELD",
        /// The body lacks a field.
        MissingField = "MISSING_FIELD",
    }
}

impl Mishap {
    /// A mishap that can happen to an applicant of `age`.
    pub fn draw(age: u32, random: &Random) -> Self {
        let possible: Vec<Option<Self>> = Self::ALL
            .iter()
            .filter(|mishap| mishap.fits(age))
            .map(|mishap| Some(*mishap))
            .collect();
        one_of(random, &possible).unwrap_or(Self::CnpCheckDigit)
    }

    /// Whether this can happen to an applicant of `age`.
    pub const fn fits(self, age: u32) -> bool {
        match self {
            Self::FingersMissing | Self::FingersRefused | Self::SameFingerTwice => age >= 12,
            Self::FingersUnder12 => age < 12,
            Self::SignatureMissing | Self::ReasonNotForAge => age >= 14,
            Self::MinorAlone => age >= 14 && age < 18,
            Self::OneParentOnly
            | Self::ChildAlone
            | Self::JudgmentNotNamed
            | Self::OrdinanceWithoutRight => age < 14,
            _ => true,
        }
    }

    /// Where the fault lies, as a JSON pointer (RFC 6901) to the field or to its group.
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::CnpCheckDigit => "/applicant/cnp",
            Self::WrongSex => "/applicant/sex",
            Self::WrongBirthDate => "/applicant/birth_on",
            Self::UnprintableLetter => "/applicant/surname",
            Self::ForeignCitizen => "/applicant/citizenship",
            Self::UnknownCounty => "/applicant/domicile/county",
            Self::FingersMissing | Self::FingersUnder12 => "/biometrics/fingers",
            Self::FingersRefused => "/biometrics/fingers_missing",
            Self::SameFingerTwice => "/biometrics/fingers/1/position",
            Self::SignatureMissing => "/biometrics/signature",
            Self::FaceTooSmall | Self::FaceWrongType => "/biometrics/face",
            Self::FaceMislabelled => "/biometrics/face/media_type",
            Self::FaceCutShort | Self::FaceNotBase64 => "/biometrics/face/data",
            Self::StaleLandBook | Self::StaleHostDeclaration => "/attestation/papers/1/issued_on",
            Self::OneParentOnly | Self::MinorAlone => "/requester/cnps",
            Self::ChildAlone => "/requester/capacity",
            Self::JudgmentNotNamed => "/requester/document",
            Self::OrdinanceWithoutRight => "/requester/document/covers_card_expressly",
            Self::RegisteredInFuture => "/registered_on",
            Self::UnknownReason | Self::ReasonNotForAge => "/reason",
            Self::UnknownField => "/shoe_size",
            Self::MissingField => "/product",
        }
    }

    /// Makes `content`, which was right, wrong in this way.
    pub(super) fn spoil(self, content: &mut Value, registered_on: NaiveDate) {
        match self {
            Self::FingersMissing
            | Self::FingersRefused
            | Self::SameFingerTwice
            | Self::FingersUnder12 => self.spoil_fingers(content),
            Self::OneParentOnly
            | Self::ChildAlone
            | Self::MinorAlone
            | Self::JudgmentNotNamed
            | Self::OrdinanceWithoutRight => self.spoil_requester(content, registered_on),
            Self::StaleLandBook | Self::StaleHostDeclaration => {
                put(content, DWELLING_PAPER, self.stale_paper(registered_on));
            }
            Self::SignatureMissing | Self::MissingField => remove(content, self.pointer()),
            _ => {
                let wrong = self.wrong_value(content, registered_on);
                put(content, self.pointer(), wrong);
            }
        }
    }

    /// What stands at the pointer instead of what is right.
    fn wrong_value(self, content: &Value, registered_on: NaiveDate) -> Value {
        let right = text(content, self.pointer());
        match self {
            Self::CnpCheckDigit => json!(with_other_last_digit(right)),
            Self::WrongSex if right == "F" => json!("M"),
            Self::WrongSex => json!("F"),
            Self::WrongBirthDate => json!(day_before(right)),
            Self::UnprintableLetter => json!(format!("{right}Ж")),
            Self::ForeignCitizen => json!("MDA"),
            Self::UnknownCounty => json!("XX"),
            Self::FaceTooSmall => image(&pictures::small_face()),
            Self::FaceWrongType => image(&pictures::signature(&Random::seeded(0))),
            Self::FaceMislabelled if right == "image/jp2" => json!("image/jpeg"),
            Self::FaceMislabelled => json!("image/jp2"),
            Self::FaceCutShort => json!(first_kilobyte(right)),
            Self::FaceNotBase64 => json!("%%% not base64 %%%"),
            Self::RegisteredInFuture => json!(registered_on + Days::new(30)),
            Self::UnknownReason => json!("CURIOSITY"),
            Self::ReasonNotForAge => json!("OPTIONAL_UNDER_14"),
            _ => json!(42),
        }
    }

    fn spoil_fingers(self, content: &mut Value) {
        let first = content.pointer("/biometrics/fingers/0").cloned();
        remove(content, "/biometrics/fingers");
        remove(content, "/biometrics/fingers_missing");
        match self {
            Self::FingersRefused => put(content, self.pointer(), "REFUSED"),
            Self::SameFingerTwice => put(content, "/biometrics/fingers", json!([first, first])),
            Self::FingersUnder12 => {
                let taken = finger("RIGHT_INDEX", 0, &Random::seeded(0));
                put(content, "/biometrics/fingers", json!([taken]));
            }
            _ => {}
        }
    }

    fn spoil_requester(self, content: &mut Value, registered_on: NaiveDate) {
        let parent = text(content, "/requester/cnps/0");
        let requester = match self {
            Self::OneParentOnly => json!({ "capacity": "BOTH_PARENTS", "cnps": [parent] }),
            Self::JudgmentNotNamed => {
                json!({ "capacity": "SOLE_AUTHORITY_JUDGMENT", "cnps": [parent] })
            }
            Self::OrdinanceWithoutRight => json!({
                "capacity": "SOLE_AUTHORITY_ORDINANCE",
                "cnps": [parent],
                "document": {
                    "number": "1187/2026",
                    "issued_on": registered_on,
                    "covers_card_expressly": false,
                },
            }),
            _ => json!({ "capacity": "SELF" }),
        };
        put(content, "/requester", requester);
    }

    fn stale_paper(self, registered_on: NaiveDate) -> Value {
        let (kind, age) = if self == Self::StaleLandBook {
            ("LAND_BOOK_EXTRACT", 31)
        } else {
            ("HOST_DECLARATION", 91)
        };
        json!({ "kind": kind, "issued_on": days_before(registered_on, age) })
    }
}

/// Where the paper about the dwelling stands in every application.
const DWELLING_PAPER: &str = "/attestation/papers/1";

/// The beginning of a file in base64: a whole number of its groups of four.
fn first_kilobyte(base64: &str) -> String {
    base64.chars().take(1_364).collect()
}

fn with_other_last_digit(cnp: &str) -> String {
    let mut digits: Vec<char> = cnp.chars().collect();
    if let Some(last) = digits.last_mut() {
        let next = last.to_digit(10).map(|value| (value + 1) % 10);
        *last = next
            .and_then(|value| char::from_digit(value, 10))
            .unwrap_or('0');
    }
    digits.into_iter().collect()
}

fn day_before(date: &str) -> String {
    let day: Option<NaiveDate> = date.parse().ok();
    day.and_then(|day| day.pred_opt())
        .map_or_else(String::new, |day| day.to_string())
}
