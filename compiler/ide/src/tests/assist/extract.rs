//! What gets a name or a file of its own.

use super::{check, check_offer, no, titles};
use expect_test::expect;

#[test]
fn a_value_of_a_type_that_is_expected_keeps_it() {
    check(
        "extract_let",
        r#"import std.fs.File

policy p {
  File $0"/etc/motd"$0 { content = "x" }
}
"#,
        expect![[r#"
            Extract it into `let path`
            import std.fs.File

            policy p {
              let path: AbsPath = "/etc/motd"
              File (path) { content = "x" }
            }
        "#]],
    );
    check(
        "extract_let",
        r#"import std.fs.File

policy p {
  File "/etc/motd" { mode = $00o644$0 }
}
"#,
        expect![[r#"
            Extract it into `let mode`
            import std.fs.File

            policy p {
              let mode = 0o644
              File "/etc/motd" { mode }
            }
        "#]],
    );
    check(
        "extract_let",
        r#"import std.fs.File

policy p {
  let busy = facts.cpu.count > 8
  File "/etc/a" { content = if busy { $0"a" + "b"$0 } else { "c" } }
}
"#,
        expect![[r#"
            Extract it into `let value`
            import std.fs.File

            policy p {
              let busy = facts.cpu.count > 8
              File "/etc/a" { content = if busy { let value = "a" + "b", value } else { "c" } }
            }
        "#]],
    );
}

#[test]
fn an_arm_gets_braces() {
    check(
        "extract_let",
        r#"enum Role { Web, Db }

fn port(role: Role) -> Int {
  match role {
    .Web => $040 * 2$0
    .Db => 5432
  }
}

policy p {}
"#,
        expect![[r#"
            Extract it into `let value`
            enum Role { Web, Db }

            fn port(role: Role) -> Int {
              match role {
                .Web => {
                  let value = 40 * 2
                  value
                }
                .Db => 5432
              }
            }

            policy p {}
        "#]],
    );
}

#[test]
fn what_a_loop_binds_stays_in_it() {
    no(
        "extract_let",
        r#"let names = ["a"]
let all = [$0"${name}.x"$0 for name in names]

policy p {}
"#,
    );
    check(
        "extract_let",
        r#"import std.fs.File

policy p {
  for name in ["a", "b"] {
    File "/etc/${name}" { content = $0"${name}\n"$0 }
  }
}
"#,
        expect![[r#"
            Extract it into `let content`
            import std.fs.File

            policy p {
              for name in ["a", "b"] {
                let content = "${name}\n"
                File "/etc/${name}" { content }
              }
            }
        "#]],
    );
}

#[test]
fn no_expression_no_name() {
    no(
        "extract_let",
        r#"import std.fs.File

policy p {
  File "/etc/$0motd" {}
}
"#,
    );
    no(
        "extract_let",
        r#"import std.fs.File

policy p {
  $0File "/etc/motd" {}$0
}
"#,
    );
    no(
        "extract_let",
        r#"import std.fs.File

policy p {
  let x = 1
  File "/etc/motd" { content = "${$0x$0}" }
}
"#,
    );
    no(
        "extract_let",
        r#"import std.fs.File

policy p {
  File "/etc/motd" { content = "${$0self.path$0}" }
}
"#,
    );
    no(
        "extract_let",
        r#"import std.fs.File

policy p {
  let x = $01 + 1$0
  File "/etc/motd" { content = "${x}" }
}
"#,
    );
}

#[test]
fn names_are_not_taken_twice() {
    check(
        "extract_let",
        r#"import std.fs.File

policy p {
  let content = "a"
  File "/etc/a" { content = $0"b"$0 }
  File "/etc/b" { content }
}
"#,
        expect![[r#"
            Extract it into `let content2`
            import std.fs.File

            policy p {
              let content = "a"
              let content2 = "b"
              File "/etc/a" { content = content2 }
              File "/etc/b" { content }
            }
        "#]],
    );
}

#[test]
fn a_constant_in_all_places() {
    expect![[r#"
        Extract it into `let content` of the module
        Extract all 2 into `let content` of the module
    "#]]
    .assert_eq(&titles(
        "extract_constant",
        r#"import std.fs.File

policy p {
  File "/a" { content = $0"x"$0 }
  File "/b" { content = "x" }
}
"#,
    ));
    check_offer(
        "extract_constant",
        1,
        r#"import std.fs.File

policy p {
  File "/a" { content = $0"x"$0 }
  File "/b" { content = "x" }
}
"#,
        expect![[r#"
            Extract all 2 into `let content` of the module
            import std.fs.File

            let content = "x"

            policy p {
              File "/a" { content }
              File "/b" { content }
            }
        "#]],
    );
    no(
        "extract_constant",
        r#"import std.fs.File

policy p {
  for n in ["a"] { File "/${n}" { content = $0"${n}"$0 } }
}
"#,
    );
}

#[test]
fn a_function_of_what_is_used() {
    check(
        "extract_function",
        r#"record Site {
  name: HostName
  port: Int = 80
}

fn all(sites: List<Site>) -> List<String> {
  sites.map(|site| $0"${site.name}:${site.port}"$0)
}

policy p {}
"#,
        expect![[r#"
            Extract it into `fn value`
            record Site {
              name: HostName
              port: Int = 80
            }

            fn all(sites: List<Site>) -> List<String> {
              sites.map(|site| value(site))
            }

            fn value(site: Site) -> String {
              "${site.name}:${site.port}"
            }

            policy p {}
        "#]],
    );
    no(
        "extract_function",
        r#"import std.fs.File

policy p {
  $0File "/a" {}$0
}
"#,
    );
    no(
        "extract_function",
        r#"fn first<T>(all: List<T>) -> T? { $0all.first()$0 }

policy p {}
"#,
    );
}

#[test]
fn a_component_of_what_is_used() {
    check(
        "extract_component",
        r#"import std.fs.{Directory, File}

policy p {
  let root: AbsPath = "/srv"
  let base = Directory (root) {}
  $0File "/srv/a" { content = "a", after base }
  File "/srv/b" { content = "b" }$0
}
"#,
        expect![[r#"
            Extract them into the component `PPart`
            import std.fs.{Directory, File}

            component PPart {
              param base: Ref<Directory>
              File "/srv/a" { content = "a", after base }
              File "/srv/b" { content = "b" }
            }

            policy p {
              let root: AbsPath = "/srv"
              let base = Directory (root) {}
              PPart { base }
            }
        "#]],
    );
    no(
        "extract_component",
        r#"import std.fs.File

policy p {
  $0let a = File "/a" {}$0
  File "/b" { after a }
}
"#,
    );
    no(
        "extract_component",
        r#"import std.fs.File

policy p {
  defaults File { mode = 0o644 }
  $0File "/a" {}$0
}
"#,
    );
    no(
        "extract_component",
        r#"import std.fs.File

policy p {
  for n in ["a"] {
    $0File "/${n}" {}$0
  }
}
"#,
    );
    no(
        "extract_component",
        r#"import std.fs.File

policy p {
  $0let a = 1$0
  File "/b" {}
}
"#,
    );
}

#[test]
fn a_local_becomes_a_parameter() {
    check(
        "local_to_param",
        r#"import std.fs.File

component C {
  param name: String
  File "/etc/${name}" { content = text }
  let te$0xt = "hello ${name}"
}

policy p {
  C { name = "a" }
}
"#,
        expect![[r#"
            Make `text` a parameter
            import std.fs.File

            component C {
              param name: String
              param text: String = "hello ${name}"
              File "/etc/${name}" { content = text }
            }

            policy p {
              C { name = "a" }
            }
        "#]],
    );
    no(
        "local_to_param",
        r#"import std.fs.File

policy p {
  let te$0xt = "a"
  File "/a" { content = text }
}
"#,
    );
    no(
        "local_to_param",
        r#"import std.fs.File

component C {
  let other = "a"
  let te$0xt = "hello ${other}"
  File "/etc/a" { content = text }
}

policy p {
  C {}
}
"#,
    );
}

#[test]
fn a_list_becomes_json() {
    check(
        "move_to_data",
        r#"enum Tls { Off, On { port: Int } }
record Site { name: HostName, wait: Duration = 1s, tls: Tls = .Off }

let sit$0es: List<Site> = [Site { name = "a.example", wait = 90s, tls = .On { port = 443 } }, Site { name = "b.example" }]

policy p {
  check sites.len() == 2 else "two"
}
"#,
        expect![[r#"
            Move it to `data/sites.json`
            //- src/main.mc
            enum Tls { Off, On { port: Int } }
            record Site { name: HostName, wait: Duration = 1s, tls: Tls = .Off }

            let sites: List<Site> = load("sites.json")

            policy p {
              check sites.len() == 2 else "two"
            }
            //- data/sites.json
            [
              {
                "name": "a.example",
                "wait": "90s",
                "tls": {
                  "On": {
                    "port": 443
                  }
                }
              },
              {
                "name": "b.example"
              }
            ]
        "#]],
    );
    check(
        "move_to_data",
        r#"component C {
  param ports: Map<String, Int>
  check ports["http"] == 80 else "80"
}

policy p {
  C { ports = $0["http" => 80, "two words" => 1]$0 }
}
"#,
        expect![[r#"
            Move it to `data/ports2.toml`
            //- src/main.mc
            component C {
              param ports: Map<String, Int>
              check ports["http"] == 80 else "80"
            }

            policy p {
              C { ports = load("ports2.toml") }
            }
            //- data/ports2.toml
            http = 80
            "two words" = 1
        "#]],
    );
    no(
        "move_to_data",
        r#"let si$0te = ["a", "b" + "c"]

policy p {}
"#,
    );
    no(
        "move_to_data",
        r#"record Login { password: Secret<String> }

let lo$0gin = Login { password = secret("a") }

policy p {}
"#,
    );
}

#[test]
fn a_data_file_that_is_there_is_kept() {
    check(
        "move_to_data",
        r#"//- src/main.mc
let na$0mes = ["a"]
let other: List<String> = load("names.json")

policy p {
  check names != other else "not the same"
}
//- data/names.json
["b"]
"#,
        expect![[r#"
            Move it to `data/names2.json`
            //- src/main.mc
            let names: List<String> = load("names2.json")
            let other: List<String> = load("names.json")

            policy p {
              check names != other else "not the same"
            }
            //- data/names2.json
            [
              "a"
            ]
        "#]],
    );
}

#[test]
fn a_template_takes_what_is_used() {
    check(
        "move_to_template",
        r#"import std.fs.File

policy p {
  for name in ["a", "b"] {
    File "/etc/${name}.conf" { content = "nam$0e = ${name}\n\${plain} %{ if }\nagain ${name} ${facts.cpu.count + 1}\n" }
  }
}
"#,
        expect![[r#"
            Move it to `templates/content.mct`
            //- src/main.mc
            import std.fs.File

            policy p {
              for name in ["a", "b"] {
                File "/etc/${name}.conf" { content = template("content.mct", name = name, value = facts.cpu.count + 1) }
              }
            }
            //- templates/content.mct
            %{ param name: String }
            %{ param value: Int }
            name = ${name}
            $${plain} %%{ if }
            again ${name} ${value}
        "#]],
    );
    no(
        "move_to_template",
        r#"import std.fs.File

policy p {
  File "/etc/a" { content = "pl$0ain" }
}
"#,
    );
}

#[test]
fn a_file_of_the_package() {
    check(
        "move_to_file",
        r#"import std.fs.File

policy p {
  File "/etc/app.conf" { content = "a$0 = 1\n" }
}
"#,
        expect![[r#"
            Move it to `files/app.conf`
            //- src/main.mc
            import std.fs.File

            policy p {
              File "/etc/app.conf" { content = file("app.conf") }
            }
            //- files/app.conf
            a = 1
        "#]],
    );
    no(
        "move_to_file",
        r#"import std.fs.File

policy p {
  File "/etc/a" { owner = "ro$0ot" }
}
"#,
    );
    no(
        "move_to_file",
        r#"import std.fs.File

policy p {
  File "/etc/a" { content = "${fa$0cts.hostname}" }
}
"#,
    );
}

#[test]
fn a_module_with_its_imports() {
    check(
        "move_to_module",
        r#"import std.fs
import std.pkg.Package

/// How much.
pub enum Size { Small, Large }

/// Many things.
component Ng$0inx {
  fs.File "/etc/a" {}
  Package "nginx" {}
}

policy p {
  Nginx {}
  fs.File "/etc/b" {}
}
"#,
        expect![[r#"
            Move it to `src/nginx.mc`
            //- src/main.mc
            import nginx.Nginx
            import std.fs
            import std.pkg.Package

            /// How much.
            pub enum Size { Small, Large }

            policy p {
              Nginx {}
              fs.File "/etc/b" {}
            }
            //- src/nginx.mc
            import std.fs
            import std.pkg.Package

            /// Many things.
            pub component Nginx {
              fs.File "/etc/a" {}
              Package "nginx" {}
            }
        "#]],
    );
    no(
        "move_to_module",
        r#"enum Size { Small, Large }

component Ng$0inx {
  param size: Size
}

policy p {}
"#,
    );
    no(
        "move_to_module",
        r#"policy p$0 {}
"#,
    );
}

#[test]
fn a_type_gets_a_name() {
    no(
        "extract_type",
        r#"fn f<T>(all: $0List<T>$0) -> Int { all.len() }

policy p {}
"#,
    );
}

#[test]
fn a_resource_gets_a_name() {
    check(
        "name_resource",
        r#"import std.fs.File

policy p {
  Fi$0le "/etc/nginx/nginx.conf" {}
}
"#,
        expect![[r#"
            Name it `nginx`
            import std.fs.File

            policy p {
              let nginx = File "/etc/nginx/nginx.conf" {}
            }
        "#]],
    );
    check(
        "name_resource",
        r#"import std.fs.File

policy p {
  Fi$0le "/etc/${facts.hostname}" {}
}
"#,
        expect![[r#"
            Name it `file2`
            import std.fs.File

            policy p {
              let file2 = File "/etc/${facts.hostname}" {}
            }
        "#]],
    );
    no(
        "name_resource",
        r#"import std.fs.File

policy p {
  let a = Fi$0le "/a" {}
}
"#,
    );
    no(
        "name_resource",
        r#"import std.fs.File

policy p {
  File "/a" { mode$0 = 0o644 }
}
"#,
    );
}
