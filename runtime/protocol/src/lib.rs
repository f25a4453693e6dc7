//! mc-protocol
