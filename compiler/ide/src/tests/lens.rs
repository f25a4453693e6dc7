//! Code lenses.

use crate::fixture::Fixture;
use crate::{LensKind, lenses, policy_lens, reference_lens};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::package;
use std::fmt::Write;

/// Every lens of `src/main.mc` with what it says.
fn check(source: &str, expected: &Expect) {
    let fixture = Fixture::new(source);
    let db = &fixture.db;
    let file = package::file(db, Utf8Path::new("src/main.mc")).expect("in the package");
    let text = file.text(db);
    let mut out = String::new();
    for lens in lenses(db, file) {
        let name = &text[lens.range.start as usize..lens.range.end as usize];
        let says = match &lens.kind {
            LensKind::Policy(policy) => policy_lens(db, policy).unwrap_or_default(),
            LensKind::Test(id) => id.clone(),
            LensKind::References => reference_lens(db, file, lens.range.start).0,
        };
        let _ = writeln!(out, "{name}: {says}");
    }
    expected.assert_eq(&out);
}

#[test]
fn over_declarations() {
    check(
        r#"
import std.fs.File
import std.facts.fixture.{debian12}
enum Role { Web, Db }
labels { role: Role }
record Site { name: HostName, port: Int = 80 }
fn url(site: Site) -> String { "${site.name}:${site.port}" }
component Page { param site: Site, File "/etc/${site.name}" { content = url(site) } }
policy web {
  select labels.role == .Web && facts.os.family == .Debian
  Page { site = Site { name = "a.example" } }
  Page "b" { site = Site { name = "b.example" } }
}
policy all { File "/etc/motd" {} }
test "one" { given facts = debian12, given labels = Labels { role = .Web }, expect plan(web).count() == 2 }
"#,
        &expect![[r#"
            Role: 1 reference
            Site: 4 references
            url: 1 reference
            Page: 2 references
            web: 2 of 8 fixtures · 2 steps
            all: 8 of 8 fixtures · 1 step
            "one": src/main.mc::one
        "#]],
    );
}

#[test]
fn over_declarations_of_a_package_with_errors() {
    check(
        "fn f() -> Int { x }\npolicy web { let a = f() }\nfn\nrecord\n",
        &expect![[r#"
        f: 1 reference
        web: no plan: the package has errors
    "#]],
    );
}
