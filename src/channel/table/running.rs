//! The running balance that many tables carry: it proves that no row is missing.

use crate::channel::table::entry::Taken;
use crate::channel::{Held, HeldCode};

/// What the running balance says.
#[derive(Default)]
pub(super) struct Chain {
    /// The balance before the first movement.
    pub(super) opening_minor: Option<i64>,
    /// The balance after the last movement.
    pub(super) closing_minor: Option<i64>,
    /// Where a balance does not follow from the one before.
    pub(super) broken: Option<Held>,
}

/// Follows the balances, oldest row first or newest first; nothing when a row has none.
pub(super) fn chain(rows: &[Taken]) -> Chain {
    let steps: Option<Vec<Step<'_>>> = rows.iter().map(Step::of).collect();
    let Some(mut steps) = steps else {
        return Chain::default();
    };
    let breaks_as_written = breaks(&steps);
    steps.reverse();
    let breaks_turned = breaks(&steps);
    let (steps, breaks) = if breaks_turned.len() < breaks_as_written.len() {
        (steps, breaks_turned)
    } else {
        steps.reverse();
        (steps, breaks_as_written)
    };
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return Chain::default();
    };
    let reason = "the balance does not follow from that of the row before";
    Chain {
        opening_minor: first.balance_minor.checked_sub(first.signed_minor),
        closing_minor: Some(last.balance_minor),
        broken: breaks
            .into_iter()
            .next()
            .map(|place| Held::new(HeldCode::BalanceDiffers, place, reason)),
    }
}

/// One movement and the balance after it.
struct Step<'a> {
    signed_minor: i64,
    balance_minor: i64,
    place: &'a str,
}

impl<'a> Step<'a> {
    fn of(row: &'a Taken) -> Option<Self> {
        Some(Self {
            signed_minor: row.entry.signed_minor(),
            balance_minor: row.balance_minor?,
            place: &row.entry.place,
        })
    }
}

/// The places whose balance does not follow from the one before.
fn breaks(steps: &[Step<'_>]) -> Vec<String> {
    let pairs = steps.iter().zip(steps.iter().skip(1));
    pairs
        .filter(|(before, after)| {
            before.balance_minor.checked_add(after.signed_minor) != Some(after.balance_minor)
        })
        .map(|(_, after)| after.place.to_owned())
        .collect()
}
