//! Every failure to prove who calls is kept, counted by minute, address, cause and what was shown;
//! gathered here and written once a second, so that a flood costs neither a write for each nor a
//! row for each. What a process that is killed has not written is lost with its last second.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::HttpMessage;
use actix_web::dev::ServiceResponse;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use crate::domain::hex::hex;
use crate::domain::id::CredentialId;
use crate::http::identity::known::Hash;
use crate::http::problems::catalogue as problems;
use crate::http::problems::catalogue::Entry;
use crate::store::authentication_failures::{self, FailureCause, Failures};
use crate::store::{Store, StoreError};

/// Kinds of failures that are told apart until they are written; beyond them, addresses are not.
const KINDS_MAX: usize = 1_000;

/// What a caller showed that was not let in.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub(crate) enum Shown {
    /// Nothing, or nothing that may be kept.
    #[default]
    Nothing,
    /// A credential that is known.
    Credential(CredentialId),
    /// A certificate that nobody registered, by its public key: whoever registers it needs that.
    Certificate(Hash),
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Kind {
    minute: DateTime<Utc>,
    address: Option<IpAddr>,
    cause: FailureCause,
    shown: Shown,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    occurrences: i64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
}

/// The failures that are not written yet.
#[derive(Debug, Default)]
pub(crate) struct GatheredFailures {
    counts: Mutex<HashMap<Kind, Count>>,
}

/// The cause that a problem stands for, if it is a failed authentication.
fn cause_of(entry: &'static Entry) -> Option<FailureCause> {
    const CAUSES: &[(&Entry, FailureCause)] = &[
        (problems::CREDENTIALS_MISSING, FailureCause::Missing),
        (problems::CREDENTIALS_UNKNOWN, FailureCause::Unknown),
        (problems::CREDENTIALS_REVOKED, FailureCause::Revoked),
        (
            problems::CREDENTIALS_NOT_YET_VALID,
            FailureCause::NotYetValid,
        ),
        (problems::CREDENTIALS_EXPIRED, FailureCause::Expired),
        (
            problems::KEY_OF_OTHER_ENVIRONMENT,
            FailureCause::OtherEnvironment,
        ),
        (problems::AUTHENTICATION_LIMITED, FailureCause::Limited),
        (problems::PARTY_NOT_ALLOWED, FailureCause::PartyNotAllowed),
        (problems::SCOPE_MISSING, FailureCause::ScopeMissing),
        (
            problems::NOTIFICATION_NOT_PROVEN,
            FailureCause::SignatureWrong,
        ),
        (
            problems::CERTIFICATE_REFUSED,
            FailureCause::CertificateRefused,
        ),
    ];
    let found = CAUSES.iter().find(|(one, _)| one.code == entry.code);
    found.map(|(_, cause)| *cause)
}

impl GatheredFailures {
    /// Notes the failure that an answer tells of, if it does.
    pub(crate) fn note<B>(
        &self,
        entry: &'static Entry,
        answer: &ServiceResponse<B>,
        at: DateTime<Utc>,
    ) {
        let Some(cause) = cause_of(entry) else {
            return;
        };
        let request = answer.request();
        let shown = request.extensions().get::<Shown>().copied();
        let address = request.peer_addr().map(|peer| peer.ip().to_canonical());
        self.add(address, cause, shown.unwrap_or_default(), at);
    }

    /// Notes a failure.
    pub(crate) fn add(
        &self,
        address: Option<IpAddr>,
        cause: FailureCause,
        shown: Shown,
        at: DateTime<Utc>,
    ) {
        let mut kind = Kind {
            minute: at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at),
            address,
            cause,
            shown,
        };
        let mut counts = self.lock();
        if counts.len() >= KINDS_MAX && !counts.contains_key(&kind) {
            kind.address = None;
            kind.shown = Shown::Nothing;
        }
        let count = counts.entry(kind).or_insert(Count {
            occurrences: 0,
            first_at: at,
            last_at: at,
        });
        count.occurrences += 1;
        count.last_at = at;
    }

    /// Writes what was gathered. What cannot be written is kept for the next time.
    pub(crate) async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let taken = std::mem::take(&mut *self.lock());
        if taken.is_empty() {
            return Ok(());
        }
        let rows: Vec<Failures> = taken.iter().map(row).collect();
        let written = async {
            let mut tx = store.begin().await?;
            authentication_failures::add(&mut tx, &rows).await?;
            tx.commit().await
        };
        let written = written.await;
        if written.is_err() {
            self.put_back(taken);
        }
        written
    }

    fn put_back(&self, taken: HashMap<Kind, Count>) {
        let mut counts = self.lock();
        for (kind, earlier) in taken {
            let count = counts.entry(kind).or_insert(Count {
                occurrences: 0,
                ..earlier
            });
            count.occurrences += earlier.occurrences;
            count.first_at = earlier.first_at;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Kind, Count>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn row((kind, count): (&Kind, &Count)) -> Failures {
    Failures {
        minute: kind.minute,
        address: kind.address.map(|ip| ip.to_string()).unwrap_or_default(),
        cause: kind.cause,
        who: match kind.shown {
            Shown::Nothing => String::new(),
            Shown::Credential(id) => format!("credential:{id}"),
            Shown::Certificate(hash) => format!("certificate:{}", hex(&hash)),
        },
        occurrences: count.occurrences,
        first_at: count.first_at,
        last_at: count.last_at,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
    }

    fn flood(gathered: &GatheredFailures, hosts: u32, second: i64) {
        for host in 0..hosts {
            let address = Some(Ipv4Addr::from_bits(host).into());
            gathered.add(address, FailureCause::Unknown, Shown::Nothing, at(second));
        }
    }

    #[test]
    fn a_flood_is_a_number_and_every_failure_is_in_it() {
        let gathered = GatheredFailures::default();
        for _ in 0..3 {
            flood(&gathered, 5_000, 7);
        }
        let counts = gathered.lock();
        assert_eq!(counts.len(), KINDS_MAX + 1);
        let sum: i64 = counts.values().map(|count| count.occurrences).sum();
        assert_eq!(sum, 15_000);
    }

    #[test]
    fn minutes_causes_and_what_was_shown_are_told_apart() {
        let gathered = GatheredFailures::default();
        let shown = Shown::Certificate([7; 32]);
        for (cause, shown, second) in [
            (FailureCause::Unknown, Shown::Nothing, 1),
            (FailureCause::Unknown, Shown::Nothing, 59),
            (FailureCause::Unknown, Shown::Nothing, 60),
            (FailureCause::Revoked, Shown::Nothing, 1),
            (FailureCause::Unknown, shown, 1),
        ] {
            gathered.add(None, cause, shown, at(second));
        }
        let mut rows: Vec<Failures> = gathered.lock().iter().map(row).collect();
        rows.sort_by_key(|row| (row.minute, row.cause, row.who.clone()));
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.occurrences, row.who.len()))
            .collect();
        assert_eq!(
            told,
            [(2, 0), (1, "certificate:".len() + 64), (1, 0), (1, 0)]
        );
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_written_later_and_once() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("db.sqlite").display());
        let store = Store::open(&url, None, 1).await.unwrap();
        let gathered = GatheredFailures::default();
        flood(&gathered, 2, 1);
        gathered.write(&store).await.unwrap_err();
        flood(&gathered, 1, 2);
        store.migrate().await.unwrap();
        gathered.write(&store).await.unwrap();
        gathered.write(&store).await.unwrap();
        flood(&gathered, 1, 3);
        gathered.write(&store).await.unwrap();

        let mut tx = store.read().await.unwrap();
        let rows = authentication_failures::list_since(&mut tx, at(0), None, 10)
            .await
            .unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row.address.as_str(),
                    row.occurrences,
                    row.first_at,
                    row.last_at,
                )
            })
            .collect();
        assert_eq!(
            told,
            [("0.0.0.1", 1, at(1), at(1)), ("0.0.0.0", 3, at(1), at(3))]
        );
    }
}
