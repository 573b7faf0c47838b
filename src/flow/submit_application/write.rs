//! Writes applications that may be taken in, as many as there are, in the same few statements.

use anyhow::Context;
use chrono::Datelike;

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::calendar::bucharest_day;
use crate::domain::fee::{FeeEvent, FeeState};
use crate::domain::id::ApplicationId;
use crate::domain::money::Money;
use crate::domain::payment_reference::PaymentReference;
use crate::domain::rule::Fact;
use crate::domain::term::deadline;
use crate::flow::Failure;
use crate::flow::match_payment::{keys_of_new, offer_new, remembered_name};
use crate::flow::progress::advance_new;
use crate::flow::submit_application::candidates::Passed;
use crate::gateway::Gateway;
use crate::store::applications::{self, Application, Arrival};
use crate::store::history::{self, Note, take_first_step};
use crate::store::offices::Office;
use crate::store::payment_references::{self, NewTie};
use crate::store::{StoreError, Tx, counters};

/// An application that may be taken in, with what its fee will be paid by.
pub(super) struct Accepted<'a> {
    pub(super) passed: Passed<'a>,
    pub(super) reference: PaymentReference,
    /// Whether the office was given the reference before.
    pub(super) is_given: bool,
}

/// Writes applications of an office: their steps up to the fee's decision, and the events that tell
/// the office. Returns them as they stand then, in the same order.
///
/// Fails with a lost race when anything stands in the way of any of them.
pub(super) async fn take_in<R>(
    tx: &mut Tx,
    gateway: &Gateway,
    office: &Office,
    accepted: &[Accepted<'_>],
    note: &Note<'_>,
) -> Result<Vec<Application>, Failure<R>> {
    let mut numbers = take_numbers(tx, office, accepted.len(), note).await?;
    let mut applications = Vec::with_capacity(accepted.len());
    let mut names = Vec::with_capacity(accepted.len());
    for one in accepted {
        let number = numbers.next().context("too few numbers")?;
        let mut application = draft(gateway, office, one, number, note)?;
        take_first_steps(tx, &mut application, note).await?;
        let person = &one.passed.submission.applicant;
        let name = (person.surname.as_str(), person.given_names.as_str());
        names.push((application.id, remembered_name(gateway, name)));
        applications.push(application);
    }
    let keys = keys_of_new(&applications, &names);
    let waited_for = write(tx, accepted, (&applications, &names), &keys, note).await?;
    offer_new(tx, &mut applications, (&names, &keys), &waited_for, note).await?;
    Ok(applications)
}

/// Writes the rows of applications and ties their references; returns for which of the keys money
/// waits.
async fn write(
    tx: &mut Tx,
    accepted: &[Accepted<'_>],
    (applications, names): (&[Application], &[(ApplicationId, [u8; 32])]),
    keys: &[String],
    note: &Note<'_>,
) -> Result<Vec<String>, StoreError> {
    let brought = accepted.iter().zip(applications).zip(names);
    let arrivals: Vec<Arrival<'_>> = brought
        .map(|((one, application), (_, name_key))| Arrival {
            application,
            content: one.passed.sealed,
            name_key,
            is_reference_new: !one.is_given,
        })
        .collect();
    let asked: Vec<&str> = keys.iter().map(String::as_str).collect();
    let arrived = applications::arrive(tx, &arrivals, &asked, note.at).await?;
    all(arrived.applications, accepted.len(), "application")?;
    let given: Vec<NewTie> = arrivals
        .iter()
        .filter(|one| !one.is_reference_new)
        .map(|one| tie_of(one.application))
        .collect();
    let drawn = accepted.len() - given.len();
    all(arrived.references, drawn, "payment reference")?;
    if !given.is_empty() {
        let tied = payment_references::tie_all(tx, &given).await?;
        all(tied, given.len(), "payment reference")?;
    }
    Ok(arrived.waited_for)
}

fn tie_of(application: &Application) -> NewTie {
    NewTie {
        reference: application.payment_reference.clone(),
        office: application.office,
        product: application.product,
        application: application.id,
    }
}

/// Takes the next numbers of the office's series.
async fn take_numbers(
    tx: &mut Tx,
    office: &Office,
    count: usize,
    note: &Note<'_>,
) -> Result<std::vec::IntoIter<String>, StoreError> {
    let year = bucharest_day(note.at).year();
    let code = office.code.clone();
    let series = format!("application:{code}:{year}");
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let first = counters::take_numbers(tx, &series, count).await?;
    let numbers = (first..first + count).map(|serial| format!("{code}-{year}-{serial:06}"));
    Ok(numbers.collect::<Vec<_>>().into_iter())
}

/// The application as it arrives.
fn draft(
    gateway: &Gateway,
    office: &Office,
    accepted: &Accepted<'_>,
    number: String,
    note: &Note<'_>,
) -> anyhow::Result<Application> {
    let Passed {
        submission,
        digest,
        person_key,
        sealed,
    } = accepted.passed;
    let fee = &submission.fee;
    Ok(Application {
        id: ApplicationId(note.random.uuid(note.at)),
        number,
        office: office.id,
        collect_office: submission.collect_at.unwrap_or(office.id),
        office_reference: submission.office_reference.as_str().to_owned(),
        content_sha256: digest.to_vec(),
        revision: 1,
        product: submission.product,
        card_reason: submission.reason,
        person_key: person_key.to_vec(),
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
        payment_reference: accepted.reference.compact(),
        sealed: sealed.id,
        content_bytes: sealed.size_bytes,
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
async fn take_first_steps<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    advance_new(tx, application, ApplicationEvent::ChecksPassed, note).await?;
    let decided = if application.fee_due == Money::ZERO {
        FeeEvent::FoundExempt
    } else {
        FeeEvent::FoundDue
    };
    let (id, undecided) = (application.id.0, application.fee_state);
    application.fee_state =
        take_first_step::<history::Fee>(tx, id, undecided, decided, note).await?;
    application.version += 1;
    let follows = if application.fee_state.is_settled() {
        ApplicationEvent::FeeSettled
    } else {
        ApplicationEvent::FeeFoundDue
    };
    advance_new(tx, application, follows, note).await
}

/// Whether all rows were written; otherwise somebody was faster.
fn all(written: u64, expected: usize, what: &'static str) -> Result<(), StoreError> {
    if usize::try_from(written) == Ok(expected) {
        Ok(())
    } else {
        Err(StoreError::Moved { what })
    }
}
