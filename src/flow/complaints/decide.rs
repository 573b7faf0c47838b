//! A complaint is decided, by the bureau's answer or by an operator.

use std::convert::Infallible;

use crate::bureau::complaint_decision::{ComplaintDecision, ComplaintOutcome};
use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::application::ApplicationEvent;
use crate::domain::complaint::{ComplaintEvent, ComplaintState, Payer, needs_correction};
use crate::domain::event::EventKind;
use crate::domain::operator::Actor;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::once::KeyReused;
use crate::flow::progress::{note, tell};
use crate::flow::replace_card::{Replacement, replace_card};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::complaints::{self, Complaint};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::order_lines::{self, OrderLine};
use crate::store::{StoreError, Tx};
use crate::worker::bell::Bell;

/// What was decided.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ComplaintVerdict {
    /// The card is made anew.
    Admitted {
        /// Who pays for it.
        payer: Payer,
    },
    /// The card stays what it is.
    Refused {
        /// The number of the reason, where it has one.
        reason: Option<u16>,
    },
    /// Nobody complains any more.
    Withdrawn,
}

impl ComplaintVerdict {
    const fn event(self) -> ComplaintEvent {
        match self {
            Self::Admitted { .. } => ComplaintEvent::FoundRight,
            Self::Refused { .. } => ComplaintEvent::FoundWrong,
            Self::Withdrawn => ComplaintEvent::TakenBack,
        }
    }
}

/// Why a complaint was not decided.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DecisionRefusal {
    /// There is no such complaint.
    #[error("there is no complaint {number}")]
    Unknown {
        /// As it was asked for.
        number: String,
    },
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// It was decided otherwise.
    #[error("the complaint is {state}, which does not allow this")]
    NotNow {
        /// Its state.
        state: ComplaintState,
    },
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// Carries out an operator's decision in a transaction of its own.
pub async fn decide_complaint(
    gateway: &Gateway,
    number: &str,
    verdict: ComplaintVerdict,
    actor: &Actor,
    reason: &str,
) -> Result<Complaint, Failure<DecisionRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let complaint = decide_in(&mut tx, number, verdict, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(complaint)
}

/// Wakes whoever has something to do after a complaint or a decision about one.
pub(crate) fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Batcher);
    gateway.bells.ring(Bell::Dispatcher);
}

/// [`decide_complaint`] in the caller's transaction; whoever commits it calls [`wake`].
pub(crate) async fn decide_in(
    tx: &mut Tx,
    number: &str,
    verdict: ComplaintVerdict,
    note: &Note<'_>,
) -> Result<Complaint, Failure<DecisionRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(DecisionRefusal::ReasonMissing));
    }
    let unknown = || DecisionRefusal::Unknown {
        number: number.to_owned(),
    };
    let complaint = complaints::lock(tx, number)
        .await?
        .ok_or_else(|| Failure::Refused(unknown()))?;
    let state = complaint.state;
    if !state.is_open() || state.after(verdict.event()).is_err() {
        return Err(Failure::Refused(DecisionRefusal::NotNow { state }));
    }
    carry_out(tx, &complaint, verdict, note).await?;
    let found = complaints::find_by_number(tx, number).await?;
    found.ok_or_else(|| StoreError::Moved { what: "complaint" }.into())
}

/// Acts upon the bureau's decision. One that contradicts what was decided before is an operator's
/// matter.
pub(crate) async fn decided(
    tx: &mut Tx,
    said: &ComplaintDecision,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let Some(found) = complaints::find_by_letter(tx, said.in_reply_to).await? else {
        return Ok(()); // No complaint of an office's: there is nothing to decide here.
    };
    let Some(complaint) = complaints::lock(tx, &found.number).await? else {
        return Ok(());
    };
    let verdict = match said.outcome {
        ComplaintOutcome::Admitted { payer } => ComplaintVerdict::Admitted { payer },
        ComplaintOutcome::Refused { reason, .. } => ComplaintVerdict::Refused {
            reason: Some(reason),
        },
    };
    if complaint.state.after(verdict.event()).is_err() {
        let detail = "the bureau decided otherwise than was decided before";
        return hold(tx, &complaint, Reason::IMPOSSIBLE_STEP, detail, note).await;
    }
    carry_out(tx, &complaint, verdict, note).await
}

/// Takes the step that a decision is, with what follows from it. The complaint must allow it.
async fn carry_out<R>(
    tx: &mut Tx,
    complaint: &Complaint,
    verdict: ComplaintVerdict,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let (id, from) = (complaint.id.0, complaint.state);
    let to = take_step::<history::Complaint>(tx, id, from, verdict.event(), note).await?;
    if to == from {
        return Ok(());
    }
    let (payer, refusal) = match verdict {
        ComplaintVerdict::Admitted { payer } => (Some(payer), None),
        ComplaintVerdict::Refused { reason } => (None, reason),
        ComplaintVerdict::Withdrawn => (None, None),
    };
    complaints::set_decided(tx, complaint.id, payer, refusal.map(i64::from), note.at).await?;
    holds::close(tx, id, None, to.as_str(), note).await?;
    let application = applications::find(tx, complaint.application).await?;
    let Some(mut application) = application else {
        return Ok(());
    };
    match payer {
        Some(payer) => admit(tx, complaint, payer, &mut application, note).await,
        None if to == ComplaintState::Refused => {
            let kind = EventKind::ComplaintRefused;
            Ok(tell(tx, &application, kind, refusal, note)?)
        }
        None => Ok(()),
    }
}

/// Has the card made anew, unless that cannot be by now; then an operator looks.
async fn admit<R>(
    tx: &mut Tx,
    complaint: &Complaint,
    payer: Payer,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let code = u16::try_from(complaint.code).unwrap_or_default();
    let kind = EventKind::ComplaintAdmitted;
    tell(tx, application, kind, Some(code), note)?;
    let found = order_lines::find(tx, complaint.line).await?;
    let line = match found {
        Some(line) => order_lines::lock(tx, line.order, line.line_no).await?,
        None => None,
    };
    let obstacle = obstacle(tx, application, line.as_ref()).await?;
    match (line, obstacle) {
        (Some(mut line), None) => {
            let replacement = Replacement {
                code,
                needs_correction: needs_correction(code),
                holder_pays: !payer.is_free_for_holder(),
            };
            replace_card(tx, application, &mut line, replacement, note).await
        }
        (_, obstacle) => {
            let (code, detail) = obstacle.unwrap_or((Reason::IMPOSSIBLE_STEP, "its line is gone"));
            hold(tx, complaint, code, detail, note).await
        }
    }
}

/// What stands in the way of another card.
async fn obstacle(
    tx: &mut Tx,
    application: &Application,
    line: Option<&OrderLine>,
) -> Result<Option<(Reason, &'static str)>, StoreError> {
    let is_card = line.is_some_and(|line| {
        let has_card = matches!(
            line.state,
            LineState::AtOffice | LineState::HandedOver | LineState::Shipped
        );
        has_card && line.state.after(LineEvent::CardGivenUp).is_ok()
    });
    let may_follow = application
        .state
        .after(ApplicationEvent::RemakeOrdered)
        .is_ok();
    if !is_card || !may_follow {
        let detail = "it was admitted, and the card is no longer where it was complained of";
        return Ok(Some((Reason::IMPOSSIBLE_STEP, detail)));
    }
    let (person, product) = (&application.person_key, application.product);
    let open = applications::find_open_of_person(tx, person, product).await?;
    Ok(open.filter(|open| open.id != application.id).map(|_other| {
        let detail = "it was admitted, and the holder has applied for another card meanwhile";
        (Reason::DUPLICATE_PERSON_ORDER, detail)
    }))
}

async fn hold<R>(
    tx: &mut Tx,
    complaint: &Complaint,
    reason: Reason,
    detail: &str,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let hold = NewHold {
        kind: SubjectKind::Complaint,
        subject: complaint.id.0,
        number: &complaint.number,
        code: reason.number(),
        detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
