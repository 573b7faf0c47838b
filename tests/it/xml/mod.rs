//! XML as libxml2 sees it and as we do: the same canonical form, the same documents refused.

mod agreement;
mod damage;
mod documents;
mod grammar;
mod program;
mod verdicts;
