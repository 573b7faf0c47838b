//! The pages, each with its template of the same name.

pub(crate) mod dashboard;
pub(crate) mod failed_orders;
pub(crate) mod holds;
pub(crate) mod orders;
