//! The gateway between Romania's local offices, the payment channels and the bureau that
//! personalizes electronic identity cards (CEI).
//!
//! The modules stand in the order of dependence; `ARCHITECTURE.md` tells what each must never do.

pub mod domain;

pub mod bureau;
pub mod channel;
pub mod store;
pub mod transport;
pub mod vault;
pub mod xmldsig;
pub mod xmlenc;

pub mod clock;
pub mod config;
pub mod gateway;
pub mod random;
pub mod telemetry;

pub mod flow;
pub mod words;

pub mod console;
pub mod http;
pub mod simulator;
pub mod worker;

pub mod cli;
