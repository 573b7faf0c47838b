//! Names, other printed texts and personal numeric codes.
#![no_main]

use cei_gateway_fuzz::properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::persons(bytes));
