//! The people who use the console: signing in, sessions, accounts.

pub mod session;
pub mod token;
