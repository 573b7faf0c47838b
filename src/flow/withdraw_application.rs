//! Ends an application at its office's wish: at once while nothing is ordered, and by asking the
//! bureau once it is.

use anyhow::Context;

use crate::coded;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::event::EventKind;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::reason::Reason;
use crate::flow::letters::cancel::request_cancel;
use crate::flow::once::KeyReused;
use crate::flow::progress::{advance, tell};
use crate::flow::submit_application::reload;
use crate::flow::{Failure, settle_payments};
use crate::store::applications::{self, Application};
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::order_lines::OrderLine;
use crate::store::{Tx, order_lines, orders};

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
    /// The reason under which it is told and kept.
    const fn reason(self) -> Reason {
        match self {
            Self::Withdrawn => Reason::WITHDRAWN,
            Self::HolderDeceased => Reason::HOLDER_DECEASED,
        }
    }

    /// The number of that reason.
    pub const fn code(self) -> u16 {
        self.reason().number()
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
    let line = order_lines::find_live(tx, id).await?;
    let is_ordered = line.is_some();
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
        await_bureau(tx, &application, reason, note).await?;
        if let Some(line) = line {
            ask_bureau(tx, &line, reason, note).await?;
        }
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

/// Has the bureau asked to cancel the line, once it has the order.
async fn ask_bureau(
    tx: &mut Tx,
    line: &OrderLine,
    reason: WithdrawalReason,
    note: &Note<'_>,
) -> Result<(), Failure<WithdrawRefusal>> {
    let order = orders::lock(tx, line.order).await?;
    let order = order.context("an order line names an order that does not exist")?;
    let line = std::slice::from_ref(line);
    request_cancel(tx, &order, line, reason.reason(), note).await?;
    Ok(())
}

/// Has an operator see that the wish waits for the bureau, until it has answered.
async fn await_bureau(
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
        detail: "the office withdrew it after it was ordered; the bureau is asked to cancel it",
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
