//! What leads to a file.

use crate::fixture::Fixture;
use crate::{LinkTarget, links};
use camino::Utf8Path;
use expect_test::expect;
use mc_compiler::package;

#[test]
fn imports_and_what_is_loaded() {
    let source = "\
//- src/web/site.mc
pub fn f() -> Int { 1 }
//- src/main.mc
import web.site
import web.site.{f}
import std.fs.File
import missing
record R { a: Int }
let a: R = load(\"a.toml\")
let b: R = layers([load(\"a.toml\"), load(\"none.toml\")])
policy p {
  File \"/a\" { content = template(\"t.mct\") }
  File \"/b\" { content = file(\"motd\") }
  File \"/c\" { content = \"a.toml\" }
}
//- templates/t.mct
x
//- data/a.toml
a = 1
//- files/motd
hello
";
    let fixture = Fixture::new(source);
    let db = &fixture.db;
    let file = package::file(db, Utf8Path::new("src/main.mc")).expect("in the package");
    let mut out = String::new();
    for link in links(db, file) {
        let text = &file.text(db)[link.span.start as usize..link.span.end as usize];
        let to = match &link.target {
            LinkTarget::File(file) => file.path(db).to_string(),
            LinkTarget::Path(path) => format!("{path} (no source)"),
            LinkTarget::Page(code) => format!("page of {}", code.0),
        };
        out.push_str(&format!("{text} -> {to}\n"));
    }
    expect![[r#"
        web.site -> src/web/site.mc
        web.site -> src/web/site.mc
        std.fs -> std/fs.mc
        a.toml -> data/a.toml (no source)
        a.toml -> data/a.toml (no source)
        "t.mct" -> templates/t.mct
        motd -> files/motd (no source)
    "#]]
    .assert_eq(&out);
}
