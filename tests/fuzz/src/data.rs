//! The compiler says something about every data file that a package loads, alone and as a layer.

use camino::Utf8Path;
use mc_compiler::system::MemorySystem;
use mc_compiler::{Database, package};

const MANIFEST: &str = "[package]\nname = \"fuzz\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

/// What is loaded, with a part for each form of data; `EXTENSION` is that of the file.
const ROOT: &str = r#"
import std.fs.File

type Port = Int where 1 <= it && it <= 65535
enum Tls { Off, Managed { cert: AbsPath, days: Int = 90 } }
record Limits { files: Int = 1, check files >= 0 else "not below nothing" }
record Site {
  name: HostName
  port: Port = 80
  mode: Mode = 0o644
  keep: Duration?
  size: Size = 1MiB
  tls: Tls = .Off
  key: Secret<String>?
  append aliases: List<HostName> = []
  append users: Set<UserName> = []
  merge limits: Limits = Limits {}
  merge options: Map<String, Float> = []
  pair: (Bool, Cidr)?
  note: String = ""
}

let one: Site = load("it.EXTENSION")
let all: List<Site> = load("it.EXTENSION")
let named: Map<Int, Site> = load("it.EXTENSION")
let joined: Site = layers([load("base.toml"), load("it.EXTENSION")])

policy fuzz {
  File "/one" { content = "${one.name} ${one.port} ${one.tls} ${one.limits.files}" }
  for site in all { File "/all/${site.name}" { content = site.note, mode = site.mode } }
  File "/joined" { content = joined.aliases.join(" "), mode = joined.mode }
}
"#;

const BASE: &str = "name = \"a.example\"\naliases = [\"b.example\"]\nlimits.files = 3\noptions.a = 1.5\n";

/// Checks and evaluates a package with this data file: the first byte says in which format.
pub fn file(bytes: &[u8]) {
    let Some((format, bytes)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let extension = ["toml", "yaml", "json"][usize::from(format % 3)];
    let root = ROOT.replace("EXTENSION", extension);
    let path = format!("fuzz/data/it.{extension}");
    let files = [
        ("fuzz/masterchef.toml", MANIFEST),
        ("fuzz/src/main.mc", &root),
        ("fuzz/data/base.toml", BASE),
        (&path, text),
    ];
    let files = files.map(|(path, text)| (path.into(), text.to_owned()));
    let mut db = Database::new();
    package::load(&mut db, &MemorySystem::new(files), Utf8Path::new("fuzz")).expect("a package");
    for diagnostic in mc_compiler::diagnostics(&db) {
        let place = &diagnostic.primary;
        assert!(
            place.file.path(&db).as_str() != "src/main.mc" || !is_of_the_root(diagnostic.code.0),
            "{diagnostic:?}"
        );
        let text = place.file.text(&db);
        assert!(
            text.get(place.span.start as usize..place.span.end as usize).is_some(),
            "{:?} at {:?}",
            diagnostic.headline,
            place.span
        );
    }
}

/// Whether a code is of the syntax, the names or the types of a source: the root has no such mistake.
fn is_of_the_root(code: &str) -> bool {
    ["MC01", "MC02", "MC03"].iter().any(|kind| code.starts_with(kind))
}
