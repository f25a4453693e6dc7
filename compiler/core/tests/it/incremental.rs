//! What an edit makes run again.

use crate::{MANIFEST, database};
use camino::Utf8Path;
use mc_compiler::{Database, package};
use std::sync::{Arc, Mutex};

fn logged() -> (Database, Arc<Mutex<Vec<String>>>) {
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&log);
    let db = Database::with_log(Some(Box::new(move |event| {
        if let salsa::EventKind::WillExecute { database_key } = event.kind
            && let Ok(mut log) = sink.lock()
        {
            log.push(format!("{database_key:?}"));
        }
    })));
    (db, log)
}

fn ran(log: &Mutex<Vec<String>>, query: &str) -> usize {
    log.lock().map_or(0, |log| log.iter().filter(|entry| entry.starts_with(query)).count())
}

#[test]
fn an_edit_in_a_body_checks_no_other_file() {
    let (mut db, log) = logged();
    package::set_text(&mut db, Utf8Path::new("masterchef.toml"), MANIFEST);
    package::set_text(&mut db, Utf8Path::new("src/main.mc"), "policy p {}\n");
    let a = "import std.fs.File\npub fn f(x: Int) -> Int { x + 1 }\n";
    package::set_text(&mut db, Utf8Path::new("src/a.mc"), a);
    for i in 0..5 {
        let text = format!("import a.{{f}}\nlet y = f({i})\npub fn g() -> Int {{ f(y) }}\n");
        package::set_text(&mut db, Utf8Path::new(&format!("src/user{i}.mc")), &text);
    }
    assert_eq!(mc_compiler::diagnostics(&db), []);
    log.lock().expect("no other thread").clear();
    package::set_text(&mut db, Utf8Path::new("src/a.mc"), &a.replace("x + 1", "x + 200"));
    assert_eq!(mc_compiler::diagnostics(&db), []);
    assert_eq!(ran(&log, "parsed"), 1, "only the edited file is parsed");
    assert_eq!(ran(&log, "body_query"), 1, "only its body is checked");
    assert_eq!(ran(&log, "values"), 1, "only its values are checked");
    assert_eq!(ran(&log, "flow_query"), 2, "only they are analysed");
}

#[test]
fn an_edit_that_changes_phases_analyses_who_uses_them() {
    let (mut db, log) = logged();
    package::set_text(&mut db, Utf8Path::new("masterchef.toml"), MANIFEST);
    package::set_text(&mut db, Utf8Path::new("src/main.mc"), "policy p {}\n");
    let a = "pub fn f(x: Int) -> Int { x + 1 }\npub fn g(x: Int) -> Int { f(x) }\n";
    package::set_text(&mut db, Utf8Path::new("src/a.mc"), a);
    let user = "import a.{g}\nfn h() -> Int { g(1) }\nfn other() -> Int { 1 }\n";
    package::set_text(&mut db, Utf8Path::new("src/user.mc"), user);
    package::set_text(&mut db, Utf8Path::new("src/last.mc"), "import a.{g}\nfn i() -> Int { g(2) }\n");
    assert_eq!(mc_compiler::diagnostics(&db), []);
    log.lock().expect("no other thread").clear();
    package::set_text(&mut db, Utf8Path::new("src/a.mc"), &a.replace("x + 1", "x + facts.cpu.count"));
    assert_eq!(mc_compiler::diagnostics(&db), []);
    // The values, `f` and `g` of the file, and `h` and `i`, which use them; not `other`.
    assert_eq!(ran(&log, "flow_query"), 5);
}

#[test]
fn an_equal_text_runs_nothing() {
    let mut db = database(&[("src/main.mc", "policy p {}\n")]);
    let before = mc_compiler::compiled_plan(&db).cloned();
    let text = package::file(&db, Utf8Path::new("src/main.mc")).map(|f| f.text(&db).to_string());
    package::set_text(&mut db, Utf8Path::new("src/main.mc"), &text.expect("it is there"));
    assert_eq!(mc_compiler::compiled_plan(&db).cloned(), before);
}
