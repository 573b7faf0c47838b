//! The rules: pure, without clock, randomness, SQL, HTTP or XML.
//!
//! Every life cycle is one `STEPS` table; every rule of law is data with validity dates and the
//! source it came from. Nothing here can fail for a reason outside its arguments.

pub mod calendar;
pub mod codes;
pub mod id;
pub mod money;
pub mod step;

pub mod cnp;
pub mod names;
pub mod narrative;
pub mod payment_reference;
