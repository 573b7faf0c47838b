//! What people and scripts see: exit codes, tables, JSON.

mod applications;
mod causes;
mod evidence;

mod keys;
mod kit;
mod operations;
mod outbox;
mod payments;
mod refunds;
mod setting_up;
mod users;
mod xml;
