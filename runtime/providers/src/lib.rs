//! mc-providers
