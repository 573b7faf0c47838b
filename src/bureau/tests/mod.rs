//! What holds for every kind of document.

mod attacks;
mod examples;
