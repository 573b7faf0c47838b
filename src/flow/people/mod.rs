//! The people who use the console: signing in, sessions, accounts.

pub mod account;
pub mod administer;
mod code;
mod guesses;
mod password;
pub mod requests;
pub mod session;
pub mod sign_in;
pub mod token;
