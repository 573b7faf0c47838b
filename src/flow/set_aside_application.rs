//! Sets an application aside for an operator's decision, by an operator's decision.

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::operator::Actor;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::progress::{advance, note};
use crate::gateway::Gateway;
use crate::store::applications;
use crate::store::history::SubjectKind;
use crate::store::holds::{self, NewHold};

/// Why an application was not set aside.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SetAsideRefusal {
    /// There is no such application.
    #[error("there is no application {number}")]
    Unknown {
        /// As it was asked for.
        number: String,
    },
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// Its state does not let it.
    #[error("the application {number} is {state}, which does not allow this")]
    NotNow {
        /// The application.
        number: String,
        /// Its state.
        state: ApplicationState,
    },
}

/// Stops an application until an operator has decided about its hold.
pub async fn set_aside_application(
    gateway: &Gateway,
    number: &str,
    actor: &Actor,
    reason: &str,
) -> Result<(), Failure<SetAsideRefusal>> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Failure::Refused(SetAsideRefusal::ReasonMissing));
    }
    let note = note(gateway, actor, Some(reason));
    let mut tx = gateway.store.begin().await?;
    let unknown = || SetAsideRefusal::Unknown {
        number: number.to_owned(),
    };
    let mut application = applications::find_by_number(&mut tx, number)
        .await?
        .ok_or_else(|| Failure::Refused(unknown()))?;
    let event = ApplicationEvent::Held;
    if application.state.after(event).is_err() {
        return Err(Failure::Refused(SetAsideRefusal::NotNow {
            number: application.number,
            state: application.state,
        }));
    }
    let code = Reason::OPERATOR_HOLD.number();
    advance(&mut tx, &mut application, event, Some(code), &note).await?;
    let hold = NewHold {
        kind: SubjectKind::Application,
        subject: application.id.0,
        number: &application.number,
        code,
        // The operator's words stand in the history; a hold's detail is for the gateway's own.
        detail: "set aside by an operator",
    };
    holds::open(&mut tx, &hold, &note).await?;
    tx.commit().await?;
    Ok(())
}
