//! Orders: the list, and everything about one of them.

pub(crate) mod act;
mod list;
mod sheet;
pub(crate) mod words;

pub(crate) use list::list;
pub(crate) use sheet::show;
