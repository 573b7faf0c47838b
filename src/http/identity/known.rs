//! Who may call, kept in memory: only what was not seen before is asked of the database.
//!
//! Every change of a credential raises a revision in its transaction, which every process hears
//! within a second ([`crate::store::tidings`]). What is kept here counts while no later revision was
//! heard; then what has changed is read again, and nothing else. While nobody listens, nothing is
//! kept and every request asks the database: nobody could say how old memory is, and a credential that
//! was revoked must count no more within a second. That is so until the first look at the rows after a
//! start, and while the connection on which changes are heard is broken; then the database is either
//! there, and one indexed read more for each request is cheap, or away, and little could be answered.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::domain::id::{CredentialId, OfficeId};
use crate::http::caller::Caller;
use crate::http::identity::allowance::{Allowance, Allowances};
use crate::store::authentication_failures::FailureCause;
use crate::store::credentials::{self, CredentialKind, Period, Standing};
use crate::store::{Store, StoreError, offices, revisions};

/// After this time a credential is read again although nobody said that it changed: somebody may
/// have changed the row by hand.
const READ_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(5);

/// Seconds within which a use is not noted again.
const NOTED_FOR: i64 = 3600;

/// Seconds after which it is written again when offices were last seen: one statement for all of them,
/// however often they ask.
const SEEN_EVERY: i64 = 60;

/// What a credential is found by.
pub(crate) type Hash = [u8; 32];

/// A credential as it stood when it was read.
#[derive(Debug)]
pub(crate) struct Known {
    /// Who calls with it.
    pub(crate) caller: Caller,
    /// What its office may ask in a given time; `None` where that is not limited.
    pub(crate) allowance: Option<Arc<Allowance>>,
    kind: CredentialKind,
    scopes: String,
    is_revoked: bool,
    period: Period,
    read_at: DateTime<Utc>,
    /// When its last use was noted, in seconds since 1970.
    noted_at: AtomicI64,
    /// The office that calls with it.
    office: Option<OfficeId>,
    /// When it was last used since that was written, in seconds since 1970; 0: not since then.
    seen_at: AtomicI64,
}

impl Known {
    fn new(
        standing: Standing,
        hash: Hash,
        read_at: DateTime<Utc>,
        allowances: &Allowances,
    ) -> Self {
        let last_used_at = standing.last_used_at.unwrap_or_default();
        let credential = standing.credential;
        Self {
            kind: credential.kind,
            is_revoked: credential.revoked_at.is_some(),
            period: standing.period,
            read_at,
            noted_at: AtomicI64::new(last_used_at.timestamp()),
            office: credential.office,
            seen_at: AtomicI64::new(0),
            allowance: credential.office.and_then(|office| allowances.of(office)),
            scopes: credential.scopes.clone(),
            caller: Caller::new(credential, hash),
        }
    }

    /// Whether it counts at `now` as a credential of this kind.
    pub(crate) fn check(
        &self,
        kind: CredentialKind,
        now: DateTime<Utc>,
    ) -> Result<(), FailureCause> {
        let Period { from, until } = self.period;
        if self.kind != kind {
            Err(FailureCause::Unknown)
        } else if self.is_revoked {
            Err(FailureCause::Revoked)
        } else if until.is_some_and(|until| until <= now) {
            Err(FailureCause::Expired)
        } else if from.is_some_and(|from| from > now) {
            Err(FailureCause::NotYetValid)
        } else {
            Ok(())
        }
    }

    /// Whether it holds a scope.
    pub(crate) fn holds(&self, scope: &str) -> bool {
        let mut held = self.scopes.split(' ');
        held.any(|held| held == "*" || held == scope)
    }

    /// When it ends, if that is known.
    pub(crate) const fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.period.until
    }

    /// How it is shown.
    pub(crate) const fn kind(&self) -> CredentialKind {
        self.kind
    }
}

/// The credentials that this process has seen.
#[derive(Debug)]
pub(crate) struct KnownCredentials {
    shelf: RwLock<Shelf>,
    /// One reads again what has changed; the others wait for it.
    catching_up: tokio::sync::Mutex<()>,
    changed: watch::Sender<i64>,
    uses: Mutex<HashMap<CredentialId, DateTime<Utc>>>,
    /// When it was last written when offices were seen, in seconds since 1970.
    seen_written_at: AtomicI64,
    allowances: Allowances,
}

#[derive(Debug, Default)]
struct Shelf {
    /// The revision that everything here is as of, or later.
    revision: i64,
    by_hash: HashMap<Hash, Arc<Known>>,
}

/// The revision of all credentials that was last heard of, while somebody listens.
fn heard(store: &Store) -> Option<i64> {
    let tidings = store.tidings();
    if !tidings.is_followed() {
        return None;
    }
    tidings.known(revisions::CREDENTIALS)
}

impl KnownCredentials {
    /// None yet.
    pub(crate) fn new(allowances: Allowances) -> Self {
        Self {
            shelf: RwLock::default(),
            catching_up: tokio::sync::Mutex::default(),
            changed: watch::Sender::new(0),
            uses: Mutex::default(),
            seen_written_at: AtomicI64::new(0),
            allowances,
        }
    }

    /// A credential that is known without asking the database.
    pub(crate) fn at_hand(
        &self,
        store: &Store,
        hash: &Hash,
        now: DateTime<Utc>,
    ) -> Option<Arc<Known>> {
        let heard = heard(store)?;
        let kept = self.read();
        let known = kept.by_hash.get(hash)?;
        let is_current = kept.revision >= heard && now - known.read_at < READ_AGAIN_AFTER;
        is_current.then(|| Arc::clone(known))
    }

    /// Asks the database for a credential, and keeps it while somebody listens for changes.
    pub(crate) async fn look_up(
        &self,
        store: &Store,
        hash: &Hash,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Known>>, StoreError> {
        let heard = heard(store);
        if let Some(heard) = heard {
            self.catch_up(store, heard, now).await?;
            if let Some(known) = self.at_hand(store, hash, now) {
                return Ok(Some(known));
            }
        }
        let revision = self.read().revision;
        let Some(standing) = credentials::find_by_hash(store.glance()?, hash).await? else {
            return Ok(None);
        };
        let known = Arc::new(Known::new(standing, *hash, now, &self.allowances));
        if heard.is_some() {
            let mut kept = self.write();
            // What changed while this was read was read again without it: it may be old by now.
            if kept.revision == revision {
                kept.by_hash.insert(*hash, Arc::clone(&known));
            }
        }
        Ok(Some(known))
    }

    /// Reads again what has changed since the revision of what is kept, unless that is not before
    /// `heard`.
    pub(crate) async fn catch_up(
        &self,
        store: &Store,
        heard: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.read().revision >= heard {
            return Ok(());
        }
        let _alone = self.catching_up.lock().await;
        let behind = self.read().revision;
        if behind >= heard {
            return Ok(());
        }
        let mut tx = store.read().await?;
        let revision = revisions::read(&mut tx, revisions::CREDENTIALS).await?;
        let changed = if self.read().by_hash.is_empty() {
            Vec::new()
        } else {
            credentials::list_changed(&mut tx, behind).await?
        };
        drop(tx);
        self.replace(changed, revision, now);
        Ok(())
    }

    fn replace(&self, changed: Vec<Standing>, revision: i64, now: DateTime<Utc>) {
        let mut kept = self.write();
        for standing in changed {
            let Ok(hash) = Hash::try_from(standing.credential.hash.as_slice()) else {
                continue;
            };
            if let Some(place) = kept.by_hash.get_mut(&hash) {
                let seen_at = place.seen_at.load(Ordering::Relaxed);
                let known = Known::new(standing, hash, now, &self.allowances);
                known.seen_at.store(seen_at, Ordering::Relaxed);
                *place = Arc::new(known);
            }
        }
        kept.revision = kept.revision.max(revision);
        drop(kept);
        self.changed.send_replace(revision);
    }

    /// The revision of what is kept.
    pub(crate) fn revision(&self) -> i64 {
        self.read().revision
    }

    /// Lets requests that wait look again.
    pub(crate) fn wake_waiting(&self) {
        self.changed.send_modify(|_revision| ());
    }

    /// Sees every change from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<i64> {
        self.changed.subscribe()
    }

    /// Takes note that a credential was used: in memory each time, to be written at most once an hour.
    pub(crate) fn note_use(&self, known: &Known, now: DateTime<Utc>) {
        known.seen_at.store(now.timestamp(), Ordering::Relaxed);
        let noted_at = known.noted_at.load(Ordering::Relaxed);
        if now.timestamp() - noted_at < NOTED_FOR {
            return;
        }
        known.noted_at.store(now.timestamp(), Ordering::Relaxed);
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        uses.insert(known.caller.credential(), now);
    }

    /// Writes the uses that were noted. What cannot be written waits for the next time.
    pub(crate) async fn write_uses(&self, store: &Store) -> Result<(), StoreError> {
        let noted: Vec<_> = {
            let uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
            uses.iter().map(|(id, at)| (*id, *at)).collect()
        };
        if noted.is_empty() {
            return Ok(());
        }
        let mut tx = store.begin().await?;
        credentials::note_uses(&mut tx, &noted).await?;
        tx.commit().await?;
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, at) in noted {
            if uses.get(&id) == Some(&at) {
                uses.remove(&id);
            }
        }
        Ok(())
    }

    /// Writes when offices were last seen, once a minute. What cannot be written waits for the next time.
    ///
    /// While nothing is kept in memory, the hourly note of uses is all that is known.
    pub(crate) async fn write_seen(
        &self,
        store: &Store,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if now.timestamp() - self.seen_written_at.load(Ordering::Relaxed) < SEEN_EVERY {
            return Ok(());
        }
        self.seen_written_at
            .store(now.timestamp(), Ordering::Relaxed);
        let taken = self.take_seen();
        if taken.is_empty() {
            return Ok(());
        }
        let mut latest = BTreeMap::new();
        for (_, office, seen_at) in &taken {
            let last = latest.entry(*office).or_insert(*seen_at);
            *last = (*last).max(*seen_at);
        }
        let seen: Vec<_> = latest
            .into_iter()
            .filter_map(|(office, at)| Some((office, DateTime::from_timestamp(at, 0)?)))
            .collect();
        let written = async {
            let mut tx = store.begin().await?;
            offices::note_seen(&mut tx, &seen).await?;
            tx.commit().await
        };
        let written = written.await;
        if written.is_err() {
            for (known, _, seen_at) in taken {
                known.seen_at.fetch_max(seen_at, Ordering::Relaxed);
            }
        }
        written
    }

    /// Takes what offices' credentials were used since the last time, and when.
    fn take_seen(&self) -> Vec<(Arc<Known>, OfficeId, i64)> {
        let kept = self.read();
        let known = kept.by_hash.values();
        known
            .filter_map(|known| {
                let office = known.office?;
                let seen_at = known.seen_at.swap(0, Ordering::Relaxed);
                (seen_at != 0).then(|| (Arc::clone(known), office, seen_at))
            })
            .collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Shelf> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Shelf> {
        self.shelf.write().unwrap_or_else(PoisonError::into_inner)
    }
}
