//! The API as its callers meet it.

mod kit;

mod batch;
mod cards;
mod causes;
mod feed;
mod fees;
mod holds;
mod hostile;
mod identity;
mod life;
mod listing;
mod money;
mod operations;
mod outbox;
mod refunds;
mod renewal;
mod revocation;
mod submitting;
mod webhooks;
mod wire;
