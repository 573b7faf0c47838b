//! Payments: statements handed in, payments read, and what operators decide about them.

pub(crate) mod days;
pub(crate) mod decide;
pub(crate) mod read;
pub(crate) mod refund_lists;
mod refund_problems;
pub(crate) mod refund_view;
pub(crate) mod refunds;
pub(crate) mod report;
pub(crate) mod report_view;
pub(crate) mod statements;
pub(crate) mod view;

use actix_web::web::Path;

use crate::domain::id::PaymentId;
use crate::http::problems::{Problem, catalogue};

/// The payment that a path names; what is no id names nothing.
fn id_of(path: &Path<String>) -> Result<PaymentId, Problem> {
    path.parse()
        .map_err(|_malformed: uuid::Error| Problem::of(catalogue::NOT_FOUND))
}
