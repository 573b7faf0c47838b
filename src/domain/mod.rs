//! The rules: pure, without clock, randomness, SQL, HTTP or XML.
//!
//! Every life cycle is one `STEPS` table; every rule of law is data with validity dates and the
//! source it came from. Nothing here can fail for a reason outside its arguments.

// What everything else is said with.
pub mod audit;
pub mod calendar;
pub mod codes;
pub mod hex;
pub mod id;
pub mod money;
pub mod month;
pub mod one_time_code;
pub mod operator;
pub mod reason;
pub mod rule;
pub mod step;
pub mod working_days;

// Life cycles.
pub mod acknowledgement;
pub mod application;
pub mod complaint;
pub mod consignment;
pub mod day;
pub mod event;
pub mod fee;
pub mod inbox;
pub mod letter;
pub mod order;
pub mod payment;
pub mod refund;
pub mod webhook;

// Rules: each looks at the world and names one event.
pub mod batching;
pub mod cause;
pub mod delivery;
pub mod fee_standing;
pub mod four_eyes;
pub mod manifest;
pub mod matching;
pub mod order_action;
pub mod receipt;
pub mod reconciliation;
pub mod retention;
pub mod sign_in;
pub mod single_sign_on;
pub mod tending;

// What people and cards are called.
pub mod bank_text;
pub mod card;
pub mod cnp;
pub mod iban;
pub mod names;
pub mod narrative;
pub mod payment_action;
pub mod payment_reference;

// Who and what an application is made of.
pub mod applicant;
pub mod attestation;
pub mod county;
pub mod fingerprints;
pub mod image;
pub mod office;
pub mod requester;
pub mod signature;
pub mod submission;

// What the law says about it.
pub mod eligibility;
pub mod tariff;
pub mod term;
pub mod validity;

#[cfg(test)]
mod life_cycle_tests;
