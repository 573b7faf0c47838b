//! Days of payments: the grid of days and channels, one day laid side by side, closed and opened again.

pub(crate) mod day;
pub(crate) mod decide;
pub(crate) mod grid;
mod rows;
