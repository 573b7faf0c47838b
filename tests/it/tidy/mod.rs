//! What reviewers should not have to look for: walls between modules, sizes, words, documents.

mod documents;
mod files;
pub(crate) mod manifest;
mod walls;
mod xml;
