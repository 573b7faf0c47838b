//! What operators say of the applications that they look for, and how it is understood.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::application::{ApplicationState, Product};
use crate::domain::fee::FeeState;
use crate::domain::id::{ApplicationId, OfficeId};
use crate::domain::names::Mark;
use crate::domain::payment_reference::PaymentReference;
use crate::http::cursor::Place;
use crate::http::problems::{Problem, catalogue};
use crate::http::query::code;
use crate::store::applications::{self, Application, Wanted};
use crate::store::{Tx, offices};

/// Which applications to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApplicationsQuery {
    /// Only those in this state.
    state: Option<String>,
    /// Only those of the office with this code.
    office: Option<String>,
    /// Only those that ask for this product.
    product: Option<String>,
    /// Only those whose fee is in this state.
    fee_state: Option<String>,
    /// Only those that wait for an operator, themselves or with an order line.
    held: Option<bool>,
    /// Only the one of this number.
    number: Option<String>,
    /// Only the one of this reference of the office that is named.
    office_reference: Option<String>,
    /// Only the one that bears this payment reference, in any of its spellings.
    payment_reference: Option<String>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// Applications on the page, 200 at most.
    pub(super) limit: Option<i64>,
}

/// Finds what the query asks for.
pub(super) async fn find_wanted(
    tx: &mut Tx,
    query: &ApplicationsQuery,
    place: &Place<'_>,
    limit: i64,
    today: NaiveDate,
) -> Result<Vec<Application>, Problem> {
    let office = match &query.office {
        Some(code) => Some(office_of(tx, code, today).await?),
        None => None,
    };
    let names = [
        &query.number,
        &query.office_reference,
        &query.payment_reference,
    ];
    if names.iter().any(|name| name.is_some()) {
        let found = find_named(tx, query, office).await?;
        return Ok(found.into_iter().collect());
    }
    let wanted = Wanted {
        office,
        state: code("state", query.state.as_deref(), ApplicationState::parse)?,
        product: code("product", query.product.as_deref(), Product::parse)?,
        fee_state: code("fee_state", query.fee_state.as_deref(), FeeState::parse)?,
        held: query.held.unwrap_or(false),
    };
    let cursor = query.cursor.as_deref();
    let after: Option<ApplicationId> = place.opened(cursor)?;
    Ok(applications::search(tx, &wanted, after, limit).await?)
}

/// Finds the one application that a number or a reference names.
async fn find_named(
    tx: &mut Tx,
    query: &ApplicationsQuery,
    office: Option<OfficeId>,
) -> Result<Option<Application>, Problem> {
    let narrows = query.state.is_some()
        || query.product.is_some()
        || query.fee_state.is_some()
        || query.held.is_some()
        || query.cursor.is_some();
    // What cannot be a number or a reference is nothing to ask a database for.
    let mark = |text: &Option<String>| text.as_deref().map(Mark::parse);
    let reference = query.payment_reference.as_deref();
    let by_name = (
        mark(&query.number),
        mark(&query.office_reference),
        reference.map(PaymentReference::parse),
    );
    Ok(match (by_name, office, narrows) {
        ((Some(number), None, None), None, false) => match number {
            Some(number) => applications::find_by_number(tx, number.as_str()).await?,
            None => None,
        },
        ((None, Some(reference), None), Some(office), false) => match reference {
            Some(mark) => applications::find_by_office_reference(tx, office, mark.as_str()).await?,
            None => None,
        },
        ((None, None, Some(reference)), None, false) => match reference {
            Ok(one) => applications::find_by_payment_reference(tx, &one.compact()).await?,
            Err(_no_reference) => None,
        },
        _ => return Err(one_name_alone()),
    })
}

fn one_name_alone() -> Problem {
    Problem::of(catalogue::QUERY_INVALID).about(
        "Name one application by its number, its payment reference, or its office with the \
         office's reference, and by nothing else.",
        "Indicați o singură cerere, prin numărul ei, prin referința de plată sau prin serviciu \
         împreună cu referința acestuia, fără alte criterii.",
    )
}

/// The office that bears `code` today.
async fn office_of(tx: &mut Tx, code: &str, today: NaiveDate) -> Result<OfficeId, Problem> {
    let found = match Mark::parse(code) {
        Some(code) => offices::find_by_code(tx, code.as_str(), today).await?,
        None => None,
    };
    found.map(|office| office.id).ok_or_else(|| {
        Problem::of(catalogue::QUERY_INVALID).about(
            "There is no such office.",
            "Nu există un astfel de serviciu.",
        )
    })
}
