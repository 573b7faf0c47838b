//! The API as its callers meet it.

mod kit;

mod feed;
mod identity;
mod life;
mod money;
mod submitting;
mod wire;
