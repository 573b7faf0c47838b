//! The one interpreter of every life cycle.

use std::fmt::{Debug, Display};

/// One row of a life cycle: in this state, on this event, to that state.
pub type Step<S, E> = (S, E, S);

/// An event that may not happen in a state.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{event} may not happen to what is {state}")]
pub struct IllegalStep<S: Debug + Display, E: Debug + Display> {
    /// The state in which it was tried.
    pub state: S,
    /// The event that was tried.
    pub event: E,
}

/// Returns the state that follows `state` on `event`, by the one row that says so.
pub fn next<S, E>(steps: &[Step<S, E>], state: S, event: E) -> Result<S, IllegalStep<S, E>>
where
    S: Copy + PartialEq + Debug + Display,
    E: Copy + PartialEq + Debug + Display,
{
    steps
        .iter()
        .find(|(from, on, _)| *from == state && *on == event)
        .map(|(_, _, to)| *to)
        .ok_or(IllegalStep { state, event })
}
