//! The compiler says something about every package of one file: no panic, no end of the stack.

use camino::Utf8Path;
use mc_compiler::system::MemorySystem;
use mc_compiler::{Database, package};

const MANIFEST: &str = "[package]\nname = \"fuzz\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

/// Checks and evaluates a package with this root module.
pub fn file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let files = [("fuzz/masterchef.toml", MANIFEST), ("fuzz/src/main.mc", text)];
    let files = files.map(|(path, text)| (path.into(), text.to_owned()));
    let mut db = Database::new();
    package::load(&mut db, &MemorySystem::new(files), Utf8Path::new("fuzz")).expect("a package");
    for diagnostic in mc_compiler::diagnostics(&db) {
        let place = &diagnostic.primary;
        let text = place.file.text(&db);
        assert!(
            text.get(place.span.start as usize..place.span.end as usize).is_some(),
            "{:?} at {:?}",
            diagnostic.headline,
            place.span
        );
    }
}
