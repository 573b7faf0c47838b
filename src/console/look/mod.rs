//! What pages are made of: files of the look, the shell around every page, charts.

pub(crate) mod asset;
pub(crate) mod badge;
pub(crate) mod chart;
pub(crate) mod share;
pub(crate) mod shell;
pub(crate) mod spark;
pub(crate) mod surroundings;
pub(crate) mod timeline;
