//! Applications: the list, and everything about one of them; who looked at its person is on the record.

pub(crate) mod act;
mod fee;
mod filter;
mod life;
mod list;
mod possible;
pub(crate) mod reveal;
mod sheet;
mod term;
mod words;

pub(crate) use list::{Line, Offices, line, list};
pub(crate) use sheet::show;
