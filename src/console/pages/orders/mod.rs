//! Orders: the list, everything about one of them, and what is decided about it.

pub(crate) mod act;
pub(crate) mod ask;
mod comparison;
mod deeds;
mod list;
pub(crate) mod papers;
mod sheet;
pub(crate) mod word;
pub(crate) mod words;

pub(crate) use list::list;
pub(crate) use sheet::show;

use crate::console::trouble::Trouble;
use crate::store::Tx;
use crate::store::orders::{self, Order};

/// The menu's entry.
const MENU: &str = "/orders";

/// Lines of one order that are shown or offered; an order has no more.
const LINES_MAX: i64 = 1_000;

/// The order of an address.
async fn find(tx: &mut Tx, number: &str) -> Result<Order, Trouble> {
    let order = orders::find_by_number(tx, number).await?;
    order.ok_or(Trouble::NotFound)
}
