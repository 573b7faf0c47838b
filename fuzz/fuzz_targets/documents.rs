//! The readers of orders, receipts and acknowledgements.
#![no_main]

use cei_gateway_fuzz::properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::documents(bytes));
