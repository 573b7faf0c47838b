//! Failures to sign in, counted by name and by address, and the waits that follow from them.

use chrono::{DateTime, Utc};

use crate::domain::hex::hex;
use crate::domain::operator::Actor;
use crate::domain::sign_in::{ADDRESS_PATIENCE, FAILURES_FORGOTTEN, wait_after};
use crate::flow::people::session::Place;
use crate::flow::people::sign_in::about;
use crate::flow::people::token::hash_of;
use crate::gateway::Gateway;
use crate::store::users::User;
use crate::store::{StoreError, Tx, audit, sign_in_failures};

/// Something that failures are counted of.
pub(super) struct Source {
    /// How the database calls it.
    pub(super) name: String,
    /// Whether many people may stand behind it, so that it has more patience.
    pub(super) is_shared: bool,
}

impl Source {
    /// An account's name, whether there is such an account or not. Only its hash is kept: people type
    /// passwords into the field of the name.
    pub(super) fn of_name(name: &str) -> Self {
        Self {
            name: format!("name:{}", hex(&hash_of(name))),
            is_shared: false,
        }
    }

    pub(super) fn of_address(address: &str) -> Self {
        Self {
            name: format!("address:{address}"),
            is_shared: true,
        }
    }
}

/// The name that was given, and the address that it came from.
pub(super) fn sources(name: Option<&str>, place: &Place) -> Vec<Source> {
    let name = Source::of_name(name.unwrap_or_default());
    vec![name, Source::of_address(&place.address)]
}

/// Until when nobody is listened to who comes from these sources.
pub(super) async fn barred_until(
    tx: &mut Tx,
    sources: &[Source],
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    for source in sources {
        let barred = sign_in_failures::barred_until(tx, &source.name, now).await?;
        if barred.is_some() {
            return Ok(barred);
        }
    }
    Ok(None)
}

/// Counts a failure. `user` is the account whose password or session whoever fails already has.
pub(super) async fn count(
    gateway: &Gateway,
    sources: &[Source],
    user: Option<&User>,
) -> Result<(), StoreError> {
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    for source in sources {
        let failures =
            sign_in_failures::add(&mut tx, &source.name, now, FAILURES_FORGOTTEN).await?;
        let counted = if source.is_shared {
            failures / ADDRESS_PATIENCE
        } else {
            failures
        };
        let wait = wait_after(counted);
        if !wait.is_zero() {
            sign_in_failures::bar(&mut tx, &source.name, now + wait).await?;
        }
    }
    if let Some(user) = user {
        // Whoever has half of it is worth a look; a name alone proves nothing.
        let actor = Actor::Gateway("console");
        audit::note(
            &mut tx,
            about(gateway, &actor, &user.name, "SIGN_IN_FAILED"),
        );
    }
    tx.commit().await
}
