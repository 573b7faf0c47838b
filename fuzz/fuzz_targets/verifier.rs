//! Verifying documents that were signed and changed.
#![no_main]

use cei_gateway_fuzz::properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::verifier(bytes));
