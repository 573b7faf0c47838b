//! The only module that speaks SQL.
