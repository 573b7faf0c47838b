//! Local offices: who was last seen when, what each has not finished, its certificates and keys, and its
//! webhook.

mod list;
mod sheet;
pub(crate) mod trial;
pub(crate) mod webhook;
mod words;

pub(crate) use list::list;
pub(crate) use sheet::show;
