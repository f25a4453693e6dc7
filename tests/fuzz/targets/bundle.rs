//! Fuzz target `bundle`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mc_fuzz::bundle::read(bytes));
