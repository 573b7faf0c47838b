//! Orders a card anew: the old one is void, and the application goes back to the next order as a new
//! line of its own, or to its office where the images are erased already. Nothing is ordered without
//! images.

use chrono::TimeDelta;

use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::ApplicationEvent;
use crate::domain::calendar::bucharest_day;
use crate::domain::fee::{FeeEvent, FeeState, event_of_balance};
use crate::domain::reason::Reason;
use crate::domain::tariff::rate_on;
use crate::flow::line_step::take_line_step;
use crate::flow::progress::advance;
use crate::flow::{Failure, order_progress, settle_payments};
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, take_step};
use crate::store::order_lines::OrderLine;
use crate::store::{Tx, holds, sealed};

/// Days that an order needs until it is sealed, at most; images that are erased before are no use.
const SEALED_WITHIN: TimeDelta = TimeDelta::days(3);

/// Why and how a card is ordered anew.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replacement {
    /// The number of the reason that the office is told.
    pub(crate) code: u16,
    /// Whether the office must hand the data in anew, whatever is kept.
    pub(crate) needs_correction: bool,
    /// Whether the holder owes the fee once more.
    pub(crate) holder_pays: bool,
}

/// Orders the card of an application anew. `line` is the last line it was ordered on; the life
/// cycles of both must allow it, which the caller has asked.
pub(crate) async fn replace_card<R>(
    tx: &mut Tx,
    application: &mut Application,
    line: &mut OrderLine,
    replacement: Replacement,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    give_up_line(tx, line, note).await?;
    let kept = sealed::is_kept_until(tx, application.sealed, note.at + SEALED_WITHIN).await?;
    let (event, code) = if replacement.needs_correction {
        (ApplicationEvent::RecaptureNeeded, replacement.code)
    } else if kept {
        (ApplicationEvent::RemakeOrdered, replacement.code)
    } else {
        let code = Reason::RETENTION_EXPIRED.number();
        (ApplicationEvent::RecaptureNeeded, code)
    };
    advance(tx, application, event, Some(code), note).await?;
    settle_payments::release(tx, application, note).await?;
    applications::count_remake(tx, application.id).await?;
    for subject in [application.id.0, line.id.0] {
        holds::close(tx, subject, None, "ORDERED_ANEW", note).await?;
    }
    if replacement.holder_pays {
        owe_again(tx, application, note).await?;
    }
    Ok(())
}

/// Gives the card of a line up, if anything of it is left; its order may be settled by that.
pub(crate) async fn give_up_line<R>(
    tx: &mut Tx,
    line: &mut OrderLine,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    if !line.state.is_live() {
        return Ok(());
    }
    let had_ended = line.state.is_ended();
    take_line_step(tx, line, LineEvent::CardGivenUp, note.at, note).await?;
    if !had_ended {
        order_progress::settle(tx, line.order, note).await?;
    }
    Ok(())
}

/// Makes the fee owed once more, at today's price: the application waits for it like any other.
async fn owe_again<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    let price = rate_on(bucharest_day(note.at)).amount;
    let was_exempt = application.fee_state == FeeState::Exempt;
    application.fee_due = applications::add_due(tx, application.id, price, note.at).await?;
    let event = if was_exempt {
        FeeEvent::FoundDue
    } else {
        event_of_balance(application.fee_due, application.fee_paid)
    };
    if application.fee_state.after(event).is_ok() {
        let (id, from) = (application.id.0, application.fee_state);
        application.fee_state = take_step::<history::Fee>(tx, id, from, event, note).await?;
    }
    let reopened = ApplicationEvent::FeeReopened;
    if !application.fee_state.is_settled() && application.state.after(reopened).is_ok() {
        let code = Some(Reason::FEE_MISSING.number());
        advance(tx, application, reopened, code, note).await?;
    }
    Ok(())
}
