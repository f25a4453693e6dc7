//! Depth and size are no special case.

use crate::database;
use mc_plan::expr::Operand;
use mc_plan::value::Value;
use std::fmt::Write;

#[test]
fn a_chain_of_100_000_values() {
    let mut source = String::from("import std.fs.File\nlet v0 = 1\n");
    // In reverse order, so that each is needed before it is declared.
    for i in (1..=100_000).rev() {
        let _ = writeln!(source, "let v{i} = v{} + 1", i - 1);
    }
    source.push_str("policy p { File \"/x\" { content = \"${v100000}\" } }\n");
    let db = database(&[("src/main.mc", &source)]);
    let compiled = mc_compiler::compiled_plan(&db).expect("it compiles");
    let value = &compiled.plan.steps[0].declarations[0].attributes[0].value;
    assert!(matches!(value, Operand::Value(Value::Blob(blob)) if blob.size == "100001".len() as u64));
}

/// Each module's value is made of that of the one before.
#[test]
fn a_chain_of_modules() {
    let mut files = vec![("src/m0000.mc".to_owned(), "pub let v0: Int = 0\n".to_owned())];
    for i in 1..2_000 {
        let before = i - 1;
        let source = format!("import m{before:04}.{{v{before}}}\npub let v{i}: Int = v{before} + 1\n");
        files.push((format!("src/m{i:04}.mc"), source));
    }
    let main =
        "import std.fs.File\nimport m1999.{v1999}\npolicy p { File \"/x\" { content = \"${v1999}\" } }\n";
    files.push(("src/main.mc".to_owned(), main.to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let db = database(&files);
    let compiled = mc_compiler::compiled_plan(&db).expect("it compiles");
    let value = &compiled.plan.steps[0].declarations[0].attributes[0].value;
    assert!(matches!(value, Operand::Value(Value::Blob(blob)) if blob.size == "1999".len() as u64));
}

/// Each value is made by a function that reads the one before.
#[test]
fn values_and_functions_in_turn() {
    let mut source = String::from("import std.fs.File\nlet v0 = facts.cpu.count\n");
    for i in (1..=4_000).rev() {
        let before = i - 1;
        let _ = writeln!(source, "let v{i} = if f{i}() > 1 {{ f{i}() }} else {{ 1 }}");
        let _ = writeln!(source, "fn f{i}() -> Int {{ v{before} + 1 }}");
    }
    source.push_str("policy p { File \"/x\" { content = \"${v4000}\" } }\n");
    let db = database(&[("src/main.mc", &source)]);
    let compiled = mc_compiler::compiled_plan(&db).expect("it compiles");
    assert!(compiled.plan.exprs.nodes.len() > 4_000);
}

#[test]
fn a_chain_of_host_values() {
    let mut source = String::from("import std.fs.File\npolicy p {\nlet v0 = facts.cpu.count\n");
    for i in (1..=20_000).rev() {
        let _ = writeln!(source, "let v{i} = v{} + 1", i - 1);
    }
    source.push_str("File \"/x\" { content = \"${v20000}\" } }\n");
    let db = database(&[("src/main.mc", &source)]);
    let compiled = mc_compiler::compiled_plan(&db).expect("it compiles");
    assert!(compiled.plan.exprs.nodes.len() > 20_000);
}

#[test]
fn calls_nest_to_a_bound() {
    let mut source = String::from("fn f0(x: Int) -> Int { x }\n");
    for i in 1..=2_000 {
        let _ = writeln!(source, "fn f{i}(x: Int) -> Int {{ f{}(x) }}", i - 1);
    }
    source.push_str("let y = f2000(1)\npolicy p {}\n");
    let worker = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        let db = database(&[("src/main.mc", &source)]);
        mc_compiler::diagnostics(&db).iter().map(|d| d.code.to_string()).collect::<Vec<_>>()
    });
    let codes = worker.expect("a thread").join().expect("no overflow");
    assert_eq!(codes, ["MC0405"]);
}
