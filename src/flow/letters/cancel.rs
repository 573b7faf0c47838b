//! Asks the bureau not to make cards that were ordered, and hears what became of it.

use std::convert::Infallible;

use crate::bureau::entry::Entry;
use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::id::{InboxId, LetterId, OrderId, OrderLineId};
use crate::domain::letter::{LetterEvent, LetterKind, LetterState, Occasion};
use crate::domain::operator::Actor;
use crate::domain::order::OrderState;
use crate::domain::order_action::OrderAction;
use crate::domain::reason::Reason;
use crate::flow::Failure;
use crate::flow::decide_order::{OrderDecision, OrderRefusal, decide_in, wake as wake_all};
use crate::flow::letters::ask::find_order;
use crate::flow::letters::{NewLetter, decide};
use crate::flow::progress::{advance, note};
use crate::gateway::Gateway;
use crate::store::history::{self, Note, take_step};
use crate::store::letters::{self, AskedLine, Letter};
use crate::store::order_lines::{self, OrderLine};
use crate::store::orders::Order;
use crate::store::{Tx, applications, holds};

/// The reasons under which an office's wish to end an application waits for the bureau's answer.
const WISHES: [Reason; 2] = [Reason::WITHDRAWN, Reason::HOLDER_DECEASED];

/// Why an order, or lines of it, are not cancelled.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CancelOrderRefusal {
    /// As for any decision about an order.
    #[error(transparent)]
    Order(#[from] OrderRefusal),
    /// Before it is sent, an order is given up as a whole, or split.
    #[error("the order {number} has not been sent: give it up as a whole, or split it")]
    NotSent {
        /// The order.
        number: String,
    },
    /// A line's card exists, or its end is decided.
    #[error("line {line_no} is {state} and can no longer be cancelled")]
    LineTooFar {
        /// The line.
        line_no: i64,
        /// Its state.
        state: LineState,
    },
    /// No line of the order can be cancelled any more.
    #[error("the order {number} has no line that can still be cancelled")]
    NoLine {
        /// The order.
        number: String,
    },
}

/// What was done to cancel an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cancelling {
    /// The bureau does not have it: it was given up, and its applications are ready again.
    GivenUp,
    /// The bureau is asked, by this letter, for so many lines.
    Asked {
        /// The letter.
        letter: String,
        /// How many lines it asks for, with those that were asked for before.
        lines: usize,
    },
}

/// Cancels an order, or some of its lines: at once while the bureau cannot have it, and by asking
/// the bureau afterwards.
pub async fn cancel_order(
    gateway: &Gateway,
    number: &str,
    line_nos: &[i64],
    actor: &Actor,
    reason: &str,
) -> Result<Cancelling, Failure<CancelOrderRefusal>> {
    let note = note(gateway, actor, Some(reason.trim()));
    let mut tx = gateway.store.begin().await?;
    let done = cancel_order_in(&mut tx, gateway, number, line_nos, &note).await?;
    tx.commit().await?;
    wake_all(gateway);
    Ok(done)
}

/// [`cancel_order`] in the caller's transaction; whoever commits it wakes the others.
pub(crate) async fn cancel_order_in(
    tx: &mut Tx,
    gateway: &Gateway,
    number: &str,
    line_nos: &[i64],
    note: &Note<'_>,
) -> Result<Cancelling, Failure<CancelOrderRefusal>> {
    if note.reason.unwrap_or_default().trim().is_empty() {
        return Err(Failure::Refused(OrderRefusal::ReasonMissing.into()));
    }
    let order = find_order(tx, number).await.map_err(of_order)?;
    if !has_gone(order.state) {
        if !line_nos.is_empty() {
            let number = order.number;
            return Err(Failure::Refused(CancelOrderRefusal::NotSent { number }));
        }
        let decision = OrderDecision {
            action: OrderAction::GiveUp,
            lines: &[],
        };
        let given_up = decide_in(tx, gateway, number, decision, note).await;
        given_up.map_err(of_order)?;
        return Ok(Cancelling::GivenUp);
    }
    let lines = chosen(tx, &order, line_nos).await?;
    let count = lines.len();
    let letter = request_cancel(tx, &order, &lines, Reason::WITHDRAWN, note).await?;
    Ok(Cancelling::Asked {
        letter: letter.number,
        lines: count,
    })
}

fn of_order(failure: Failure<OrderRefusal>) -> Failure<CancelOrderRefusal> {
    match failure {
        Failure::Refused(refusal) => Failure::Refused(refusal.into()),
        Failure::Broken(error) => Failure::Broken(error),
    }
}

/// Whether the bureau has the order and makes its cards.
const fn has_gone(state: OrderState) -> bool {
    matches!(
        state,
        OrderState::Sent
            | OrderState::ReceiptOk
            | OrderState::PartlyAnswered
            | OrderState::AllAnswered
            | OrderState::Settled
    )
}

/// The lines that are named, or all that can still be cancelled.
async fn chosen(
    tx: &mut Tx,
    order: &Order,
    line_nos: &[i64],
) -> Result<Vec<OrderLine>, Failure<CancelOrderRefusal>> {
    let all = order_lines::list(tx, order.id, 0, i64::MAX).await?;
    for wanted in line_nos {
        let line = all.iter().find(|line| line.line_no == *wanted);
        let Some(line) = line else {
            let (number, line_no) = (order.number.clone(), *wanted);
            return Err(Failure::Refused(
                OrderRefusal::NoSuchLine { number, line_no }.into(),
            ));
        };
        if !may_be_cancelled(line.state) {
            return Err(Failure::Refused(CancelOrderRefusal::LineTooFar {
                line_no: line.line_no,
                state: line.state,
            }));
        }
    }
    let is_wanted = |line: &OrderLine| line_nos.is_empty() || line_nos.contains(&line.line_no);
    let lines: Vec<_> = all
        .into_iter()
        .filter(|line| may_be_cancelled(line.state) && is_wanted(line))
        .collect();
    if lines.is_empty() {
        let number = order.number.clone();
        return Err(Failure::Refused(CancelOrderRefusal::NoLine { number }));
    }
    Ok(lines)
}

/// Whether a line's card does not exist yet.
const fn may_be_cancelled(state: LineState) -> bool {
    matches!(
        state,
        LineState::Placed | LineState::Received | LineState::Accepted | LineState::InProduction
    )
}

/// Asks the bureau to cancel lines of an order, and marks their applications as waiting for the
/// answer. A line that is asked for already is not asked for again; where all are, the letter that
/// asks is returned.
///
/// # Errors
/// Only a failure that is ours. `lines` must not be empty.
pub(crate) async fn request_cancel<R>(
    tx: &mut Tx,
    order: &Order,
    lines: &[OrderLine],
    reason: Reason,
    note: &Note<'_>,
) -> Result<Letter, Failure<R>> {
    let mut new = Vec::new();
    let mut before = None;
    for line in lines {
        match letters::find_open_cancel(tx, line.id).await? {
            Some(open) => before = Some(open),
            None => new.push(line),
        }
    }
    let letter = match before {
        Some(open) if new.is_empty() => return Ok(open),
        _ => {
            let letter = NewLetter {
                code: Some(reason.number()),
                ..NewLetter::about(order, LetterKind::Cancel, Occasion::Decision, note)
            };
            decide(tx, letter, note).await?
        }
    };
    for line in new {
        letters::insert_line(tx, letter.id, line.id).await?;
        mark_application(tx, line, reason, note).await?;
    }
    Ok(letter)
}

/// An application that an operator holds stays as it is: whoever decides about it sees the answer.
async fn mark_application<R>(
    tx: &mut Tx,
    line: &OrderLine,
    reason: Reason,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let Some(mut application) = applications::find(tx, line.application).await? else {
        return Ok(());
    };
    let asked = ApplicationEvent::CancelAsked;
    if application.state.after(asked) == Ok(ApplicationState::CancelRequested) {
        advance(tx, &mut application, asked, Some(reason.number()), note).await?;
    }
    Ok(())
}

/// Closes what was asked about cancelling lines of an order, once words were heard that answer it:
/// the bureau's own word on a line, or a state in which nothing is left to cancel.
pub(crate) async fn settle_cancels(
    tx: &mut Tx,
    order: OrderId,
    entries: &[&Entry],
    document: InboxId,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let open = letters::list_open_lines(tx, order).await?;
    let mut touched: Vec<LetterId> = Vec::new();
    for asked in open {
        let Some(outcome) = outcome_of(tx, order, &asked, entries).await? else {
            continue;
        };
        let letter = LetterId(asked.letter_id);
        let line = OrderLineId(asked.order_line_id);
        letters::answer_line(tx, letter, line, outcome.as_str()).await?;
        close_wish(tx, line, outcome, note).await?;
        if !touched.contains(&letter) {
            touched.push(letter);
        }
    }
    for letter in touched {
        end_if_answered(tx, letter, document, note).await?;
    }
    Ok(())
}

/// What the bureau answered about a line, if it has.
async fn outcome_of(
    tx: &mut Tx,
    order: OrderId,
    asked: &AskedLine,
    entries: &[&Entry],
) -> Result<Option<LineEvent>, Failure<Infallible>> {
    let Some(line) = order_lines::lock(tx, order, asked.line_no).await? else {
        return Ok(None);
    };
    // A word that waits for others before it is heard with them.
    let is_heard = |entry: &&&Entry| i64::from(entry.sequence) <= line.last_sequence;
    let said = entries
        .iter()
        .filter(|entry| {
            i64::from(entry.line_no) == asked.line_no
                && entry.application_number == asked.application_number
        })
        .filter(is_heard)
        .map(|entry| entry.status)
        .rfind(|status| {
            matches!(
                status,
                LineEvent::LineCancelled | LineEvent::CancelCameTooLate
            )
        });
    Ok(match line.state {
        LineState::Cancelled => Some(LineEvent::LineCancelled),
        _ if said == Some(LineEvent::CancelCameTooLate) => said,
        // Whatever made the card impossible, it will not be made.
        LineState::Rejected | LineState::Withdrawn => Some(LineEvent::LineCancelled),
        state if may_be_cancelled(state) || state == LineState::QualityFailed => None,
        _ => Some(LineEvent::CancelCameTooLate),
    })
}

/// Closes the hold under which the office's wish waited.
async fn close_wish(
    tx: &mut Tx,
    line: OrderLineId,
    outcome: LineEvent,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    let Some(line) = order_lines::find(tx, line).await? else {
        return Ok(());
    };
    for wish in WISHES {
        let code = Some(wish.number());
        holds::close(tx, line.application.0, code, outcome.as_str(), note).await?;
    }
    Ok(())
}

async fn end_if_answered(
    tx: &mut Tx,
    id: LetterId,
    document: InboxId,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    if letters::count_open_lines(tx, id).await? > 0 {
        return Ok(());
    }
    let Some(letter) = letters::lock(tx, id).await? else {
        return Ok(());
    };
    let lines = letters::list_lines(tx, id).await?;
    let cancelled = LineEvent::LineCancelled.as_str();
    let count = lines
        .iter()
        .filter(|line| line.outcome.as_deref() == Some(cancelled))
        .count();
    let outcome = match count {
        0 => LineEvent::CancelCameTooLate.as_str(),
        all if all == lines.len() => cancelled,
        _ => "PARTLY_CANCELLED",
    };
    answer(tx, &letter, outcome, document, note).await
}

/// Records that a letter has its answer.
pub(super) async fn answer(
    tx: &mut Tx,
    letter: &Letter,
    outcome: &str,
    document: InboxId,
    note: &Note<'_>,
) -> Result<(), Failure<Infallible>> {
    if letter.state == LetterState::Answered {
        return Ok(());
    }
    let event = LetterEvent::AnswerCame;
    take_step::<history::Letter>(tx, letter.id.0, letter.state, event, note).await?;
    letters::set_answer(tx, letter.id, outcome, Some(document), note.at).await?;
    holds::close(tx, letter.id.0, None, "ANSWERED", note).await?;
    Ok(())
}
