//! mc-e2e
