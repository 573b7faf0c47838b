//! What an operator decides about a card that will not come, or that nobody came for: it is ordered
//! anew at no cost for the holder, given up with the fee owed back, or destroyed.

use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::card::trouble_of;
use crate::domain::operator::Actor;
use crate::domain::reason::Reason;
use crate::flow::line_step::take_line_step;
use crate::flow::once::KeyReused;
use crate::flow::progress::{advance, note};
use crate::flow::replace_card::{Replacement, give_up_line, replace_card};
use crate::flow::{Failure, order_progress, settle_payments};
use crate::gateway::Gateway;
use crate::store::applications::{self, Application};
use crate::store::history::Note;
use crate::store::order_lines::{self, OrderLine};
use crate::store::{StoreError, Tx, holds};
use crate::worker::bell::Bell;

crate::coded! {
    /// What is to become of a card.
    pub enum CardDecision as "decision about a card" {
        /// Another one is made, free of charge; the old one is void.
        OrderAnew = "ORDER_ANEW",
        /// No card is made any more; what was paid is owed back.
        GiveUp = "GIVE_UP",
        /// Nobody came for it within the term: it was destroyed.
        Destroyed = "DESTROYED",
    }
}

/// Why a decision was not carried out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CardRefusal {
    /// There is no such application.
    #[error("there is no application {name}")]
    Unknown {
        /// As it was asked for.
        name: String,
    },
    /// A decision needs a reason.
    #[error("a decision needs a reason in words")]
    ReasonMissing,
    /// Nothing was ordered for it yet.
    #[error("no card of the application was ordered")]
    NotOrdered,
    /// Its card does not let it.
    #[error(
        "the application is {application} and its card's line {line}, which does not allow this"
    )]
    NotNow {
        /// The application's state.
        application: ApplicationState,
        /// The line's state.
        line: LineState,
    },
    /// It changed since the operator looked.
    #[error("the application has changed meanwhile")]
    Changed,
    /// The key of the request was used for another one.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
}

/// Carries out a decision in a transaction of its own.
pub async fn decide_card(
    gateway: &Gateway,
    name: &str,
    decision: CardDecision,
    actor: &Actor,
    reason: &str,
) -> Result<Application, Failure<CardRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let application = decide_card_in(&mut tx, name, None, decision, &note).await?;
    tx.commit().await?;
    wake(gateway);
    Ok(application)
}

/// Wakes whoever has something to do after a decision about a card.
pub(crate) fn wake(gateway: &Gateway) {
    gateway.bells.ring(Bell::Batcher);
}

/// [`decide_card`] in the caller's transaction; whoever commits it calls [`wake`]. `version` is what
/// the operator saw, if it is said.
pub(crate) async fn decide_card_in(
    tx: &mut Tx,
    name: &str,
    version: Option<i64>,
    decision: CardDecision,
    note: &Note<'_>,
) -> Result<Application, Failure<CardRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(CardRefusal::ReasonMissing));
    }
    let unknown = || CardRefusal::Unknown {
        name: name.to_owned(),
    };
    let mut application = applications::find_by_name(tx, name)
        .await?
        .ok_or_else(|| Failure::Refused(unknown()))?;
    if version.is_some_and(|seen| seen != application.version) {
        return Err(Failure::Refused(CardRefusal::Changed));
    }
    let newest = order_lines::find_newest(tx, application.id).await?;
    let newest = newest.ok_or(Failure::Refused(CardRefusal::NotOrdered))?;
    let locked = order_lines::lock(tx, newest.order, newest.line_no).await?;
    let mut line = locked.ok_or(Failure::Refused(CardRefusal::NotOrdered))?;
    if !may_decide(decision, &application, &line) {
        return Err(Failure::Refused(CardRefusal::NotNow {
            application: application.state,
            line: line.state,
        }));
    }
    match decision {
        CardDecision::OrderAnew => order_anew(tx, &mut application, &mut line, note).await?,
        CardDecision::GiveUp => give_up(tx, &mut application, &mut line, note).await?,
        CardDecision::Destroyed => destroy(tx, &mut application, &mut line, note).await?,
    }
    let found = applications::find(tx, application.id).await?;
    found.ok_or_else(|| {
        StoreError::Moved {
            what: "application",
        }
        .into()
    })
}

/// Whether a decision fits: a card that the office or the holder has is a matter of complaints.
pub(crate) fn may_decide(
    decision: CardDecision,
    application: &Application,
    line: &OrderLine,
) -> bool {
    let state = application.state;
    match decision {
        CardDecision::OrderAnew => {
            is_not_coming(state, line.state) && state.after(ApplicationEvent::RemakeOrdered).is_ok()
        }
        CardDecision::GiveUp => {
            is_not_coming(state, line.state) && state.after(ApplicationEvent::CardAbandoned).is_ok()
        }
        CardDecision::Destroyed => {
            state == ApplicationState::Unclaimed
                && line.state.after(LineEvent::CardDestroyed).is_ok()
        }
    }
}

/// Whether a card failed for good, went wrong on its way, or is missed by its office. One that is
/// made again at this moment is not, unless it failed so often that an operator holds it.
fn is_not_coming(application: ApplicationState, line: LineState) -> bool {
    match line {
        LineState::QualityFailed => application == ApplicationState::OnHold,
        LineState::Spoiled | LineState::Destroyed | LineState::Shipped => true,
        other => trouble_of(other).is_some(),
    }
}

async fn order_anew(
    tx: &mut Tx,
    application: &mut Application,
    line: &mut OrderLine,
    note: &Note<'_>,
) -> Result<(), Failure<CardRefusal>> {
    let code = trouble_of(line.state).unwrap_or(Reason::CARD_SPOILED.number());
    let free = Replacement {
        code,
        needs_correction: false,
        holder_pays: false,
    };
    replace_card(tx, application, line, free, note).await
}

/// Ends an application whose card is not made through no fault of its holder: the fee is owed back.
async fn give_up(
    tx: &mut Tx,
    application: &mut Application,
    line: &mut OrderLine,
    note: &Note<'_>,
) -> Result<(), Failure<CardRefusal>> {
    give_up_line(tx, line, note).await?;
    let code = Some(Reason::CARD_SPOILED.number());
    advance(tx, application, ApplicationEvent::CardAbandoned, code, note).await?;
    settle_payments::owe_refund(tx, application, note).await?;
    for subject in [application.id.0, line.id.0] {
        holds::close(tx, subject, None, "GIVEN_UP", note).await?;
    }
    Ok(())
}

/// Records that a card nobody came for was destroyed; what was paid for it is not given back.
async fn destroy(
    tx: &mut Tx,
    application: &mut Application,
    line: &mut OrderLine,
    note: &Note<'_>,
) -> Result<(), Failure<CardRefusal>> {
    let had_ended = line.state.is_ended();
    take_line_step(tx, line, LineEvent::CardDestroyed, note.at, note).await?;
    if !had_ended {
        order_progress::settle(tx, line.order, note).await?;
    }
    let code = Some(Reason::UNCLAIMED.number());
    advance(tx, application, ApplicationEvent::CardDestroyed, code, note).await?;
    holds::close(tx, application.id.0, None, "DESTROYED", note).await?;
    Ok(())
}
