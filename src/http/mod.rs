//! The API: routes, problems, identities.
