//! Sessions with the real `mcc` in an empty folder and an empty environment.

mod build;
mod check;
mod explain;
mod key;
mod new;
mod refusal;
mod session;
mod usage;
