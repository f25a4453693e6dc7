//! What functions and components give, and what they need early.

use super::*;

// Functions, components.

#[test]
fn what_a_function_gives_depends_on_what_it_is_given() {
    late(
        r#"record Pair { a: String, b: String }
fn pair(a: String, b: String) -> Pair { Pair { a, b = "${b}!" } }
fn first(p: Pair) -> String { p.a }
fn cores() -> Int { facts.cpu.count }
fn version(p: Ref<Package>) -> String { p.version }
component Named { const param name: String }
policy p {
  let nginx = Package "nginx" {}
  let both = pair("a", nginx.version)
  File "/a/${both.a}" {}
  File "/a/${first(both)}" {}
  File "/a/${both.b}" {}
  File "/c/${cores()}" {}
  Named "n1" { name = "${cores()}" }
  File "/v/${version(nginx)}" {}
}
"#,
        &[12, 14, 15],
    );
}

#[test]
fn only_the_part_that_is_needed_early_must_be() {
    late(
        r#"record Site { name: String, note: String }
component Sites {
  param sites: List<Site>
  for site in sites { File "/etc/${site.name}" { content = site.note } }
}
policy p {
  let nginx = Package "nginx" {}
  Sites "a" { sites = [Site { name = "a", note = nginx.version }] }
  Sites "b" { sites = [Site { name = nginx.version, note = "b" }] }
  Sites "c" { sites = nginx.version.lines().map(|line| Site { name = "c", note = line }) }
}
"#,
        &[9, 10],
    );
}

#[test]
fn the_part_that_is_needed_is_named() {
    drawn(
        r#"
record Tls { cert: String }
record Site { name: String, tls: Tls }
component Sites {
  param sites: List<Site>
  for site in sites {
    let tls = site.tls
    File "/etc/${tls.cert}" {}
  }
}
policy p {
  let nginx = Package "nginx" {}
  Sites { sites = [Site { name = "a", tls = Tls { cert = nginx.version } }] }
}
"#,
        expect![[r#"
            error[MC0401]: `sites` of `Sites` must be known before anything runs
                ,-[ src/main.mc:18:19 ]
                |
             13 |     File "/etc/${tls.cert}" {}
                |          |^^^^^^^^^^^^^^^^^
                |          `------------------- `Sites` needs `tls.cert` of each of `sites` early: the key of a resource is made of it
                |
             18 |   Sites { sites = [Site { name = "a", tls = Tls { cert = nginx.version } }] }
                |                   |^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^|^^^^^^^^^^^^^^^^^
                |                   `---------------------------------------------------------- known only while the plan runs
                |                                                          |
                |                                                          `------------------- an output, known only while the plan runs
            ----'

            1 error
        "#]],
    );
}

#[test]
fn constant_parameters_and_keys_of_references_are_constant() {
    drawn(
        r#"
labels { role: String }
component Inner { param name: String, File "/etc/inner" { after File["/etc/${name}"] } }
component Named { const param name: String }
policy p {
  Named "n2" { name = "a${facts.cpu.count}" }
  Inner { name = labels.role }
}
"#,
        expect![[r#"
            error[MC0401]: `name` of `Named` must be known when the bundle is built
                ,-[ src/main.mc:11:23 ]
                |
              9 | component Named { const param name: String }
                |                               |^^^
                |                               `----- `Named` needs `name` early: it is a `const param`
                |
             11 |   Named "n2" { name = "a${facts.cpu.count}" }
                |                       |^^^|^^^^^^^^^^^^^^^^
                |                       `---------------------- known only on the host
                |                           |
                |                           `------------------ a fact, known only on the host
            ----'

            error[MC0401]: `name` of `Inner` must be known when the bundle is built
                ,-[ src/main.mc:12:18 ]
                |
              8 | component Inner { param name: String, File "/etc/inner" { after File["/etc/${name}"] } }
                |                                                                      |^^^^^^^^^^^^^
                |                                                                      `--------------- `Inner` needs `name` early: the key of a reference is made of it
                |
             12 |   Inner { name = labels.role }
                |                  |^^^^^^^^^^
                |                  `------------ a label, known only on the host
            ----'

            2 errors
        "#]],
    );
}

#[test]
fn a_default_counts_where_nothing_is_given() {
    late(
        r#"component Dir {
  param name: String
  param path: String = "/srv/${name}"
  File (AbsPath(path)) {}
}
policy p {
  let nginx = Package "nginx" {}
  Dir "a" { name = nginx.version, path = "/a" }
  Dir "b" { name = nginx.version }
}
"#,
        &[9],
    );
}

#[test]
fn a_default_that_is_late_by_itself_is_reported_once() {
    drawn(
        r#"
component Named { const param name: String }
component Outer {
  param cores: Int = facts.cpu.count
  Named "n4" { name = "n${cores}" }
}
policy p {
  Outer "a" {}
  Outer "b" {}
  Outer "c" { cores = 2 }
}
"#,
        expect![[r#"
            error[MC0401]: the default of `cores` must be known when the bundle is built
                ,-[ src/main.mc:9:22 ]
                |
              7 | component Named { const param name: String }
                |                               |^^^
                |                               `----- `name` is needed early: it is a `const param`
                |
              9 |   param cores: Int = facts.cpu.count
                |                      |^^^^^^^^^^^^^^
                |                      `---------------- a fact, known only on the host
             10 |   Named "n4" { name = "n${cores}" }
                |                       |^^^^^^^^^^
                |                       `------------ `Outer` hands `cores` to `Named` here
            ----'

            1 error
        "#]],
    );
}

#[test]
fn values_of_modules_are_followed() {
    drawn(
        r#"
let cores = facts.cpu.count
let half = cores / 2
component Named { const param name: String }
policy p { Named "n6" { name = "n${half}" } }
"#,
        expect![[r#"
            error[MC0401]: `name` of `Named` must be known when the bundle is built
                ,-[ src/main.mc:10:32 ]
                |
              7 | let cores = facts.cpu.count
                |             |^^^^^^^^^^^^^^
                |             `---------------- a fact, known only on the host
              8 | let half = cores / 2
                |     |^^^
                |     `----- `half` is computed from it here
              9 | component Named { const param name: String }
                |                               |^^^
                |                               `----- `Named` needs `name` early: it is a `const param`
             10 | policy p { Named "n6" { name = "n${half}" } }
                |                                |^^^^^^^^^
                |                                `----------- known only on the host
            ----'

            1 error
        "#]],
    );
}

#[test]
fn a_source_inside_of_a_function_is_shown() {
    drawn(
        r#"
fn half() -> Int {
  let cores = facts.cpu.count
  cores / 2
}
component Named { const param name: String }
policy p {
  let name = "n${half()}"
  Named "n8" { name = name }
}
"#,
        expect![[r#"
            error[MC0401]: `name` of `Named` must be known when the bundle is built
                ,-[ src/main.mc:14:23 ]
                |
              8 |   let cores = facts.cpu.count
                |               |^^^^^^^^^^^^^^
                |               `---------------- a fact, known only on the host
                |
             11 | component Named { const param name: String }
                |                               |^^^
                |                               `----- `Named` needs `name` early: it is a `const param`
                |
             13 |   let name = "n${half()}"
                |       |^^^       |^^^^^
                |       `------------------ `name` is computed from it here
                |                  |
                |                  `------- comes out of `half` here
             14 |   Named "n8" { name = name }
                |                       |^^^
                |                       `----- known only on the host
            ----'

            1 error
        "#]],
    );
}

// Functions as arguments.

#[test]
fn lambdas_are_analysed_where_they_are_called() {
    late(
        r#"record Site { name: String, note: String }
fn twice(x: String, f: (String) -> String) -> String { f(f(x)) }
fn names(sites: List<Site>, f: (Site) -> String) -> List<String> { sites.map(f) }
fn both(f: (String) -> String, g: (String) -> String) -> String { f(g("a")) }
fn through(f: (String) -> String) -> String { twice("b", f) }
fn exclaim(x: String) -> String { "${x}!" }
fn host(x: String) -> String { "${x}${facts.fqdn}" }
component Named { const param name: String }
policy p {
  let nginx = Package "nginx" {}
  let sites = [Site { name = "a", note = nginx.version }]
  File "/a/${twice("a", |x| "${x}!")}" {}
  File "/b/${twice("a", |x| "${x}${nginx.version}")}" {}
  for name in names(sites, |site| site.name) { File "/c/${name}" {} }
  for note in names(sites, |site| site.note) { File "/d/${note}" {} }
  File "/e/${both(exclaim, |x| x)}" {}
  File "/f/${both(exclaim, |x| nginx.version)}" {}
  Named "n10" { name = through(exclaim) }
  Named "n11" { name = through(host) }
  Named "n12" { name = through(|x| if facts.cpu.count > 1 { x } else { x }) }
}
"#,
        &[13, 15, 17, 19, 20],
    );
}

#[test]
fn an_accumulator_may_be_anything_that_came_before() {
    late(
        r#"policy p {
  let nginx = Package "nginx" {}
  let all = ["a", nginx.version]
  let text = all.fold("", |so_far, x| "${so_far}${x}")
  File "/a/${text}" {}
  let count = all.fold(0, |so_far, x| so_far + 1)
  File "/b/${count}" {}
  let list = all.fold([""], |so_far, x| so_far + [x])
  for x in list { File "/c" { content = x } }
  let moved = all.fold(("a", "b", "c"), |t, x| (t.1, t.2, x))
  File "/d/${moved.0}" {}
}
"#,
        &[5, 11],
    );
}

#[test]
fn lambdas_inside_of_lambdas_are_not_analysed_again_and_again() {
    let source = |n: usize| {
        let mut source = String::from(
            "fn twice(x: String, f: (String) -> String) -> String { f(f(x)) }\nfn g() -> String {\n",
        );
        for i in 0..n {
            let before = if i == 0 { "facts.fqdn".to_owned() } else { format!("x{}", i - 1) };
            let _ = writeln!(source, "twice({before}, |x{i}| ");
        }
        let _ = write!(source, "x{}", n - 1);
        source.push_str(&")".repeat(n));
        source.push_str("\n}\n");
        source
    };
    let work = |n: usize| {
        let db = database(&[("src/main.mc", &source(n))]);
        phase::work(&db, unit(&db, "g"))
    };
    assert!(work(40) < 40 * 40 * 40, "{}", work(40));
}

// Secrets.

#[test]
fn names_of_secrets_are_constant() {
    let plan = right(
        r#"let kinds = ["tls", "ssh"]
component Key {
  param name: String
  File "/etc/keys/${name}" { content = key(name), mode = 0o600 }
}
fn key(name: String) -> Secret<String> { secret("keys/${name}") }
policy p { for kind in kinds { Key (kind) { name = kind } } }
"#,
    );
    let names: Vec<&str> = plan.secrets.iter().map(|secret| secret.name.as_str()).collect();
    assert_eq!(names, ["keys/ssh", "keys/tls"]);
    late(
        r#"component Key {
  param name: String
  File "/etc/keys/${name}" { content = secret(name), mode = 0o600 }
}
policy p {
  let nginx = Package "nginx" {}
  File "/a" { content = secret("${facts.fqdn}/key") }
  File "/b" { content = secret(nginx.version) }
  Key { name = facts.fqdn }
}
"#,
        &[7, 8, 9],
    );
    assert_eq!(
        wrong("let name = \"no name\"\npolicy p { File \"/x\" { content = secret(\"${name}!\") } }\n"),
        [("MC0403".to_owned(), 2)]
    );
}
