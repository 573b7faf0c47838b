//! What an operator may do with an order that failed, and what would come of it.
//!
//! [`foresee`] answers before anything is written, for the preview as for the deed: both ask the
//! same function about the same facts, so that a preview promises what is then done.

mod consequence;

use crate::coded;
use crate::domain::acknowledgement::{LineEvent, LineState};
use crate::domain::application::ApplicationState;
use crate::domain::order::{OrderEvent, OrderState};

pub use consequence::{Consequence, OrderFate};

coded! {
    /// What an operator may do with an order that failed.
    pub enum OrderAction as "action on an order" {
        /// Send the same bytes again.
        Resend = "RESEND",
        /// Write the same lines into a new order, signed with the current key; the old one is given
        /// up and never sent again.
        Resign = "RESIGN",
        /// Send the good lines in a new order, and set the doubtful ones aside.
        Split = "SPLIT",
        /// Take it out of all automatic sending until it is released.
        Quarantine = "QUARANTINE",
        /// End a quarantine; of an order that was split, let go what was set aside.
        Release = "RELEASE",
        /// Give it up; its applications are ready for the next orders.
        GiveUp = "GIVE_UP",
    }
}

impl OrderAction {
    /// What takes it back, if anything does: bytes that left cannot be called back.
    pub const fn undo(self) -> Option<Self> {
        match self {
            Self::Quarantine | Self::Split => Some(Self::Release),
            Self::Release => Some(Self::Quarantine),
            Self::Resend | Self::Resign | Self::GiveUp => None,
        }
    }
}

/// What is known of an order before something is decided about it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that do not depend on one another"
)]
pub struct OrderFacts {
    /// Where it stands.
    pub state: OrderState,
    /// Whether signed bytes of it exist.
    pub is_signed: bool,
    /// Whether a message of it was given up as undeliverable.
    pub is_dead: bool,
    /// Whether it is taken out of all automatic sending.
    pub is_quarantined: bool,
    /// Whether its bytes are under way, or were and nobody knows whether they arrived.
    pub may_have_arrived: bool,
    /// Whether the bureau contradicts what is known of it.
    pub is_contradicted: bool,
    /// Its lines.
    pub lines: Vec<LineFacts>,
}

/// What is known of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LineFacts {
    /// Its place.
    pub line_no: i64,
    /// Where it stands.
    pub state: LineState,
    /// Where its application stands.
    pub application: ApplicationState,
    /// Whether the bureau has spoken of it, heard or not.
    pub has_words: bool,
    /// Whether its application was set aside by an operator and has no later line.
    pub is_set_aside: bool,
    /// Whether its application may be ordered as far as the fee goes.
    pub is_settled: bool,
}

/// Why an action is not possible.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Obstacle {
    /// The order's state does not let it.
    State,
    /// The bureau may hold it.
    MaybeHeld,
    /// It is in quarantine; release it first.
    Quarantined,
    /// There is nothing to be released.
    NothingHeld,
    /// No line is in doubt, or all are.
    NoLineNamed,
    /// It has no line with this number.
    NoSuchLine(i64),
    /// None of its lines can be ordered again.
    NothingToOrder,
}

/// Tells what an action would change. `doubtful` are the lines that a split sets aside.
pub fn foresee(
    action: OrderAction,
    order: &OrderFacts,
    doubtful: &[i64],
) -> Result<Consequence, Obstacle> {
    if order.is_quarantined && !matches!(action, OrderAction::Release | OrderAction::GiveUp) {
        return Err(Obstacle::Quarantined);
    }
    match action {
        OrderAction::Resend => resend(order),
        OrderAction::Quarantine => quarantine(order),
        OrderAction::Release => release(order),
        OrderAction::GiveUp => withdraw(order, &[], false),
        OrderAction::Resign => match withdraw(order, &[], true)? {
            nothing if nothing.reordered == 0 => Err(Obstacle::NothingToOrder),
            consequence => Ok(consequence),
        },
        OrderAction::Split => {
            let stranger = |no: &&i64| !order.lines.iter().any(|line| line.line_no == **no);
            if let Some(stranger) = doubtful.iter().find(stranger) {
                return Err(Obstacle::NoSuchLine(*stranger));
            }
            if doubtful.is_empty() {
                return Err(Obstacle::NoLineNamed);
            }
            withdraw(order, doubtful, true)
        }
    }
}

fn resend(order: &OrderFacts) -> Result<Consequence, Obstacle> {
    let is_under_way = order.state == OrderState::Queued && !order.is_dead;
    let is_possible = order.state.after(OrderEvent::ResendDecided).is_ok();
    if !is_possible || !order.is_signed || is_under_way {
        return Err(Obstacle::State);
    }
    Ok(Consequence {
        lines: order.lines.len(),
        fate: OrderFate::SentAgain,
        ..Consequence::default()
    })
}

/// Only what may still be sent can be kept from being sent.
fn quarantine(order: &OrderFacts) -> Result<Consequence, Obstacle> {
    let may_leave = matches!(
        order.state,
        OrderState::Closed | OrderState::Queued | OrderState::Sent | OrderState::ReceiptRejected
    );
    if !may_leave {
        return Err(Obstacle::State);
    }
    Ok(Consequence {
        lines: order.lines.len(),
        fate: OrderFate::Stopped,
        ..Consequence::default()
    })
}

fn release(order: &OrderFacts) -> Result<Consequence, Obstacle> {
    if order.is_quarantined {
        let fate = match order.state {
            OrderState::Closed => OrderFate::GoesOut,
            OrderState::Queued if !order.is_dead => OrderFate::GoesOut,
            _ => OrderFate::GoesOn,
        };
        return Ok(Consequence {
            fate,
            lines: order.lines.len(),
            ..Consequence::default()
        });
    }
    let held: Vec<&LineFacts> = set_aside(order).collect();
    let ready = held.iter().filter(|line| line.is_settled).count();
    if order.state != OrderState::Cancelled || ready == 0 {
        return Err(Obstacle::NothingHeld);
    }
    Ok(Consequence {
        lines: order.lines.len(),
        ready,
        waiting: held.len() - ready,
        ..Consequence::default()
    })
}

/// The lines of an order that was given up whose applications wait for an operator.
pub fn set_aside(order: &OrderFacts) -> impl Iterator<Item = &LineFacts> {
    order.lines.iter().filter(|line| {
        line.is_set_aside && line.application == ApplicationState::OnHold && !line.state.is_live()
    })
}

fn withdraw(order: &OrderFacts, doubtful: &[i64], at_once: bool) -> Result<Consequence, Obstacle> {
    let stays = |line: &LineFacts| line.state.after(LineEvent::OrderGivenUp).is_err();
    if order.state.after(OrderEvent::GivenUp).is_err() || order.lines.iter().any(stays) {
        return Err(Obstacle::State);
    }
    // Who speaks of a line holds the order that it stands in.
    let spoken = |line: &LineFacts| line.state == LineState::Placed && line.has_words;
    let is_unknown = order.state == OrderState::Queued && order.may_have_arrived;
    if is_unknown || order.is_contradicted || order.lines.iter().any(spoken) {
        return Err(Obstacle::MaybeHeld);
    }
    let mut consequence = Consequence {
        lines: order.lines.len(),
        fate: OrderFate::GivenUp,
        ..Consequence::default()
    };
    for line in &order.lines {
        let is_doubtful = doubtful.contains(&line.line_no);
        *counted(&mut consequence, line, is_doubtful, at_once) += 1;
    }
    Ok(consequence)
}

/// The count into which a line of an order that is given up falls.
fn counted<'a>(
    sums: &'a mut Consequence,
    line: &LineFacts,
    is_doubtful: bool,
    at_once: bool,
) -> &'a mut usize {
    use ApplicationState::{CancelRequested, OnHold, Ordered, Ready};
    match (line.state.is_live(), line.application) {
        (true, Ordered | OnHold) | (false, Ready) if is_doubtful => &mut sums.set_aside,
        (true, Ordered) if at_once => &mut sums.reordered,
        (true, Ordered) => &mut sums.ready,
        (true, CancelRequested) => &mut sums.cancelled,
        (true, OnHold) => &mut sums.waiting,
        _ => &mut sums.unchanged,
    }
}

#[cfg(test)]
mod tests;
