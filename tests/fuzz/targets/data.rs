//! Fuzz target `data`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mc_fuzz::data::file(bytes));
