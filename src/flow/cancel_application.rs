//! Ends an application by an operator's decision. The operator acts for the office, which is told
//! like any other time.

use crate::flow::Failure;
use crate::flow::withdraw_application::{WithdrawRefusal, Withdrawal, WithdrawalReason, withdraw};
use crate::store::Tx;
use crate::store::applications::{self, Application};
use crate::store::history::Note;

/// Why an application was not cancelled.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CancelRefusal {
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// As for its office.
    #[error(transparent)]
    Withdrawal(#[from] WithdrawRefusal),
}

/// Cancels the application of this number or id, or asks for it once it is ordered: its state says
/// which. `cause` is what its office is told, the note's reason what history keeps, and `version`
/// what the operator saw, if it is said.
pub async fn cancel(
    tx: &mut Tx,
    name: &str,
    version: Option<i64>,
    cause: WithdrawalReason,
    note: &Note<'_>,
) -> Result<Application, Failure<CancelRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(CancelRefusal::ReasonMissing));
    }
    let found = applications::find_by_name(tx, name)
        .await?
        .ok_or(Failure::Refused(WithdrawRefusal::Unknown.into()))?;
    let wish = Withdrawal {
        office: found.office,
        application: found.id,
        version,
        reason: cause,
    };
    withdraw(tx, wish, note)
        .await
        .map_err(|failure| match failure {
            Failure::Refused(refusal) => Failure::Refused(refusal.into()),
            Failure::Broken(error) => Failure::Broken(error),
        })
}
