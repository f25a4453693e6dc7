//! mc-test-support
