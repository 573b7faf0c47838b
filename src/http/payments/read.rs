//! `GET /v1/payments` and `GET /v1/payments/{id}`.
#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of a query in full"
)]

use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::id::{OfficeId, PaymentId};
use crate::domain::payment::PaymentState;
use crate::flow::match_payment::suggestions;
use crate::http::api::Api;
use crate::http::applications::view::{HoldView, StepView};
use crate::http::caller::Caller;
use crate::http::cursor::Place;
use crate::http::envelope::RequestContext;
use crate::http::language::Language;
use crate::http::operations::cut;
use crate::http::payments::id_of;
use crate::http::payments::view::{PaymentDetailsView, PaymentView, SuggestionView, TieView};
use crate::http::problems::{Problem, ProblemView, catalogue};
use crate::http::query::Asked;
use crate::store::payments::{self, Payment};
use crate::store::{Tx, applications, history, holds, matches, offices};

/// Steps of a payment shown at most; one has about five.
const HISTORY_MAX: i64 = 500;
/// Holds of a payment shown at most.
const HOLDS_MAX: i64 = 100;
/// Payments on a page, unless asked otherwise.
const PAGE: i64 = 50;
/// Payments on a page at most.
const PAGE_MAX: i64 = 200;

/// Which payments to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PaymentsQuery {
    /// Only those in this state.
    state: Option<String>,
    /// Only the one of this number.
    number: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Payments on the page, 200 at most.
    limit: Option<i64>,
}

/// A page of payments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentPage)]
pub(crate) struct PaymentPageView {
    /// The payments, in the order of their recording.
    data: Vec<PaymentView>,
    /// Where the next page begins; null at the end.
    next_cursor: Option<String>,
}

/// List payments.
#[utoipa::path(
    get,
    path = "/v1/payments",
    tag = "payments",
    params(PaymentsQuery),
    responses((status = 200, description = "A page", body = PaymentPageView)),
)]
pub(crate) async fn list(
    api: web::Data<Api>,
    _caller: Caller,
    query: Asked<PaymentsQuery>,
) -> Result<HttpResponse, Problem> {
    let place = Place {
        list: "payments",
        // The list is nobody's own: all who may read payments read all of them.
        office: OfficeId(Uuid::nil()),
        vault: &api.gateway.vault,
    };
    let limit = query.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let state = query.state.as_deref().map(state_of).transpose()?;
    let cursor = query.cursor.as_deref();
    let after: Option<PaymentId> = place.opened(cursor)?;
    let mut tx = api.gateway.store.read().await?;
    let mut found = match query.number.as_deref() {
        Some(number) => {
            let one = payments::find_by_number(&mut tx, number).await?;
            one.into_iter().collect()
        }
        // One more than asked for tells whether there is a next page.
        None => payments::list(&mut tx, state, after, limit + 1).await?,
    };
    drop(tx);
    let next_cursor = cut(&mut found, limit).map(|last| place.seal(&last.id.to_string()));
    Ok(HttpResponse::Ok().json(PaymentPageView {
        next_cursor,
        data: found.iter().map(PaymentView::from).collect(),
    }))
}

/// A payment, what happened to it, and the applications that it may be for.
#[utoipa::path(
    get,
    path = "/v1/payments/{id}",
    tag = "payments",
    params(("id" = String, Path, description = "The payment's id")),
    responses(
        (status = 200, description = "The payment", body = PaymentDetailsView),
        (status = 404, description = "There is none", body = ProblemView),
    )
)]
pub(crate) async fn show(
    api: web::Data<Api>,
    _caller: Caller,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = id_of(&path)?;
    let mut tx = api.gateway.store.read().await?;
    let found = payments::find(&mut tx, id).await?;
    let payment = found.ok_or_else(|| Problem::of(catalogue::NOT_FOUND))?;
    let holds = holds::list_of(&mut tx, id.0, HOLDS_MAX).await?;
    let history = history::list(&mut tx, id.0, HISTORY_MAX).await?;
    let context = request.extensions().get::<RequestContext>().cloned();
    let language = context.map_or_else(Default::default, |context| context.language);
    let suggestions = offered(&mut tx, &payment, language).await?;
    let ties = ties_of(&mut tx, id).await?;
    drop(tx);
    let open = holds.iter().filter(|hold| hold.closed_at.is_none());
    Ok(HttpResponse::Ok().json(PaymentDetailsView {
        payment: PaymentView::from(&payment),
        history: history.into_iter().map(StepView::from).collect(),
        holds: open.map(|hold| HoldView::new(hold, language)).collect(),
        ties,
        suggestions,
    }))
}

/// The applications that an operator may choose, while there is something to choose.
async fn offered(
    tx: &mut Tx,
    payment: &Payment,
    language: Language,
) -> Result<Vec<SuggestionView>, Problem> {
    let mut views = Vec::new();
    if payment.state != PaymentState::Suggested {
        return Ok(views);
    }
    for suggestion in suggestions(tx, payment).await? {
        let Some(application) = applications::find(tx, suggestion.application).await? else {
            continue;
        };
        let office = offices::find(tx, application.office).await?;
        let office = office.map(|office| office.code).unwrap_or_default();
        let candidate = (application, office);
        views.push(SuggestionView::new(&suggestion, candidate, language));
    }
    Ok(views)
}

/// The fees that a payment pays, in the order in which it was tied to them.
async fn ties_of(tx: &mut Tx, id: PaymentId) -> Result<Vec<TieView>, Problem> {
    let mut views = Vec::new();
    for tie in matches::list_standing(tx, id).await? {
        let application = applications::find(tx, tie.application).await?;
        views.push(TieView {
            application_id: tie.application.0,
            number: application.map(|found| found.number).unwrap_or_default(),
            amount_minor: tie.amount.bani(),
            rule: tie.rule,
            made_at: tie.made_at,
        });
    }
    Ok(views)
}

fn state_of(text: &str) -> Result<PaymentState, Problem> {
    PaymentState::parse(text).map_err(|_unknown| {
        Problem::of(catalogue::QUERY_INVALID)
            .about("There is no such state.", "Nu există o astfel de stare.")
    })
}
