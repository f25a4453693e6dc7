//! mc-engine
