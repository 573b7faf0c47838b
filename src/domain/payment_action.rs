//! What an operator may decide about a payment, and which states let it.
//!
//! Flows refuse by this table, and pages show by it what can be done: neither can promise what the other
//! would not do.

use crate::coded;
use crate::domain::payment::PaymentState;

use PaymentAction::{Dismiss, Match, OweBack, Split, Unmatch};
use PaymentState::{Consumed, Matched, RefundDue, Suggested, Unmatched};

coded! {
    /// What an operator may decide about a payment.
    pub enum PaymentAction as "action on a payment" {
        /// Tie it to the fee of one application.
        Match = "MATCH",
        /// Tie parts of it to the fees of several applications.
        Split = "SPLIT",
        /// Undo its ties.
        Unmatch = "UNMATCH",
        /// Mark it as money that is to be given back.
        OweBack = "OWE_BACK",
        /// Mark it as no payment of a fee.
        Dismiss = "DISMISS",
    }
}

/// Why a state does not let an action happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Obstacle {
    /// The payment is past it, or has not come to it.
    State,
    /// It is tied to a fee; the tie is to be undone first.
    Tied,
    /// The card that it paid for is ordered.
    CardOrdered,
}

impl PaymentAction {
    /// Whether a payment in this state lets it happen.
    pub const fn in_state(self, state: PaymentState) -> Result<(), Obstacle> {
        match (self, state) {
            (Match | Split, Suggested | Unmatched | RefundDue)
            | (Split, Matched | Consumed)
            | (Unmatch, Matched)
            | (OweBack | Dismiss, Suggested | Unmatched) => Ok(()),
            (Unmatch | OweBack | Dismiss, Consumed) => Err(Obstacle::CardOrdered),
            (OweBack | Dismiss, Matched) => Err(Obstacle::Tied),
            _ => Err(Obstacle::State),
        }
    }

    /// Whether it wants money in lei that came in: only that pays a fee.
    pub const fn wants_lei(self) -> bool {
        matches!(self, Match | Split)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payment::PaymentEvent;

    /// The step that an action takes from a state.
    fn event(action: PaymentAction, state: PaymentState) -> PaymentEvent {
        match action {
            Split if matches!(state, Matched | Consumed) => PaymentEvent::PartMade,
            Match | Split => PaymentEvent::MatchMade,
            Unmatch => PaymentEvent::MatchUndone,
            OweBack => PaymentEvent::RefundOwed,
            Dismiss => PaymentEvent::FoundInvalid,
        }
    }

    #[test]
    fn what_is_allowed_is_a_step_of_the_life_cycle() {
        for action in PaymentAction::ALL {
            for state in PaymentState::ALL {
                if action.in_state(*state).is_ok() {
                    let step = state.after(event(*action, *state));
                    assert!(step.is_ok(), "{action} of {state}");
                }
            }
        }
    }

    #[test]
    fn money_that_waits_may_be_decided_about_in_every_way_but_untied() {
        for state in [Suggested, Unmatched] {
            for action in PaymentAction::ALL {
                let allowed = action.in_state(state).is_ok();
                assert_eq!(allowed, *action != Unmatch, "{action} of {state}");
            }
        }
    }

    #[test]
    fn money_that_serves_a_card_tells_what_stands_in_the_way() {
        assert_eq!(Unmatch.in_state(Consumed), Err(Obstacle::CardOrdered));
        assert_eq!(Dismiss.in_state(Consumed), Err(Obstacle::CardOrdered));
        assert_eq!(OweBack.in_state(Matched), Err(Obstacle::Tied));
        assert_eq!(Match.in_state(Matched), Err(Obstacle::State));
    }
}
