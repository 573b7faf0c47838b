//! What an office says is wrong with a card, and what comes of it.

use chrono::{Days, Months, NaiveDate};

use crate::coded;
use crate::domain::application::ApplicationState;
use crate::domain::reason::Reason;
use crate::domain::step::{self, IllegalStep, Step};

use {ComplaintEvent::*, ComplaintState::*};

coded! {
    /// What has happened to a complaint.
    pub enum ComplaintState as "complaint state" {
        /// The office made it.
        Lodged = "LODGED",
        /// The letter to the bureau is written.
        Sent = "SENT",
        /// The card is made anew.
        Admitted = "ADMITTED",
        /// The card stays what it is.
        Refused = "REFUSED",
        /// The office no longer complains.
        Withdrawn = "WITHDRAWN",
    }
}

coded! {
    /// What may happen to a complaint.
    pub enum ComplaintEvent as "complaint event" {
        /// The letter to the bureau stands in the outbox.
        LetterWritten = "LETTER_WRITTEN",
        /// The bureau or an operator agrees.
        FoundRight = "FOUND_RIGHT",
        /// The bureau or an operator does not agree.
        FoundWrong = "FOUND_WRONG",
        /// The office or an operator takes it back.
        TakenBack = "TAKEN_BACK",
    }
}

/// The life of a complaint.
#[rustfmt::skip]
pub const STEPS: &[Step<ComplaintState, ComplaintEvent>] = &[
    (Lodged,    LetterWritten, Sent),
    (Lodged,    FoundRight,    Admitted),     // An operator need not ask the bureau.
    (Lodged,    FoundWrong,    Refused),
    (Lodged,    TakenBack,     Withdrawn),
    (Sent,      FoundRight,    Admitted),
    (Sent,      FoundWrong,    Refused),
    (Sent,      TakenBack,     Withdrawn),
    (Admitted,  FoundRight,    Admitted),     // The bureau says what an operator decided before.
    (Refused,   FoundWrong,    Refused),
    (Withdrawn, FoundRight,    Withdrawn),    // Nobody complains any more.
    (Withdrawn, FoundWrong,    Withdrawn),
    (Withdrawn, TakenBack,     Withdrawn),
];

impl ComplaintState {
    /// Returns the state that follows on `event`.
    pub fn after(self, event: ComplaintEvent) -> Result<Self, IllegalStep<Self, ComplaintEvent>> {
        step::next(STEPS, self, event)
    }

    /// Whether somebody is still to decide.
    pub const fn is_open(self) -> bool {
        matches!(self, Lodged | Sent)
    }
}

coded! {
    /// Who pays for the card that is made anew.
    pub enum Payer as "payer of a remake" {
        /// The bureau, whose fault it was.
        Bureau = "BUREAU",
        /// The office, whose error it was.
        Office = "OFFICE",
        /// The holder: the fee is owed once more.
        Holder = "HOLDER",
        /// The maker's warranty.
        Warranty = "WARRANTY",
    }
}

impl Payer {
    /// Whether the holder owes nothing more.
    pub const fn is_free_for_holder(self) -> bool {
        !matches!(self, Self::Holder)
    }
}

/// Days in which a complaint is to be answered, from the day on which it was made (OG 27/2002, art. 8 (1):
/// petitions).
pub const ANSWER_DAYS: u64 = 30;

/// The last day on which a complaint made on a day is answered in time.
pub fn answer_by(lodged_on: NaiveDate) -> NaiveDate {
    lodged_on + Days::new(ANSWER_DAYS)
}

/// Characters of a complaint's text at most.
pub const TEXT_MAX: usize = 500;

/// Why a complaint was not taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ComplaintFault {
    /// The code is none of 701 to 708.
    #[error("a complaint has a code from 701 to 708")]
    Code,
    /// The card is not where somebody could have seen that.
    #[error("the application is {state}, which does not let this be complained of")]
    NotNow {
        /// The application's state.
        state: ApplicationState,
    },
    /// The warranty has ended.
    #[error("the warranty of the card ended on {ended_on}")]
    WarrantyOver {
        /// Its last day.
        ended_on: NaiveDate,
    },
}

/// What is known of a card when it is complained of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Complained {
    /// The code, 701 to 708.
    pub code: u16,
    /// Where its application stands.
    pub state: ApplicationState,
    /// The day on which the applicant got it.
    pub handed_over_on: Option<NaiveDate>,
}

/// Whether a complaint may be made: of a card that the office or the holder has, or one that never
/// came. What wears out with use, chip and material, only within `warranty_months` from the day on
/// which it was handed over; what was wrong from the beginning, at any time.
pub fn check(
    complained: &Complained,
    warranty_months: u32,
    today: NaiveDate,
) -> Result<(), ComplaintFault> {
    let Complained { code, state, .. } = *complained;
    if !(Reason::PHOTO.number()..=Reason::OTHER.number()).contains(&code) {
        return Err(ComplaintFault::Code);
    }
    let never_came = code == Reason::SHIPPING_LOSS.number();
    let fits = match state {
        ApplicationState::AtOffice | ApplicationState::HandedOver => !never_came,
        ApplicationState::Shipped | ApplicationState::CountyValidated => never_came,
        _ => false,
    };
    if !fits {
        return Err(ComplaintFault::NotNow { state });
    }
    let wears = [Reason::CHIP_COMPLAINT.number(), Reason::MATERIAL.number()].contains(&code);
    let ended_on = complained
        .handed_over_on
        .filter(|_| wears)
        .and_then(|on| on.checked_add_months(Months::new(warranty_months)));
    match ended_on {
        Some(ended_on) if today > ended_on => Err(ComplaintFault::WarrantyOver { ended_on }),
        _ => Ok(()),
    }
}

/// Whether the office must hand the application in anew before another card is ordered, whatever is
/// kept of it: an order of the same data would repeat the fault.
pub fn needs_correction(code: u16) -> bool {
    code == Reason::DATA.number()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ApplicationState::{AtOffice, HandedOver, Ready, Shipped};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn checked(code: u16, state: ApplicationState, today: &str) -> Result<(), ComplaintFault> {
        let complained = Complained {
            code,
            state,
            handed_over_on: (state == HandedOver).then(|| day("2026-03-10")),
        };
        check(&complained, 24, day(today))
    }

    #[test]
    fn a_complaint_is_answered_within_thirty_days() {
        assert_eq!(answer_by(day("2026-11-02")), day("2026-12-02"));
    }

    #[test]
    fn a_card_that_somebody_has_may_be_complained_of() {
        for code in 701..=708 {
            let seen = code != 707;
            for state in [AtOffice, HandedOver] {
                assert_eq!(checked(code, state, "2026-03-11").is_ok(), seen, "{code}");
            }
            assert_eq!(checked(code, Shipped, "2026-03-11").is_ok(), !seen);
            let now = ComplaintFault::NotNow { state: Ready };
            assert_eq!(checked(code, Ready, "2026-03-11"), Err(now));
        }
        for code in [700, 709, 408] {
            let fault = Err(ComplaintFault::Code);
            assert_eq!(checked(code, AtOffice, "2026-03-11"), fault);
        }
    }

    #[test]
    fn what_wears_out_is_complained_of_within_the_warranty() {
        let ended_on = day("2028-03-10");
        for code in [702, 704] {
            assert_eq!(checked(code, HandedOver, "2028-03-10"), Ok(()));
            let over = Err(ComplaintFault::WarrantyOver { ended_on });
            assert_eq!(checked(code, HandedOver, "2028-03-11"), over);
            assert_eq!(checked(code, AtOffice, "2028-03-11"), Ok(()));
        }
        assert_eq!(checked(701, HandedOver, "2030-01-01"), Ok(()));
    }
}
