//! The outline, and the search for declarations.

use super::SAMPLE;
use crate::fixture::Fixture;
use crate::{Symbol, document_symbols, workspace_symbols};
use camino::Utf8Path;
use expect_test::expect;
use mc_compiler::package;

fn show(symbols: &[Symbol], text: &str, depth: usize, out: &mut String) {
    for symbol in symbols {
        let selected = &text[symbol.selection.start as usize..symbol.selection.end as usize];
        assert!(symbol.range.start <= symbol.selection.start && symbol.selection.end <= symbol.range.end);
        assert!(!selected.is_empty());
        let detail = if symbol.detail.is_empty() { String::new() } else { format!(" : {}", symbol.detail) };
        out.push_str(&format!("{}{:?} {}{detail}\n", "  ".repeat(depth), symbol.kind, symbol.name));
        show(&symbol.children, text, depth + 1, out);
    }
}

#[test]
fn the_outline_has_declarations_and_what_they_declare() {
    let fixture = Fixture::new(SAMPLE);
    let file = package::file(&fixture.db, Utf8Path::new("src/main.mc")).expect("in the package");
    let mut out = String::new();
    show(&document_symbols(&fixture.db, file), file.text(&fixture.db), 0, &mut out);
    expect![[r#"
        Enum Role
          Variant Web
          Variant Db
        Enum Tls
          Variant Off
          Variant Managed
            Field cert : AbsPath
            Field key : String
        Labels labels
          Field role : Role
          Field zone : String
        Record Site
          Field name : HostName
          Field port : Int
          Field tls : Tls
        Value limit
        Value names
        Function address
        Component Nginx
          Parameter sites : List<Site>
          Parameter workers : Int
          Declared package : pkg.Package "nginx"
          Declared Directory "/etc/nginx"
          Declared main : Datei "/etc/nginx/nginx.conf"
          Declared Datei "/etc/nginx/${site.name}.key"
          Declared Datei "/etc/nginx/${i}.conf"
          Declared service : Service "nginx"
          Value digest
          Output url : String
        Policy web
          Value name
          Declared blue : Nginx "blue"
          Value tls
          Value limit_text
          Declared Datei "/etc/motd"
    "#]]
    .assert_eq(&out);
}

#[test]
fn declarations_are_found_by_letters_in_their_order() {
    let source = "//- src/main.mc\npub let web_port = 1\nrecord WebPort { a: Int }\nfn portal() -> Int { 1 }\n\
                  //- src/shop/web.mc\npub component Web {}\n";
    let fixture = Fixture::new(source);
    let found = |query: &str| {
        let all = workspace_symbols(&fixture.db, query, 10);
        let shown = all.into_iter().map(|d| format!("{:?} {} ({})", d.kind, d.name, d.module));
        shown.collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        Component Web (shop.web)
        Record WebPort ()
        Value web_port ()"#]]
    .assert_eq(&found("web"));
    expect![[r#"
        Record WebPort ()
        Value web_port ()"#]]
    .assert_eq(&found("wp"));
    expect![[""]].assert_eq(&found("nothing"));
    assert_eq!(workspace_symbols(&fixture.db, "", 2).len(), 2);
}
