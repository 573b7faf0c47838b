//! Words for people, in Romanian and in English: what every code means, and how numbers, money and
//! moments are written.
//!
//! The console, the interface's problem documents and `explain` say the same, because they read it here.

pub mod problems;
pub mod refusals;

mod actors;
mod acts;
mod applications;
mod count;
mod deliveries;
mod details;
mod events;
mod explanation;
mod figures;
mod language;
mod moment;
mod money;
mod states;
mod tending;

pub use actors::actor;
pub use acts::{act, subject};
pub use applications::deed;
pub use count::{Noun, count, counted, noun};
pub use details::Detail;
pub use explanation::{Both, Explanation};
pub use figures::{amount, lei, number, per_cent};
pub use language::Language;
pub use moment::{ago, clock_time, date, date_and_time, day_and_month, lasting, when};
pub use states::{Named, name_of};
pub use tending::{rest, snooze_fault};
