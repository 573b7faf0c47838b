//! The pages, each with its template of the same name.

pub(crate) mod accessibility;
pub(crate) mod applications;
pub(crate) mod complaints;
pub(crate) mod dashboard;
pub(crate) mod days;
pub(crate) mod failed_orders;
pub(crate) mod help;
pub(crate) mod holds;
pub(crate) mod offices;
pub(crate) mod orders;
pub(crate) mod outbox;
pub(crate) mod payments;
pub(crate) mod refunds;
pub(crate) mod search;
pub(crate) mod settings;
