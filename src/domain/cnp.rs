//! The personal numeric code (CNP).
