//! The plain text of a secret is in nothing that `mcc` says or writes.
//!
//! Packages in which a marked text stands in every place where a secret is expected, given to every command in every
//! format. The mark is looked for in all output and in all files written, bundles decoded. A control package has the mark
//! where nothing is secret, and it is found there.
//!
//! `mcc fmt --stdin` is left out: it repeats a source because it is asked to.

use crate::session::Session;
use expect_test::expect;
use mc_plan::bundle;
use mc_plan::codec::Limits;
use std::collections::BTreeMap;

/// What all marks begin with.
const MARK: &str = "Plain7Text";
/// It, as text for programs may have it: as it is, in hexadecimal digits, in base64 after so many bytes.
const FORMS: [&str; 5] = [MARK, "506c61696e3754657874", "UGxhaW43VGV4d", "BsYWluN1RleH", "QbGFpbjdUZXh0"];

fn has_mark(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    FORMS.iter().any(|form| text.contains(&form.to_lowercase()))
}

/// A data file for each way to write a secret into one, and what it is loaded as.
const DATA: &[(&str, &str, &str)] = &[
    ("Login", "plain.toml", "password = \"Plain7Text01\"\n"),
    ("Outer", "same_line.toml", "login = { port = \"none\", password = \"Plain7Text02\" }\n"),
    ("Login", "plain.yaml", "password: Plain7Text03\n"),
    ("Login", "plain.json", "{ \"password\": \"Plain7Text04\" }\n"),
    ("Optional", "optional.yaml", "password: \"Plain7Text05\"\n"),
    ("List<Secret<String>>", "list.json", "[{ \"secret\": \"a/b\" }, \"Plain7Text06\"]\n"),
    ("Map<String, Secret<String>>", "map.toml", "db = \"Plain7Text07\"\n"),
    ("Way", "payload.yaml", "Given: { key: Plain7Text08 }\n"),
    ("Login", "table.toml", "password = { value = \"Plain7Text09\" }\n"),
    ("Login", "misspelt.toml", "pasword = \"Plain7Text10\"\n"),
    ("Login", "block.yaml", "password: |\n  first\n  Plain7Text11\n"),
    ("Login", "no_name.json", "{ \"password\": { \"secret\": \"Plain7Text12 is no name\" } }\n"),
    ("Outer", "tuple.json", "{ \"login\": [\"shop\", \"Plain7Text13\"] }\n"),
    ("List<Login>", "records.json", "[{ \"port\": \"none\", \"password\": \"Plain7Text14\" }]\n"),
    ("Secret<Long>", "long.yaml", "Plain7Text15\n"),
];

/// A data file for each way in which one may be no valid file of its format, and what it is loaded as. Any part of it may
/// be the secret then.
const BROKEN: &[(&str, &str, &str)] = &[
    ("Login", "open.toml", "user = \"shop\"\npassword = \"Plain7Text80\n"),
    ("Login", "bare.toml", "password = Plain7Text81\n"),
    ("Login", "twice.toml", "password = \"Plain7Text82\"\npassword = \"Plain7Text83\"\n"),
    ("Login", "open.yaml", "password: \"Plain7Text84\n"),
    ("Login", "tab.yaml", "user: a\n\tpassword: Plain7Text85\n"),
    ("Outer", "anchor.yaml", "login: { password: *Plain7Text86 }\n"),
    ("Login", "comma.json", "{ \"password\": \"Plain7Text87\", }\n"),
    ("List<Secret<String>>", "open.json", "[\"Plain7Text88]\n"),
    ("Optional", "bare.json", "{ \"password\": Plain7Text89 }\n"),
    ("Kept<Secret<String>>", "generic.toml", "kept = Plain7Text92\n"),
    ("Unknown", "unknown.json", "{ \"password\": \"Plain7Text90\" ]\n"),
];

const TYPES: &str = r#"import std.fs.{Directory, File, Symlink}
import std.facts.fixture.{debian12}

enum Env { Dev, Production }
labels { env: Env = .Dev }
type Long = String where it.len() > 80
record Login { user: String = "shop", port: Int = 1, password: Secret<String> }
record Optional { password: Secret<String>? }
record Outer { login: Login }
record Kept<T> { kept: T }
enum Way { Off, Given { key: Secret<String> } }
"#;

/// A package with marks in its data.
fn data(session: &Session, name: &str) {
    let mut source = TYPES.to_owned();
    for (at, (ty, file, text)) in DATA.iter().enumerate() {
        session.write(&format!("{name}/data/{file}"), text);
        source.push_str(&format!("let value{at}: {ty} = load(\"{file}\")\n"));
    }
    session.write(&format!("{name}/data/base.toml"), "port = 2\n");
    session.write(&format!("{name}/data/over.toml"), "password = \"Plain7Text17\"\n");
    session.write(&format!("{name}/data/env/Dev.toml"), "password = \"Plain7Text18\"\n");
    session.write(&format!("{name}/data/env/Production.toml"), "password = { secret = \"a/b\" }\n");
    source.push_str(
        r#"let layered: Login = layers([load("base.toml"), load("over.toml")])
policy base {
  let here: Login = layers([load("base.toml"), load("env/${labels.env}.toml")])
  File "/etc/env" { content = here.password, mode = 0o600 }
}
"#,
    );
    package(session, name, &source);
}

/// A package with marks in data that cannot be read.
fn broken(session: &Session, name: &str) {
    let mut source = TYPES.to_owned();
    for (at, (ty, file, text)) in BROKEN.iter().enumerate() {
        session.write(&format!("{name}/data/{file}"), text);
        source.push_str(&format!("let value{at}: {ty} = load(\"{file}\")\n"));
    }
    // Nothing says what this one is.
    session.write(&format!("{name}/data/unnamed.toml"), "password = Plain7Text91\n");
    package(session, name, &source);
}

/// A source with a mark in each place where a secret is expected.
const SOURCE: &str = r#"
record Preset { password: Secret<String> = "Plain7Text20" }
component Page {
  param token: Secret<String> = "Plain7Text21"
  out copy: Secret<String> = "Plain7Text22"
  File "/etc/page" { content = token, mode = 0o600 }
}
fn line(password: Secret<String>) -> Secret<String> { "password=${password}" }
fn fallback() -> Secret<String> { "Plain7Text23" }
let one = Login { password = "Plain7Text24" }
let misspelt = Login { pasword = "Plain7Text25" }
let twice_wrong = Login { port = "none", password = "Plain7Text26" }
let annotated: Secret<String> = "Plain7Text27"
let payload = Way.Given { key = "Plain7Text28" }
let argument = line("Plain7Text29")
let listed: List<Secret<String>> = [secret("a"), "Plain7Text30"]
let mapped: Map<String, Secret<String>> = ["a" => "Plain7Text31"]
let chosen: Secret<String> = if 1 < 2 { secret("a") } else { "Plain7Text32" }
let maybe: Secret<String>? = none
let otherwise: Secret<String> = maybe ?? "Plain7Text33"
let changed = one with { password = "Plain7Text34" }
let block: Secret<String> = """
  Plain7Text35
  """
let wrong: Secret<String> = ["Plain7Text36"]
let named = secret("Plain7Text37 is no name")
let long: Secret<Long> = "Plain7Text38"
let path: Secret<AbsPath> = "Plain7Text39"
let optional: Optional = Optional { password = ("Plain7Text40") }
let same = secret("a") == "Plain7Text47"
let among = secret("a") in ["Plain7Text48"]
let contained = [secret("a")].contains("Plain7Text49")
let pair: (String, Secret<String>) = ("shop", "Plain7Text41")

policy base {
  let local: Secret<String> = match facts.os.family {
    .Debian => "Plain7Text42"
    _ => secret("a")
  }
  Page { token = "Plain7Text43" }
  File "/etc/env" { content = template("env.mct", password = "Plain7Text44"), mode = 0o600 }
}

test "a login" {
  let login = Login { password = "Plain7Text45" }
  expect login.user == "shop"
}
"#;
const TEMPLATE: &str = "%{ param password: Secret<String> = \"Plain7Text46\" }\nPASSWORD=${password}\n";

fn source(session: &Session, name: &str) {
    session.write(&format!("{name}/templates/env.mct"), TEMPLATE);
    package(session, name, &format!("{TYPES}{SOURCE}"));
}

/// A package that is right, in which only a name says that a text is secret.
fn named(session: &Session, name: &str) {
    let rest = "let db_password = \"Plain7Text50\"\npolicy base { File \"/etc/env\" { mode = 0o600 } }\n";
    package(session, name, &format!("{TYPES}{rest}"));
}

/// A package in which the mark is no secret.
fn control(session: &Session, name: &str) {
    let rest = r#"
/// It is public.
pub record Preset { text: String = "Plain7Text60" }

policy base {
  let unused = "Plain7Text62"
  File "/etc/env" { content = "Plain7Text61\n", mode = 0o644 }
  Symlink "/etc/Plain7Text63" { target = "env" }
}

test "stored" {
  given facts = debian12
  expect plan(base).matches("base")
}

test "wrong" {
  given facts = debian12
  expect plan(base).content(File["/etc/env"]) == ""
}
"#;
    package(session, name, &format!("{TYPES}{rest}"));
}

fn package(session: &Session, name: &str, source: &str) {
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2026\"\n");
    session.write(&format!("{name}/masterchef.toml"), manifest);
    session.write(&format!("{name}/src/main.mc"), source);
}

/// The formats that a command says it has; one without a name where it has none.
fn formats(session: &Session, command: &str) -> Vec<Vec<String>> {
    let help = session.run(&[command, "-h"]).ok().stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((_, after)) = help.split_once("--format <") else { return vec![Vec::new()] };
    let (_, after) = after.split_once("[possible values: ").expect("the formats are listed");
    let (names, _) = after.split_once(']').expect("the list ends");
    names.split(", ").map(|name| vec!["--format".to_owned(), name.to_owned()]).collect()
}

/// The commands that the program says it has.
fn commands(session: &Session) -> Vec<String> {
    let help = session.run(&["help"]).ok().stdout.clone();
    let lines =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // What is said about a command may go on in a line that begins further to the right.
    let names = lines.filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')));
    names.filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

/// The command lines to try a command with on a package, without its formats. A package that cannot be built leaves
/// nothing for those that read bundles: they fail.
fn lines(command: &str, package: &str) -> Vec<Vec<String>> {
    let bundle = format!("{package}.mcb");
    let junit = format!("{package}.junit.xml");
    let picture = format!("{package}.svg");
    let pages = format!("{package}.doc");
    let lines: &[&[&str]] = match command {
        "check" => &[&[package], &[package, "--fix", "--guess"]],
        "lint" => &[&[package], &[package, "--deny", "warnings"]],
        "test" => &[&[package, "--update"], &[package, "--coverage", "--junit", &junit]],
        "fmt" => &[&["--check", package]],
        "build" => &[&[package, "-o", &bundle, "--key", "keys/signing.pem"]],
        "verify" => &[&[&bundle, "--trust", "keys/trust.toml"]],
        "inspect" => &[&[&bundle]],
        "graph" => &[&[package, "--all"], &[&bundle], &[package, "-o", &picture]],
        "diff" => &[&["old.mcb", package], &["old.mcb", &bundle], &[package, "old.mcb"]],
        "why" => &[&["*", "File[\"/etc/env\"]", package], &["*", "File[\"/etc/env\"].content", package]],
        "doc" => &[&[package, "-o", &pages, "--private"]],
        "vendor" => &[&[package]],
        // These are given no package. What `key` is given is tried below.
        "new" | "explain" | "key" | "lsp" | "help" => &[],
        other => panic!("`mcc {other}` is new: say how it is tried"),
    };
    lines.iter().map(|line| line.iter().map(|&word| word.to_owned()).collect()).collect()
}

/// All that the program says and writes about a package, by what it is.
fn everything(session: &Session, package: &str) -> BTreeMap<String, Vec<u8>> {
    let before = session.files();
    let mut found = BTreeMap::new();
    // Bundles first: others read them.
    let mut commands = commands(session);
    commands.sort_by_key(|command| command != "build");
    for command in &commands {
        for line in lines(command, package) {
            for format in formats(session, command) {
                let words: Vec<&str> =
                    [command].into_iter().chain(&line).chain(&format).map(String::as_str).collect();
                let run = session.run(&words);
                let name = format!("mcc {}", words.join(" "));
                found.insert(name, format!("{}{}", run.stdout, run.stderr).into_bytes());
            }
        }
    }
    for path in session.files().difference(&before) {
        let bytes = session.read(path);
        if path.ends_with(".mcb") {
            found.insert(format!("{path}: decoded"), decoded(&bytes));
        }
        found.insert(path.clone(), bytes);
    }
    found
}

/// A bundle's plan and contents.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let parts = bundle::open_unverified(bytes).expect("a bundle");
    let plan = parts.plan(Limits::default()).expect("a plan");
    let mut out = format!("{:?}{plan:?}", parts.manifest()).into_bytes();
    for blob in &parts.manifest().build.blobs {
        out.extend_from_slice(parts.blob(&blob.digest).expect("the bundle holds it"));
    }
    out
}

/// A session with what `diff` compares with.
fn session() -> Session {
    let session = Session::with_package();
    session.run(&["build", "web", "-o", "old.mcb", "--key", "keys/signing.pem"]).ok();
    session
}

/// Where the mark is.
fn marked(found: &BTreeMap<String, Vec<u8>>) -> String {
    found.iter().filter(|(_, bytes)| has_mark(bytes)).map(|(name, _)| format!("{name}\n")).collect()
}

/// Every mark of a package stands where it is refused.
#[track_caller]
fn all_refused(session: &Session, package: &str, files: &[String]) {
    let said = session.run(&["check", package, "--format", "concise"]).fails(1).stdout.clone();
    let mut count = 0;
    for file in files {
        let text = String::from_utf8(session.read(&format!("{package}/{file}"))).expect("text");
        for (at, line) in text.lines().enumerate().filter(|(_, line)| line.contains(MARK)) {
            count += 1;
            // A text of several lines is refused where it begins.
            let refused = |line: usize| said.contains(&format!("{file}:{line}:"));
            assert!(
                refused(at + 1) || line.starts_with(' ') && (refused(at) || refused(at - 1)),
                "{file}: {line}\n{said}"
            );
        }
    }
    assert!(count > 15, "{count} marks in {package}");
}

#[test]
fn written_into_data() {
    let session = session();
    data(&session, "data");
    let files: Vec<String> =
        session.files().iter().filter_map(|path| path.strip_prefix("data/")).map(str::to_owned).collect();
    all_refused(&session, "data", &files);
    assert_eq!(marked(&everything(&session, "data")), "");
}

#[test]
fn written_into_data_that_cannot_be_read() {
    let session = session();
    broken(&session, "broken");
    let said = session.run(&["check", "broken", "--format", "concise"]).fails(1).stdout.clone();
    for (_, file, _) in BROKEN {
        assert!(said.contains(&format!("data/{file}:")), "{file}: {said}");
    }
    assert_eq!(marked(&everything(&session, "broken")), "");
}

#[test]
fn written_into_a_source() {
    let session = session();
    source(&session, "source");
    all_refused(&session, "source", &["src/main.mc".to_owned(), "templates/env.mct".to_owned()]);
    assert_eq!(marked(&everything(&session, "source")), "");
}

#[test]
fn written_into_a_source_that_is_not_formatted() {
    let session = session();
    package(&session, "ugly", &format!("{TYPES}{SOURCE}").replace(" = ", "  =  "));
    session.write("ugly/src/other.mc", "let x  =  1\n");
    let said = session.run(&["fmt", "ugly", "--diff"]);
    said.ok();
    assert!(!has_mark(format!("{}{}", said.stdout, said.stderr).as_bytes()), "{}", said.stdout);
    assert!(said.stdout.contains("+let x = 1"), "{}", said.stdout);
    expect![[r#"
        `ugly/src/main.mc` is not formatted; its lines are not shown, as secrets are written in them: see `mcc check`
    "#]]
    .assert_eq(&said.stderr);
    // A file may be named as well.
    let said = session.run(&["fmt", "ugly/src/main.mc", "--diff"]);
    said.ok();
    assert!(!has_mark(format!("{}{}", said.stdout, said.stderr).as_bytes()), "{}", said.stdout);
}

#[test]
fn written_under_a_name_that_says_so() {
    let session = session();
    named(&session, "named");
    let said = session.run(&["lint", "named"]).ok().stderr.clone();
    assert!(said.contains("MC1025") && said.contains("= **************"), "{said}");
    assert_eq!(marked(&everything(&session, "named")), "");
}

#[test]
fn written_into_an_address() {
    let session = session();
    for (at, url) in
        ["https://me:Plain7Text70@example.org/x", "https://Plain7Text71@example.org/x?y=1"].iter().enumerate()
    {
        let name = format!("address{at}");
        package(&session, &name, "policy base {}\n");
        let manifest = String::from_utf8(session.read(&format!("{name}/masterchef.toml"))).expect("text");
        let rev = "0".repeat(40);
        let needs = format!("{manifest}\n[dependencies]\nx = {{ git = \"{url}\", rev = \"{rev}\" }}\n");
        session.write(&format!("{name}/masterchef.toml"), needs);
        session.run(&["check", &name]).fails(1);
        assert_eq!(marked(&everything(&session, &name)), "");
    }
}

/// The passphrase of a key, and the key itself.
#[test]
fn the_key_that_signs() {
    let mut session = session();
    session.write("passphrase", "Plain7Text80\n");
    session.write("another", "Plain7Text81\n");
    let before = session.files();
    session.variable("MC_KEY_PASSPHRASE_FILE", Some(session.path("passphrase").as_str()));
    let mut said = session.run(&["key", "new", "--out", "mine"]).ok().stderr.clone();
    let build = ["build", "web", "-o", "web.mcb", "--key", "mine/signing.pem"];
    said += &session.run(&build).ok().stderr;
    session.variable("MC_KEY_PASSPHRASE_FILE", Some(session.path("another").as_str()));
    said += &session.run(&build).fails(3).stderr;
    assert!(!has_mark(said.as_bytes()), "{said}");
    for path in session.files().difference(&before) {
        assert!(!has_mark(&session.read(path)), "{path}");
    }
    // The private half of the key is in its file only.
    let pem = String::from_utf8(session.read("keys/signing.pem")).expect("text");
    let private: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
    for path in session.files().iter().filter(|path| *path != "keys/signing.pem") {
        assert!(!String::from_utf8_lossy(&session.read(path)).contains(&private[16..]), "{path}");
    }
}

/// What is no secret is found by the same search, wherever it is to be.
#[test]
fn the_search_finds_what_is_public() {
    let session = session();
    control(&session, "control");
    package(&session, "mistaken", "let number: Int = \"Plain7Text65\"\npolicy base {}\n");
    assert!(has_mark(session.run(&["check", "mistaken"]).fails(1).stderr.as_bytes()));
    expect![[r#"
        control.doc/root.html
        control.junit.xml
        control.mcb
        control.mcb: decoded
        control.svg
        control/tests/golden/base.txt
        mcc diff control old.mcb --format human
        mcc diff control old.mcb --format json
        mcc diff old.mcb control --format human
        mcc diff old.mcb control --format json
        mcc diff old.mcb control.mcb --format human
        mcc diff old.mcb control.mcb --format json
        mcc graph control --all --format dot
        mcc graph control --all --format html
        mcc graph control --all --format mermaid
        mcc graph control --all --format svg
        mcc graph control.mcb --format dot
        mcc graph control.mcb --format html
        mcc graph control.mcb --format mermaid
        mcc graph control.mcb --format svg
        mcc inspect control.mcb --format human
        mcc inspect control.mcb --format json
        mcc lint control --deny warnings --format full
        mcc lint control --format full
        mcc test control --coverage --junit control.junit.xml --format human
        mcc test control --coverage --junit control.junit.xml --format json
        mcc test control --coverage --junit control.junit.xml --format junit
        mcc test control --update --format human
        mcc test control --update --format json
        mcc test control --update --format junit
        mcc why * File["/etc/env"] control --format human
        mcc why * File["/etc/env"] control --format json
        mcc why * File["/etc/env"].content control --format human
        mcc why * File["/etc/env"].content control --format json
    "#]]
    .assert_eq(&marked(&everything(&session, "control")));
}
