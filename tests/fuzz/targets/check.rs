//! Fuzz target `check`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mc_fuzz::check::file(bytes));
