//! `POST /v1/refund-lists`, `GET /v1/refund-lists…`: lists of approved refunds for the bank.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::hex::hex;
use crate::domain::id::RefundListId;
use crate::flow::progress::note;
use crate::flow::refund::RefundRefusal;
use crate::flow::refund::decide::keep_for;
use crate::flow::refund::export::{ListForm, prepare_list, read_list, withdraw_list, write_list};
use crate::http::api::Api;
use crate::http::caller::Caller;
use crate::http::operations::cut;
use crate::http::payments::refund_view::ReasonContent;
use crate::http::payments::refunds::{PageQuery, place};
use crate::http::posted::{Posted, answer};
use crate::http::problems::{Problem, ProblemView};
use crate::http::query::Asked;
use crate::store::refund_lists::{self, RefundList};

/// Which refunds are listed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefundListRequest)]
pub(crate) struct ListContent {
    /// The currency of the list (ISO 4217).
    #[serde(default = "lei")]
    #[schema(example = "RON")]
    currency: String,
}

fn lei() -> String {
    "RON".to_owned()
}

/// A list of refunds for the bank.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundList)]
pub(crate) struct ListView {
    /// Its number, which is the document's identification too.
    #[schema(example = "RL-20260902-001")]
    number: String,
    /// The currency (ISO 4217).
    #[schema(example = "RON")]
    currency: String,
    /// How many refunds it was written with.
    refunds: i64,
    /// Their sum, in the smallest unit of the currency.
    amount_minor: i64,
    /// SHA-256 of the document, in hexadecimal.
    sha256: String,
    /// Who had it written.
    written_by: String,
    /// When.
    written_at: DateTime<Utc>,
    /// When it was withdrawn as a whole.
    withdrawn_at: Option<DateTime<Utc>>,
}

impl From<&RefundList> for ListView {
    fn from(list: &RefundList) -> Self {
        Self {
            number: list.number.clone(),
            currency: list.currency.clone(),
            refunds: list.refunds,
            amount_minor: list.amount.bani(),
            sha256: hex(&list.sha256),
            written_by: list.written_by.clone(),
            written_at: list.written_at,
            withdrawn_at: list.withdrawn_at,
        }
    }
}

/// A page of lists.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefundListPage)]
pub(crate) struct ListPageView {
    /// The lists, in the order of their writing.
    data: Vec<ListView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// Write all approved refunds of a currency into a list for the bank.
#[utoipa::path(
    post,
    path = "/v1/refund-lists",
    tag = "refunds",
    params(("Idempotency-Key" = String, Header, description = "A new one for every new request")),
    request_body = ListContent,
    responses(
        (status = 201, description = "Written", body = ListView),
        (status = 409, description = "Nothing waits, or no account is configured", body = ProblemView),
    )
)]
pub(crate) async fn write(
    api: web::Data<Api>,
    posted: Posted<ListContent>,
) -> Result<HttpResponse, Problem> {
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let prepared = prepare_list(gateway, &posted.content.currency, &actor).await?;
    let note = note(gateway, &actor, None);
    posted
        .carry_out(&api, async |tx| {
            let list = write_list(tx, &prepared, &note).await?;
            answer::<RefundRefusal>(StatusCode::CREATED, &ListView::from(&list))
        })
        .await
}

/// List the lists that were written for the bank.
#[utoipa::path(
    get,
    path = "/v1/refund-lists",
    tag = "refunds",
    params(PageQuery),
    responses((status = 200, description = "A page", body = ListPageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let place = place(&api, "refund-lists");
    let limit = query.limit();
    let cursor = query.cursor.as_deref();
    let after: Option<RefundListId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let mut found = refund_lists::list(&mut tx, after, limit + 1).await?;
    drop(tx);
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    Ok(HttpResponse::Ok().json(ListPageView {
        next_cursor,
        data: found.iter().map(ListView::from).collect(),
    }))
}

/// The pain.001.001.09 document of a list, the same bytes as ever.
#[utoipa::path(
    get,
    path = "/v1/refund-lists/{number}/document",
    tag = "refunds",
    params(("number" = String, Path, description = "The list's number")),
    responses(
        (status = 200, description = "The document", content_type = "application/xml"),
        (status = 404, description = "There is no such list", body = ProblemView),
        (status = 409, description = "It was erased", body = ProblemView),
    )
)]
pub(crate) async fn document(
    api: web::Data<Api>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let form = ListForm::Document;
    send(&api, &caller, &path, form, ("application/xml", "xml")).await
}

/// The table of a list, the same bytes as ever.
#[utoipa::path(
    get,
    path = "/v1/refund-lists/{number}/table",
    tag = "refunds",
    params(("number" = String, Path, description = "The list's number")),
    responses(
        (status = 200, description = "The table", content_type = "text/csv"),
        (status = 404, description = "There is no such list", body = ProblemView),
        (status = 409, description = "It was erased", body = ProblemView),
    )
)]
pub(crate) async fn table(
    api: web::Data<Api>,
    caller: Caller,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let form = ListForm::Table;
    send(
        &api,
        &caller,
        &path,
        form,
        ("text/csv; charset=utf-8", "csv"),
    )
    .await
}

async fn send(
    api: &Api,
    caller: &Caller,
    number: &str,
    form: ListForm,
    (media_type, extension): (&str, &str),
) -> Result<HttpResponse, Problem> {
    let bytes = read_list(&api.gateway, number, form, &caller.actor()).await?;
    // The list exists, so its number is one of ours: letters, digits and hyphens.
    let file = format!("attachment; filename=\"{number}.{extension}\"");
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((CONTENT_DISPOSITION, file))
        .body(bytes.to_vec()))
}

/// Withdraw a list that the bank refused as a whole; its refunds may be listed again.
#[utoipa::path(
    post,
    path = "/v1/refund-lists/{number}/withdraw",
    tag = "refunds",
    params(
        ("number" = String, Path, description = "The list's number"),
        ("Idempotency-Key" = String, Header, description = "A new one for every new request"),
    ),
    request_body = ReasonContent,
    responses(
        (status = 200, description = "Withdrawn", body = ListView),
        (status = 409, description = "The bank has paid a part of it", body = ProblemView),
    )
)]
pub(crate) async fn withdraw(
    api: web::Data<Api>,
    path: web::Path<String>,
    posted: Posted<ReasonContent>,
) -> Result<HttpResponse, Problem> {
    if let Some(response) = posted.replay(&api).await? {
        return Ok(response);
    }
    let gateway = &api.gateway;
    let actor = posted.caller.actor();
    let note = note(gateway, &actor, Some(&posted.content.reason));
    let keep = keep_for(gateway);
    posted
        .carry_out(&api, async |tx| {
            let list = withdraw_list(tx, &path, keep, &note).await?;
            answer::<RefundRefusal>(StatusCode::OK, &ListView::from(&list))
        })
        .await
}
