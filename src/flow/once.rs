//! Carries a request out once: the answer is written in the transaction that does the work, and a
//! repetition of the request is given the same answer.

use chrono::{DateTime, Utc};

use crate::flow::Failure;
use crate::gateway::Gateway;
use crate::store::idempotency::{self, GivenAnswer};
use crate::store::{StoreError, Tx};

/// What tells a request from another one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RequestKey {
    /// Who asks.
    pub caller: String,
    /// The caller's key of the request.
    pub key: String,
    /// SHA-256 of the whole request.
    pub fingerprint: [u8; 32],
}

/// An answer, as it is written down.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
}

/// What became of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answered {
    /// It was carried out now.
    Now(Answer),
    /// It was carried out before; nothing changed.
    Before(Answer),
}

/// The caller used the key for another request.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key was used for another request")]
pub struct KeyReused;

/// Finds the answer that was given to this request before.
pub async fn look_for_answer<R: From<KeyReused>>(
    gateway: &Gateway,
    request: &RequestKey,
) -> Result<Option<Answer>, Failure<R>> {
    let glance = gateway.store.glance()?;
    let given = idempotency::look(glance, &request.caller, &request.key).await?;
    given.map(|given| answer_to(request, given)).transpose()
}

/// Writes the answer to a request in the transaction that does the work, where the work finds out
/// by itself what it did before. `false` says that the request was answered meanwhile, and that
/// nothing of this may be committed.
pub(crate) async fn write_answer(
    tx: &mut Tx,
    request: &RequestKey,
    answer: &Answer,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let given = GivenAnswer {
        fingerprint: request.fingerprint.to_vec(),
        status: i64::from(answer.status),
        body: answer.body.clone(),
    };
    idempotency::insert(tx, (&request.caller, &request.key), &given, at).await
}

/// Runs `act` in one transaction together with its answer, unless the request was answered before.
pub async fn once<R, F>(
    gateway: &Gateway,
    request: &RequestKey,
    act: F,
) -> Result<Answered, Failure<R>>
where
    R: From<KeyReused>,
    F: AsyncFnOnce(&mut Tx) -> Result<Answer, Failure<R>>,
{
    let RequestKey {
        caller,
        key,
        fingerprint,
    } = request;
    let now = gateway.clock.now();
    let mut tx = gateway.store.begin().await?;
    if !idempotency::take(&mut tx, caller, key, fingerprint, now).await? {
        let before = read_answer(&mut tx, request).await?;
        let answer = before.ok_or(StoreError::Moved { what: "answer" })?;
        return Ok(Answered::Before(answer));
    }
    let answer = act(&mut tx).await?;
    let status = i64::from(answer.status);
    idempotency::set_answer(&mut tx, caller, key, status, &answer.body).await?;
    tx.commit().await?;
    Ok(Answered::Now(answer))
}

async fn read_answer<R: From<KeyReused>>(
    tx: &mut Tx,
    request: &RequestKey,
) -> Result<Option<Answer>, Failure<R>> {
    let given = idempotency::find(tx, &request.caller, &request.key).await?;
    given.map(|given| answer_to(request, given)).transpose()
}

/// The answer that was given, unless it was given to another request.
fn answer_to<R: From<KeyReused>>(
    request: &RequestKey,
    given: GivenAnswer,
) -> Result<Answer, Failure<R>> {
    if given.fingerprint != request.fingerprint {
        return Err(Failure::Refused(KeyReused.into()));
    }
    let status = u16::try_from(given.status).map_err(|error| StoreError::Inconsistent {
        table: "idempotent_answers",
        column: "status",
        row: request.key.clone(),
        problem: error.to_string(),
    })?;
    Ok(Answer {
        status,
        body: given.body,
    })
}
