//! mc-transport
