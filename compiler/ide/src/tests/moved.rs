//! Files with other paths: what follows compiles as it did.

use crate::fixture::{Fixture, files};
use crate::moved;
use camino::Utf8PathBuf;
use expect_test::{Expect, expect};
use mc_compiler::diagnostics;
use std::collections::BTreeMap;

const SOURCE: &str = "\
//- src/web/site.mc
pub record Site { name: HostName }
//- src/web/page.mc
import web.site.{Site}
pub fn page(site: Site) -> String { template(\"web/a.mct\", site = site) }
//- src/main.mc
import web.site
import web.page.{page}
import std.fs.File
policy p {
  let s: site.Site = load(\"site.toml\")
  let t: site.Site = layers([load(\"site.toml\")])
  File \"/a\" { content = page(s) }
  File \"/b\" { content = page(t) }
  File \"/c\" { content = file(\"motd\") }
}
//- templates/web/a.mct
%{ param site: site.Site }
${site.name}
//- data/site.toml
name = \"a\"
//- files/motd
hello
";

fn check(moves: &[(&str, &str)], expected: Expect) {
    let fixture = Fixture::new(SOURCE);
    let db = &fixture.db;
    assert_eq!(diagnostics(db), []);
    let moves: Vec<(Utf8PathBuf, Utf8PathBuf)> =
        moves.iter().map(|(from, to)| (Utf8PathBuf::from(*from), Utf8PathBuf::from(*to))).collect();
    let mut out = String::new();
    // The files as they are afterwards, by their old paths.
    let mut texts: BTreeMap<String, String> = files(SOURCE).into_iter().collect();
    for edits in moved(db, &moves) {
        let path = edits.file.path(db);
        let text = texts.get_mut(path.as_str()).expect("a file of the package");
        for (span, new) in edits.edits.iter().rev() {
            let span = span.start as usize..span.end as usize;
            out.push_str(&format!("{path}: {} -> {new}\n", &text[span.clone()]));
            text.replace_range(span, new);
        }
    }
    expected.assert_eq(&out);
    let mut after = String::new();
    for (path, text) in texts {
        let path = Utf8PathBuf::from(path);
        let new = moves.iter().find_map(|(from, to)| {
            let inner = path.strip_prefix(from).ok()?;
            Some(if inner.as_str().is_empty() { to.clone() } else { to.join(inner) })
        });
        after.push_str(&format!("//- {}\n{text}", new.unwrap_or(path)));
    }
    assert_eq!(diagnostics(&Fixture::new(&after).db), [], "{after}");
}

#[test]
fn a_module() {
    check(
        &[("src/web/site.mc", "src/host.mc")],
        expect![[r#"
            src/main.mc: site -> host
            src/main.mc: site -> host
            src/main.mc: web.site -> host
            src/web/page.mc: web.site -> host
            templates/web/a.mct: site -> host
        "#]],
    );
}

#[test]
fn a_folder_of_modules() {
    check(
        &[("src/web", "src/shop")],
        expect![[r#"
            src/main.mc: web.page -> shop.page
            src/main.mc: web.site -> shop.site
            src/web/page.mc: web.site -> shop.site
        "#]],
    );
}

#[test]
fn templates_and_data() {
    let moves =
        [("templates/web", "templates/shop"), ("data/site.toml", "data/b.toml"), ("files/motd", "files/m/x")];
    check(
        &moves,
        expect![[r#"
            src/main.mc: motd -> m/x
            src/main.mc: site.toml -> b.toml
            src/main.mc: site.toml -> b.toml
            src/web/page.mc: "web/a.mct" -> "shop/a.mct"
        "#]],
    );
}

#[test]
fn what_becomes_no_module_leaves_its_imports() {
    let moves = [(Utf8PathBuf::from("src/web/site.mc"), Utf8PathBuf::from("old/site.mc"))];
    assert_eq!(moved(&Fixture::new(SOURCE).db, &moves), []);
}
