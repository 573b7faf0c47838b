//! What the provider says of itself and of its keys, kept so that it is not asked for every visitor.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};
use openidconnect::{DiscoveryError, IssuerUrl};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::transport::provider::ProviderFault;
use crate::transport::provider::wire::{Wire, WireFault};

/// How long a word of the provider about itself is good.
const GOOD_FOR: TimeDelta = TimeDelta::hours(1);

/// How long a provider that does not answer is left in peace: visitors do not wait for it one after the
/// other.
const REST: TimeDelta = TimeDelta::seconds(15);

/// How often keys are read again because a token names one that is unknown: anybody may name one.
const KEYS_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What is known of the provider.
#[derive(Clone)]
pub(super) struct Known {
    /// Its word about itself.
    pub(super) metadata: Arc<CoreProviderMetadata>,
    /// Its keys.
    pub(super) keys: Arc<CoreJsonWebKeySet>,
    read_at: DateTime<Utc>,
    keys_read_at: DateTime<Utc>,
}

#[derive(Default)]
struct Pages {
    known: Option<Known>,
    failed_at: Option<DateTime<Utc>>,
}

/// Keeps what is known.
pub(super) struct Book {
    wire: Wire,
    issuer: IssuerUrl,
    clock: Clock,
    // Held while the provider is asked, so that a hundred visitors ask once.
    pages: Mutex<Pages>,
}

impl Book {
    pub(super) fn new(wire: Wire, issuer: IssuerUrl, clock: Clock) -> Self {
        Self {
            wire,
            issuer,
            clock,
            pages: Mutex::default(),
        }
    }

    pub(super) const fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(super) const fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// What is known, read where it is not or where it is old.
    pub(super) async fn known(&self) -> Result<Known, ProviderFault> {
        let mut pages = self.pages.lock().await;
        let now = self.clock.now();
        if let Some(known) = &pages.known
            && now - known.read_at < GOOD_FOR
        {
            return Ok(known.clone());
        }
        if pages.failed_at.is_some_and(|at| now - at < REST) {
            return Err(ProviderFault::Resting);
        }
        match self.read().await {
            Ok(known) => {
                pages.failed_at = None;
                pages.known = Some(known.clone());
                Ok(known)
            }
            Err(fault) => {
                pages.failed_at = Some(self.clock.now());
                Err(fault)
            }
        }
    }

    /// The keys as they are now, for a token that names none of `known`; those that are known where they
    /// were read a moment ago.
    pub(super) async fn newer_keys(
        &self,
        known: &Known,
    ) -> Result<Arc<CoreJsonWebKeySet>, ProviderFault> {
        let mut pages = self.pages.lock().await;
        let now = self.clock.now();
        let Some(latest) = &mut pages.known else {
            return Ok(known.keys.clone());
        };
        if now - latest.keys_read_at >= KEYS_EVERY {
            // Noted before the answer: a provider that fails is not asked more often.
            latest.keys_read_at = now;
            let keys = CoreJsonWebKeySet::fetch_async(latest.metadata.jwks_uri(), &self.wire);
            latest.keys = Arc::new(keys.await.map_err(of_reading)?);
        }
        Ok(latest.keys.clone())
    }

    async fn read(&self) -> Result<Known, ProviderFault> {
        let metadata = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.wire);
        let metadata = metadata.await.map_err(of_reading)?;
        let scheme = metadata.authorization_endpoint().url().scheme();
        if scheme != "https" && scheme != self.issuer.url().scheme() {
            let told = "its page for people is not reached over TLS";
            return Err(ProviderFault::Unusable(told.to_owned()));
        }
        let read_at = self.clock.now();
        let keys = metadata.jwks().clone();
        if keys.keys().is_empty() {
            return Err(ProviderFault::Unusable("it has no keys".to_owned()));
        }
        Ok(Known {
            metadata: Arc::new(metadata),
            keys: Arc::new(keys),
            read_at,
            keys_read_at: read_at,
        })
    }
}

fn of_reading(fault: DiscoveryError<WireFault>) -> ProviderFault {
    match fault {
        DiscoveryError::Request(WireFault::Elsewhere) => {
            ProviderFault::Unusable(WireFault::Elsewhere.to_string())
        }
        DiscoveryError::Request(fault) => ProviderFault::Away(fault),
        // What it says there is about the provider, and about nobody.
        other => ProviderFault::Unusable(other.to_string()),
    }
}
