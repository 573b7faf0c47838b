//! Failed orders: the inbox by cause, the orders of a cause, one decision for all of them, and how far
//! it has come.

mod cause;
mod decide;
mod decision;
mod inbox;

pub(crate) use cause::cause;
pub(crate) use decide::decide;
pub(crate) use decision::decision;
pub(crate) use inbox::inbox;

use crate::console::trouble::Trouble;
use crate::domain::cause::Cause;

/// The menu's entry.
const MENU: &str = "/failed-orders";

/// The parameter that narrows to orders or to lines.
const OF: &str = "of";

/// What of failed orders is looked at.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Part {
    /// All of it.
    #[default]
    All,
    /// Orders that wait themselves.
    Orders,
    /// Lines that wait.
    Lines,
}

impl Part {
    fn of(text: &str) -> Result<Self, Trouble> {
        match text {
            "" => Ok(Self::All),
            "orders" => Ok(Self::Orders),
            "lines" => Ok(Self::Lines),
            _ => Err(Trouble::AskedWrong { name: OF }),
        }
    }
}

/// The cause that an address names.
fn cause_of(text: &str) -> Result<Cause, Trouble> {
    Cause::parse(text).map_err(|_unknown| Trouble::NotFound)
}
