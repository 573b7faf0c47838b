//! What the states of its lines mean for an order.

use crate::domain::acknowledgement::LineState;
use crate::domain::order::{OrderEvent, OrderState};
use crate::domain::step::IllegalStep;

/// How far the lines of one order have come.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LineCounts {
    /// All lines.
    pub lines: u64,
    /// Those that were accepted or refused.
    pub answered: u64,
    /// Those that need nothing more from the bureau.
    pub ended: u64,
}

impl LineCounts {
    /// Counts lines by their states.
    pub fn of(states: impl IntoIterator<Item = LineState>) -> Self {
        states
            .into_iter()
            .fold(Self::default(), |counts, state| Self {
                lines: counts.lines + 1,
                answered: counts.answered + u64::from(state.is_answered()),
                ended: counts.ended + u64::from(state.is_ended()),
            })
    }

    /// Names what happened to the order, event by event; nothing where its state stays.
    ///
    /// Fails where lines were answered in an order that cannot have been read, such as one whose
    /// receipt refused it: an operator decides.
    pub fn order_events(
        self,
        order: OrderState,
    ) -> Result<Vec<OrderEvent>, IllegalStep<OrderState, OrderEvent>> {
        let mut events = Vec::new();
        let mut state = order;
        for event in self.reached() {
            // What was said of an order that is done with ends nothing a second time.
            if state == OrderState::Settled {
                break;
            }
            let next = state.after(event)?;
            if next != state {
                events.push(event);
                state = next;
            }
        }
        Ok(events)
    }

    fn reached(self) -> Vec<OrderEvent> {
        if self.answered == 0 {
            Vec::new()
        } else if self.answered < self.lines {
            vec![OrderEvent::LineAnswered]
        } else if self.ended < self.lines {
            vec![OrderEvent::LastLineAnswered]
        } else {
            vec![OrderEvent::LastLineAnswered, OrderEvent::LastLineEnded]
        }
    }
}
