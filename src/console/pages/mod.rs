//! The pages, each with its template of the same name.

pub(crate) mod accessibility;
pub(crate) mod dashboard;
pub(crate) mod help;
pub(crate) mod orders;
pub(crate) mod settings;
