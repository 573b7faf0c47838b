//! Which fingers an application needs: none under 12, two different ones from the 12th birthday
//! (OUG 97/2005; DJEP Cluj), fewer only for a reason.

use crate::coded;
use crate::domain::image::ImageInfo;

coded! {
    /// A finger; the order is that of ISO/IEC 19794-2 (1 = right thumb … 10 = left little finger).
    pub enum FingerPosition as "finger" {
        /// Right thumb.
        RightThumb = "RIGHT_THUMB",
        /// Right index finger.
        RightIndex = "RIGHT_INDEX",
        /// Right middle finger.
        RightMiddle = "RIGHT_MIDDLE",
        /// Right ring finger.
        RightRing = "RIGHT_RING",
        /// Right little finger.
        RightLittle = "RIGHT_LITTLE",
        /// Left thumb.
        LeftThumb = "LEFT_THUMB",
        /// Left index finger.
        LeftIndex = "LEFT_INDEX",
        /// Left middle finger.
        LeftMiddle = "LEFT_MIDDLE",
        /// Left ring finger.
        LeftRing = "LEFT_RING",
        /// Left little finger.
        LeftLittle = "LEFT_LITTLE",
    }
}

coded! {
    /// Why fewer than two fingers were taken.
    pub enum FingersMissing as "reason for missing fingers" {
        /// The applicant is under 12.
        Under12 = "UNDER_12",
        /// Impossible for now; the card is valid for 12 months.
        TemporarilyImpossible = "TEMPORARILY_IMPOSSIBLE",
        /// Impossible for ever.
        PermanentlyImpossible = "PERMANENTLY_IMPOSSIBLE",
        /// The applicant refused, and gets no card.
        Refused = "REFUSED",
    }
}

/// From this age fingers are taken.
pub const FINGERS_FROM_AGE: u32 = 12;

/// How many fingers a card carries.
pub const FINGERS_ON_CARD: usize = 2;

/// One finger taken, described without its impression.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Finger {
    /// Which one.
    pub position: FingerPosition,
    /// Format and size of its impression.
    pub image: ImageInfo,
}

/// Why the fingers of an application do not serve.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FingersFault {
    /// Fingers were taken of a child under 12.
    #[error("no fingers are taken under 12")]
    TakenUnder12,
    /// Fewer than two, without a reason.
    #[error("{0} fingers are given without a reason why not two")]
    TooFew(usize),
    /// More than the card carries.
    #[error("{0} fingers are given, and the card carries two")]
    TooMany(usize),
    /// The same finger twice.
    #[error("the finger {0} is given twice")]
    Repeated(FingerPosition),
    /// The reason does not fit the age or the fingers given.
    #[error("the reason {0} for missing fingers does not fit")]
    ReasonDoesNotFit(FingersMissing),
    /// The applicant refused.
    #[error("the applicant refused to give fingers")]
    Refused,
}

/// Lists every fault of the fingers taken of an applicant of `age` on the day of registration.
pub fn faults(
    age: u32,
    taken: &[FingerPosition],
    missing: Option<FingersMissing>,
) -> Vec<FingersFault> {
    let mut faults = if age < FINGERS_FROM_AGE {
        faults_under_12(taken, missing)
    } else {
        faults_from_12(taken, missing)
    };
    faults.extend(repeated(taken).map(FingersFault::Repeated));
    faults
}

/// The reason to keep with the application: under 12 it goes without saying.
pub fn reason_kept(age: u32, missing: Option<FingersMissing>) -> Option<FingersMissing> {
    if age < FINGERS_FROM_AGE {
        Some(FingersMissing::Under12)
    } else {
        missing
    }
}

fn faults_under_12(taken: &[FingerPosition], missing: Option<FingersMissing>) -> Vec<FingersFault> {
    let mut faults = Vec::new();
    if !taken.is_empty() {
        faults.push(FingersFault::TakenUnder12);
    }
    if let Some(reason) = missing.filter(|reason| *reason != FingersMissing::Under12) {
        faults.push(FingersFault::ReasonDoesNotFit(reason));
    }
    faults
}

fn faults_from_12(taken: &[FingerPosition], missing: Option<FingersMissing>) -> Vec<FingersFault> {
    let count = taken.len();
    if count > FINGERS_ON_CARD {
        return vec![FingersFault::TooMany(count)];
    }
    match missing {
        Some(FingersMissing::Refused) => vec![FingersFault::Refused],
        Some(FingersMissing::Under12) => {
            vec![FingersFault::ReasonDoesNotFit(FingersMissing::Under12)]
        }
        Some(reason) if count == FINGERS_ON_CARD => vec![FingersFault::ReasonDoesNotFit(reason)],
        None if count < FINGERS_ON_CARD => vec![FingersFault::TooFew(count)],
        Some(FingersMissing::TemporarilyImpossible | FingersMissing::PermanentlyImpossible)
        | None => Vec::new(),
    }
}

fn repeated(taken: &[FingerPosition]) -> impl Iterator<Item = FingerPosition> {
    FingerPosition::ALL
        .iter()
        .copied()
        .filter(|position| taken.iter().filter(|other| *other == position).count() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use {FingerPosition::*, FingersMissing::*};

    const INDEXES: &[FingerPosition] = &[RightIndex, LeftIndex];

    #[test]
    fn two_fingers_from_the_twelfth_birthday_and_none_before() {
        assert_eq!(faults(12, INDEXES, None), []);
        assert_eq!(faults(11, INDEXES, None), [FingersFault::TakenUnder12]);
        assert_eq!(faults(11, &[], None), []);
        assert_eq!(faults(11, &[], Some(Under12)), []);
        assert_eq!(faults(12, &[], None), [FingersFault::TooFew(0)]);
        assert_eq!(faults(40, &[LeftThumb], None), [FingersFault::TooFew(1)]);
    }

    #[test]
    fn fewer_need_a_reason_that_fits() {
        for reason in [TemporarilyImpossible, PermanentlyImpossible] {
            assert_eq!(faults(40, &[], Some(reason)), []);
            assert_eq!(faults(40, &[LeftThumb], Some(reason)), []);
            let unneeded = [FingersFault::ReasonDoesNotFit(reason)];
            assert_eq!(faults(40, INDEXES, Some(reason)), unneeded);
            assert_eq!(faults(5, &[], Some(reason)), unneeded);
        }
        assert_eq!(
            faults(12, &[], Some(Under12)),
            [FingersFault::ReasonDoesNotFit(Under12)]
        );
    }

    #[test]
    fn refusing_blocks_the_card() {
        assert_eq!(faults(40, &[], Some(Refused)), [FingersFault::Refused]);
        assert_eq!(
            faults(40, &[LeftIndex], Some(Refused)),
            [FingersFault::Refused]
        );
    }

    #[test]
    fn a_finger_counts_once_and_two_are_enough() {
        assert_eq!(
            faults(40, &[LeftIndex, LeftIndex], None),
            [FingersFault::Repeated(LeftIndex)]
        );
        assert_eq!(
            faults(40, &[LeftIndex, RightIndex, LeftThumb], None),
            [FingersFault::TooMany(3)]
        );
    }

    #[test]
    fn under_12_the_reason_goes_without_saying() {
        assert_eq!(reason_kept(11, None), Some(Under12));
        assert_eq!(reason_kept(12, None), None);
        assert_eq!(
            reason_kept(30, Some(PermanentlyImpossible)),
            Some(PermanentlyImpossible)
        );
    }
}
