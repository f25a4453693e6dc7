//! Calls and types, up and down.

use crate::fixture::Fixture;
use crate::{Call, Node, incoming_calls, outgoing_calls, prepare_calls, prepare_types, subtypes, supertypes};
use expect_test::{Expect, expect};
use mc_compiler::{Database, File};

const SOURCE: &str = "\
//- src/site.mc
pub record Site { name: HostName, port: Port }
pub type Port = Int where value > 0
pub type Sites = List<Site>
pub fn url(site: Site) -> String { \"${site.name}:${port(site)}\" }
fn port(site: Site) -> Int { site.port }
//- src/main.mc
import site.{Site, url}
import std.fs.File
enum Role { Web { site: Site }, Db }
component Page {
  param site: Site
  File \"/a\" { content = url(site) }
  File \"/b\" { content = \"${url(site)}${url(site)}\" }
}
policy web {
  let s = Site { name = \"a\", port = 1 }
  Page { site = s }
}
";

/// The source with a cursor in front of a text that it has once.
fn at(text: &str) -> (Fixture, File, u32) {
    assert_eq!(SOURCE.matches(text).count(), 1, "{text}");
    let fixture = Fixture::new(&SOURCE.replace(text, &format!("$0{text}")));
    let (file, offset) = fixture.cursor.expect("a cursor");
    (fixture, file, offset)
}

fn node(db: &Database, node: &Node) -> String {
    let text = |span: mc_syntax::Span| &node.file.text(db)[span.start as usize..span.end as usize];
    assert!(node.range.start <= node.selection.start && node.selection.end <= node.range.end);
    assert_eq!(text(node.selection), node.name);
    format!("{:?} {} of {:?}", node.kind, node.name, node.detail)
}

fn calls(db: &Database, of: &dyn Fn(&Call) -> File, all: &[Call]) -> String {
    let mut out = String::new();
    for call in all {
        let places =
            call.places.iter().map(|span| &of(call).text(db)[span.start as usize..span.end as usize]);
        out.push_str(&format!("{}: {}\n", node(db, &call.node), places.collect::<Vec<_>>().join(", ")));
    }
    out
}

fn check_calls(text: &str, expected: Expect) {
    let (fixture, file, offset) = at(text);
    let db = &fixture.db;
    let Some(found) = prepare_calls(db, file, offset) else { return expected.assert_eq("none") };
    let incoming = incoming_calls(db, file, offset);
    let outgoing = outgoing_calls(db, file, offset);
    expected.assert_eq(&format!(
        "{}\nfrom\n{}to\n{}",
        node(db, &found),
        calls(db, &|call| call.node.file, &incoming),
        calls(db, &|_| found.file, &outgoing),
    ));
}

fn check_types(text: &str, expected: Expect) {
    let (fixture, file, offset) = at(text);
    let db = &fixture.db;
    let Some(found) = prepare_types(db, file, offset) else { return expected.assert_eq("none") };
    let list = |nodes: Vec<Node>| nodes.iter().map(|n| node(db, n) + "\n").collect::<String>();
    let (up, down) = (supertypes(db, file, offset), subtypes(db, file, offset));
    expected.assert_eq(&format!("{}\nof\n{}in\n{}", node(db, &found), list(up), list(down)));
}

#[test]
fn calls_of_a_function() {
    check_calls(
        "url(site: Site) -> String",
        expect![[r#"
        Function url of "site"
        from
        Component Page of "": url, url, url
        to
        Function port of "site": port
    "#]],
    );
}

#[test]
fn calls_of_a_component() {
    check_calls(
        "Page { site = s }",
        expect![[r#"
        Component Page of ""
        from
        Policy web of "": Page
        to
        ResourceType File of "std.fs": File, File
        Function url of "site": url, url, url
    "#]],
    );
}

#[test]
fn a_policy_calls_and_is_not_called() {
    check_calls(
        "web {\n  let",
        expect![[r#"
        Policy web of ""
        from
        to
        Component Page of "": Page
    "#]],
    );
}

#[test]
fn a_record_is_not_called() {
    check_calls("Site { name = \"a\", port", expect!["none"]);
}

#[test]
fn types_of_a_record() {
    check_types(
        "Site { name = \"a\", port",
        expect![[r#"
        Record Site of "site"
        of
        Type Port of "site"
        in
        Enum Role of ""
        Type Sites of "site"
    "#]],
    );
}

#[test]
fn types_of_an_alias() {
    check_types(
        "Port }\n",
        expect![[r#"
        Type Port of "site"
        of
        in
        Record Site of "site"
    "#]],
    );
}
