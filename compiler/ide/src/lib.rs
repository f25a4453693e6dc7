//! mc-ide
