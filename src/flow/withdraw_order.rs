//! Gives an order up before the bureau acts on it: its lines are withdrawn and its applications are
//! free again, but for those that wait for an operator.

use anyhow::Context;

use crate::domain::acknowledgement::LineEvent;
use crate::domain::application::{ApplicationEvent, ApplicationState};
use crate::domain::order::OrderEvent;
use crate::flow::line_step::{follow, put_on_hold, take_line_step};
use crate::flow::progress::advance;
use crate::flow::{Failure, settle_payments};
use crate::store::applications::{self, Application};
use crate::store::history::{self, Note, SubjectKind, take_step};
use crate::store::holds::{self, NewHold};
use crate::store::order_lines::OrderLine;
use crate::store::orders::Order;
use crate::store::{StoreError, Tx};

/// A line whose application is not to be ordered again by itself.
#[derive(Clone, Debug)]
pub(crate) struct SetAside {
    /// Its place.
    pub(crate) line_no: i64,
    /// The number of the reason.
    pub(crate) code: u16,
    /// What the operator reads beside it; no personal data.
    pub(crate) detail: String,
}

/// Cancels the order and withdraws its lines, all of which the caller has read. Returns the
/// applications that are ready again, in the order of their lines.
pub(crate) async fn withdraw_order<R>(
    tx: &mut Tx,
    order: &Order,
    lines: Vec<OrderLine>,
    set_aside: &[SetAside],
    note: &Note<'_>,
) -> Result<Vec<Application>, Failure<R>> {
    let event = OrderEvent::GivenUp;
    take_step::<history::Order>(tx, order.id.0, order.state, event, note).await?;
    let mut free = Vec::new();
    for mut line in lines {
        let was_live = line.state.is_live();
        take_line_step(tx, &mut line, LineEvent::OrderGivenUp, note.at, note).await?;
        let mut application = applications::find(tx, line.application)
            .await?
            .context("an order line names an application that does not exist")?;
        if was_live {
            let_out(tx, &mut application, note).await?;
        }
        match set_aside.iter().find(|one| one.line_no == line.line_no) {
            Some(aside) => hold(tx, &mut application, aside, note).await?,
            None if was_live && application.state == ApplicationState::Ready => {
                free.push(application);
            }
            None => (),
        }
    }
    Ok(free)
}

/// Takes an application out of an order that will not be made.
async fn let_out<R>(
    tx: &mut Tx,
    application: &mut Application,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    match application.state {
        ApplicationState::Ordered => {
            advance(
                tx,
                application,
                ApplicationEvent::OrderWithdrawn,
                None,
                note,
            )
            .await?;
            settle_payments::release(tx, application, note).await
        }
        // Nobody needs to ask the bureau any more: nothing of it was ordered.
        ApplicationState::CancelRequested => {
            let confirmed = [ApplicationEvent::CancelConfirmed];
            follow(tx, application, &confirmed, None, note).await?;
            holds::close(tx, application.id.0, None, "CANCELLED", note).await?;
            Ok(())
        }
        // Waits for an operator, who lets it go into another order or sends it back.
        _ => settle_payments::release(tx, application, note).await,
    }
}

async fn hold<R>(
    tx: &mut Tx,
    application: &mut Application,
    aside: &SetAside,
    note: &Note<'_>,
) -> Result<(), Failure<R>> {
    if application.state == ApplicationState::Ready {
        put_on_hold(tx, application, aside.code, note).await?;
    }
    if application.state == ApplicationState::OnHold {
        open_hold(tx, application, aside, note).await?;
    }
    Ok(())
}

async fn open_hold(
    tx: &mut Tx,
    application: &Application,
    aside: &SetAside,
    note: &Note<'_>,
) -> Result<(), StoreError> {
    let hold = NewHold {
        kind: SubjectKind::Application,
        subject: application.id.0,
        number: &application.number,
        code: aside.code,
        detail: &aside.detail,
    };
    holds::open(tx, &hold, note).await?;
    Ok(())
}
