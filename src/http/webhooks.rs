//! `/v1/webhook`: what an office sets of its webhook, and how pushing goes.

pub(crate) mod operate;
pub(crate) mod progress;
pub(crate) mod view;

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::id::OfficeId;
use crate::domain::webhook::{KeyKind, OnExhausted};
use crate::flow::progress::note;
use crate::flow::webhooks::keys::{self, OVERLAP, OVERLAP_MAX};
use crate::flow::webhooks::settings::{self, From as Begin, Wanted, Wish, carry_out_in};
use crate::flow::webhooks::{WebhookRefusal, wake};
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::cursor::Place;
use crate::http::operations::{NotDecided, not_decided};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{BodyFault, Problem, ProblemView, Text, catalogue};
use crate::http::sent::Sent;
use crate::http::webhooks::view::WebhookView;

/// What an office sets of its webhook.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookSettings)]
pub(crate) struct SettingsContent {
    /// The address: HTTPS, on the public network, on port 443 or one from 1024 on.
    #[schema(example = "https://evidenta.example.ro/cei/events")]
    url: String,
    /// What becomes of an event that cannot be delivered: `DEAD_LETTER`, it is set aside and the next one
    /// announces the gap; or `BLOCK`, nothing is passed over.
    #[serde(default)]
    #[schema(example = "DEAD_LETTER")]
    on_exhausted: Option<String>,
    /// Messages in a second at most; as many as the gateway sends if none is given.
    #[serde(default)]
    rate_per_second: Option<u32>,
}

/// Set up the office's webhook, or change what is set of it. A new one is disabled: make a key, try it, then
/// enable it.
#[utoipa::path(
    put,
    path = "/v1/webhook",
    tag = "webhooks",
    request_body = SettingsContent,
    responses(
        (status = 200, description = "Changed", body = WebhookView),
        (status = 201, description = "Set up", body = WebhookView),
        (status = 422, description = "Address, way or rate does not serve", body = ProblemView),
    )
)]
pub(crate) async fn set(
    api: web::Data<Api>,
    sent: Sent<SettingsContent>,
) -> Result<HttpResponse, Problem> {
    let office = sent.caller.office()?;
    let content = &sent.content;
    let wanted = Wanted {
        url: &content.url,
        on_exhausted: on_exhausted(content.on_exhausted.as_deref())?,
        rate_per_second: content.rate_per_second,
    };
    let actor = sent.caller.actor();
    let (_, is_new) = settings::set(&api.gateway, office, &wanted, &actor).await?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let view = view::read(&api, office).await?;
    Ok(HttpResponse::build(status).json(view))
}

fn on_exhausted(text: Option<&str>) -> Result<OnExhausted, Problem> {
    let text = text.unwrap_or(OnExhausted::DeadLetter.as_str());
    OnExhausted::parse(text).map_err(|_unknown| {
        fault(
            "/on_exhausted",
            "value-unknown",
            "Give DEAD_LETTER or BLOCK.",
            "Indicați DEAD_LETTER sau BLOCK.",
        )
    })
}

/// Show the office's webhook, its keys, and how far it has come.
#[utoipa::path(
    get,
    path = "/v1/webhook",
    tag = "webhooks",
    responses(
        (status = 200, description = "The webhook", body = WebhookView),
        (status = 404, description = "The office has none", body = ProblemView),
    )
)]
pub(crate) async fn show(api: web::Data<Api>, caller: Caller) -> Result<HttpResponse, Problem> {
    let view = view::read(&api, caller.office()?).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Remove the office's webhook with its keys. Its events stay in the feed.
#[utoipa::path(
    delete,
    path = "/v1/webhook",
    tag = "webhooks",
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "The office has none", body = ProblemView),
    )
)]
pub(crate) async fn remove(api: web::Data<Api>, caller: Caller) -> Result<HttpResponse, Problem> {
    settings::remove(&api.gateway, caller.office()?, &caller.actor()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhookKey)]
pub(crate) struct KeyContent {
    /// `ED25519` (a public key verifies; preferred) or `HMAC` (a shared secret).
    #[schema(example = "ED25519")]
    kind: String,
    /// Seconds for which earlier keys sign beside the new one; a day if none is given, 30 days at most.
    #[serde(default)]
    overlap_seconds: Option<u32>,
}

/// A key that was just made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MadeWebhookKey)]
pub(crate) struct MadeView {
    /// Its id.
    id: Uuid,
    /// `ED25519` or `HMAC`.
    kind: &'static str,
    /// What the receiver verifies with: `whpk_…`, or the secret `whsec_…`, which is shown this once.
    #[schema(example = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")]
    key: String,
    /// When the earlier keys end.
    earlier_until: DateTime<Utc>,
}

/// Make a key that signs from now on. Earlier ones sign beside it for a while, so that nothing is lost while
/// the receiver changes over. Made again, it is another key.
#[utoipa::path(
    post,
    path = "/v1/webhook/keys",
    tag = "webhooks",
    request_body = KeyContent,
    responses(
        (status = 201, description = "The key; a secret is shown this once", body = MadeView),
        (status = 404, description = "The office has no webhook", body = ProblemView),
        (status = 409, description = "It has as many keys as it may", body = ProblemView),
        (status = 422, description = "There is no such kind", body = ProblemView),
    )
)]
pub(crate) async fn make_key(
    api: web::Data<Api>,
    sent: Sent<KeyContent>,
) -> Result<HttpResponse, Problem> {
    let kind = KeyKind::parse(&sent.content.kind).map_err(|_unknown| {
        fault(
            "/kind",
            "value-unknown",
            "Give ED25519 or HMAC.",
            "Indicați ED25519 sau HMAC.",
        )
    })?;
    let overlap = sent.content.overlap_seconds;
    let overlap = overlap.map_or(OVERLAP, |seconds| Duration::from_secs(seconds.into()));
    let (office, actor) = (sent.caller.office()?, sent.caller.actor());
    let overlap = overlap.min(OVERLAP_MAX);
    let made = keys::make(&api.gateway, office, kind, overlap, &actor).await?;
    let mut response = HttpResponse::Created().json(MadeView {
        id: made.key.id,
        kind: made.key.kind.as_str(),
        key: made.shown.to_string(),
        earlier_until: made.earlier_until,
    });
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
    Ok(response)
}

/// End a key at once.
#[utoipa::path(
    delete,
    path = "/v1/webhook/keys/{id}",
    tag = "webhooks",
    params(("id" = String, Path, description = "The key's id")),
    responses(
        (status = 204, description = "It signs nothing any more"),
        (status = 404, description = "There is no such key that is valid", body = ProblemView),
        (status = 409, description = "It is the last key of a webhook that is enabled", body = ProblemView),
    )
)]
pub(crate) async fn end_key(
    api: web::Data<Api>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let key = id
        .parse()
        .map_err(|_malformed| Problem::of(catalogue::NOT_FOUND))?;
    keys::end(&api.gateway, caller.office()?, key, &caller.actor()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// From where events are to be pushed; where it stopped, if nothing is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookBeginning)]
pub(crate) struct BeginContent {
    /// A cursor of the feed: the event after it is the first.
    #[serde(default)]
    after: Option<String>,
    /// An instant: the first event that was decided then or later.
    #[serde(default)]
    since: Option<DateTime<Utc>>,
}

impl BeginContent {
    fn read(&self, api: &Api, office: OfficeId) -> Result<Option<Begin>, Problem> {
        match (&self.after, self.since) {
            (None, None) => Ok(None),
            (None, Some(since)) => Ok(Some(Begin::Instant(since))),
            (Some(cursor), None) => {
                let place = Place {
                    list: "events",
                    office,
                    vault: &api.gateway.vault,
                };
                Ok(Some(Begin::Place(place.open(cursor)?)))
            }
            (Some(_), Some(_)) => Err(fault(
                "/since",
                "field-unknown",
                "Give a cursor or an instant, not both.",
                "Indicați un cursor sau un moment, nu ambele.",
            )),
        }
    }
}

/// Have events pushed: from where it stopped, or from a cursor or an instant on.
#[utoipa::path(
    post,
    path = "/v1/webhook/enable",
    tag = "webhooks",
    params(("Idempotency-Key" = String, Header, description = "A new one for every new wish")),
    request_body = BeginContent,
    responses(
        (status = 200, description = "It is enabled", body = WebhookView),
        (status = 404, description = "The office has no webhook", body = ProblemView),
        (status = 409, description = "It has no key", body = ProblemView),
    )
)]
pub(crate) async fn enable(
    api: web::Data<Api>,
    posted: Posted<BeginContent>,
) -> Result<HttpResponse, Problem> {
    let office = posted.caller.office()?;
    let begin = posted.content.read(&api, office)?;
    carry_out(&api, &posted, Wish::Enable(begin)).await
}

/// Nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Nothing)]
pub(crate) struct NothingContent {}

/// Have events pushed no more; they stay in the feed, and are pushed once it is enabled again.
#[utoipa::path(
    post,
    path = "/v1/webhook/disable",
    tag = "webhooks",
    params(("Idempotency-Key" = String, Header, description = "A new one for every new wish")),
    request_body = NothingContent,
    responses(
        (status = 200, description = "It is disabled", body = WebhookView),
        (status = 404, description = "The office has no webhook", body = ProblemView),
    )
)]
pub(crate) async fn disable(
    api: web::Data<Api>,
    posted: Posted<NothingContent>,
) -> Result<HttpResponse, Problem> {
    carry_out(&api, &posted, Wish::Disable).await
}

/// Push events again from a cursor or an instant on.
#[utoipa::path(
    post,
    path = "/v1/webhook/recover",
    tag = "webhooks",
    params(("Idempotency-Key" = String, Header, description = "A new one for every new wish")),
    request_body = BeginContent,
    responses(
        (status = 200, description = "It begins there", body = WebhookView),
        (status = 400, description = "The cursor is not one of this office", body = ProblemView),
        (status = 404, description = "The office has no webhook", body = ProblemView),
        (status = 422, description = "Neither cursor nor instant is given", body = ProblemView),
    )
)]
pub(crate) async fn recover(
    api: web::Data<Api>,
    posted: Posted<BeginContent>,
) -> Result<HttpResponse, Problem> {
    let office = posted.caller.office()?;
    let begin = posted.content.read(&api, office)?.ok_or_else(|| {
        fault(
            "/since",
            "field-missing",
            "Give a cursor or an instant.",
            "Indicați un cursor sau un moment.",
        )
    })?;
    carry_out(&api, &posted, Wish::Recover(begin)).await
}

async fn carry_out<T>(api: &Api, posted: &Posted<T>, wish: Wish) -> Result<HttpResponse, Problem> {
    let gateway = &api.gateway;
    let office = posted.caller.office()?;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, None);
    let response = posted
        .carry_out::<NotDecided<WebhookRefusal>, _>(api, async |tx| {
            let done = carry_out_in(tx, office, wish, &note).await;
            done.map_err(not_decided)?;
            let view = view::read_in(tx, office, note.at).await?;
            answer(StatusCode::OK, &view)
        })
        .await?;
    wake(gateway);
    Ok(response)
}

/// A fault of one field.
fn fault(pointer: &str, code: &'static str, en: &str, ro: &str) -> Problem {
    Problem::of(catalogue::CONTENT_INVALID).with_faults(vec![BodyFault {
        pointer: pointer.to_owned(),
        code,
        message: Text::new(en, ro),
    }])
}

impl From<WebhookRefusal> for Problem {
    fn from(refusal: WebhookRefusal) -> Self {
        match refusal {
            WebhookRefusal::Unknown | WebhookRefusal::KeyUnknown => Self::of(catalogue::NOT_FOUND),
            WebhookRefusal::Url(why) => fault(
                "/url",
                "url-refused",
                &format!("The address does not serve: {why}."),
                "Adresa trebuie să fie HTTPS, în rețeaua publică, pe portul 443 sau de la 1024 în sus.",
            ),
            WebhookRefusal::Rate { max } => fault(
                "/rate_per_second",
                "out-of-range",
                &format!("Give a number from 1 to {max}."),
                &format!("Indicați un număr de la 1 la {max}."),
            ),
            WebhookRefusal::KeyMissing => Self::of(catalogue::WEBHOOK_KEY_MISSING),
            WebhookRefusal::TooManyKeys => Self::of(catalogue::WEBHOOK_KEYS_TOO_MANY),
            WebhookRefusal::LastKey => Self::of(catalogue::WEBHOOK_KEY_LAST),
            WebhookRefusal::PlaceUnknown => Self::of(catalogue::CURSOR_INVALID),
            WebhookRefusal::ReasonMissing => Self::of(catalogue::REASON_MISSING),
        }
    }
}
