//! The standard library: `.mc` sources, embedded.
//!
//! A crate of its own because the sources are data with one home: the compiler parses them like any package,
//! and the providers' Rust is generated from them. It depends on nothing.

/// A standard module.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// Its path: `std.fs`.
    pub path: &'static str,
    /// Its file's name in messages: `std/fs.mc`.
    pub file: &'static str,
    /// Its source.
    pub source: &'static str,
}

/// All standard modules, sorted by path.
pub const MODULES: &[Module] = &[
    Module { path: "std.cron", file: "std/cron.mc", source: include_str!("std/cron.mc") },
    Module { path: "std.edit", file: "std/edit.mc", source: include_str!("std/edit.mc") },
    Module { path: "std.exec", file: "std/exec.mc", source: include_str!("std/exec.mc") },
    Module { path: "std.facts", file: "std/facts.mc", source: include_str!("std/facts.mc") },
    Module {
        path: "std.facts.fixture",
        file: "std/facts/fixture.mc",
        source: include_str!("std/facts/fixture.mc"),
    },
    Module { path: "std.fs", file: "std/fs.mc", source: include_str!("std/fs.mc") },
    Module { path: "std.net", file: "std/net.mc", source: include_str!("std/net.mc") },
    Module { path: "std.pkg", file: "std/pkg.mc", source: include_str!("std/pkg.mc") },
    Module { path: "std.report", file: "std/report.mc", source: include_str!("std/report.mc") },
    Module { path: "std.svc", file: "std/svc.mc", source: include_str!("std/svc.mc") },
    Module { path: "std.sys", file: "std/sys.mc", source: include_str!("std/sys.mc") },
    Module { path: "std.tls", file: "std/tls.mc", source: include_str!("std/tls.mc") },
    Module { path: "std.user", file: "std/user.mc", source: include_str!("std/user.mc") },
];
