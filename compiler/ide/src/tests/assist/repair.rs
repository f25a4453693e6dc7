//! What makes something right that is not.

use super::{check, no, titles};
use expect_test::expect;

#[test]
fn an_import_of_each_module() {
    expect![[r#"
        Add `import b.Widget`
        Add `import c.Widget`
    "#]]
    .assert_eq(&titles(
        "add_import",
        r#"//- src/main.mc
policy p {
  Wi$0dget {}
}
//- src/a.mc
pub component Widget {}
//- src/b.mc
pub component Widget {}
//- src/c.mc
pub component Widget {}
"#,
    ));
    no(
        "add_import",
        r#"import std.fs.File

policy p {
  Fi$0le "/a" {}
}
"#,
    );
    no(
        "add_import",
        r#"import std.fs.File

policy p {
  File "/a" { mo$0de = 0o644 }
}
"#,
    );
}

#[test]
fn what_is_missing_is_added_from_anywhere() {
    check(
        "fill_required",
        r#"record Site {
  name: HostName
  port: Int
  on: Bool
}

let site = S$0ite {
  port = 800
}

policy p {}
"#,
        expect![[r#"
            Add all that is required
            record Site {
              name: HostName
              port: Int
              on: Bool
            }

            let site = Site {
              port = 800
              name = "localhost"
              on = false
            }

            policy p {}
        "#]],
    );
    no(
        "fill_required",
        r#"record Site { name: HostName }

let site = S$0ite { name = "a" }

policy p {}
"#,
    );
    check(
        "fill_arms",
        r#"enum Role { Web, Db, Other { name: String } }

fn port(role: Role) -> Int {
  match role {
    .Web => 8$00
  }
}

policy p {}
"#,
        expect![[r#"
            Add the arms that are missing
            enum Role { Web, Db, Other { name: String } }

            fn port(role: Role) -> Int {
              match role {
                .Web => 80
                .Db => fail(".Db is not covered")
                .Other { .. } => fail(".Other is not covered")
              }
            }

            policy p {}
        "#]],
    );
    no(
        "fill_arms",
        r#"enum Role { Web, Db }

fn port(role: Role) -> Int {
  match ro$0le {
    .Web => 80
  }
}

policy p {}
"#,
    );
}

#[test]
fn a_function_from_its_call() {
    check(
        "generate_function",
        r#"record Site { name: HostName }

fn all(sites: List<Site>, port: Int) -> List<String> {
  sites.map(|site| li$0ne(site, port, port, scheme = "x"))
}

policy p {}
"#,
        expect![[r#"
            Declare the function `line`
            record Site { name: HostName }

            fn all(sites: List<Site>, port: Int) -> List<String> {
              sites.map(|site| line(site, port, port, scheme = "x"))
            }

            fn line(site: Site, port: Int, port2: Int, scheme: String) -> String {
              ""
            }

            policy p {}
        "#]],
    );
    no(
        "generate_function",
        r#"fn line() -> String { "a" }

let a = li$0ne()

policy p {}
"#,
    );
}

#[test]
fn a_record_from_its_use() {
    check(
        "generate_component_or_record",
        r#"let sites = [Si$0te { name = "a", ports = [80], on = true }]

policy p {}
"#,
        expect![[r#"
            Declare the record `Site`
            let sites = [Site { name = "a", ports = [80], on = true }]

            record Site {
              name: String
              ports: List<Int>
              on: Bool
            }

            policy p {}
        "#]],
    );
    no(
        "generate_component_or_record",
        r#"policy p {
  Fi$0le "/a" {}
}
"#,
    );
}

#[test]
fn a_variant_from_its_use() {
    check(
        "generate_variant",
        r#"//- src/main.mc
import role.Role

fn port(role: Role) -> Int {
  match role {
    .Web => 80
    .Ca$0che => 81
  }
}

policy p {}
//- src/role.mc
/// What for.
pub enum Role {
  Web
}
"#,
        expect![[r#"
            Add the variant `Cache` to `Role`
            //- src/role.mc
            /// What for.
            pub enum Role {
              Web
              Cache
            }
        "#]],
    );
    no(
        "generate_variant",
        r#"enum Role { Web }

let role = Role.W$0eb

policy p {}
"#,
    );
}

#[test]
fn a_parameter_from_its_use() {
    check(
        "generate_field",
        r#"import std.fs.File

component C {
  File "/a" {}
}

policy p {
  C { po$0rt = 80 }
}
"#,
        expect![[r#"
            Add the parameter `port` to `C`
            import std.fs.File

            component C {
              param port: Int
              File "/a" {}
            }

            policy p {
              C { port = 80 }
            }
        "#]],
    );
    check(
        "generate_field",
        r#"import std.fs.File

component C {
  param name: String
  File "/a" { content = name }
}

policy p {
  C { name = "a", po$0rt = facts.cpu.count }
}
"#,
        expect![[r#"
            Add the parameter `port` to `C`
            import std.fs.File

            component C {
              param name: String
              param port: Int
              File "/a" { content = name }
            }

            policy p {
              C { name = "a", port = facts.cpu.count }
            }
        "#]],
    );
    no(
        "generate_field",
        r#"import std.fs.File

policy p {
  File "/a" { con$0tnt = "a" }
}
"#,
    );
}

#[test]
fn tests() {
    check(
        "generate_test",
        r#"import std.fs.File

enum Role { Web, Db }
labels { role: Role, zone: String }

component Ng$0inx {
  param name: String
  File "/etc/${name}" {}
  File "/etc/nginx" {}
}

policy web {
  select labels.role == .Db
  Nginx { name = "a" }
}
"#,
        expect![[r#"
            Write a test of `Nginx`
            import std.facts.fixture.{debian12}
            import std.fs.File

            enum Role { Web, Db }
            labels { role: Role, zone: String }

            component Nginx {
              param name: String
              File "/etc/${name}" {}
              File "/etc/nginx" {}
            }

            policy web {
              select labels.role == .Db
              Nginx { name = "a" }
            }

            test "Nginx" {
              given facts = debian12
              given labels = Labels { role = .Db, zone = "" }
              let p = plan(web)
              expect p.has(File["/etc/nginx"])
            }
        "#]],
    );
    check(
        "generate_test",
        r#"fn po$0rt(name: String, on: Bool = true) -> Int { if on { 80 } else { 81 } }

policy p {}
"#,
        expect![[r#"
            Write a test of `port`
            fn port(name: String, on: Bool = true) -> Int { if on { 80 } else { 81 } }

            test "port" {
              expect port("") == 0
            }

            policy p {}
        "#]],
    );
    check(
        "generate_test",
        r#"policy p$0 {}

test "p" {
  expect true
}
"#,
        expect![[r#"
            Write a test of `p`
            import std.facts.fixture.{debian12}

            policy p {}

            test "p 2" {
              given facts = debian12
              let p2 = plan(p)
              expect p2.count() > 0
            }

            test "p" {
              expect true
            }
        "#]],
    );
}
