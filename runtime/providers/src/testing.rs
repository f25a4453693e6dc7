//! The schemas that the providers were generated from, for tests that make bundles without a compiler.
#![allow(clippy::expect_used, reason = "test code: what was generated can be read")]

use mc_plan::schema::Schema;

use crate::generated::encoded::SCHEMAS;

/// All schemas, sorted by name.
pub fn schemas() -> Vec<Schema> {
    let decode = |hex: &&str| {
        let bytes: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits"))
            .collect();
        Schema::decode(&bytes).expect("a schema")
    };
    SCHEMAS.iter().map(decode).collect()
}
