//! What is not offered, because nothing good would come of it.

use super::titles;
use std::fmt::Write;

fn none(id: &str, source: &str) {
    assert_eq!(titles(id, source), "", "{source}");
}

#[test]
fn the_order_of_a_list_is_what_it_means() {
    none(
        "sort_elements",
        "import std.exec.Command\npolicy p {\n  Command \"run\" { argv = [\"/bin/sh\", \"-$0c\", \"a b\"] }\n}\n",
    );
    none("sort_elements", "let names = [\"b$0\", \"a\"]\n");
}

#[test]
fn no_line_is_broken_in_a_text_on_one_line() {
    let text = "fn f(a: Bool) -> String {\n  \"return ${i$0f a { \"x\" } else { \"y\" }};\"\n}\n";
    none("if_to_match", text);
    let text = "fn f(a: Bool) -> String {\n  if$0 a { \"x\" } else { \"y\" }\n}\n";
    assert_ne!(titles("if_to_match", text), "");
}

#[test]
fn what_follows_another_word_stays() {
    let text = "fn f(a: Bool, b: Bool) -> Int {\n  if a {\n    1\n  } else i$0f b {\n    2\n  } else {\n    3\n  }\n}\n";
    none("if_to_match", text);
    let arm = "import std.pkg.Package\nenum E { A, B }\npolicy p {\n  let e = E.A\n  match e {\n    .A => Pac$0kage \"a\" {}\n    .B => Package \"b\" {}\n  }\n}\n";
    none("name_resource", arm);
    none("wrap_in_for", arm);
}

#[test]
fn what_a_place_does_not_take() {
    none(
        "split_text",
        "import std.fs.File\npolicy p {\n  let name = \"a\"\n  File \"/etc/$0${name}\" {}\n}\n",
    );
    none(
        "move_to_template",
        "import std.edit.Line\nimport std.fs.Symlink\nrecord R { path: AbsPath }\nfn f(name: String) -> R { R { path = \"/et$0c/${name}\" } }\n",
    );
    none("add_else", "fn f(a: Int?) -> Int? {\n  i$0f let b = a { b }\n}\n");
}

#[test]
fn what_means_something_only_in_its_place() {
    none("extract_constant", "enum Role { Web }\nrecord R { role: Role }\nlet r = R { role = $0.Web$0 }\n");
    none(
        "extract_constant",
        "policy p {}\ntest \"t\" {\n  let a = $0plan(p)$0\n  expect a.count() == 0\n}\n",
    );
    none(
        "extract_constant",
        "fn f(a: Int) -> Int { if a > 0 { a } else { fail(\"too small\") } }\ntest \"t\" {\n  expect fails \"small\" {\n    let a = $0f(0)$0\n  }\n}\n",
    );
    none(
        "generate_component_or_record",
        "labels { role: String }\ntest \"t\" {\n  given labels = Lab$0els { role = \"web\" }\n  expect true\n}\n",
    );
}

#[test]
fn edges_that_close_a_circle() {
    // What the defaults say counts too.
    let source = "import std.fs.File\nimport std.pkg.Package\npolicy p {\n  let package = Pack$0age \"nginx\" {}\n  defaults File { after package }\n  let main = File \"/etc/main\" { content = \"\" }\n}\n";
    assert_eq!(titles("add_edge", source), "Add `notify main`\n");
}

/// Nothing looks at every pair of a policy's resources.
#[test]
fn a_large_policy_is_answered() {
    let mut source =
        "import std.fs.File\npolicy p {\n  Fi$0le \"/etc/first\" { content = \"\" }\n".to_owned();
    for at in 0..4_000 {
        writeln!(source, "  let f{at} = File \"/etc/d{at}/f\" {{ content = \"\" }}").expect("a string");
    }
    source.push_str("}\n");
    assert_ne!(titles("add_edge", &source), "");
}
