//! Takes applications in, one or many of an office at once: checks them, decides their fees, seals
//! their contents, and tells the office.
//!
//! What takes long is done outside any transaction; then all that passed are written in one, in the
//! same few statements however many they are, together with the answer to the office. Each
//! application is judged by itself. When another request was faster, the whole is judged anew by
//! what that one left; what was found out about an application by itself is not found out again.

mod candidates;
mod check;
mod write;

use std::sync::Arc;

use anyhow::Context;
use futures_util::future::try_join;

use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::payment_reference::PaymentReference;
use crate::domain::submission::Submission;
use crate::flow::content::ApplicationContent;
use crate::flow::intake::Fault;
use crate::flow::once::{Answer, KeyReused, RequestKey, look_for_answer, write_answer};
use crate::flow::progress::advance;
use crate::flow::submit_application::candidates::{Candidate, Verdict, find_out, judge_all, look};
use crate::flow::submit_application::check::Surroundings;
use crate::flow::submit_application::write::{Accepted, take_in};
use crate::flow::{Failure, match_payment};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application, Standing};
use crate::store::history::Note;
use crate::store::payment_references::{self, Given};
use crate::store::{StoreError, Tx};
use crate::worker::bell::Bell;

pub use check::{Prepared, check_only};
pub(crate) use check::{check_and_seal, digest_of};

/// How often a request is judged while others are faster. One that loses so often does not race but
/// contradicts what is stored, and has to be told.
const RACES_MAX: u32 = 5;

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

/// An application that is with us.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Taken {
    /// It was taken in now.
    New(Box<Application>),
    /// It was taken in before, with the same content.
    Before(Box<Application>),
}

/// What has become of one application.
pub type Outcome = Result<Taken, SubmitRefusal>;

/// Who hands applications in, and how the answer is kept.
pub struct Handing<'a> {
    /// The office.
    pub office: OfficeId,
    /// Who, when and why, for the history.
    pub note: Note<'a>,
    /// What tells the request from another one; `None` where the applications alone do.
    pub request: Option<&'a RequestKey>,
    /// The answer to keep with what is written; `None` when nothing has to be kept.
    pub answer: &'a (dyn Fn(&[Outcome]) -> anyhow::Result<Option<Answer>> + Sync),
}

/// What has become of a request.
#[derive(Debug)]
pub enum Submitted {
    /// It was judged now: each application's outcome, in order, and the answer that was kept.
    Now(Vec<Outcome>, Option<Answer>),
    /// It was answered before; nothing changed.
    Before(Answer),
}

/// Takes in what may be taken in of `contents`, all of it in one transaction with the answer.
pub async fn submit(
    gateway: &Gateway,
    handing: &Handing<'_>,
    contents: Vec<ApplicationContent>,
) -> Result<Submitted, Failure<KeyReused>> {
    let candidates: Vec<Candidate> = contents
        .into_iter()
        .map(|content| Candidate::new(gateway, content))
        .collect();
    let looked_at = candidates.iter().map(Candidate::content);
    let (around, mut standing) = try_join(
        Surroundings::look(gateway, handing.office, looked_at),
        look(gateway, handing.office, &candidates),
    )
    .await?;
    let mut submission = Submitting {
        gateway,
        handing,
        around: Arc::new(around),
        candidates,
    };
    let mut races = 1;
    loop {
        match submission.judge_and_write(&standing).await {
            Err(failure) if failure.is_lost_race() && races < RACES_MAX => {
                tracing::debug!("somebody else was faster; looking again");
                races += 1;
            }
            outcome => return outcome,
        }
        if let Some(request) = handing.request
            && let Some(answer) = look_for_answer(gateway, request).await?
        {
            return Ok(Submitted::Before(answer));
        }
        standing = look(gateway, handing.office, &submission.candidates).await?;
    }
}

/// A request on its way.
struct Submitting<'a> {
    gateway: &'a Gateway,
    handing: &'a Handing<'a>,
    around: Arc<Surroundings>,
    candidates: Vec<Candidate>,
}

impl Submitting<'_> {
    /// Judges the applications by what stands already, and writes those that are new.
    async fn judge_and_write(
        &mut self,
        standing: &[Standing],
    ) -> Result<Submitted, Failure<KeyReused>> {
        let (gateway, office) = (self.gateway, self.handing.office);
        find_out(gateway, &self.around, standing, &mut self.candidates).await?;
        let mut verdicts = judge_all(&self.candidates, standing, office)?;
        let references = find_references(gateway, office, &mut verdicts).await?;
        let mut accepted = Vec::with_capacity(references.len());
        for verdict in &verdicts {
            if let Verdict::New(passed) = verdict {
                let place = references.get(accepted.len());
                let (reference, is_given) = *place.context("an application without reference")?;
                accepted.push(Accepted {
                    passed: *passed,
                    reference,
                    is_given,
                });
            }
        }
        let before = self.find_before(&verdicts).await?;
        self.write(&verdicts, &accepted, before).await
    }

    /// Reads what was taken in before.
    async fn find_before(&self, verdicts: &[Verdict<'_>]) -> Result<Vec<Application>, StoreError> {
        let ids: Vec<uuid::Uuid> = verdicts.iter().filter_map(id_before).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.gateway.store.read().await?;
        let found = applications::find_all(&mut tx, &ids).await?;
        Ok(found.into_values().collect())
    }

    async fn write(
        &self,
        verdicts: &[Verdict<'_>],
        accepted: &[Accepted<'_>],
        before: Vec<Application>,
    ) -> Result<Submitted, Failure<KeyReused>> {
        let Handing {
            note,
            request,
            answer,
            ..
        } = self.handing;
        if accepted.is_empty() {
            // Where something is written, its answer finds out that the request was answered before.
            if let Some(request) = request
                && let Some(answer) = look_for_answer(self.gateway, request).await?
            {
                return Ok(Submitted::Before(answer));
            }
            let outcomes = outcomes_of(verdicts, Vec::new(), &before)?;
            let Some(answer) = answer(&outcomes)? else {
                return Ok(Submitted::Now(outcomes, None));
            };
            return self
                .keep(self.gateway.store.begin().await?, outcomes, Some(answer))
                .await;
        }
        let mut tx = self.gateway.store.begin().await?;
        let office = &self.around.office;
        let new = take_in(&mut tx, self.gateway, office, accepted, note).await?;
        let is_ready = new.iter().any(|one| one.state == ApplicationState::Ready);
        let outcomes = outcomes_of(verdicts, new, &before)?;
        let answer = answer(&outcomes)?;
        let submitted = self
            .keep(tx, outcomes, answer.filter(|_| request.is_some()))
            .await?;
        if matches!(submitted, Submitted::Now(..)) {
            ring(self.gateway, is_ready);
        }
        Ok(submitted)
    }

    /// Commits what was written, with its answer.
    async fn keep(
        &self,
        mut tx: Tx,
        outcomes: Vec<Outcome>,
        answer: Option<Answer>,
    ) -> Result<Submitted, Failure<KeyReused>> {
        if let (Some(request), Some(answer)) = (self.handing.request, &answer)
            && !write_answer(&mut tx, request, answer, self.handing.note.at).await?
        {
            drop(tx);
            let given = look_for_answer(self.gateway, request).await?;
            let given = given.ok_or(StoreError::Moved { what: "answer" })?;
            return Ok(Submitted::Before(given));
        }
        tx.commit().await?;
        Ok(Submitted::Now(outcomes, answer))
    }
}

fn id_before(verdict: &Verdict<'_>) -> Option<uuid::Uuid> {
    match verdict {
        Verdict::Before(id) => Some(id.0),
        _ => None,
    }
}

/// The payment references of the new applications, in order, and whether each was given to the
/// office before. An application whose reference is not free is refused.
async fn find_references(
    gateway: &Gateway,
    office: OfficeId,
    verdicts: &mut [Verdict<'_>],
) -> Result<Vec<(PaymentReference, bool)>, StoreError> {
    let mut references = Vec::new();
    for verdict in verdicts.iter() {
        if let Verdict::New(passed) = verdict {
            let given = passed.submission.payment_reference;
            let drawn = || PaymentReference::from_random(gateway.random.next_u64());
            references.push((given.unwrap_or_else(drawn), given.is_some()));
        }
    }
    // A single drawn one is rarely taken, and a lost race then.
    if references.iter().all(|(_, is_given)| !is_given) && references.len() <= 1 {
        return Ok(references);
    }
    let texts: Vec<String> = references.iter().map(|(one, _)| one.compact()).collect();
    let asked: Vec<&str> = texts.iter().map(String::as_str).collect();
    let known = payment_references::find_given(gateway.store.glance()?, &asked).await?;
    let mut borne: Vec<PaymentReference> = Vec::new();
    let mut pairs = references.into_iter();
    let mut kept = Vec::new();
    for verdict in verdicts.iter_mut() {
        let Verdict::New(passed) = verdict else {
            continue;
        };
        let Some((mut reference, is_given)) = pairs.next() else {
            break;
        };
        if is_given {
            let is_free = is_free(&known, reference, office, passed.submission);
            if !is_free || borne.contains(&reference) {
                *verdict = Verdict::Refused(SubmitRefusal::PaymentReferenceNotFree);
                continue;
            }
        } else {
            let is_known = |one: &Given| one.reference == reference.compact();
            if known.iter().any(is_known) || borne.contains(&reference) {
                // Once more; should that one be taken too, it is a lost race.
                reference = PaymentReference::from_random(gateway.random.next_u64());
            }
        }
        borne.push(reference);
        kept.push((reference, is_given));
    }
    Ok(kept)
}

/// Whether the office holds the reference for what is asked for, and no application bears it.
fn is_free(
    known: &[Given],
    reference: PaymentReference,
    office: OfficeId,
    submission: &Submission,
) -> bool {
    let compact = reference.compact();
    known.iter().any(|given| {
        given.reference == compact
            && given.office == office
            && given.product == submission.product
            && !given.is_borne
    })
}

/// What has become of each application, once the new ones are written.
fn outcomes_of(
    verdicts: &[Verdict<'_>],
    new: Vec<Application>,
    before: &[Application],
) -> anyhow::Result<Vec<Outcome>> {
    let mut new = new.into_iter().map(Box::new);
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(verdicts.len());
    for verdict in verdicts {
        let outcome = match verdict {
            Verdict::New(_) => Ok(Taken::New(new.next().context("it was not written")?)),
            Verdict::Before(id) => Ok(Taken::Before(Box::new(of_id(before, *id)?))),
            Verdict::Refused(refusal) => Err(refusal.clone()),
            Verdict::Same(place) => match outcomes.get(*place) {
                Some(Ok(Taken::New(first) | Taken::Before(first))) => {
                    Ok(Taken::Before(first.clone()))
                }
                Some(Err(refusal)) => Err(refusal.clone()),
                None => anyhow::bail!("a repetition of nothing"),
            },
            Verdict::ReferenceOf(place) => match number_at(&outcomes, *place) {
                Some(number) => Err(SubmitRefusal::ReferenceUsed { number }),
                None => Err(SubmitRefusal::Overtaken),
            },
            Verdict::PersonOf(place) => Err(SubmitRefusal::PersonHasOpenOne {
                own_number: number_at(&outcomes, *place),
            }),
        };
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn of_id(before: &[Application], id: ApplicationId) -> anyhow::Result<Application> {
    let found = before.iter().find(|one| one.id == id);
    found.cloned().context("an application that stood is gone")
}

fn number_at(outcomes: &[Outcome], place: usize) -> Option<String> {
    match outcomes.get(place) {
        Some(Ok(Taken::New(first) | Taken::Before(first))) => Some(first.number.clone()),
        _ => None,
    }
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

/// Offers a revised application to the payments that came before it.
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

/// Wakes whoever has something to do once a revision is committed.
pub fn wake(gateway: &Gateway, application: &Application) {
    ring(gateway, application.state == ApplicationState::Ready);
}

fn ring(gateway: &Gateway, is_ready: bool) {
    if is_ready {
        gateway.bells.ring(Bell::Batcher);
    }
}
