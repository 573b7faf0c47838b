//! Takes in the corrected content of an application that was returned to its office.

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::id::{ApplicationId, OfficeId};
use crate::flow::Failure;
use crate::flow::content::ApplicationContent;
use crate::flow::once::KeyReused;
use crate::flow::progress::advance;
use crate::flow::replace_card::is_kept;
use crate::flow::submit_application::{
    Prepared, SubmitRefusal, check_and_seal, digest_of, follow_fee, offer_waiting_payments,
    refuse_second_open, reload,
};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::Note;
use crate::store::{StoreError, Tx, sealed};

/// Why a revision was not taken in.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReviseRefusal {
    /// The office has no such application.
    #[error("there is no such application")]
    Unknown,
    /// Nobody returned it.
    #[error("the application is {state} and was not returned")]
    NotReturned {
        /// Its state.
        state: ApplicationState,
    },
    /// It changed since the office looked.
    #[error("the application has changed meanwhile")]
    Changed,
    /// What was decided on the day of registration and stays: the pointers of what differs.
    #[error("a revision may not change {}", .0.join(", "))]
    Fixed(Vec<&'static str>),
    /// As for a new application.
    #[error(transparent)]
    Content(#[from] SubmitRefusal),
}

impl From<KeyReused> for ReviseRefusal {
    fn from(reused: KeyReused) -> Self {
        Self::Content(reused.into())
    }
}

/// A corrected application, checked and sealed.
#[derive(Debug)]
pub struct PreparedRevision {
    application: ApplicationId,
    prepared: Prepared,
}

/// What a revision turned out to be before anything was written.
#[derive(Debug)]
pub enum RevisionPreparation {
    /// It may be taken in.
    New(Box<PreparedRevision>),
    /// The application has this content already.
    Before(Box<Application>),
}

/// Checks the corrected content of an application of `office` and seals it. `version` is what the
/// office saw, if it says so.
pub async fn prepare(
    gateway: &Gateway,
    office: OfficeId,
    id: ApplicationId,
    version: Option<i64>,
    content: &ApplicationContent,
) -> Result<RevisionPreparation, Failure<ReviseRefusal>> {
    let mut tx = gateway.store.read().await?;
    let application = find_own(&mut tx, office, id).await?;
    // What was erased must come again, though it says the same.
    let must_come = application.state == ApplicationState::Returned
        && !is_kept(&mut tx, application.sealed, gateway.clock.now()).await?;
    drop(tx);
    let digest = digest_of(content)?;
    if application.content_sha256 == digest && !must_come {
        return Ok(RevisionPreparation::Before(Box::new(application)));
    }
    if version.is_some_and(|version| version != application.version) {
        return Err(Failure::Refused(ReviseRefusal::Changed));
    }
    let state = application.state;
    if state != ApplicationState::Returned {
        return Err(Failure::Refused(ReviseRefusal::NotReturned { state }));
    }
    let fixed = fixed_parts_changed(&application, content);
    if !fixed.is_empty() {
        return Err(Failure::Refused(ReviseRefusal::Fixed(fixed)));
    }
    let prepared = check_and_seal(gateway, office, content, digest)
        .await
        .map_err(in_these_words)?;
    Ok(RevisionPreparation::New(Box::new(PreparedRevision {
        application: id,
        prepared,
    })))
}

/// Names what differs of what must not.
fn fixed_parts_changed(
    application: &Application,
    content: &ApplicationContent,
) -> Vec<&'static str> {
    let reference = content.payment_reference.as_deref().map(|text| {
        crate::domain::payment_reference::PaymentReference::parse(text)
            .is_ok_and(|reference| reference.compact() == application.payment_reference)
    });
    [
        (
            "/office_reference",
            content.office_reference == application.office_reference,
        ),
        ("/product", content.product == application.product.as_str()),
        (
            "/registered_on",
            content.registered_on == application.registered_on,
        ),
        ("/payment_reference", reference != Some(false)),
    ]
    .into_iter()
    .filter_map(|(pointer, same)| (!same).then_some(pointer))
    .collect()
}

/// Writes a checked revision and takes the application on from where it was returned.
///
/// The fee stays as it was decided on the day of registration.
pub async fn revise(
    tx: &mut Tx,
    gateway: &Gateway,
    revision: &PreparedRevision,
    note: &Note<'_>,
) -> Result<Application, Failure<ReviseRefusal>> {
    let PreparedRevision {
        application: id,
        prepared,
    } = revision;
    let before = find_own(tx, prepared.office.id, *id).await?;
    if before.person_key != prepared.person_key {
        let submission = &prepared.submission;
        refuse_second_open(tx, prepared.office.id, &prepared.person_key, submission)
            .await
            .map_err(in_these_words)?;
    }
    sealed::insert(tx, &prepared.content, note.at).await?;
    let mut application = revised(&before, prepared, note);
    match applications::revise(tx, &application).await {
        Ok(true) => (),
        Ok(false) => {
            return Err(Failure::Refused(ReviseRefusal::NotReturned {
                state: before.state,
            }));
        }
        // The person's other application came between; the transaction is given up.
        Err(StoreError::Conflict(_)) => {
            return Err(Failure::Refused(SubmitRefusal::Overtaken.into()));
        }
        Err(error) => return Err(error.into()),
    }
    // Nobody orders from the former content any more.
    sealed::erase_by(tx, before.sealed, note.at).await?;
    for event in [
        ApplicationEvent::Resubmitted,
        ApplicationEvent::ChecksPassed,
    ] {
        advance(tx, &mut application, event, None, note).await?;
    }
    follow_fee(tx, &mut application, note).await?;
    // A corrected CNP or name may be what a payment has waited for.
    offer_waiting_payments(tx, gateway, &mut application, &prepared.submission, note)
        .await
        .map_err(in_these_words)?;
    reload(tx, *id).await
}

fn revised(before: &Application, prepared: &Prepared, note: &Note<'_>) -> Application {
    let submission = &prepared.submission;
    Application {
        revision: before.revision + 1,
        content_sha256: prepared.content_sha256.to_vec(),
        card_reason: submission.reason,
        person_key: prepared.person_key.clone(),
        collect_office: submission.collect_at.unwrap_or(before.office),
        eligibility_rule: submission.eligibility.rule.to_owned(),
        sealed: prepared.content.id,
        content_bytes: prepared.content.size_bytes,
        updated_at: note.at,
        ..before.clone()
    }
}

async fn find_own(
    tx: &mut Tx,
    office: OfficeId,
    id: ApplicationId,
) -> Result<Application, Failure<ReviseRefusal>> {
    applications::find(tx, id)
        .await?
        .filter(|application| application.office == office)
        .ok_or(Failure::Refused(ReviseRefusal::Unknown))
}

fn in_these_words(failure: Failure<SubmitRefusal>) -> Failure<ReviseRefusal> {
    match failure {
        Failure::Refused(refusal) => Failure::Refused(refusal.into()),
        Failure::Broken(error) => Failure::Broken(error),
    }
}
