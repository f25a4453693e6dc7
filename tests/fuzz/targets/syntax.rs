//! Fuzz target `syntax`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mc_fuzz::syntax::file(bytes));
