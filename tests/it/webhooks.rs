//! Events pushed to offices: in order, at least once, each office for itself.

mod kit;

mod changes;
mod crashes;
mod ends;
mod hostile;
mod order;
mod recipe;
