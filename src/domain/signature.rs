//! The handwritten signature on the card, and when it may be missing.

use crate::coded;
use crate::domain::image::ImageInfo;

coded! {
    /// Why there is no signature.
    pub enum SignatureMissing as "reason for a missing signature" {
        /// The applicant is under 14.
        Under14 = "UNDER_14",
        /// The applicant cannot sign.
        UnableToSign = "UNABLE_TO_SIGN",
    }
}

/// From this age the applicant signs.
pub const SIGNS_FROM_AGE: u32 = 14;

/// The signature, described without its image.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signature {
    /// Given.
    Given(ImageInfo),
    /// Missing, for a reason.
    Missing(SignatureMissing),
}

/// Why a signature, or its absence, does not serve.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignatureFault {
    /// Neither a signature nor a reason.
    #[error("there is neither a signature nor a reason for its absence")]
    Missing,
    /// A signature and a reason for its absence.
    #[error("there is a signature and a reason for its absence")]
    Contradiction,
    /// The reason is for younger applicants.
    #[error("the reason {0} does not fit the age")]
    ReasonDoesNotFit(SignatureMissing),
}

/// Finds the fault in what is given of an applicant of `age`; `None` when it serves.
pub fn fault(
    age: u32,
    is_given: bool,
    missing: Option<SignatureMissing>,
) -> Option<SignatureFault> {
    match (is_given, missing) {
        (false, None) => Some(SignatureFault::Missing),
        (true, Some(_)) => Some(SignatureFault::Contradiction),
        (false, Some(reason)) if reason == SignatureMissing::Under14 && age >= SIGNS_FROM_AGE => {
            Some(SignatureFault::ReasonDoesNotFit(reason))
        }
        (true, None) | (false, Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SignatureMissing::*;

    #[test]
    fn a_signature_or_one_fitting_reason() {
        assert_eq!(fault(30, true, None), None);
        assert_eq!(fault(10, true, None), None);
        assert_eq!(fault(13, false, Some(Under14)), None);
        assert_eq!(fault(80, false, Some(UnableToSign)), None);
        assert_eq!(fault(30, false, None), Some(SignatureFault::Missing));
        assert_eq!(
            fault(30, true, Some(UnableToSign)),
            Some(SignatureFault::Contradiction)
        );
        assert_eq!(
            fault(14, false, Some(Under14)),
            Some(SignatureFault::ReasonDoesNotFit(Under14))
        );
    }
}
