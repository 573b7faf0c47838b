//! What the bureau lays out is fetched, kept and only then confirmed.
