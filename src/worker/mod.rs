//! Background work: one trait, one loop.
