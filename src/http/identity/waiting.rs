//! Requests that wait: a credential that dies meanwhile ends them.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::identity::entry_of;
use crate::http::problems::Problem;
use crate::store::authentication_failures::FailureCause;

/// Fails when the credential by which a caller was let in counts no more. As a rule this costs a look
/// into memory.
async fn still_valid(api: &Api, caller: &Caller) -> Result<(), Problem> {
    let now = api.gateway.clock.now();
    let (credentials, store) = (&api.identities.credentials, &api.gateway.store);
    let found = match credentials.at_hand(store, caller.hash(), now) {
        Some(known) => Some(known),
        // Boxed, so that who waits does not hold room for a look all the time.
        None => Box::pin(credentials.look_up(store, caller.hash(), now)).await?,
    };
    let checked = match found {
        Some(known) => known.check(known.kind(), now),
        None => Err(FailureCause::Unknown),
    };
    checked.map_err(|cause| Problem::of(entry_of(cause)))
}

/// Returns with what to answer once the credential of a caller that waits counts no more.
///
/// While the database is away nobody can tell, and nothing that the caller waits for can come either.
pub(crate) async fn until_refused(api: &Api, caller: &Caller) -> Problem {
    let credentials = &api.identities.credentials;
    let mut changes = credentials.changes();
    loop {
        match still_valid(api, caller).await {
            Err(refused) if refused.entry().status == 401 => return refused,
            _ => (),
        }
        let now = api.gateway.clock.now();
        let known = credentials.at_hand(&api.gateway.store, caller.hash(), now);
        let ends_at = known.and_then(|known| known.ends_at());
        tokio::select! {
            _ = changes.changed() => (),
            () = api.gateway.clock.sleep(until(ends_at, now)), if ends_at.is_some() => (),
        }
    }
}

fn until(ends_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
    let left = ends_at.and_then(|ends_at| (ends_at - now).to_std().ok());
    left.unwrap_or_default()
}
