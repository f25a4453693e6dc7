//! Fuzz target `template`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mc_fuzz::syntax::template(bytes));
