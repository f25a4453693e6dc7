//! Scripted scenarios over the fake host, with the transcript of what was done and the report.

mod consent;
mod crash;
mod effect;
mod fact;
mod instance;
mod output;
mod property;
mod provider;
mod refresh;
mod scene;
