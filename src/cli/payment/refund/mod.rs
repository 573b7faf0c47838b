//! `payment refund`: money that is given back.

mod decide;
mod list;
mod look;

use clap::{Args, Subcommand};

use crate::cli::Exit;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::cli::payment::decide as payment_decide;
use crate::flow::decide_payment::Decision;
use crate::flow::refund::RefundRefusal;
use crate::flow::refund::decide::RefundDecision;

/// Money that is given back: propose, approve, list for the bank
#[derive(Debug, Subcommand)]
pub(crate) enum Refund {
    /// Mark a payment that is tied to no fee as one to be given back
    Mark(payment_decide::Decide),
    /// List payments of which something may be given back
    Candidates(look::Candidates),
    /// Propose that money of a payment is given back; it is set aside at once
    Propose(decide::Propose),
    /// List refunds in the order of their proposal
    List(look::List),
    /// Show a refund with its approvals and its history
    Show(look::Show),
    /// Approve a refund; above the limit, two different persons must
    Approve(decide::Decide),
    /// Refuse a refund; its money is free again
    Reject(decide::Decide),
    /// Withdraw a refund that the bank was not asked to pay; its money is free again
    Withdraw(decide::Decide),
    /// Write all approved refunds into a list for the bank
    Export(list::Export),
    /// List the lists that were written for the bank
    Lists(list::Lists),
    /// Write a list again, the same bytes as ever
    Document(list::Document),
    /// Withdraw a list that the bank refused as a whole; its refunds may be listed again
    WithdrawList(list::WithdrawList),
}

/// One refund.
#[derive(Args, Debug)]
pub(crate) struct Name {
    /// The refund's number
    number: String,
}

impl Refusal for RefundRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::PaymentUnknown | Self::RefundUnknown | Self::ListUnknown => Exit::NotFound,
            Self::ReasonMissing
            | Self::AmountWrong
            | Self::AccountWrong(_)
            | Self::NameMissing
            | Self::OwnAccount => Exit::Usage,
            _ => Exit::Refused,
        }
    }
}

pub(crate) async fn run(command: Refund, context: &mut Context<'_>) -> Result<Exit, CliError> {
    match command {
        Refund::Mark(command) => payment_decide::run(Decision::Refund, &command, context).await,
        Refund::Candidates(command) => look::candidates(&command, context).await,
        Refund::Propose(command) => decide::propose(&command, context).await,
        Refund::List(command) => look::list(&command, context).await,
        Refund::Show(command) => look::show(&command, context).await,
        Refund::Approve(command) => {
            decide::decide(RefundDecision::Approve, &command, context).await
        }
        Refund::Reject(command) => decide::decide(RefundDecision::Reject, &command, context).await,
        Refund::Withdraw(command) => {
            decide::decide(RefundDecision::Withdraw, &command, context).await
        }
        Refund::Export(command) => list::export(&command, context).await,
        Refund::Lists(command) => list::lists(&command, context).await,
        Refund::Document(command) => list::document(&command, context).await,
        Refund::WithdrawList(command) => list::withdraw(&command, context).await,
    }
}
