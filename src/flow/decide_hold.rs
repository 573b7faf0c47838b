//! What an operator may decide about a hold: let the application go on, send it back to its
//! office, or take note of what needs no step.

use crate::domain::acknowledgement::LineState;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::cause::Cause;
use crate::domain::id::{ApplicationId, HoldId, InboxId, OrderId};
use crate::domain::inbox::InboxEvent;
use crate::domain::operator::Actor;
use crate::domain::order::OrderState;
use crate::domain::reason::Reason;
use crate::domain::reconciliation::catch_up;
use crate::flow::Failure;
use crate::flow::line_step;
use crate::flow::progress::{advance, note};
use crate::flow::replace_card::{Replacement, replace_card};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, Hold, NewHold};
use crate::store::{StoreError, Tx, inbox, order_lines, orders, outbox};
use crate::worker::bell::Bell;

/// What is to become of a hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// What waits goes on: an application to the next order or after its line, a document is read
    /// again.
    Release,
    /// The application goes back to its office, which corrects it.
    SendBack,
    /// Nothing needs to be done; the hold is closed and everything stays as it is.
    TakeNote,
}

/// Why a decision about a hold was not carried out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HoldRefusal {
    /// There is no such hold.
    #[error("there is no such hold")]
    Unknown,
    /// Somebody closed it.
    #[error("the hold was closed before")]
    Closed,
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// The decision does not fit what waits.
    #[error("the {kind} is {state}, which does not allow this")]
    NotNow {
        /// What waits.
        kind: String,
        /// Its state.
        state: String,
    },
}

/// Carries out a decision about an open hold.
pub async fn decide(
    gateway: &Gateway,
    hold: HoldId,
    decision: Decision,
    actor: &Actor,
    reason: &str,
) -> Result<(), Failure<HoldRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    decide_in(&mut tx, hold, decision, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(())
}

/// Wakes whoever has something to do after a decision about a hold.
pub(crate) fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Batcher);
    gateway.bells.ring(Bell::Reconciler);
}

/// [`decide`] in the caller's transaction; whoever commits it calls [`wake`].
pub(crate) async fn decide_in(
    tx: &mut Tx,
    hold: HoldId,
    decision: Decision,
    note: &Note<'_>,
) -> Result<(), Failure<HoldRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(HoldRefusal::ReasonMissing));
    }
    let hold = holds::lock(tx, hold)
        .await?
        .ok_or(Failure::Refused(HoldRefusal::Unknown))?;
    if hold.closed_at.is_some() {
        return Err(Failure::Refused(HoldRefusal::Closed));
    }
    let is_order = SubjectKind::parse(&hold.subject_kind) == Ok(SubjectKind::Order);
    let mut asked_again = false;
    match decision {
        Decision::TakeNote if is_order => asked_again = keep_owned(tx, &hold).await?,
        Decision::TakeNote => (),
        Decision::Release => release(tx, &hold, note).await?,
        Decision::SendBack => send_back(tx, &hold, note).await?,
    }
    let word = match decision {
        Decision::Release => "RELEASED",
        Decision::SendBack => "SENT_BACK",
        Decision::TakeNote => "TAKEN_NOTE_OF",
    };
    let code = u16::try_from(hold.code).ok();
    holds::close(tx, hold.subject_id, code, word, note).await?;
    if asked_again {
        ask_again(tx, &hold, note).await?;
    }
    Ok(())
}

/// Refuses to take note of the last hold of an order that nothing else moves: nobody would see it
/// any more. That a contradiction is settled can be noted; returns whether a hold without it has to
/// take its place, so that somebody decides what becomes of the order.
async fn keep_owned(tx: &mut Tx, hold: &Hold) -> Result<bool, Failure<HoldRefusal>> {
    let Some(order) = orders::lock(tx, OrderId(hold.subject_id)).await? else {
        return Ok(false);
    };
    let is_stuck = match order.state {
        OrderState::ReceiptRejected => true,
        OrderState::Queued => outbox::count_dead(tx, order.id.0).await? > 0,
        _ => false,
    };
    let is_quarantine = hold.code == i64::from(Reason::OPERATOR_HOLD.number()) && order.quarantined;
    // The hold of a quarantine goes with it, and must not be the only one that is left.
    let others = if order.quarantined { 2 } else { 1 };
    let is_last = is_stuck && holds::count_open(tx, order.id.0).await? <= others;
    let code = u16::try_from(hold.code).unwrap_or_default();
    let is_contradiction = Cause::of(code, &hold.detail) == Cause::Conflict;
    if is_quarantine || (is_last && !is_contradiction) {
        return Err(refuse(hold, order.state.as_str()));
    }
    Ok(is_last)
}

/// Opens the question again without its contradiction.
async fn ask_again(tx: &mut Tx, hold: &Hold, note: &Note<'_>) -> Result<(), StoreError> {
    let again = NewHold {
        kind: SubjectKind::Order,
        subject: hold.subject_id,
        number: &hold.subject_number,
        code: Reason::ORDER_REJECTED.number(),
        detail: "the contradiction is settled; the order waits for a decision",
    };
    holds::open(tx, &again, note).await?;
    Ok(())
}

async fn release(tx: &mut Tx, hold: &Hold, note: &Note<'_>) -> Result<(), Failure<HoldRefusal>> {
    if SubjectKind::parse(&hold.subject_kind) == Ok(SubjectKind::Inbox) {
        return read_again(tx, hold, note).await;
    }
    let mut application = find_application(tx, hold).await?;
    let_go(tx, hold, &mut application, note).await
}

/// Puts a document that was set aside back into the inbox: the cause was mended.
async fn read_again(tx: &mut Tx, hold: &Hold, note: &Note<'_>) -> Result<(), Failure<HoldRefusal>> {
    let id = InboxId(hold.subject_id);
    let document = inbox::find(tx, id)
        .await?
        .ok_or_else(|| refuse(hold, "gone"))?;
    let event = InboxEvent::LookAgain;
    if document.state.after(event).is_err() {
        return Err(refuse(hold, document.state.as_str()));
    }
    take_step::<history::InboxMessage>(tx, id.0, document.state, event, note).await?;
    Ok(())
}

/// Lets an application go on: behind its live line if it has one, else into the next order.
async fn let_go(
    tx: &mut Tx,
    hold: &Hold,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<HoldRefusal>> {
    if application.state != ApplicationState::OnHold {
        return Err(refuse(hold, application.state.as_str()));
    }
    match order_lines::find_live(tx, application.id).await? {
        Some(line) => {
            advance(
                tx,
                application,
                ApplicationEvent::ReleasedOrdered,
                None,
                note,
            )
            .await?;
            let events = catch_up(application.state, line.state)
                .ok_or_else(|| refuse(hold, line.state.as_str()))?;
            line_step::follow(tx, application, &events, None, note).await
        }
        None if application.fee_state.is_settled() => release_ready(tx, application, note).await,
        None => Err(refuse(hold, application.fee_state.as_str())),
    }
}

/// Lets an application into the next order: as it was held before it was ordered, or for another
/// card where the one that was ordered will not come.
async fn release_ready(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<HoldRefusal>> {
    let newest = order_lines::find_newest(tx, application.id).await?;
    match newest.filter(|line| is_card_lost(line.state)) {
        Some(mut line) => {
            let free = Replacement {
                code: Reason::CARD_SPOILED.number(),
                needs_correction: false,
                holder_pays: false,
            };
            replace_card(tx, application, &mut line, free, note).await
        }
        None => advance(tx, application, ApplicationEvent::ReleasedReady, None, note).await,
    }
}

/// Whether a card was made on a line, or begun, and is none any more.
const fn is_card_lost(line: LineState) -> bool {
    matches!(line, LineState::Spoiled | LineState::Destroyed)
}

async fn send_back(tx: &mut Tx, hold: &Hold, note: &Note<'_>) -> Result<(), Failure<HoldRefusal>> {
    let mut application = find_application(tx, hold).await?;
    let has_live_line = order_lines::find_live(tx, application.id).await?.is_some();
    if has_live_line || application.state != ApplicationState::OnHold {
        return Err(refuse(hold, application.state.as_str()));
    }
    let code = u16::try_from(hold.code).ok();
    advance(tx, &mut application, ApplicationEvent::SentBack, code, note).await
}

/// The application that waits: the hold's subject, or the one of the line that is.
async fn find_application(tx: &mut Tx, hold: &Hold) -> Result<Application, Failure<HoldRefusal>> {
    let found = match SubjectKind::parse(&hold.subject_kind) {
        Ok(SubjectKind::Application) => {
            applications::find(tx, ApplicationId(hold.subject_id)).await?
        }
        Ok(SubjectKind::OrderLine) => {
            applications::find_by_number(tx, &hold.subject_number).await?
        }
        _ => None,
    };
    found.ok_or_else(|| refuse(hold, "not an application"))
}

fn refuse(hold: &Hold, state: &str) -> Failure<HoldRefusal> {
    let kind = hold.subject_kind.to_lowercase();
    Failure::Refused(HoldRefusal::NotNow {
        kind,
        state: state.to_owned(),
    })
}
