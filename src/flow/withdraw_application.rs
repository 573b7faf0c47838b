//! Ends an application at its office's wish: at once while nothing is ordered, and by an operator
//! with the bureau once it is.

use crate::coded;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::event::EventKind;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::reason::Reason;
use crate::flow::once::KeyReused;
use crate::flow::progress::{advance, tell};
use crate::flow::submit_application::reload;
use crate::flow::{Failure, settle_payments};
use crate::store::applications::{self, Application};
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::{Tx, order_lines};

coded! {
    /// Why an application is withdrawn.
    pub enum WithdrawalReason as "reason of a withdrawal" {
        /// The applicant no longer wants the card.
        Withdrawn = "WITHDRAWN",
        /// The applicant has died.
        HolderDeceased = "HOLDER_DECEASED",
    }
}

impl WithdrawalReason {
    /// The reason code under which it is told and kept.
    pub const fn code(self) -> u16 {
        match self {
            Self::Withdrawn => Reason::WITHDRAWN.number(),
            Self::HolderDeceased => Reason::HOLDER_DECEASED.number(),
        }
    }
}

/// Why an application was not withdrawn.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WithdrawRefusal {
    /// The office has no such application.
    #[error("there is no such application")]
    Unknown,
    /// The card exists, or an operator is to decide about an order first.
    #[error("the application is {state} and can no longer be withdrawn here")]
    TooLate {
        /// Its state.
        state: ApplicationState,
    },
    /// It changed since the office looked.
    #[error("the application has changed meanwhile")]
    Changed,
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// An office's wish to end an application.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Withdrawal {
    /// The office.
    pub office: OfficeId,
    /// Its application.
    pub application: ApplicationId,
    /// The version that the office saw, if it says so.
    pub version: Option<i64>,
    /// Why.
    pub reason: WithdrawalReason,
}

/// Withdraws an application. One that was withdrawn before stays as it is.
pub async fn withdraw(
    tx: &mut Tx,
    withdrawal: Withdrawal,
    note: &Note<'_>,
) -> Result<Application, Failure<WithdrawRefusal>> {
    let Withdrawal {
        office,
        application: id,
        version,
        reason,
    } = withdrawal;
    let mut application = applications::find(tx, id)
        .await?
        .filter(|found| found.office == office)
        .ok_or(Failure::Refused(WithdrawRefusal::Unknown))?;
    let state = application.state;
    if matches!(
        state,
        ApplicationState::Cancelled | ApplicationState::CancelRequested
    ) {
        return Ok(application);
    }
    if version.is_some_and(|version| version != application.version) {
        return Err(Failure::Refused(WithdrawRefusal::Changed));
    }
    // What an operator holds may be in an order; only the bureau knows then whether it ends.
    let is_ordered = order_lines::find_live(tx, id).await?.is_some();
    let asked = ApplicationEvent::CancelAsked;
    match state.after(asked) {
        Ok(ApplicationState::CancelRequested) => (),
        Ok(ApplicationState::Cancelled) if !is_ordered => (),
        _ => return Err(Failure::Refused(WithdrawRefusal::TooLate { state })),
    }
    advance(tx, &mut application, asked, Some(reason.code()), note).await?;
    if application.state == ApplicationState::Cancelled {
        end(tx, &mut application, reason, note).await?;
    } else {
        ask_operator(tx, &application, reason, note).await?;
    }
    reload(tx, id).await
}

/// Does what follows from an end without a card.
async fn end(
    tx: &mut Tx,
    application: &mut Application,
    reason: WithdrawalReason,
    note: &Note<'_>,
) -> Result<(), Failure<WithdrawRefusal>> {
    settle_payments::owe_refund(tx, application, note).await?;
    holds::close(tx, application.id.0, None, "WITHDRAWN", note).await?;
    let cancelled = EventKind::Cancelled;
    Ok(tell(tx, application, cancelled, Some(reason.code()), note)?)
}

/// Has an operator ask the bureau to cancel the line.
async fn ask_operator(
    tx: &mut Tx,
    application: &Application,
    reason: WithdrawalReason,
    note: &Note<'_>,
) -> Result<(), Failure<WithdrawRefusal>> {
    let hold = NewHold {
        kind: SubjectKind::Application,
        subject: application.id.0,
        number: &application.number,
        code: reason.code(),
        detail: "the office withdrew it after it was ordered; ask the bureau to cancel the card",
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
