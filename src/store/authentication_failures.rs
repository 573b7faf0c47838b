//! Failures to prove who calls, counted by minute, address, cause and what was shown: a flood makes
//! a number larger, not the table.

use chrono::{DateTime, Utc};

use crate::coded;
use crate::store::tx::{execute, execute_rows, query};
use crate::store::{StoreError, Tx, read_code};

coded! {
    /// Why a caller was not let in.
    pub enum FailureCause as "cause of a failed authentication" {
        /// It did not say who it is.
        Missing = "MISSING",
        /// Nobody registered its certificate or key.
        Unknown = "UNKNOWN",
        /// Its certificate or key was revoked.
        Revoked = "REVOKED",
        /// Its certificate or key counts from later on.
        NotYetValid = "NOT_YET_VALID",
        /// The time of its certificate or key is over.
        Expired = "EXPIRED",
        /// A test key in production, or the reverse.
        OtherEnvironment = "OTHER_ENVIRONMENT",
        /// There were too many failures; nobody looked whether this is another.
        Limited = "LIMITED",
        /// It is known, and what it asks is for others.
        PartyNotAllowed = "PARTY_NOT_ALLOWED",
        /// It is known, and lacks the right.
        ScopeMissing = "SCOPE_MISSING",
        /// A signed notification that does not prove its sender.
        SignatureWrong = "SIGNATURE_WRONG",
        /// The certificate does not serve: revoked by its authority, expired, of another authority.
        CertificateRefused = "CERTIFICATE_REFUSED",
    }
}

/// Failures of one kind within one minute.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failures {
    /// The minute in which they happened.
    pub minute: DateTime<Utc>,
    /// The address that the connection came from; empty where that is not known.
    pub address: String,
    /// Why.
    pub cause: FailureCause,
    /// `credential:ID`, `certificate:SHA-256 of its public key`, or empty.
    pub who: String,
    /// How many.
    pub occurrences: i64,
    /// The first of them.
    pub first_at: DateTime<Utc>,
    /// The last of them.
    pub last_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct FailuresRow {
    minute: DateTime<Utc>,
    address: String,
    cause: String,
    who: String,
    occurrences: i64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
}

impl TryFrom<FailuresRow> for Failures {
    type Error = StoreError;

    fn try_from(row: FailuresRow) -> Result<Self, StoreError> {
        let cause = FailureCause::parse(&row.cause);
        let table = "authentication_failures";
        Ok(Self {
            cause: read_code(cause, table, "cause", &row.minute)?,
            minute: row.minute,
            address: row.address,
            who: row.who,
            occurrences: row.occurrences,
            first_at: row.first_at,
            last_at: row.last_at,
        })
    }
}

/// Adds failures to those that are known of the same kind and minute.
pub async fn add(tx: &mut Tx, failures: &[Failures]) -> Result<(), StoreError> {
    const POSTGRES: &str = "
        INSERT INTO authentication_failures
            (minute, address, cause, who, occurrences, first_at, last_at)
        SELECT *
        FROM UNNEST($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::bigint[],
                    $6::timestamptz[], $7::timestamptz[])
        ON CONFLICT (minute, address, cause, who) DO UPDATE
        SET occurrences = authentication_failures.occurrences + excluded.occurrences,
            last_at = GREATEST(authentication_failures.last_at, excluded.last_at)";
    const SQLITE: &str = "
        INSERT INTO authentication_failures
            (minute, address, cause, who, occurrences, first_at, last_at)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
               value ->> 6
        FROM json_each($1)
        WHERE TRUE
        ON CONFLICT (minute, address, cause, who) DO UPDATE
        SET occurrences = authentication_failures.occurrences + excluded.occurrences,
            last_at = MAX(authentication_failures.last_at, excluded.last_at)";
    // In one order for all, so that two processes that write at once do not wait for one another.
    let mut failures: Vec<&Failures> = failures.iter().collect();
    let order = |one: &&Failures| (one.minute, one.address.clone(), one.cause, one.who.clone());
    failures.sort_by_key(order);
    execute_rows!(tx, (POSTGRES, SQLITE), [], failures, |one| [
        one.minute,
        one.address.as_str(),
        one.cause.as_str(),
        one.who.as_str(),
        one.occurrences,
        one.first_at,
        one.last_at,
    ])?;
    Ok(())
}

/// Where in the list a row stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Position {
    minute: DateTime<Utc>,
    address: String,
    cause: String,
    who: String,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (address, cause, who) = (&self.address, &self.cause, &self.who);
        write!(f, "{}|{address}|{cause}|{who}", self.minute.to_rfc3339())
    }
}

impl std::str::FromStr for Position {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected minute, address, cause and who";
        let mut parts = text.split('|');
        let mut next = || parts.next().ok_or(EXPECTED);
        Ok(Self {
            minute: next()?.parse().ok().ok_or(EXPECTED)?,
            address: next()?.to_owned(),
            cause: next()?.to_owned(),
            who: next()?.to_owned(),
        })
    }
}

impl Failures {
    /// Where in the list this row stands.
    pub fn position(&self) -> Position {
        Position {
            minute: self.minute,
            address: self.address.clone(),
            cause: self.cause.to_string(),
            who: self.who.clone(),
        }
    }
}

/// Lists the failures of `from` and later, the latest first; those that stand behind `after`.
pub async fn list_since(
    tx: &mut Tx,
    from: DateTime<Utc>,
    after: Option<&Position>,
    limit: i64,
) -> Result<Vec<Failures>, StoreError> {
    const SQL: &str = "
        SELECT minute, address, cause, who, occurrences, first_at, last_at
        FROM authentication_failures
        WHERE minute >= $1
          AND ($2 OR (minute, address, cause, who) < ($3, $4, $5, $6))
        ORDER BY minute DESC, address DESC, cause DESC, who DESC
        LIMIT $7";
    let text = |part: fn(&Position) -> &String| after.map_or("", |after| part(after).as_str());
    query!(
        fetch_all as FailuresRow,
        tx,
        SQL,
        from,
        after.is_none(),
        after.map_or(from, |after| after.minute),
        text(|after| &after.address),
        text(|after| &after.cause),
        text(|after| &after.who),
        limit,
    )?
    .into_iter()
    .map(Failures::try_from)
    .collect()
}

/// Forgets the failures of before `before`; returns how many rows went.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM authentication_failures WHERE minute < $1";
    execute!(tx, SQL, before)
}
