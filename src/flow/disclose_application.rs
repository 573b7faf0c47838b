//! Shows somebody the person of one application. Who looked and why stands in the history, and so on the
//! audit record, before the sealed content is opened.

use anyhow::Context;
use chrono::NaiveDate;

use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::content::{AddressContent, ApplicationContent};
use crate::flow::progress::note;
use crate::flow::sealing::open;
use crate::gateway::Gateway;
use crate::store::history::{self, SubjectKind};
use crate::store::{applications, sealed};

/// Why nobody is shown.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DiscloseRefusal {
    /// There is no such application.
    #[error("there is no such application")]
    Unknown,
    /// Looking at a person needs a reason.
    #[error("to look at a person needs a reason in words")]
    ReasonMissing,
    /// What was sealed of the person is erased.
    #[error("what was sealed of the person is erased")]
    Erased,
}

/// The person of an application, as far as a case is decided by it: the images stay sealed.
#[derive(Clone, Eq, PartialEq)]
pub struct Disclosed {
    /// Family name.
    pub surname: String,
    /// Given names.
    pub given_names: String,
    /// Personal numeric code.
    pub cnp: String,
    /// `M` or `F`.
    pub sex: String,
    /// Date of birth.
    pub birth_on: NaiveDate,
    /// Place of birth.
    pub birth_place: String,
    /// Where the applicant lives, in one line.
    pub domicile: String,
    /// In what capacity somebody asks for the card.
    pub capacity: String,
}

/// Personal data stay out of logs.
impl std::fmt::Debug for Disclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disclosed(…)")
    }
}

/// Opens what is sealed of the person of one application, by its number or id.
///
/// The record is committed first: whoever asked stands on it even where nothing could be opened after.
pub async fn disclose_application(
    gateway: &Gateway,
    name: &str,
    actor: &Actor,
    reason: &str,
) -> Result<Disclosed, Failure<DiscloseRefusal>> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Failure::Refused(DiscloseRefusal::ReasonMissing));
    }
    let note = note(gateway, actor, Some(reason));
    let mut tx = gateway.store.begin().await?;
    let application = applications::find_by_name(&mut tx, name)
        .await?
        .ok_or(Failure::Refused(DiscloseRefusal::Unknown))?;
    let key = sealed::find_key(&mut tx, application.sealed).await?;
    let key = key.ok_or(Failure::Refused(DiscloseRefusal::Erased))?;
    let state = application.state.as_str();
    let words = [state, "PERSON_DISCLOSED", state];
    let id = application.id.0;
    history::record(&mut tx, SubjectKind::Application, id, words, &note).await?;
    tx.commit().await?;
    let plain = open(gateway, application.sealed, key).await?;
    let content: ApplicationContent =
        serde_json::from_slice(&plain).context("sealed content is not an application")?;
    Ok(Disclosed::from(content))
}

impl From<ApplicationContent> for Disclosed {
    fn from(content: ApplicationContent) -> Self {
        let applicant = content.applicant;
        Self {
            domicile: one_line(&applicant.domicile),
            surname: applicant.surname,
            given_names: applicant.given_names,
            cnp: applicant.cnp,
            sex: applicant.sex,
            birth_on: applicant.birth_on,
            birth_place: applicant.birth_place,
            capacity: content.requester.capacity,
        }
    }
}

fn one_line(address: &AddressContent) -> String {
    let parts = [
        address.street.as_deref(),
        address.number.as_deref(),
        Some(address.locality.as_str()),
        Some(address.county.as_str()),
        address.postal_code.as_deref(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
