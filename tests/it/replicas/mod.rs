//! Several gateways on one database, each a process of its own that is killed and stopped while
//! offices work with all of them. What happened is judged outside, by the offices and by the receiver
//! of their webhooks.

mod fleet;
mod gaps;
mod holders;
mod leases;
mod offices;
mod outages;
mod receiver;
