//! Orders: the list, and everything about one of them.

pub(crate) mod act;
mod list;
mod sheet;
mod words;

pub(crate) use list::list;
pub(crate) use sheet::show;
