//! What needs two persons: one asks, another approves, and only then it is done, in the transaction that
//! ends the request. What has changed since it was asked is not done.

use chrono::TimeDelta;

use crate::domain::audit::Entry;
use crate::domain::four_eyes::{
    ApprovalRefusal, FourEyesAction, Persons, REQUEST_HOURS, RequestOutcome, person,
};
use crate::domain::id::{CredentialId, RequestId};
use crate::domain::operator::Actor;
use crate::flow::Failure;
use crate::flow::decide_order::{repeat_answered, wake};
use crate::flow::letters::cancel::cancel_order_in;
use crate::flow::people::administer::take_device;
use crate::flow::progress::note;
use crate::gateway::Gateway;
use crate::store::four_eyes_requests::{self, Ending, Request};
use crate::store::history::Note;
use crate::store::{Tx, audit, credentials, orders, users};

/// Why a request is not made, or not decided.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequestRefusal {
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// There is nothing of this name.
    #[error("there is no {0}")]
    SubjectUnknown(String),
    /// The same was asked for and waits.
    #[error("the same was asked for already and waits for another person")]
    OneWaits,
    /// There is no such request.
    #[error("there is no such request")]
    Unknown,
    /// Somebody was faster.
    #[error("{by} ended the request: {outcome}")]
    Ended {
        /// How it ended.
        outcome: RequestOutcome,
        /// Who ended it.
        by: String,
    },
    /// What it is about is no longer what it was.
    #[error("{subject} was {before} when it was asked, and is {now}")]
    Moved {
        /// What it is about.
        subject: String,
        /// Its state when it was asked.
        before: String,
        /// Its state now.
        now: String,
    },
    /// What was asked cannot be done.
    #[error("{0}")]
    Impossible(String),
    /// The approval does not count.
    #[error(transparent)]
    Approval(#[from] ApprovalRefusal),
    /// Only whoever asked takes a request back.
    #[error("only whoever asked can take the request back")]
    NotYours,
}

type Outcome<T> = Result<T, Failure<RequestRefusal>>;

fn refused<T>(refusal: RequestRefusal) -> Outcome<T> {
    Err(Failure::Refused(refusal))
}

/// Asks for something that another person is to approve.
pub async fn ask(
    gateway: &Gateway,
    (action, subject): (FourEyesAction, &str),
    actor: &Actor,
    reason: &str,
) -> Outcome<Request> {
    let Some(asked_by) = person(actor) else {
        return refused(ApprovalRefusal::NotAPerson.into());
    };
    let reason = reason.trim();
    if reason.is_empty() {
        return refused(RequestRefusal::ReasonMissing);
    }
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    let Some(subject_state) = state_of(&mut tx, action, subject).await? else {
        let subject = subject.chars().take(60).collect();
        return refused(RequestRefusal::SubjectUnknown(subject));
    };
    four_eyes_requests::expire(&mut tx, now).await?;
    let request = Request {
        id: RequestId(gateway.random.uuid(now)),
        action,
        subject: subject.to_owned(),
        subject_state,
        asked_by,
        reason: reason.to_owned(),
        asked_at: now,
        expires_at: now + TimeDelta::hours(REQUEST_HOURS),
        ended_by: None,
        ended_reason: None,
        ended_at: None,
        outcome: None,
    };
    if !four_eyes_requests::insert(&mut tx, &request).await? {
        return refused(RequestRefusal::OneWaits);
    }
    put_on_record(&mut tx, gateway, &request, (actor, "REQUEST_MADE"), reason);
    tx.commit().await?;
    Ok(request)
}

/// Approves a request and does what was asked for.
pub async fn approve(
    gateway: &Gateway,
    id: RequestId,
    actor: &Actor,
    reason: &str,
) -> Outcome<Request> {
    let mut tx = gateway.store.begin().await?;
    let request = end(&mut tx, gateway, id, (RequestOutcome::Done, actor), reason).await?;
    let state = state_of(&mut tx, request.action, &request.subject).await?;
    let state = state.unwrap_or_default();
    if state != request.subject_state {
        return refused(RequestRefusal::Moved {
            subject: request.subject,
            before: request.subject_state,
            now: state,
        });
    }
    let words = format!(
        "{} (asked by {}: {})",
        reason.trim(),
        request.asked_by,
        request.reason
    );
    let note = note(gateway, actor, Some(&words));
    act(&mut tx, gateway, &request, &note).await?;
    put_on_record(
        &mut tx,
        gateway,
        &request,
        (actor, "REQUEST_APPROVED"),
        reason,
    );
    tx.commit().await?;
    wake(gateway);
    Ok(request)
}

/// Says no to a request.
pub async fn reject(
    gateway: &Gateway,
    id: RequestId,
    actor: &Actor,
    reason: &str,
) -> Outcome<Request> {
    leave_undone(gateway, id, (RequestOutcome::Rejected, actor), reason).await
}

/// Takes a request back that one has made oneself.
pub async fn withdraw(
    gateway: &Gateway,
    id: RequestId,
    actor: &Actor,
    reason: &str,
) -> Outcome<Request> {
    leave_undone(gateway, id, (RequestOutcome::Withdrawn, actor), reason).await
}

/// Ends a request of which nothing is done.
async fn leave_undone(
    gateway: &Gateway,
    id: RequestId,
    (outcome, actor): (RequestOutcome, &Actor),
    reason: &str,
) -> Outcome<Request> {
    let mut tx = gateway.store.begin().await?;
    let request = end(&mut tx, gateway, id, (outcome, actor), reason).await?;
    let action = match outcome {
        RequestOutcome::Withdrawn => "REQUEST_WITHDRAWN",
        _ => "REQUEST_REJECTED",
    };
    put_on_record(&mut tx, gateway, &request, (actor, action), reason);
    tx.commit().await?;
    Ok(request)
}

/// Whether somebody may end a request so: its own by taking it back, another's otherwise.
fn may_end(
    request: &Request,
    outcome: RequestOutcome,
    actor: &Actor,
) -> Result<(), RequestRefusal> {
    if outcome == RequestOutcome::Withdrawn {
        let is_own = person(actor).as_ref() == Some(&request.asked_by);
        return is_own.then_some(()).ok_or(RequestRefusal::NotYours);
    }
    let asked = std::slice::from_ref(&request.asked_by);
    Ok(Persons::Two.judge(asked, actor).map(|_count| ())?)
}

/// Ends a request, if it waits; of two who do so at once, the second is told who was first.
async fn end(
    tx: &mut Tx,
    gateway: &Gateway,
    id: RequestId,
    (outcome, actor): (RequestOutcome, &Actor),
    reason: &str,
) -> Outcome<Request> {
    let Some(by) = person(actor) else {
        return refused(ApprovalRefusal::NotAPerson.into());
    };
    if reason.trim().is_empty() {
        return refused(RequestRefusal::ReasonMissing);
    }
    let now = gateway.clock.now();
    four_eyes_requests::expire(tx, now).await?;
    let ending = Ending {
        outcome,
        by: &by,
        reason: reason.trim(),
        at: now,
    };
    let is_ours = four_eyes_requests::end(tx, id, ending).await?;
    match four_eyes_requests::find(tx, id).await? {
        None => refused(RequestRefusal::Unknown),
        Some(request) if is_ours => {
            may_end(&request, outcome, actor).map_err(Failure::Refused)?;
            Ok(request)
        }
        Some(request) => refused(RequestRefusal::Ended {
            outcome: request.outcome.unwrap_or(RequestOutcome::Expired),
            by: request.ended_by.unwrap_or_default(),
        }),
    }
}

/// The state of what a request is about, as whoever asks sees it; `None` where there is no such thing.
async fn state_of(tx: &mut Tx, action: FourEyesAction, subject: &str) -> Outcome<Option<String>> {
    Ok(match action {
        FourEyesAction::CancelSentOrder | FourEyesAction::ResendAnsweredOrder => {
            let order = orders::find_by_number(tx, subject).await?;
            order.map(|order| order.state.to_string())
        }
        FourEyesAction::RevokeKey => match subject.parse::<CredentialId>() {
            Ok(id) => credentials::find(tx, id).await?.map(|standing| {
                let is_revoked = standing.credential.revoked_at.is_some();
                if is_revoked { "revoked" } else { "valid" }.to_owned()
            }),
            Err(_no_id) => None,
        },
        FourEyesAction::ResetSecondFactor => {
            let user = users::find_by_name(tx, subject).await?;
            user.map(|user| {
                if user.code_confirmed {
                    "set up"
                } else {
                    "not set up"
                }
                .to_owned()
            })
        }
    })
}

/// Does what was asked for.
async fn act(tx: &mut Tx, gateway: &Gateway, request: &Request, note: &Note<'_>) -> Outcome<()> {
    let subject = request.subject.as_str();
    match request.action {
        FourEyesAction::CancelSentOrder => {
            let cancelled = cancel_order_in(tx, gateway, subject, &[], note).await;
            cancelled.map_err(|failure| failure.map(impossible))?;
        }
        FourEyesAction::ResendAnsweredOrder => {
            let resent = repeat_answered(tx, gateway, subject, note).await;
            resent.map_err(|failure| failure.map(impossible))?;
        }
        FourEyesAction::RevokeKey => {
            if let Ok(id) = subject.parse() {
                credentials::revoke(tx, id, note.at).await?;
            }
        }
        FourEyesAction::ResetSecondFactor => {
            let taken = take_device(tx, gateway, subject, note.actor).await;
            taken.map_err(|failure| failure.map(impossible))?;
        }
    }
    Ok(())
}

fn impossible(refusal: impl std::fmt::Display) -> RequestRefusal {
    RequestRefusal::Impossible(refusal.to_string())
}

fn put_on_record(
    tx: &mut Tx,
    gateway: &Gateway,
    request: &Request,
    (actor, action): (&Actor, &str),
    reason: &str,
) {
    let entry = Entry {
        at: gateway.clock.now(),
        actor: actor.to_string(),
        action: action.to_owned(),
        subject_kind: "REQUEST".to_owned(),
        subject: request.id.to_string(),
        detail: format!("{} {}", request.action, request.subject),
        reason: Some(reason.trim().to_owned()),
        history: None,
    };
    audit::note(tx, entry);
}
