//! What names are.

use super::SAMPLE;
use crate::fixture::Fixture;
use crate::semantic_names;
use camino::Utf8Path;
use expect_test::expect;
use mc_compiler::package;
use mc_syntax::Span;

fn names(source: &str, path: &str, range: Option<Span>) -> String {
    let fixture = Fixture::new(source);
    let file = package::file(&fixture.db, Utf8Path::new(path)).expect("in the package");
    let text = file.text(&fixture.db);
    let range = range.unwrap_or(Span::new(0, text.len() as u32));
    let mut last = 0;
    let mut lines = Vec::new();
    for name in semantic_names(&fixture.db, file, range) {
        assert!(last <= name.span.start, "names do not overlap");
        last = name.span.end;
        let declares = if name.declares { " declared" } else { "" };
        let standard = if name.is_standard { " standard" } else { "" };
        let written = &text[name.span.start as usize..name.span.end as usize];
        lines.push(format!("{written}: {:?}{declares}{standard}", name.kind));
    }
    lines.join("\n")
}

#[test]
fn each_name_has_a_kind() {
    let source = "import std.fs.File\nimport site.{Site as Host, url}\n\n/// A component.\ncomponent Web {\n  param host: Host\n  \
                  let f = File \"/a\" { content = url(host).trim() }\n  out sum: String = f.sha256\n}\n\
                  policy web {\n  Web { host = Host { name = \"a\", mode = .On } }\n}\n\
                  //- src/site.mc\npub enum Mode { On, Off }\npub record Site { name: HostName, mode: Mode }\n\
                  pub fn url(site: Site) -> String { site.name }\n";
    expect![[r#"
        std: Module standard
        fs: Module standard
        File: Resource standard
        site: Module
        Site: Type
        Host: Type
        url: Function
        Web: Component declared
        host: Parameter declared
        Host: Type
        f: Local declared
        File: Resource standard
        content: Field standard
        url: Function
        host: Parameter
        trim: Method standard
        sum: Field declared
        String: Type standard
        f: Local
        sha256: Field standard
        web: Policy declared
        Web: Component
        host: Parameter
        Host: Type
        name: Field
        mode: Field
        On: Variant"#]]
    .assert_eq(&names(source, "src/main.mc", None));
}

#[test]
fn a_part_has_the_names_in_it() {
    let start = SAMPLE.find("fn address").expect("there") as u32;
    expect![[r#"
        address: Function declared
        site: Parameter declared
        Site: Type
        scheme: Parameter declared
        String: Type standard"#]]
    .assert_eq(&names(SAMPLE, "src/main.mc", Some(Span::new(start, start + 40))));
}

#[test]
fn a_template_has_names_as_well() {
    let source = "//- src/main.mc\nrecord Site { port: Int }\n//- templates/a.mct\n%{ param site: Site }\n${site.port}\n";
    expect![[r#"
        site: Parameter declared
        Site: Type
        site: Parameter
        port: Field"#]]
    .assert_eq(&names(source, "templates/a.mct", None));
}
