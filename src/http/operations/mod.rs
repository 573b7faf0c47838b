//! What operators see and decide: applications, orders, holds, the outbox. The command line prints the same
//! views under the same names.

mod application_search;
pub mod application_view;
pub(crate) mod applications;
pub(crate) mod authentication_failures;
pub(crate) mod batching;
pub(crate) mod cards;
pub mod cause_view;
pub(crate) mod causes;
pub mod dead_letter_view;
pub(crate) mod dead_letters;
pub mod forced_view;
pub(crate) mod forced_words;
pub(crate) mod hold_tending;
pub(crate) mod holds;
pub mod lane_view;
pub(crate) mod letters;
pub(crate) mod orders;
pub(crate) mod outbox;
pub mod plan_view;
pub mod reconciliations;
pub mod view;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::id::OfficeId;
use crate::flow::Failure;
use crate::flow::once::KeyReused;
use crate::http::cursor::Place;
use crate::http::problems::Problem;
use crate::vault::Vault;

/// Rows on a page, unless asked otherwise.
const PAGE: i64 = 50;
/// Rows on a page at most.
const PAGE_MAX: i64 = 200;

/// Rows on the page that a caller asks for.
pub(crate) fn page_limit(asked: Option<i64>) -> i64 {
    asked.unwrap_or(PAGE).clamp(1, PAGE_MAX)
}

/// An operator's decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Decision)]
pub(crate) struct DecisionContent {
    /// Why, in words without personal data; it stands in the history.
    #[schema(example = "the bureau asked for it by telephone")]
    reason: String,
}

/// That a decision was carried out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decided)]
pub(crate) struct DecidedView {
    /// What was decided about: an application's or order's number, a hold's id, a lane's name.
    subject: String,
    /// What was done.
    #[schema(example = "RESENT")]
    done: &'static str,
}

/// Why a decision was not carried out: the flow refused, or the key was used otherwise.
pub(crate) enum NotDecided<R> {
    Refused(R),
    KeyReused(KeyReused),
}

impl<R> From<KeyReused> for NotDecided<R> {
    fn from(reused: KeyReused) -> Self {
        Self::KeyReused(reused)
    }
}

impl<R: Into<Problem>> From<NotDecided<R>> for Problem {
    fn from(refusal: NotDecided<R>) -> Self {
        match refusal {
            NotDecided::Refused(refusal) => refusal.into(),
            NotDecided::KeyReused(reused) => reused.into(),
        }
    }
}

/// A flow's failure as that of a decision.
pub(crate) fn not_decided<R>(failure: Failure<R>) -> Failure<NotDecided<R>> {
    match failure {
        Failure::Refused(refusal) => Failure::Refused(NotDecided::Refused(refusal)),
        Failure::Broken(error) => Failure::Broken(error),
    }
}

/// A position in a list that all operators share, so that it belongs to no office.
pub(crate) fn place<'a>(list: &'static str, vault: &'a Vault) -> Place<'a> {
    Place {
        list,
        office: OfficeId(Uuid::nil()),
        vault,
    }
}

/// Cuts what was read to a page; `rows` has one more than asked for where there is a next page.
/// Returns the last row of the page then.
pub(crate) fn cut<T>(rows: &mut Vec<T>, limit: i64) -> Option<&T> {
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > shown;
    rows.truncate(shown);
    rows.last().filter(|_| has_more)
}
