//! What a process finds when it starts: lanes whose holder is gone. Nothing is repaired here; whoever
//! leases such a lane next knows that the end of a try was never recorded. It is told, so that nobody
//! has to guess after a crash.

use crate::flow::Failure;
use crate::gateway::Gateway;
use crate::store::outbox::overview::{KindStanding, list_kinds};

/// How the outbox stands at the start.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Found {
    /// Messages that wait to be pushed.
    pub waiting: i64,
    /// Lanes that are due now.
    pub due: i64,
    /// Lanes that other processes hold.
    pub leased: i64,
    /// Lanes whose holder did not come back in time; they are taken over.
    pub abandoned: i64,
}

/// Looks at the outbox, and says what there is.
pub async fn tell_found(gateway: &Gateway) -> Result<Found, Failure<std::convert::Infallible>> {
    let mut tx = gateway.store.read().await?;
    let kinds = list_kinds(&mut tx, gateway.clock.now()).await?;
    let sum = |of: fn(&KindStanding) -> i64| kinds.iter().map(of).sum();
    let found = Found {
        waiting: sum(|kind| kind.waiting),
        due: sum(|kind| kind.due),
        leased: sum(|kind| kind.leased),
        abandoned: sum(|kind| kind.abandoned),
    };
    if found.abandoned > 0 {
        tracing::warn!(
            lanes = found.abandoned,
            "processes died while they delivered; their lanes are taken over"
        );
    }
    tracing::info!(
        messages.waiting = found.waiting,
        lanes.due = found.due,
        lanes.leased = found.leased,
        "the outbox as it was found"
    );
    Ok(found)
}
