//! Sets an application aside for an operator's decision, by an operator's decision.

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::operator::Actor;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::progress::{advance, note};
use crate::gateway::Gateway;
use crate::store::history::{Note, SubjectKind};
use crate::store::holds::{self, NewHold};
use crate::store::{Tx, applications};

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
    /// It changed since the operator looked.
    #[error("the application has changed meanwhile")]
    Changed,
}

/// Stops an application until an operator has decided about its hold.
pub async fn set_aside_application(
    gateway: &Gateway,
    number: &str,
    actor: &Actor,
    reason: &str,
) -> Result<(), Failure<SetAsideRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    set_aside_in(&mut tx, number, None, &note).await?;
    tx.commit().await?;
    Ok(())
}

/// [`set_aside_application`] in the caller's transaction. `name` is the application's number or
/// id, `version` what the operator saw, if it is said.
pub(crate) async fn set_aside_in(
    tx: &mut Tx,
    name: &str,
    version: Option<i64>,
    note: &Note<'_>,
) -> Result<(), Failure<SetAsideRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(SetAsideRefusal::ReasonMissing));
    }
    let unknown = || SetAsideRefusal::Unknown {
        number: name.to_owned(),
    };
    let mut application = applications::find_by_name(tx, name)
        .await?
        .ok_or_else(|| Failure::Refused(unknown()))?;
    if version.is_some_and(|version| version != application.version) {
        return Err(Failure::Refused(SetAsideRefusal::Changed));
    }
    let event = ApplicationEvent::Held;
    if application.state.after(event).is_err() {
        return Err(Failure::Refused(SetAsideRefusal::NotNow {
            number: application.number,
            state: application.state,
        }));
    }
    let code = Reason::OPERATOR_HOLD.number();
    advance(tx, &mut application, event, Some(code), note).await?;
    let hold = NewHold {
        kind: SubjectKind::Application,
        subject: application.id.0,
        number: &application.number,
        code,
        // The operator's words stand in the history; a hold's detail is for the gateway's own.
        detail: "set aside by an operator",
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
