//! How a command ends: one number for scripts, one text for people.

use std::io;

use serde_json::json;

use crate::flow::Failure;
use crate::store::StoreError;

/// How a command ended, as the shell sees it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Everything was done.
    Ok,
    /// It failed for a reason that is ours to mend.
    Failure,
    /// The command line was wrong.
    Usage,
    /// What was named does not exist.
    NotFound,
    /// It may not be done now.
    Refused,
    /// Some of it was done, some was refused.
    Partial,
    /// Somebody else's machine did not answer.
    Unreachable,
    /// The data are invalid, or a signature does not hold.
    Invalid,
    /// The same command may succeed later.
    TryAgain,
}

impl Exit {
    /// The number that the shell is given.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::Partial => 5,
            Self::Unreachable => 6,
            Self::Invalid => 7,
            Self::TryAgain => 75, // EX_TEMPFAIL of sysexits.h
        }
    }

    /// The word that `--json` gives.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failure => "failure",
            Self::Usage => "usage",
            Self::NotFound => "not-found",
            Self::Refused => "refused",
            Self::Partial => "partial",
            Self::Unreachable => "unreachable",
            Self::Invalid => "invalid",
            Self::TryAgain => "try-again",
        }
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct CliError {
    /// How it ends.
    pub(crate) exit: Exit,
    /// The reason, with its causes.
    pub(crate) reason: anyhow::Error,
}

impl CliError {
    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            reason: anyhow::Error::msg(message.into()),
        }
    }

    /// The command line asks for what cannot be.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// What was named does not exist.
    pub(crate) fn not_found(what: &str, name: &str) -> Self {
        Self::new(Exit::NotFound, format!("there is no {what} {name}"))
    }

    /// It may not be done now.
    pub(crate) fn refused(refusal: impl std::fmt::Display) -> Self {
        Self::new(Exit::Refused, refusal.to_string())
    }

    /// The data are invalid, or a signature does not hold.
    pub(crate) fn invalid(fault: impl std::fmt::Display) -> Self {
        Self::new(Exit::Invalid, fault.to_string())
    }

    /// The text for people, with its causes, or one JSON object.
    pub(crate) fn render(&self, json: bool) -> String {
        if json {
            let causes: Vec<String> = self.reason.chain().skip(1).map(cause).collect();
            let error = json!({
                "exit": self.exit.code(),
                "code": self.exit.as_str(),
                "message": self.reason.to_string(),
                "causes": causes,
            });
            return error.to_string();
        }
        format!("cei-gateway: {:#}", self.reason)
    }
}

fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    error.to_string()
}

/// What failed for our own reasons: later, where the database was away or busy.
impl From<anyhow::Error> for CliError {
    fn from(reason: anyhow::Error) -> Self {
        let later = reason
            .chain()
            .filter_map(|cause| cause.downcast_ref::<StoreError>())
            .any(StoreError::is_transient);
        let exit = if later { Exit::TryAgain } else { Exit::Failure };
        Self { exit, reason }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::from(anyhow::Error::new(error))
    }
}

/// The output could not be written: the reader went away, or the disk is full.
impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        Self::from(anyhow::Error::new(error).context("writing the output"))
    }
}

/// A refusal knows how its command ends.
pub(crate) trait Refusal: std::fmt::Display {
    /// [`Exit::Refused`], unless the refusal says more.
    fn exit(&self) -> Exit {
        Exit::Refused
    }
}

impl<R: Refusal> From<Failure<R>> for CliError {
    fn from(failure: Failure<R>) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::new(refusal.exit(), refusal.to_string()),
            Failure::Broken(reason) => Self::from(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_database_means_try_again_and_a_defect_does_not() {
        let busy = StoreError::Unavailable(sqlx::Error::PoolTimedOut);
        let error = CliError::from(anyhow::Error::new(busy).context("listing orders"));
        assert_eq!(error.exit, Exit::TryAgain);
        assert_eq!(
            error.render(false),
            "cei-gateway: listing orders: the database is not available: pool timed out while \
             waiting for an open connection"
        );

        let defect = CliError::from(StoreError::Moved { what: "order" });
        assert_eq!(defect.exit, Exit::Failure);
    }

    #[test]
    fn an_error_in_json_has_a_stable_shape() {
        let error = CliError::not_found("order", "CO-1");
        assert_eq!(
            error.render(true),
            r#"{"causes":[],"code":"not-found","exit":3,"message":"there is no order CO-1"}"#
        );
    }
}
