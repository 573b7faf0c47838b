//! What the offices can swear to: what they handed in, and what they were told.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::domain::application::ApplicationState;
use crate::domain::event::EventKind;

/// One application as its office sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OfficeView {
    /// The number of the story in the script.
    pub serial: u64,
    /// The code of the office that handed it in.
    pub office: &'static str,
    /// The gateway's id.
    pub id: Uuid,
    /// The gateway's number.
    pub number: String,
    /// The payment reference, without blanks.
    pub payment_reference: String,
    /// The state that was told last.
    pub state: ApplicationState,
    /// What was told, in that order.
    pub events: Vec<EventKind>,
}

/// What all offices together have done and seen.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OfficeLedger {
    /// Applications that the gateway took in (answered 201).
    pub submitted: u64,
    /// Applications that were refused, by the code of the problem.
    pub refused: BTreeMap<String, u64>,
    /// Requests that were sent again and answered as before.
    pub replayed: u64,
    /// Returned applications that were handed in again.
    pub revised: u64,
    /// Applications whose withdrawal the gateway took.
    pub withdrawn: u64,
    /// Withdrawals that came too late.
    pub withdrawn_too_late: u64,
    /// Cards that were reported as received.
    pub received: u64,
    /// Cards that were reported as handed over.
    pub handed_over: u64,
    /// Events that were told.
    pub events: u64,
    /// Events whose place did not follow the one before: what must never happen.
    pub gaps: u64,
    /// Whatever else no office should ever see, without personal data.
    pub surprises: Vec<String>,
}
