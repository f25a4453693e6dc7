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
    FORMS,
    TASTE,
];

/// The packages that users read first.
pub(crate) const EXAMPLES: &[&str] = &[
    include_str!("../../../../examples/quickstart/src/main.mc"),
    include_str!("../../../../examples/web/src/main.mc"),
    include_str!("../../../../examples/web/src/web/nginx.mc"),
    include_str!("../../../../examples/web/src/web/site.mc"),
];

/// The forms that [`WEB`] leaves out.
pub(crate) const FORMS: &str = include_str!("forms.mc");

/// The language in one page.
pub(crate) const TASTE: &str = include_str!("taste.mc");

/// The forms that every policy has a use for.
pub(crate) const WEB: &str = include_str!("web.mc");
