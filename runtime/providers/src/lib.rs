//! The built-in providers and the collectors of facts, one file per resource type, written against the host
//! traits only.
//!
//! A crate of its own because the engine must never name a provider, and the agent must be able to link
//! exactly these: everything here is tested against a host in memory.

#[cfg(any(test, feature = "codegen"))]
pub mod codegen;
mod command;
mod decode;
mod directory;
pub mod fact;
mod file;
#[allow(dead_code, reason = "generated whole: not every provider needs every constant")]
#[rustfmt::skip]
mod generated;
mod metadata;
mod package;
mod program;
mod query;
mod service;
mod staging;
mod symlink;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod user;

use mc_engine::provider::Providers;

/// All built-in providers.
pub fn builtin() -> Providers {
    Providers::new(vec![
        Box::new(command::CommandProvider::new()),
        Box::new(directory::DirectoryProvider::new()),
        Box::new(file::FileProvider::new()),
        Box::new(package::PackageProvider::new()),
        Box::new(query::QueryProvider::new()),
        Box::new(service::ServiceProvider::new()),
        Box::new(symlink::SymlinkProvider::new()),
        Box::new(user::UserProvider::new()),
    ])
}
