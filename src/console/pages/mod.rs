//! The pages, each with its template of the same name.

pub(crate) mod dashboard;
pub(crate) mod orders;
