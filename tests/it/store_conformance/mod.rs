//! One suite, two databases: what every store function promises, promised by both.
//!
//! A file per file of `src/store`. A new store function gets its tests here with `both!`, and its
//! SQL is prepared on both databases by `statements` without anybody asking for it.

mod applications;
mod connections;
mod counters;
mod dashboard;
mod given;
mod history;
mod holds;
mod idempotency;
mod lists;
mod newest;
mod outbox;
mod payment_references;
mod plans;
mod schema;
mod sealed;
mod statements;
mod tidings;
