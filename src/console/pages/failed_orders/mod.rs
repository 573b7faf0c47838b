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

use chrono::NaiveDate;

use crate::console::asked::Asked;
use crate::console::list::{Filters, Tab};
use crate::console::trouble::Trouble;
use crate::domain::cause::Cause;
use crate::store::holds::Shown;
use crate::words::Language;

/// The menu's entry.
const MENU: &str = "/failed-orders";

/// The parameter that narrows to orders or to lines.
const OF: &str = "of";

/// The parameter that shows what rests, and its word.
pub(crate) const SHOW: &str = "show";
pub(crate) const RESTING: &str = "resting";

/// Whether an address asks for what waits, or for what rests.
pub(crate) fn shown(asked: &Asked, today: NaiveDate) -> Result<Shown, Trouble> {
    match asked.text(SHOW).as_str() {
        "" => Ok(Shown::waiting(today)),
        RESTING => Ok(Shown::resting(today)),
        _ => Err(Trouble::AskedWrong { name: SHOW }),
    }
}

/// The views of a list: what waits, and what rests.
pub(crate) fn views(filters: &Filters, shown: Shown, language: Language) -> Vec<Tab> {
    let tab = |text: &str, value: &str, is_here| Tab {
        text: text.to_owned(),
        path: filters.changed(SHOW, value),
        count: String::new(),
        is_here,
    };
    let (waiting, resting) = (
        language.choose("Waiting", "De hotărât"),
        language.choose("Snoozed", "Amânate"),
    );
    vec![
        tab(waiting, "", !shown.resting),
        tab(resting, RESTING, shown.resting),
    ]
}

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
