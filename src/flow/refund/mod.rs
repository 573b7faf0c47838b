//! Money that is given back: proposed, approved, listed for the bank, and closed by what a later
//! statement tells. Nothing here moves money.

mod account;
pub mod close;
pub mod decide;
pub mod export;
pub mod propose;
mod sources;
#[cfg(test)]
mod tests;

use crate::domain::four_eyes::ApprovalRefusal;
use crate::domain::iban::IbanFault;
use crate::domain::id::PaymentId;
use crate::domain::matching::MatchReason;
use crate::domain::money::Money;
use crate::domain::payment::PaymentState;
use crate::domain::refund::RefundState;
use crate::flow::Failure;
use crate::flow::once::KeyReused;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::payments::{self, Payment};
use crate::store::refunds;
use crate::store::{StoreError, Tx};

pub use account::{Account, disclose_account};
pub use sources::{Candidate, Source, candidates, sources};

/// Why something is not done about a refund; nothing was changed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RefundRefusal {
    /// There is no such payment.
    #[error("there is no such payment")]
    PaymentUnknown,
    /// There is no such refund.
    #[error("there is no such refund")]
    RefundUnknown,
    /// There is no such list.
    #[error("there is no such list of refunds")]
    ListUnknown,
    /// No reason was given.
    #[error("a decision needs a reason")]
    ReasonMissing,
    /// Nothing of the payment is to be given back.
    #[error("nothing of a payment that is {0} can be given back")]
    NothingLeft(PaymentState),
    /// More is asked for than is left.
    #[error("only {0} of the payment can be given back")]
    TooMuch(Money),
    /// The amount is not above zero.
    #[error("the amount must be above zero")]
    AmountWrong,
    /// The statement does not tell the payer's account, and nobody typed one.
    #[error("the statement does not tell the payer's account: give IBAN and name")]
    AccountMissing,
    /// The IBAN is none.
    #[error("the account is wrong")]
    AccountWrong(#[source] IbanFault),
    /// The name is missing, or cannot be written with the letters that banks carry.
    #[error("the name of the account's holder is missing")]
    NameMissing,
    /// It is our own account.
    #[error("the account is the one that refunds are paid from")]
    OwnAccount,
    /// The state of the refund does not allow it.
    #[error("this cannot be done with a refund that is {0}")]
    StateForbids(RefundState),
    /// The approval does not count.
    #[error(transparent)]
    Approval(#[from] ApprovalRefusal),
    /// The configuration does not say from which account refunds are paid.
    #[error("payments.refund.debtor_iban and debtor_name are not configured")]
    DebtorMissing,
    /// No approved refund waits in that currency.
    #[error("no approved refund waits to be listed")]
    NothingToList,
    /// Lists are written for currencies with hundredths.
    #[error("no list can be written in this currency")]
    CurrencyUnsupported,
    /// The list was withdrawn before.
    #[error("the list was withdrawn before")]
    ListWithdrawn,
    /// The bank has carried out a part of the list.
    #[error("the bank has paid {0} of this list: it cannot be withdrawn")]
    ListPaid(String),
    /// What is asked for was erased when its time had come.
    #[error("it was erased when its time had come")]
    Erased,
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

impl RefundRefusal {
    /// The stable code; never translated.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PaymentUnknown => "payment-unknown",
            Self::RefundUnknown => "refund-unknown",
            Self::ListUnknown => "refund-list-unknown",
            Self::ReasonMissing => "reason-missing",
            Self::NothingLeft(_) => "refund-nothing-left",
            Self::TooMuch(_) => "refund-too-much",
            Self::AmountWrong => "refund-amount-wrong",
            Self::AccountMissing => "refund-account-missing",
            Self::AccountWrong(_) => "refund-account-wrong",
            Self::NameMissing => "refund-name-missing",
            Self::OwnAccount => "refund-own-account",
            Self::StateForbids(_) => "refund-state-forbids",
            Self::Approval(ApprovalRefusal::NotAPerson) => "approval-not-a-person",
            Self::Approval(ApprovalRefusal::SamePerson) => "approval-same-person",
            Self::DebtorMissing => "refund-debtor-missing",
            Self::NothingToList => "refund-nothing-to-list",
            Self::CurrencyUnsupported => "refund-currency-unsupported",
            Self::ListWithdrawn => "refund-list-withdrawn",
            Self::ListPaid(_) => "refund-list-paid",
            Self::Erased => "refund-erased",
            Self::KeyReused(_) => "idempotency-key-reused",
        }
    }
}

/// Refuses what is decided without a reason.
fn require_reason(note: &Note<'_>) -> Result<(), Failure<RefundRefusal>> {
    if note.reason.is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::Refused(RefundRefusal::ReasonMissing));
    }
    Ok(())
}

/// Finds a payment and keeps others from deciding about it until the transaction ends.
async fn lock_payment(tx: &mut Tx, id: PaymentId) -> Result<Payment, Failure<RefundRefusal>> {
    let found = payments::lock(tx, id).await?;
    found.ok_or(Failure::Refused(RefundRefusal::PaymentUnknown))
}

/// Whether a refund of the payment is under way.
pub(crate) async fn is_under_way(tx: &mut Tx, payment: PaymentId) -> Result<bool, StoreError> {
    let all = refunds::list_of_payment(tx, payment).await?;
    Ok(all.iter().any(|refund| refund.state.is_open()))
}

/// Lets an operator see again to money of a payment that is to be given back.
async fn hold_again<R>(
    tx: &mut Tx,
    payment: &Payment,
    why: MatchReason,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let known = payment.reason.and_then(|code| u16::try_from(code).ok());
    let hold = NewHold {
        kind: SubjectKind::Payment,
        subject: payment.id.0,
        number: &payment.number,
        code: known.unwrap_or(why.number()),
        detail: "money of it is to be given back",
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
