//! Extends the legal term of an application, which the head of its office may decide once.

use crate::domain::application::ApplicationState;
use crate::domain::id::OfficeId;
use crate::domain::operator::Actor;
use crate::domain::term::{ExtensionFault, extended};
use crate::flow::Failure;
use crate::flow::once::KeyReused;
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, SubjectKind};
use crate::store::{StoreError, Tx};

/// Why a term was not extended.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ExtendRefusal {
    /// There is no such application, or it is another office's.
    #[error("there is no application {name}")]
    Unknown {
        /// As it was asked for.
        name: String,
    },
    /// The decision is to be recorded with its reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// It has ended.
    #[error("the application is {state}, and has no term any more")]
    Ended {
        /// Its state.
        state: ApplicationState,
    },
    /// The law does not let it.
    #[error(transparent)]
    NotAllowed(#[from] ExtensionFault),
    /// It changed since somebody looked.
    #[error("the application has changed meanwhile")]
    Changed,
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// A wish to extend a term.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Extension<'a> {
    /// The application's number or id.
    pub application: &'a str,
    /// Whose it must be; `None` for an operator, who may decide about everybody's.
    pub office: Option<OfficeId>,
    /// The version that was seen, if it is said.
    pub version: Option<i64>,
    /// By how many days.
    pub days: u32,
}

/// Extends a term by an operator's decision, in a transaction of its own.
pub async fn extend_term(
    gateway: &Gateway,
    extension: Extension<'_>,
    actor: &Actor,
    reason: &str,
) -> Result<Application, Failure<ExtendRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let application = extend_term_in(&mut tx, extension, &note).await?;
    tx.commit().await?;
    Ok(application)
}

/// [`extend_term`] in the caller's transaction.
pub(crate) async fn extend_term_in(
    tx: &mut Tx,
    extension: Extension<'_>,
    note: &Note<'_>,
) -> Result<Application, Failure<ExtendRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(ExtendRefusal::ReasonMissing));
    }
    let before = applications::find_by_name(tx, extension.application)
        .await?
        .filter(|found| extension.office.is_none_or(|office| office == found.office))
        .ok_or_else(|| {
            let name = extension.application.to_owned();
            Failure::Refused(ExtendRefusal::Unknown { name })
        })?;
    if extension.version.is_some_and(|seen| seen != before.version) {
        return Err(Failure::Refused(ExtendRefusal::Changed));
    }
    if before.state.is_ended() {
        let state = before.state;
        return Err(Failure::Refused(ExtendRefusal::Ended { state }));
    }
    let until = extended(before.registered_on, before.deadline_on, extension.days)
        .map_err(|fault| Failure::Refused(fault.into()))?;
    let moved = applications::set_deadline(tx, &before, until, note.at).await?;
    if !moved {
        return Err(StoreError::Moved {
            what: "application",
        }
        .into());
    }
    let (from, to) = (before.deadline_on.to_string(), until.to_string());
    let words = [from.as_str(), "TERM_EXTENDED", to.as_str()];
    history::record(tx, SubjectKind::Application, before.id.0, words, note).await?;
    applications::find(tx, before.id).await?.ok_or_else(|| {
        StoreError::Moved {
            what: "application",
        }
        .into()
    })
}
