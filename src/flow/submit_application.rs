//! Takes an application in: checks it, decides its fee, seals its content, and tells its office.
//!
//! [`prepare`] does what takes long, outside any transaction; [`accept`] writes the result in the
//! caller's transaction, so that the answer to the office is written with it.

use anyhow::Context;
use chrono::Datelike;
use openssl::sha::sha256;
use zeroize::Zeroizing;

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::calendar::bucharest_day;
use crate::domain::county::{County, Siruta};
use crate::domain::fee::{FeeEvent, FeeState};
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::money::Money;
use crate::domain::names::Mark;
use crate::domain::office::{self as office_rules, OfficeCode, OfficeKind};
use crate::domain::payment_reference::PaymentReference;
use crate::domain::rule::Fact;
use crate::domain::submission::Submission;
use crate::domain::term::deadline;
use crate::flow::content::ApplicationContent;
use crate::flow::give_payment_reference::give_payment_reference;
use crate::flow::intake::{self, Fault, IntakeContext, IntakePolicy};
use crate::flow::once::KeyReused;
use crate::flow::person_key::person_key;
use crate::flow::progress::advance;
use crate::flow::sealing::seal;
use crate::flow::{Failure, match_payment};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, take_step};
use crate::store::offices::{self, Office};
use crate::store::sealed::{self, NewSealed, SealedKind};
use crate::store::{StoreError, Tx, counters, payment_references};
use crate::worker::bell::Bell;

/// Why an application was not taken in.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SubmitRefusal {
    /// Its faults, all of them.
    #[error("the application has {} faults", .0.len())]
    Faulty(Vec<Fault>),
    /// The office used its reference for another application, or for other content.
    #[error("the office's reference belongs to the application {number}")]
    ReferenceUsed {
        /// The number of that application.
        number: String,
    },
    /// The person has an open application.
    #[error("the person has an open application for this product")]
    PersonHasOpenOne {
        /// Its number, if it is of the same office.
        own_number: Option<String>,
    },
    /// The payment reference was not given to this office, or another application bears it.
    #[error("the payment reference is not free")]
    PaymentReferenceNotFree,
    /// Another request changed what this one saw; tried again, it finds its answer.
    #[error("another request was faster")]
    Overtaken,
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// An application that passed every check, with its content sealed.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) office: Office,
    pub(crate) submission: Submission,
    pub(crate) content_sha256: [u8; 32],
    pub(crate) content: NewSealed,
    pub(crate) person_key: Vec<u8>,
}

/// What an application turned out to be before anything was written.
#[derive(Debug)]
pub enum Preparation {
    /// It may be taken in.
    New(Box<Prepared>),
    /// It was taken in before, with the same content.
    Before(Box<Application>),
}

/// Checks an application of `office` and seals its content.
pub async fn prepare(
    gateway: &Gateway,
    office: OfficeId,
    content: &ApplicationContent,
) -> Result<Preparation, Failure<SubmitRefusal>> {
    let digest = digest_of(content)?;
    if let Some(before) = find_before(gateway, office, content, &digest).await? {
        return Ok(Preparation::Before(Box::new(before)));
    }
    let prepared = check_and_seal(gateway, office, content, digest).await?;
    Ok(Preparation::New(Box::new(prepared)))
}

/// Checks an application as if it were handed in, and keeps nothing.
pub async fn check_only(
    gateway: &Gateway,
    office: OfficeId,
    content: &ApplicationContent,
) -> Result<(), Failure<SubmitRefusal>> {
    check(gateway, office, content).await.map(|_checked| ())
}

async fn check(
    gateway: &Gateway,
    office: OfficeId,
    content: &ApplicationContent,
) -> Result<(Office, Submission), Failure<SubmitRefusal>> {
    let (office, collect_at) = find_offices(gateway, office, content).await?;
    let seen = as_rules_see(&office)?;
    let collect_at = collect_at.as_ref().map(as_rules_see).transpose()?;
    let circumstances = IntakeContext {
        today: gateway.clock.today(),
        office: &seen,
        collect_at: collect_at.as_ref(),
        policy: &IntakePolicy::default(),
    };
    let submission = intake::check(content, &circumstances)
        .map_err(|faults| Failure::Refused(SubmitRefusal::Faulty(faults)))?;
    Ok((office, submission))
}

/// Checks an application and seals its content, whether it is new or a revision.
pub(crate) async fn check_and_seal(
    gateway: &Gateway,
    office: OfficeId,
    content: &ApplicationContent,
    content_sha256: [u8; 32],
) -> Result<Prepared, Failure<SubmitRefusal>> {
    let (office, submission) = check(gateway, office, content).await?;
    // The order is written from what was checked, not from what was typed.
    let plain = plain_of(&intake::normalised(content, &submission))?;
    let content = seal(gateway, SealedKind::Application, plain).await?;
    Ok(Prepared {
        person_key: person_key(gateway, &submission.applicant.cnp),
        office,
        submission,
        content_sha256,
        content,
    })
}

/// SHA-256 of an application as its office wrote it; blanks and the order of fields do not count.
pub(crate) fn digest_of(content: &ApplicationContent) -> anyhow::Result<[u8; 32]> {
    Ok(sha256(&plain_of(content)?))
}

/// Every field of the content in the order of its type.
fn plain_of(content: &ApplicationContent) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    serde_json::to_vec(content)
        .map(Zeroizing::new)
        .context("writing an application's content")
}

async fn find_before(
    gateway: &Gateway,
    office: OfficeId,
    content: &ApplicationContent,
    digest: &[u8; 32],
) -> Result<Option<Application>, Failure<SubmitRefusal>> {
    // What is no reference is a fault that intake names, and nothing to ask a database for.
    let Some(reference) = Mark::parse(&content.office_reference) else {
        return Ok(None);
    };
    let mut tx = gateway.store.read().await?;
    same_content(&mut tx, office, reference.as_str(), digest).await
}

/// Finds what the office submitted under `reference`, if it was the same content.
async fn same_content(
    tx: &mut Tx,
    office: OfficeId,
    reference: &str,
    digest: &[u8; 32],
) -> Result<Option<Application>, Failure<SubmitRefusal>> {
    match applications::find_by_office_reference(tx, office, reference).await? {
        Some(before) if before.content_sha256 != digest => {
            Err(Failure::Refused(SubmitRefusal::ReferenceUsed {
                number: before.number,
            }))
        }
        before => Ok(before),
    }
}

/// Finds the submitting office, and the one that shall hand the card over where it is another.
async fn find_offices(
    gateway: &Gateway,
    office: OfficeId,
    content: &ApplicationContent,
) -> Result<(Office, Option<Office>), Failure<SubmitRefusal>> {
    let mut tx = gateway.store.read().await?;
    let found = offices::find(&mut tx, office).await?;
    let found = found.context("a credential names an office that does not exist")?;
    let code = content.collect_at_office.as_deref();
    let collect_at = match code.and_then(|code| OfficeCode::parse(code).ok()) {
        Some(code) => offices::find_by_code(&mut tx, code.as_str(), content.registered_on).await?,
        None => None,
    };
    Ok((found, collect_at))
}

/// The office with what the rules ask about it.
fn as_rules_see(office: &Office) -> anyhow::Result<office_rules::Office> {
    let known = office_rules::CLUJ
        .iter()
        .find(|known| known.code == office.code);
    let county = County::parse(&office.county)?;
    let siruta = office.siruta.and_then(|number| u32::try_from(number).ok());
    // A directorate stands in no locality of its own; its county's number stands for it.
    let place = siruta.unwrap_or_else(|| u32::from(county.siruta_number()));
    let place = known.map_or(place, |known| known.siruta);
    let kind = match (known, siruta) {
        (Some(known), _) => known.kind,
        (None, Some(_)) => OfficeKind::Local,
        (None, None) => OfficeKind::County,
    };
    Ok(office_rules::Office {
        id: office.id,
        code: OfficeCode::parse(&office.code)?,
        aliases: Vec::new(),
        name: office.name.clone(),
        county,
        siruta: Siruta::new(place).context("an office without a locality")?,
        kind,
    })
}

/// Writes a prepared application: its steps up to the fee's decision, and the events that tell
/// its office. Returns it as it stands then.
pub async fn accept(
    tx: &mut Tx,
    gateway: &Gateway,
    prepared: &Prepared,
    note: &Note<'_>,
) -> Result<Application, Failure<SubmitRefusal>> {
    let Prepared {
        office, submission, ..
    } = prepared;
    let reference = submission.office_reference.as_str();
    let digest = &prepared.content_sha256;
    if let Some(before) = same_content(tx, office.id, reference, digest).await? {
        return Ok(before);
    }
    refuse_second_open(tx, office.id, &prepared.person_key, submission).await?;
    let payment_reference = payment_reference(tx, office.id, submission, note).await?;
    let year = bucharest_day(note.at).year();
    let series = format!("application:{}:{year}", office.code);
    let serial = counters::take_number(tx, &series).await?;
    let number = format!("{}-{year}-{serial:06}", office.code);
    let mut application = draft(gateway, prepared, number, payment_reference, note)?;
    sealed::insert(tx, &prepared.content, note.at).await?;
    if !applications::insert(tx, &application).await? {
        return Err(Failure::Refused(SubmitRefusal::Overtaken));
    }
    let product = submission.product;
    let id = application.id;
    if !payment_references::tie(tx, payment_reference, office.id, product, id).await? {
        return Err(Failure::Refused(SubmitRefusal::PaymentReferenceNotFree));
    }
    decide(tx, &mut application, submission.fee.due, note).await?;
    offer_waiting_payments(tx, gateway, &mut application, submission, note).await?;
    reload(tx, id).await
}

/// Reads an application that was just written, with the version that its office will see.
pub(crate) async fn reload<R>(tx: &mut Tx, id: ApplicationId) -> Result<Application, Failure<R>> {
    let written = applications::find(tx, id).await?;
    Ok(written.ok_or(StoreError::Moved {
        what: "application",
    })?)
}

/// Refuses a person's second open application; what is told of another office's is that it is.
pub(crate) async fn refuse_second_open(
    tx: &mut Tx,
    office: OfficeId,
    person_key: &[u8],
    submission: &Submission,
) -> Result<(), Failure<SubmitRefusal>> {
    match applications::find_open_of_person(tx, person_key, submission.product).await? {
        None => Ok(()),
        Some(open) => Err(Failure::Refused(SubmitRefusal::PersonHasOpenOne {
            own_number: (open.office == office).then_some(open.number),
        })),
    }
}

/// The reference that the office was given before, or a new one.
async fn payment_reference(
    tx: &mut Tx,
    office: OfficeId,
    submission: &Submission,
    note: &Note<'_>,
) -> Result<PaymentReference, Failure<SubmitRefusal>> {
    let product = submission.product;
    let Some(given) = submission.payment_reference else {
        return give_payment_reference(tx, office, product, note).await;
    };
    if payment_references::is_free(tx, given, office, product).await? {
        Ok(given)
    } else {
        Err(Failure::Refused(SubmitRefusal::PaymentReferenceNotFree))
    }
}

/// The application as it is first written.
fn draft(
    gateway: &Gateway,
    prepared: &Prepared,
    number: String,
    payment_reference: PaymentReference,
    note: &Note<'_>,
) -> anyhow::Result<Application> {
    let submission = &prepared.submission;
    let fee = &submission.fee;
    Ok(Application {
        id: ApplicationId(note.random.uuid(note.at)),
        number,
        office: prepared.office.id,
        collect_office: submission.collect_at.unwrap_or(prepared.office.id),
        office_reference: submission.office_reference.as_str().to_owned(),
        content_sha256: prepared.content_sha256.to_vec(),
        revision: 1,
        product: submission.product,
        card_reason: submission.reason,
        person_key: prepared.person_key.clone(),
        bureau: gateway.config.bureau.code.clone(),
        test: gateway.config.environment.is_test(),
        registered_on: submission.registered_on,
        deadline_on: deadline(submission.registered_on),
        eligibility_rule: submission.eligibility.rule.to_owned(),
        state: ApplicationState::Received,
        fee_state: FeeState::Undecided,
        fee_due: fee.due,
        fee_paid: Money::ZERO,
        fee_rule: fee.exemption.unwrap_or(fee.rule).to_owned(),
        fee_facts: facts_as_json(&fee.facts)?,
        payment_reference: payment_reference.compact(),
        sealed: prepared.content.id,
        content_bytes: prepared.content.size_bytes,
        order_attempts: 0,
        remakes: 0,
        ready_since: None,
        received_at: note.at,
        updated_at: note.at,
        version: 1,
    })
}

fn facts_as_json(facts: &[Fact]) -> anyhow::Result<String> {
    let facts: std::collections::BTreeMap<&str, &str> = facts
        .iter()
        .map(|fact| (fact.name, fact.value.as_str()))
        .collect();
    serde_json::to_string(&facts).context("writing the facts of a fee")
}

/// Takes the steps that follow from checks that passed and a fee that was decided.
async fn decide(
    tx: &mut Tx,
    application: &mut Application,
    due: Money,
    note: &Note<'_>,
) -> Result<(), Failure<SubmitRefusal>> {
    advance(tx, application, ApplicationEvent::ChecksPassed, None, note).await?;
    let event = if due == Money::ZERO {
        FeeEvent::FoundExempt
    } else {
        FeeEvent::FoundDue
    };
    let id = application.id.0;
    application.fee_state =
        take_step::<history::Fee>(tx, id, application.fee_state, event, note).await?;
    follow_fee(tx, application, note).await
}

/// Takes an approved application on: to the next order, or to wait for its fee.
pub(crate) async fn follow_fee<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let event = if application.fee_state.is_settled() {
        ApplicationEvent::FeeSettled
    } else {
        ApplicationEvent::FeeFoundDue
    };
    advance(tx, application, event, None, note).await
}

/// Offers the application to the payments that came before it.
pub(crate) async fn offer_waiting_payments(
    tx: &mut Tx,
    gateway: &Gateway,
    application: &mut Application,
    submission: &Submission,
    note: &Note<'_>,
) -> Result<(), Failure<SubmitRefusal>> {
    let person = &submission.applicant;
    let name = (person.surname.as_str(), person.given_names.as_str());
    match_payment::remember_name(tx, gateway, application.id, name).await?;
    match_payment::offer(tx, application, note).await
}

/// Wakes whoever has something to do once a new application or revision is committed.
pub fn wake(gateway: &Gateway, application: &Application) {
    if application.state == ApplicationState::Ready {
        gateway.bells.ring(Bell::Batcher);
    }
    gateway.bells.tell_offices();
}
