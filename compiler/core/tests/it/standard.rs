//! The standard library compiles without a word.

use mc_compiler::{Database, Program, compile};

#[test]
fn the_standard_library_has_no_problems() {
    let db = Database::new();
    for file in Program::get(&db).standard(&db) {
        assert_eq!(compile::file_diagnostics(&db, *file).len(), 0, "{}", file.path(&db));
    }
}
