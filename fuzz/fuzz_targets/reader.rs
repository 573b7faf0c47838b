//! What readers of content are shown of any bytes.
#![no_main]

use cei_gateway_fuzz::properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::reader(bytes));
