//! What operators see and decide: orders, holds, the outbox. The command line prints the same
//! views under the same names.

pub mod view;
