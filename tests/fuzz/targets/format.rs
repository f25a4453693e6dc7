//! Fuzz target `format`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mc_fuzz::format::file(bytes));
