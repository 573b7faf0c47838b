//! Applications: handed in, read, corrected, withdrawn, and their cards reported.

pub(crate) mod batch;
pub(crate) mod elements;
pub(crate) mod extend;
pub(crate) mod read;
pub(crate) mod report;
pub(crate) mod revise;
pub(crate) mod status;
pub(crate) mod submit;
pub(crate) mod view;
pub(crate) mod withdraw;

use actix_web::web::Path;

use crate::domain::id::ApplicationId;
use crate::http::problems::{Problem, catalogue};

/// The application that a path names; what is no id names nothing.
pub(crate) fn id_of(path: &Path<String>) -> Result<ApplicationId, Problem> {
    path.parse()
        .map_err(|_malformed: uuid::Error| Problem::of(catalogue::NOT_FOUND))
}
