//! The API as its callers meet it.

mod kit;

mod cards;
mod causes;
mod feed;
mod fees;
mod identity;
mod life;
mod money;
mod operations;
mod refunds;
mod revocation;
mod submitting;
mod wire;
