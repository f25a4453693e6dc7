//! Correct sources, for tests that cut and change them.

/// The standard library and a policy that uses every form.
pub(crate) const GOOD: &[&str] = &[
    include_str!("../../../../stdlib/src/std/exec.mc"),
    include_str!("../../../../stdlib/src/std/facts.mc"),
    include_str!("../../../../stdlib/src/std/fs.mc"),
    include_str!("../../../../stdlib/src/std/pkg.mc"),
    include_str!("../../../../stdlib/src/std/svc.mc"),
    include_str!("../../../../stdlib/src/std/user.mc"),
    WEB,
];

/// Every form of the language.
pub(crate) const WEB: &str = include_str!("web.mc");
