//! What operators decide about refunds.

use clap::Args;
use serde_json::json;

use crate::cli::Exit;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::CliError;
use crate::cli::payment::find;
use crate::cli::payment::refund::Name;
use crate::domain::money::Money;
use crate::domain::refund::RefundState;
use crate::flow::Failure;
use crate::flow::refund::Account;
use crate::flow::refund::decide::{RefundDecision, decide_refund};
use crate::flow::refund::propose::{Proposal, propose_refund};

/// Propose that money of a payment is given back
#[derive(Args)]
pub(crate) struct Propose {
    /// The payment's number
    payment: String,
    /// How much, such as 30.00. Default: all that can be given back in one refund
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    amount: Option<Money>,
    /// The account that it goes to. Default: the payer's, where the statement tells it
    #[arg(long, requires = "name")]
    iban: Option<String>,
    /// The holder of that account
    #[arg(long, requires = "iban")]
    name: Option<String>,
    #[command(flatten)]
    why: Why,
}

impl std::fmt::Debug for Propose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Propose({}, …)", self.payment)
    }
}

/// Reads an amount.
fn amount(text: &str) -> Result<Money, String> {
    let minor = Money::parse_minor(&text.replace(',', "."), '.', 2);
    Ok(Money::from_bani(minor.map_err(|error| error.to_string())?))
}

/// A decision about one refund.
#[derive(Args, Debug)]
pub(crate) struct Decide {
    #[command(flatten)]
    name: Name,
    #[command(flatten)]
    why: Why,
}

pub(super) async fn propose(
    command: &Propose,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let typed = command.iban.as_deref().zip(command.name.as_deref());
    let account = typed.map(|(iban, name)| Account::typed(iban, name));
    let account = account.transpose().map_err(Failure::Refused)?;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let mut tx = gateway.store.read().await?;
    let payment = find(&mut tx, &command.payment).await?.id;
    drop(tx);
    let proposal = Proposal {
        payment,
        amount: command.amount,
        account,
    };
    let told = (&actor, command.why.reason.as_str());
    let refund = propose_refund(&gateway, proposal, told).await?;
    let (number, persons) = (&refund.number, refund.persons.count());
    let account = if refund.told_by_bank {
        "the payer's account, as the statement tells it"
    } else {
        "the account given"
    };
    context.output.done(
        &json!({
            "done": "proposed",
            "refund": number,
            "payment": command.payment,
            "amount_minor": refund.amount.bani(),
            "currency": refund.currency,
            "persons": persons,
            "account_told_by_bank": refund.told_by_bank,
            "state": refund.state.as_str(),
        }),
        &format!(
            "{number}: {} {} to {account}; it needs the approval of {persons} person(s).",
            refund.amount, refund.currency
        ),
    )?;
    Ok(Exit::Ok)
}

pub(super) async fn decide(
    decision: RefundDecision,
    command: &Decide,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let number = &command.name.number;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let told = (&actor, command.why.reason.as_str());
    let state = decide_refund(&gateway, number, decision, told).await?.state;
    let waits = decision == RefundDecision::Approve && state == RefundState::Proposed;
    let sentence = if waits {
        format!("{number} is approved by you and needs one more person.")
    } else {
        format!("{number} is {state} now.")
    };
    context.output.done(
        &json!({ "done": word(decision), "refund": number, "state": state.as_str() }),
        &sentence,
    )?;
    Ok(Exit::Ok)
}

const fn word(decision: RefundDecision) -> &'static str {
    match decision {
        RefundDecision::Approve => "approved",
        RefundDecision::Reject => "rejected",
        RefundDecision::Withdraw => "withdrawn",
    }
}
