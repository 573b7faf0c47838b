//! A request that changes something: who asks, under which key, and what; carried out once.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use openssl::sha::Sha256;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::flow::Failure;
use crate::flow::once::{Answer, Answered, KeyReused, RequestKey, look_for_answer, once};
use crate::flow::sealing::aside;
use crate::http::api::{Api, Limits, Running};
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::problems::{Problem, catalogue};
use crate::store::Tx;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How often a request is tried while others are faster. One that loses so often does not race but
/// contradicts what is stored, and has to be told.
const RACES_MAX: u32 = 5;
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Bytes of a body from which on it is read off the asynchronous threads: an application's images
/// keep others waiting, a word does not.
const LONG_BYTES: usize = 16 * 1024;

/// What a body can be read as.
pub(crate) trait Content: Sized + Send + 'static {
    /// Bytes of a body at most.
    fn bytes_max(limits: Limits) -> usize;

    /// Reads a body.
    fn read(body: &[u8]) -> Result<Self, Problem>;
}

impl<T: DeserializeOwned + Send + 'static> Content for T {
    fn bytes_max(limits: Limits) -> usize {
        limits.body_bytes
    }

    fn read(body: &[u8]) -> Result<Self, Problem> {
        body::parse(body)
    }
}

/// A JSON body with its caller and its idempotency key. While it lives, a second request with the
/// same key is told that the first one runs.
#[derive(Debug)]
pub(crate) struct Posted<T> {
    pub(crate) caller: Caller,
    pub(crate) content: T,
    key: RequestKey,
    running: Running,
}

impl<T> Posted<T> {
    /// Parts the body from the rest.
    pub(crate) fn take_content(self) -> (T, Posted<()>) {
        let rest = Posted {
            caller: self.caller,
            content: (),
            key: self.key,
            running: self.running,
        };
        (self.content, rest)
    }

    /// What tells this request from another one.
    pub(crate) const fn key(&self) -> &RequestKey {
        &self.key
    }

    /// The answer that this request was given before.
    pub(crate) async fn replay(&self, api: &Api) -> Result<Option<HttpResponse>, Problem> {
        let answer = look_for_answer::<KeyReused>(&api.gateway, &self.key).await?;
        Ok(answer.map(again))
    }

    /// Runs `act` in one transaction with its answer; again as a whole when somebody else was
    /// faster, so that it is judged by what that one left.
    pub(crate) async fn carry_out<R, F>(
        &self,
        api: &Api,
        mut act: F,
    ) -> Result<HttpResponse, Problem>
    where
        R: From<KeyReused> + Into<Problem>,
        F: AsyncFnMut(&mut Tx) -> Result<Answer, Failure<R>>,
    {
        let mut races = 1;
        loop {
            match once(&api.gateway, &self.key, &mut act).await {
                Ok(Answered::Now(answer)) => return Ok(response(answer)),
                Ok(Answered::Before(answer)) => return Ok(again(answer)),
                Err(failure) if failure.is_lost_race() && races < RACES_MAX => {
                    tracing::debug!("somebody else was faster; looking again");
                    races += 1;
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }
}

impl From<KeyReused> for Problem {
    fn from(_reused: KeyReused) -> Self {
        Self::of(catalogue::IDEMPOTENCY_KEY_REUSED)
    }
}

/// An answer with a JSON body.
pub(crate) fn answer<R>(status: StatusCode, view: &impl Serialize) -> Result<Answer, Failure<R>> {
    let body = serde_json::to_string(view).map_err(anyhow::Error::new)?;
    Ok(Answer {
        status: status.as_u16(),
        body,
    })
}

/// An answer as it is sent.
pub(crate) fn response(answer: Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status)
        .content_type("application/json")
        .body(answer.body)
}

/// An answer that is given again.
pub(crate) fn again(answer: Answer) -> HttpResponse {
    let mut response = response(answer);
    let replayed = actix_web::http::header::HeaderValue::from_static("true");
    response.headers_mut().insert(REPLAYED, replayed);
    response
}

impl<T: Content> FromRequest for Posted<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(read(request, payload))
    }
}

async fn read<T: Content>(request: HttpRequest, payload: Payload) -> Result<Posted<T>, Problem> {
    let caller = Caller::extract(&request).await?;
    let api = request
        .app_data::<web::Data<Api>>()
        .ok_or_else(|| Problem::broken(anyhow::anyhow!("the server has no state")))?;
    let key = key_of(&request)?;
    let limits = api.limits;
    let (media_types, bytes_max) = (&["application/json"], T::bytes_max(limits));
    let bytes = body::read(&request, payload, media_types, bytes_max, limits).await?;
    let name = caller.name();
    let running = api
        .run(&name, &key)
        .ok_or_else(|| Problem::of(catalogue::REQUEST_RUNNING).retry_after(1))?;
    let place = format!("{} {} ", request.method(), request.path());
    let is_short = bytes.len() < LONG_BYTES;
    let understand = move || (fingerprint(&place, &bytes), T::read(&bytes));
    let (fingerprint, content) = if is_short {
        understand()
    } else {
        aside(understand).await.map_err(Problem::broken)?
    };
    Ok(Posted {
        content: content?,
        caller,
        key: RequestKey {
            caller: name,
            key,
            fingerprint,
        },
        running,
    })
}

fn key_of(request: &HttpRequest) -> Result<String, Problem> {
    let value = request.headers().get(KEY);
    let value = value.ok_or_else(|| Problem::of(catalogue::IDEMPOTENCY_KEY_MISSING))?;
    value
        .to_str()
        .ok()
        .filter(|key| (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()))
        .map(str::to_owned)
        .ok_or_else(|| Problem::of(catalogue::IDEMPOTENCY_KEY_INVALID))
}

/// SHA-256 of method, path and body; neither of the first two can hold the blank between them.
fn fingerprint(place: &str, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(place.as_bytes());
    hash.update(body);
    hash.finish()
}
