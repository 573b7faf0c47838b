//! One document of the bureau on its way to the gateway.

use bytes::Bytes;

/// One document on its way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Letter {
    pub(super) kind: LetterKind,
    pub(super) bytes: Bytes,
}

/// What a document is to the bureau.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum LetterKind {
    /// An acknowledgement, with the name of its copy.
    Acknowledgement(String),
    /// A receipt that was not given in the answer.
    Receipt,
    /// What an honest bureau would not post; whether the gateway takes it does not matter.
    Stray,
}
