//! What is to be sent, where it stops, and what died on its way: destinations one by one, and messages
//! that could not be delivered.

pub(crate) mod dead;
pub(crate) mod decide;
pub(crate) mod decision;
mod glance;
pub(crate) mod lane;
mod names;
mod selected;

pub(crate) use glance::show;
pub(crate) use names::{TryRow, run_of};
pub(crate) use selected::moment_of;
