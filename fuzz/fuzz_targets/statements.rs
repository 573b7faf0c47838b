//! The readers of the files of banks and of the payment kiosks.
#![no_main]

use cei_gateway_fuzz::properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::statements(bytes));
