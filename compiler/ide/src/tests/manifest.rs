//! `masterchef.toml` has the features of modules, as far as it has something to say.

use crate::fixture::{CURSOR, Fixture};
use crate::{
    Action, Fold, LinkTarget, Nearby, Symbol, completion, completion_beside, definition, document_symbols,
    folds, highlights, hover, is_manifest, links, manifest_name, quick_fixes, references, selections,
};
use camino::Utf8Path;
use expect_test::{Expect, expect};
use mc_compiler::package::{self, MANIFEST};
use mc_compiler::{Database, File};

/// A package that needs another one, with its own manifest left out.
const SITE: &str = "\
//- lib/nginx/masterchef.toml
[package]
name = \"nginx\"
version = \"0.3.0\"
edition = \"2026\"
description = \"Web servers.\"
//- lib/nginx/src/main.mc
import std.exec.Command
import std.fs.File
pub component Page {
  param name: String
  File \"/srv/www/${name}.html\" { content = \"hello\\n\" }
  Command \"count\" { argv = [\"sh\"], creates = \"/run/counted\" }
}
/// No page of the vendor.
guard no_default { deny File f when f.path == \"/srv/www/index.html\" }
//- lib/nginx/src/site.mc
/// Only small files.
guard small { deny File f when f.path == \"/big\" }
//- src/main.mc
import nginx.Page
import nginx.site
policy shop { Page { name = \"start\" } }
//- masterchef.toml
";

const HEAD: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

const NGINX: &str = "[dependencies]\nnginx = { path = \"lib/nginx\" }\n";

fn nearby() -> Vec<Nearby> {
    [("nginx", "lib/nginx"), ("tls", "../tls")]
        .map(|(name, path)| Nearby { name: name.to_owned(), path: path.to_owned() })
        .to_vec()
}

/// What depends on others is read when the manifest is right; what is typed then is not read again.
fn fixture(manifest: &str) -> (Fixture, File, u32) {
    let mut fixture = Fixture::loaded(&format!("{SITE}{HEAD}{NGINX}{CURSOR}"));
    let (file, _) = fixture.cursor.expect("a cursor");
    let offset = manifest.find(CURSOR).expect("a cursor") as u32;
    assert!(package::set_text(&mut fixture.db, Utf8Path::new(MANIFEST), &manifest.replacen(CURSOR, "", 1)));
    assert!(is_manifest(&fixture.db, file));
    (fixture, file, offset)
}

/// The first proposals as `label | text | detail`, behind what they replace.
fn complete(manifest: &str, expected: &Expect) {
    let (fixture, file, offset) = fixture(manifest);
    let found = completion_beside(&fixture.db, file, offset, &nearby);
    let shown = found.map_or_else(
        || "none".to_owned(),
        |found| {
            let replaced =
                &file.text(&fixture.db)[found.replaced.start as usize..found.replaced.end as usize];
            let lines =
                found.proposals.iter().take(9).map(|p| format!("{} | {} | {}", p.label, p.text, p.detail));
            let lines: Vec<String> = std::iter::once(format!("{replaced:?}")).chain(lines).collect();
            lines.join("\n")
        },
    );
    expected.assert_eq(&shown);
}

/// The labels that are proposed.
fn labels(manifest: &str) -> Vec<String> {
    let (fixture, file, offset) = fixture(manifest);
    let found = completion_beside(&fixture.db, file, offset, &nearby);
    found.map(|found| found.proposals.into_iter().map(|p| p.label).collect()).unwrap_or_default()
}

fn hovered(manifest: &str, expected: &Expect) {
    let (fixture, file, offset) = fixture(manifest);
    let shown = hover(&fixture.db, file, offset).map_or_else(
        || "none".to_owned(),
        |hover| {
            let over = &file.text(&fixture.db)[hover.range.start as usize..hover.range.end as usize];
            format!("{over}\n{}", hover.markdown)
        },
    );
    expected.assert_eq(&shown);
}

#[test]
fn tables_that_are_missing() {
    complete(
        &format!("{HEAD}[$0"),
        &expect![[r#"
        ""
        build | build | table
        dependencies | dependencies | table
        guards | guards | table
        lint | lint | table"#]],
    );
    complete(
        &format!("{HEAD}[li$0nt]\n"),
        &expect![[r#"
        "lint"
        build | build | table
        dependencies | dependencies | table
        guards | guards | table"#]],
    );
    complete(
        "$0",
        &expect![[r#"
            ""
            [package] | [package] | table
            [build] | [build] | table
            [dependencies] | [dependencies] | table
            [guards] | [guards] | table
            [lint] | [lint] | table"#]],
    );
    assert_eq!(labels(&format!("{HEAD}[dependencies.$0]\n")), ["nginx", "tls"]);
    assert_eq!(labels(&format!("{HEAD}[package$0] # x\n")), ["build", "dependencies", "guards", "lint"]);
    assert_eq!(labels(&format!("{HEAD}[package] $0\n")), [""; 0]);
}

#[test]
fn keys_that_are_missing() {
    complete(
        "[package]\nname = \"a\"\n$0\n[lint]\n",
        &expect![[r#"
        ""
        edition | edition = "${1:2026}" | string
        version | version = "${1:0.1.0}" | string
        description | description = "${1:The web servers.}" | string
        license | license = "${1:Apache-2.0}" | string
        [build] | [build] | table
        [dependencies] | [dependencies] | table
        [guards] | [guards] | table"#]],
    );
    complete(
        "[package]\nna$0",
        &expect![[r#"
        "na"
        edition | edition = "${1:2026}" | string
        name | name = "${1:web}" | string
        version | version = "${1:0.1.0}" | string
        description | description = "${1:The web servers.}" | string
        license | license = "${1:Apache-2.0}" | string
        [build] | [build] | table
        [dependencies] | [dependencies] | table
        [guards] | [guards] | table
        [lint] | [lint] | table"#]],
    );
    complete(
        "[package]\nna$0me = \"a\"\n",
        &expect![[r#"
        "name"
        edition | edition | string
        version | version | string
        description | description | string
        license | license | string"#]],
    );
    complete(
        &format!("{HEAD}[build]\n$0"),
        &expect![[r#"
        ""
        stream | stream = "${1:web/production}" | string
        [dependencies] | [dependencies] | table
        [guards] | [guards] | table
        [lint] | [lint] | table"#]],
    );
    complete(
        &format!("{HEAD}[guards]\n$0"),
        &expect![[r#"
        ""
        use | use = ["$1"] | list of strings
        [build] | [build] | table
        [dependencies] | [dependencies] | table
        [lint] | [lint] | table"#]],
    );
    // Behind a value, in a comment and in a text no key begins.
    for text in ["name = \"a\" $0", "# na$0", "name = \"a\" # $0", "description = \"na$0\"", "name$0"] {
        let found = labels(&format!("[package]\n{text}\n"));
        assert_eq!(found.is_empty(), text != "name$0", "{text}: {found:?}");
    }
}

#[test]
fn where_a_package_comes_from() {
    complete(
        &format!("{HEAD}[dependencies]\n$0"),
        &expect![[r#"
        ""
        nginx | nginx = { path = "lib/nginx" } | lib/nginx
        tls | tls = { path = "../tls" } | ../tls
        a folder | ${1:name} = { path = "${2:../name}" } | 
        a git repository | ${1:name} = { git = "${2:https://}", rev = "${3:commit}" } | 
        an archive | ${1:name} = { url = "${2:https://}", sha256 = "${3:digest}" } | 
        [build] | [build] | table
        [guards] | [guards] | table
        [lint] | [lint] | table"#]],
    );
    complete(
        &format!("{HEAD}[dependencies]\nnginx = {{ $0 }}\n"),
        &expect![[r#"
        ""
        allow | allow = { $1 } | table
        git | git = "${1:https://git.example.org/nginx.git}" | string
        path | path = "${1:../nginx}" | string
        url | url = "${1:https://example.org/nginx-1.0.tar.gz}" | string"#]],
    );
    complete(
        &format!("{HEAD}[dependencies]\nnginx = {{ git = \"https://a/b\", $0\n[lint]\n"),
        &expect![[r#"
        ""
        folder | folder = "${1:packages/nginx}" | string
        rev | rev = "${1:0123456789abcdef0123456789abcdef01234567}" | string
        allow | allow = { $1 } | table"#]],
    );
    complete(
        &format!("{HEAD}[dependencies.nginx]\nurl = \"https://a/b\"\n$0"),
        &expect![[r#"
        ""
        folder | folder = "${1:packages/nginx}" | string
        sha256 | sha256 = "${1:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef}" | string
        allow | allow = { $1 } | table
        [build] | [build] | table
        [dependencies] | [dependencies] | table
        [guards] | [guards] | table
        [lint] | [lint] | table"#]],
    );
    complete(
        &format!("{HEAD}[dependencies]\nnginx = {{ path = \"$0\" }}\n"),
        &expect![[r#"
        ""
        ../tls | ../tls | tls
        lib/nginx | lib/nginx | nginx"#]],
    );
    complete(
        &format!("{HEAD}[dependencies]\nnginx = {{ path = $0"),
        &expect![[r#"
        ""
        ../tls | "../tls" | tls
        lib/nginx | "lib/nginx" | nginx"#]],
    );
    assert_eq!(labels(&format!("{HEAD}[dependencies]\nnginx = {{ path = \"../nginx\", $0}}\n")), ["allow"]);
}

#[test]
fn what_a_package_may_do() {
    let manifest =
        |allow: &str| format!("{HEAD}[dependencies.nginx]\npath = \"lib/nginx\"\nallow = {allow}\n");
    complete(
        &manifest("{ $0 }"),
        &expect![[r#"
        ""
        exec.run | exec.run = ["sh"] | what it does
        fs.write | fs.write = ["/srv/www/*"] | what it does
        types | types = ["std.exec.Command", "std.fs.File"] | what it does
        exec.schedule | exec.schedule = ["$1"] | 
        force | force = ["$1"] | 
        fs.mount | fs.mount = ["$1"] | 
        host.reboot | host.reboot = ["$1"] | 
        kernel.module | kernel.module = ["$1"] | 
        kernel.set | kernel.set = ["$1"] | "#]],
    );
    complete(
        &manifest("{ fs.$0"),
        &expect![[r#"
            ""
            write | write = ["/srv/www/*"] | what it does
            mount | mount = ["$1"] | "#]],
    );
    complete(
        &manifest("{ fs.write = $0 }"),
        &expect![[r#"
            ""
            /srv/www/* | ["/srv/www/*"] | what it does
            false | false | 
            true | true | "#]],
    );
    complete(
        &manifest("{ fs.write = [\"$0\"] }"),
        &expect![[r#"
        ""
        /srv/www/* | /srv/www/* | what it does"#]],
    );
    complete(
        &manifest("{ fs = $0 }"),
        &expect![[r#"
        ""
        false | false | 
        true | true | "#]],
    );
    assert!(!labels(&manifest("{ fs.write = true, $0 }")).contains(&"fs.write".to_owned()));
}

#[test]
fn rules_and_levels() {
    complete(
        &format!("{HEAD}[lint]\nworld$0"),
        &expect![[r#"
        "world"
        bad_silencer | bad_silencer = "${1|allow,warn,deny|}" | MC1046
        bool_comparison | bool_comparison = "${1|allow,warn,deny|}" | MC1006
        bool_if | bool_if = "${1|allow,warn,deny|}" | MC1009
        bool_match | bool_match = "${1|allow,warn,deny|}" | MC1010
        command_for_resource | command_for_resource = "${1|allow,warn,deny|}" | MC1028
        confusing_names | confusing_names = "${1|allow,warn,deny|}" | MC1042
        constant_condition | constant_condition = "${1|allow,warn,deny|}" | MC1014
        default_written_out | default_written_out = "${1|allow,warn,deny|}" | MC1020
        deprecated | deprecated = "${1|allow,warn,deny|}" | MC1043"#]],
    );
    complete(
        &format!("{HEAD}[lint]\nworld_writable = $0\n"),
        &expect![[r#"
        ""
        allow | "allow" | 
        deny | "deny" | 
        warn | "warn" | "#]],
    );
    complete(
        &format!("{HEAD}[lint]\nworld_writable = \"wa$0rn\"\n"),
        &expect![[r#"
        "warn"
        allow | allow | 
        deny | deny | 
        warn | warn | "#]],
    );
    assert!(
        !labels(&format!("{HEAD}[lint]\nworld_writable = \"warn\"\n$0"))
            .contains(&"world_writable".to_owned())
    );
}

#[test]
fn values_that_are_known() {
    complete(
        "[package]\nedition = $0\n",
        &expect![[r#"
        ""
        2026 | "2026" | "#]],
    );
    complete(
        "[package]\nlicense = \"MI$0\"\n",
        &expect![[r#"
        "MI"
        Apache-2.0 | Apache-2.0 | 
        BSD-2-Clause | BSD-2-Clause | 
        BSD-3-Clause | BSD-3-Clause | 
        EUPL-1.2 | EUPL-1.2 | 
        GPL-3.0-or-later | GPL-3.0-or-later | 
        MIT | MIT | 
        MIT OR Apache-2.0 | MIT OR Apache-2.0 | 
        MPL-2.0 | MPL-2.0 | "#]],
    );
    complete(
        "[package]\nversion = \"$0\"\n",
        &expect![[r#"
        ""
        0.1.0 | 0.1.0 | the first"#]],
    );
    complete(
        &HEAD.replace("0.1.0", "0.1.4-rc.1$0"),
        &expect![[r#"
        "0.1.4-rc.1"
        0.1.5 | 0.1.5 | the next patch
        0.2.0 | 0.2.0 | the next minor version
        1.0.0 | 1.0.0 | the next major version"#]],
    );
    complete(
        &format!("{HEAD}[build]\nstream = \"$0\"\n"),
        &expect![[r#"
        ""
        shop | shop | the package's name"#]],
    );
    complete(
        &format!("{HEAD}{NGINX}[guards]\nuse = [\"$0\"]\n"),
        &expect![[r#"
        ""
        nginx.no_default | nginx.no_default | 
        nginx.site.small | nginx.site.small | "#]],
    );
    complete(
        &format!("{HEAD}{NGINX}[guards]\nuse = $0\n"),
        &expect![[r#"
        ""
        nginx.no_default | ["nginx.no_default"] | 
        nginx.site.small | ["nginx.site.small"] | "#]],
    );
    complete(
        &format!("{HEAD}{NGINX}[guards]\nuse = [\"nginx.no_default\", $0"),
        &expect![[r#"
            ""
            nginx.site.small | "nginx.site.small" | "#]],
    );
    assert_eq!(labels("[package]\nname = \"$0\"\n"), [""; 0]);
}

#[test]
fn hovers() {
    hovered(
        "[pack$0age]\n",
        &expect![[r#"
        package
        **`[package]`**: table, required

        What the package is called, and what it is.

        Keys: `name`, `version`, `edition`, `description`, `license`"#]],
    );
    hovered(
        "[package]\nedi$0tion = \"2026\"\n",
        &expect![[r#"
        edition
        **`edition`**: string, required

        The edition of the language that the package is written in.

        ```toml
        edition = "2026"
        ```"#]],
    );
    hovered(
        "[build]\nstream$0 = \"a\"\n",
        &expect![[r#"
        stream
        **`stream`**: string

        The stream that the bundles belong to. Of a stream a host takes no bundle that is older than the one it has.

        Without it: the package's name.

        ```toml
        stream = "web/production"
        ```"#]],
    );
    hovered(
        "[lint]\nworld_wri$0table = \"deny\"\n",
        &expect![[r#"
        world_writable
        **`world_writable`** (MC1023): a mode with which everybody may write

        By itself: `warn`."#]],
    );
    hovered(
        "[lint]\nworld_writable = \"de$0ny\"\n",
        &expect![[r#"
        "deny"
        Findings are errors."#]],
    );
    hovered(
        &format!("{HEAD}{}", NGINX.replace("nginx =", "ngi$0nx =")),
        &expect![[r#"
        nginx
        **`nginx`** from `lib/nginx`, version 0.3.0

        Web servers.

        The code of `nginx` now:

        - has the effect `exec.run` on `sh`
        - has the effect `fs.write` on everything that begins with `/srv/www/`
        - declares `std.exec.Command`
        - declares `std.fs.File`"#]],
    );
    hovered(
        &format!("{HEAD}[dependencies.nginx]\npath = \"lib/nginx\"\nallow.fs.wri$0te = true\n"),
        &expect![[r#"
            write
            What the effect `fs.write` may act on.

            The code of `nginx` now:

            - has the effect `fs.write` on everything that begins with `/srv/www/`"#]],
    );
    hovered(
        &format!("{HEAD}{NGINX}[guards]\nuse = [\"nginx.site.sm$0all\"]\n"),
        &expect![[r#"
        "nginx.site.small"
        ```masterchef
        guard small { deny File f when f.path == "/big" }
        ```

        from `nginx.site`

        Only small files."#]],
    );
    hovered("[package]\nname = \"sh$0op\"\n", &expect!["none"]);
    hovered("[pakage]\nna$0me = \"shop\"\n", &expect!["none"]);
}

fn outline(symbols: &[Symbol], depth: usize, out: &mut String) {
    for symbol in symbols {
        let detail = if symbol.detail.is_empty() { String::new() } else { format!(" = {}", symbol.detail) };
        out.push_str(&format!("{}{:?} {}{detail}\n", "  ".repeat(depth), symbol.kind, symbol.name));
        assert!(symbol.range.start <= symbol.selection.start && symbol.selection.end <= symbol.range.end);
        outline(&symbol.children, depth + 1, out);
    }
}

#[test]
fn the_outline_has_tables_and_keys() {
    let manifest = format!(
        "{HEAD}{NGINX}[dependencies.tls]\npath = \"../tls\"\nallow.fs.write = [\n  \"/etc/tls/*\",\n]\n[guards]\nuse = [\n  \"nginx.no_default\"]\n[li$0nt]\n"
    );
    let (fixture, file, _) = fixture(&manifest);
    let mut out = String::new();
    outline(&document_symbols(&fixture.db, file), 0, &mut out);
    expect![[r#"
        Table package
          Key name = "shop"
          Key version = "0.1.0"
          Key edition = "2026"
        Table dependencies
          Table nginx
            Key path = "lib/nginx"
        Table dependencies.tls
          Key path = "../tls"
          Key allow.fs.write = [ "/etc/tls/*", ]
        Table guards
          Key use = [ "nginx.no_default"]
        Table lint
    "#]]
    .assert_eq(&out);
    let lines = |fold: &Fold| {
        let line = |at: u32| file.text(&fixture.db)[..at as usize].matches('\n').count() + 1;
        format!("{}-{}", line(fold.range.start), line(fold.range.end))
    };
    let found: Vec<String> = folds(&fixture.db, file).iter().map(lines).collect();
    assert_eq!(found, ["1-4", "5-6", "7-11", "9-11", "12-14", "13-14"]);
}

#[test]
fn comments_fold() {
    let (fixture, file, _) = fixture("# A\n# B\n\n# C$0\n[package]\nname = \"a\" # D\n");
    let found = folds(&fixture.db, file);
    let texts: Vec<&str> = found
        .iter()
        .map(|fold| &file.text(&fixture.db)[fold.range.start as usize..fold.range.end as usize])
        .collect();
    assert_eq!(texts, ["# A\n# B", "\nname = \"a\""]);
}

#[test]
fn selections_grow() {
    let (fixture, file, offset) =
        fixture("[dependencies]\nnginx = { path = \"lib/$0nginx\", allow = {} }\n[lint]\n");
    let text = file.text(&fixture.db);
    let found: Vec<&str> = selections(&fixture.db, file, offset)
        .iter()
        .map(|span| &text[span.start as usize..span.end as usize])
        .collect();
    expect![[r#"
        lib/nginx
        ---
        "lib/nginx"
        ---
        path = "lib/nginx"
        ---
        { path = "lib/nginx", allow = {} }
        ---
        nginx = { path = "lib/nginx", allow = {} }
        ---
        [dependencies]
        nginx = { path = "lib/nginx", allow = {} }
        ---
        [dependencies]
        nginx = { path = "lib/nginx", allow = {} }
        [lint]
    "#]]
    .assert_eq(&found.join("\n---\n"));
}

/// The places as `path: text of the line`.
fn places(db: &Database, found: impl IntoIterator<Item = (File, u32)>) -> Vec<String> {
    let line = |(file, at): (File, u32)| {
        let text = file.text(db);
        let start = text[..at as usize].rfind('\n').map_or(0, |at| at + 1);
        format!("{}: {}", file.path(db), text[start..].lines().next().unwrap_or_default())
    };
    found.into_iter().map(line).collect()
}

#[test]
fn names_lead_to_what_they_name() {
    let defined = |manifest: &str| {
        let (fixture, file, offset) = fixture(manifest);
        let found = definition(&fixture.db, file, offset);
        places(&fixture.db, found.into_iter().map(|at| (at.file, at.span.start)))
    };
    let package = ["lib/nginx/masterchef.toml: [package]"];
    assert_eq!(defined(&format!("{HEAD}{}", NGINX.replace("nginx =", "ng$0inx ="))), package);
    assert_eq!(defined(&format!("{HEAD}{}", NGINX.replace("lib/", "lib/$0"))), package);
    assert_eq!(defined(&format!("{HEAD}[dependencies.ng$0inx]\npath = \"lib/nginx\"\n")), package);
    let guard = defined(&format!("{HEAD}{NGINX}[guards]\nuse = [\"nginx.site.sm$0all\"]\n"));
    assert_eq!(guard, ["lib/nginx/src/site.mc: guard small { deny File f when f.path == \"/big\" }"]);
    assert_eq!(defined(&format!("{HEAD}{NGINX}[guards]\nuse = [\"ng$0inx.nothing\"]\n")), package);
    assert_eq!(defined(&format!("{HEAD}[lint]\nworld$0_writable = \"deny\"\n")), [""; 0]);
}

#[test]
fn a_package_is_used_by_imports_and_guards() {
    let manifest = format!("{HEAD}{NGINX}[guards]\nuse = [\"nginx.site.small\"]\n");
    let manifest = manifest.replace("nginx =", "ng$0inx =");
    let (fixture, file, offset) = fixture(&manifest);
    let found = references(&fixture.db, file, offset);
    let all = found.iter().flat_map(|(file, usages)| usages.iter().map(|usage| (*file, usage.span.start)));
    expect![[r#"
        masterchef.toml: nginx = { path = "lib/nginx" }
        masterchef.toml: use = ["nginx.site.small"]
        src/main.mc: import nginx.Page
        src/main.mc: import nginx.site"#]]
    .assert_eq(&places(&fixture.db, all).join("\n"));
    assert_eq!(highlights(&fixture.db, file, offset).len(), 2);
}

#[test]
fn paths_and_rules_are_links() {
    let manifest = format!("{HEAD}{NGINX}[lint]\nworld_writable = \"deny\"\nno_rule = \"deny\"$0\n");
    let (fixture, file, _) = fixture(&manifest);
    let shown = links(&fixture.db, file).into_iter().map(|link| {
        let text = &file.text(&fixture.db)[link.span.start as usize..link.span.end as usize];
        match link.target {
            LinkTarget::File(file) => format!("{text} -> {}", file.path(&fixture.db)),
            LinkTarget::Path(path) => format!("{text} -> {path}"),
            LinkTarget::Page(code) => format!("{text} -> page of {}", code.0),
        }
    });
    expect![[r#"
        lib/nginx -> lib/nginx/masterchef.toml
        world_writable -> page of MC1023"#]]
    .assert_eq(&shown.collect::<Vec<_>>().join("\n"));
}

#[test]
fn mistakes_are_repaired() {
    let (fixture, file, _) =
        fixture(&format!("{}$0[lint]\nworld_writeable = \"deny\"\n", HEAD.replace("version", "verison")));
    let whole = mc_syntax::Span::new(0, file.text(&fixture.db).len() as u32);
    let titles: Vec<String> =
        quick_fixes(&fixture.db, file, whole).into_iter().map(|a: Action| a.title).collect();
    assert_eq!(titles, ["did you mean `version`?", "change to `world_writable`"]);
}

#[test]
fn the_name_is_found_in_what_is_half_typed() {
    assert_eq!(manifest_name(HEAD).as_deref(), Some("shop"));
    assert_eq!(manifest_name("package.name = 'a'\n[").as_deref(), Some("a"));
    assert_eq!(manifest_name("[package]\nname = \"a\"\nversion = \n[x").as_deref(), Some("a"));
    assert_eq!(manifest_name("[lint]\nname = \"a\""), None);
}

/// Whatever of a manifest is there, each question about it is answered, and about this text.
#[test]
fn a_manifest_cut_off_anywhere_is_answered() {
    let text = format!(
        "# é😀\n{HEAD}[dependencies]\nnginx = {{ path = \"lib/nginx\", allow = {{ fs.write = [\"/é/*\"], net = false }} }}\n[guards]\nuse = [\n  \"nginx.site.small\", # 😀\n]\n[[lint]]\nworld_writable = '''\ndeny'''\n"
    );
    let mut fixture = Fixture::loaded(&format!("{SITE}{HEAD}{CURSOR}"));
    let (file, _) = fixture.cursor.expect("a cursor");
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        package::set_text(&mut fixture.db, Utf8Path::new(MANIFEST), &text[..end]);
        let db = &fixture.db;
        document_symbols(db, file);
        links(db, file);
        for fold in folds(db, file) {
            assert!(fold.range.start <= fold.range.end && fold.range.end as usize <= end, "{end}");
        }
        for offset in (end.saturating_sub(9)..=end).filter(|at| text.is_char_boundary(*at)) {
            let offset = offset as u32;
            if let Some(found) = completion(db, file, offset) {
                assert!(
                    found.replaced.touches(offset) && found.replaced.end as usize <= end,
                    "{end}: {offset}"
                );
            }
            hover(db, file, offset);
            definition(db, file, offset);
            references(db, file, offset);
            assert!(!selections(db, file, offset).is_empty());
        }
    }
}
