//! Capabilities, each in a file of its own, against real databases, TLS and judges.

#[cfg(test)]
mod corpus;
