//! The badge of a state: its name, coloured by whether somebody must look at it.

use crate::domain::acknowledgement::LineState;
use crate::domain::application::ApplicationState;
use crate::domain::complaint::ComplaintState;
use crate::domain::fee::FeeState;
use crate::domain::letter::LetterState;
use crate::domain::order::OrderState;
use crate::words::{Language, Named, name_of};

/// A badge.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Badge {
    /// What it says.
    pub(crate) text: String,
    /// How it is coloured: `ok`, `warn`, `bad`, or nothing.
    pub(crate) tone: &'static str,
}

/// A state that has a colour.
pub(crate) trait Toned: Named {
    /// `ok` where all is done, `warn` where somebody should look, `bad` where something failed.
    fn tone(self) -> &'static str;
}

impl Badge {
    /// The badge of a state.
    pub(crate) fn of(state: impl Toned, language: Language) -> Self {
        Self {
            text: name_of(state, language).to_owned(),
            tone: state.tone(),
        }
    }

    /// Any other badge.
    pub(crate) fn new(text: impl Into<String>, tone: &'static str) -> Self {
        Self {
            text: text.into(),
            tone,
        }
    }
}

impl Toned for ApplicationState {
    fn tone(self) -> &'static str {
        match self {
            Self::OnHold => "bad",
            Self::Returned | Self::CancelRequested | Self::Unclaimed => "warn",
            Self::Produced
            | Self::Shipped
            | Self::CountyValidated
            | Self::AtOffice
            | Self::HandedOver => "ok",
            Self::Received
            | Self::Approved
            | Self::AwaitingFee
            | Self::Ready
            | Self::Ordered
            | Self::InProduction
            | Self::Cancelled
            | Self::Destroyed => "",
        }
    }
}

impl Toned for FeeState {
    fn tone(self) -> &'static str {
        match self {
            Self::Disputed => "bad",
            Self::PartlyPaid | Self::Overpaid | Self::RefundDue => "warn",
            Self::Exempt | Self::Paid => "ok",
            Self::Undecided | Self::Due | Self::Refunded => "",
        }
    }
}

impl Toned for ComplaintState {
    fn tone(self) -> &'static str {
        match self {
            Self::Lodged | Self::Sent => "warn",
            Self::Admitted => "ok",
            Self::Refused | Self::Withdrawn => "",
        }
    }
}

impl Toned for OrderState {
    fn tone(self) -> &'static str {
        match self {
            Self::ReceiptRejected => "bad",
            Self::PartlyAnswered => "warn",
            Self::ReceiptOk | Self::AllAnswered | Self::Settled => "ok",
            Self::Open
            | Self::Closed
            | Self::Signed
            | Self::Queued
            | Self::Sent
            | Self::Cancelled => "",
        }
    }
}

impl Toned for LineState {
    fn tone(self) -> &'static str {
        match self {
            Self::Rejected
            | Self::LostInTransit
            | Self::DamagedInTransit
            | Self::Undeliverable
            | Self::Spoiled => "bad",
            Self::QualityFailed | Self::Returned => "warn",
            Self::Produced | Self::Shipped | Self::AtOffice | Self::HandedOver => "ok",
            Self::Placed
            | Self::Received
            | Self::Accepted
            | Self::InProduction
            | Self::Destroyed
            | Self::Cancelled
            | Self::Withdrawn => "",
        }
    }
}

impl Toned for LetterState {
    fn tone(self) -> &'static str {
        match self {
            Self::Answered => "ok",
            Self::GivenUp => "warn",
            Self::Decided | Self::Queued | Self::Sent => "",
        }
    }
}
