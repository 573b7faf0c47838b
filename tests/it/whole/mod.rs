//! The whole way of the data, played by all parties over real TLS: that nothing is lost or doubled,
//! whatever happens and wherever the gateway's process ends, and that nobody's data lies open.

mod crash;
mod demo;
mod kit;
mod letters;
mod privacy;
mod processes;
mod wire;
