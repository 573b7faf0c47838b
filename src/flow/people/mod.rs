//! The people who use the console: signing in, sessions, accounts.

pub mod account;
pub mod administer;
mod code;
mod guesses;
pub mod link;
mod password;
pub mod requests;
pub mod session;
pub mod sign_in;
pub mod single_sign_on;
pub mod token;
