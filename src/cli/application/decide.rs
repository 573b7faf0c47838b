//! What an operator decides about an application.

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::Exit;
use crate::cli::application::Name;
use crate::cli::arguments::Why;
use crate::cli::context::Context;
use crate::cli::exit::{CliError, Refusal};
use crate::domain::application::ApplicationState;
use crate::domain::term::EXTENSION_DAYS_MAX;
use crate::flow::cancel_application::{self, CancelRefusal};
use crate::flow::extend_term::{ExtendRefusal, Extension, extend_term};
use crate::flow::progress::note;
use crate::flow::set_aside_application::{SetAsideRefusal, set_aside_application};
use crate::flow::withdraw_application::{WithdrawRefusal, WithdrawalReason};

/// Set an application aside until an operator has decided about its hold
#[derive(Args, Debug)]
pub(crate) struct SetAside {
    #[command(flatten)]
    name: Name,
    #[command(flatten)]
    why: Why,
}

/// Extend the legal term of an application
#[derive(Args, Debug)]
pub(crate) struct Extend {
    #[command(flatten)]
    name: Name,
    /// By how many days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(EXTENSION_DAYS_MAX)))]
    days: u32,
    #[command(flatten)]
    why: Why,
}

/// End an application
#[derive(Args, Debug)]
pub(crate) struct Cancel {
    #[command(flatten)]
    name: Name,
    /// Under which reason code its office is told
    #[arg(long, value_enum, default_value_t = Cause::Withdrawn)]
    cause: Cause,
    #[command(flatten)]
    why: Why,
}

/// Why an application ends.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Cause {
    /// The applicant no longer wants the card
    Withdrawn,
    /// The applicant has died
    HolderDeceased,
}

impl From<Cause> for WithdrawalReason {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Withdrawn => Self::Withdrawn,
            Cause::HolderDeceased => Self::HolderDeceased,
        }
    }
}

impl Refusal for SetAsideRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } => Exit::NotFound,
            Self::ReasonMissing => Exit::Usage,
            Self::NotNow { .. } | Self::Changed => Exit::Refused,
        }
    }
}

impl Refusal for ExtendRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } => Exit::NotFound,
            Self::ReasonMissing => Exit::Usage,
            Self::Ended { .. } | Self::NotAllowed(_) | Self::Changed | Self::KeyReused(_) => {
                Exit::Refused
            }
        }
    }
}

impl Refusal for CancelRefusal {
    fn exit(&self) -> Exit {
        match self {
            Self::ReasonMissing => Exit::Usage,
            Self::Withdrawal(WithdrawRefusal::Unknown) => Exit::NotFound,
            Self::Withdrawal(
                WithdrawRefusal::TooLate { .. }
                | WithdrawRefusal::Changed
                | WithdrawRefusal::KeyReused(_),
            ) => Exit::Refused,
        }
    }
}

pub(super) async fn extend(command: &Extend, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let number = &command.name.number;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let extension = Extension {
        application: number,
        office: None,
        version: None,
        days: command.days,
    };
    let extended = extend_term(&gateway, extension, &actor, &command.why.reason).await?;
    let until = extended.deadline_on;
    context.output.done(
        &json!({ "done": "extended", "application": extended.number, "deadline_on": until }),
        &format!("The term of {} ends on {until} now.", extended.number),
    )?;
    Ok(Exit::Ok)
}

pub(super) async fn set_aside(
    command: &SetAside,
    context: &mut Context<'_>,
) -> Result<Exit, CliError> {
    let number = &command.name.number;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    set_aside_application(&gateway, number, &actor, &command.why.reason).await?;
    context.output.done(
        &json!({ "done": "held", "application": number }),
        &format!("{number} waits for a decision: see `hold list`."),
    )?;
    Ok(Exit::Ok)
}

pub(super) async fn cancel(command: &Cancel, context: &mut Context<'_>) -> Result<Exit, CliError> {
    let number = &command.name.number;
    let actor = context.actor()?;
    let gateway = context.gateway().await?;
    let mut tx = gateway.store.begin().await?;
    let note = note(&gateway, &actor, Some(command.why.reason.trim()));
    let ended = cancel_application::cancel(&mut tx, number, None, command.cause.into(), &note);
    let ended = ended.await?;
    tx.commit().await?;
    let state = ended.state;
    let sentence = if state == ApplicationState::Cancelled {
        format!("{number} is cancelled.")
    } else {
        format!("{number} is ordered already: ask the bureau to cancel its card (`hold list`).")
    };
    let json = json!({ "done": "cancel", "application": number, "state": state.as_str() });
    context.output.done(&json, &sentence)?;
    Ok(Exit::Ok)
}
