//! The analysis grows with the size of a program and no faster, and needs no deep stack.

use super::unit;
use crate::{IMPORTS, database};
use camino::Utf8Path;
use mc_compiler::{package, phase};
use std::fmt::Write;

/// How much work a unit of a root module is.
fn work(source: &str, name: &str) -> u64 {
    let db = database(&[("src/main.mc", source)]);
    phase::work(&db, unit(&db, name))
}

/// The work for a source of size 10 n is no more than 12 times that of size n.
#[track_caller]
fn linear(source: impl Fn(usize) -> String, n: usize, name: &str) {
    let (small, large) = (work(&source(n), name), work(&source(10 * n), name));
    assert!(small >= n as u64, "{small} steps for {n}: nothing is measured");
    assert!(large <= 12 * small, "{large} steps are more than 12 times {small}");
}

#[test]
fn a_chain_of_values_is_linear() {
    let source = |n: usize| {
        let mut source = String::from("policy p {\nlet v0 = facts.cpu.count\n");
        for i in (1..=n).rev() {
            let _ = writeln!(source, "let v{i} = v{} + 1", i - 1);
        }
        let _ = writeln!(source, "File \"/x/${{v{n}}}\" {{}} }}");
        source
    };
    linear(source, 1_000, "p");
}

#[test]
fn a_chain_over_parameters_is_linear() {
    let source = |n: usize| {
        let mut source = String::from("fn f(");
        for i in 0..=n {
            let _ = write!(source, "p{i}: Int, ");
        }
        source.push_str(") -> Int {\nlet v0 = p0\n");
        for i in 1..=n {
            let _ = writeln!(source, "let v{i} = v{} + p{i}", i - 1);
        }
        let _ = writeln!(source, "v{n} }}");
        source
    };
    linear(source, 1_000, "f");
}

#[test]
fn wide_records_are_linear() {
    let source = |n: usize| {
        let mut source = String::from("record Wide {\n");
        for i in 0..n {
            let _ = writeln!(source, "f{i}: Int");
        }
        source.push_str("}\npolicy p {\nlet a = Wide {\n");
        for i in 0..n {
            let _ = writeln!(source, "f{i} = facts.cpu.count + {i}");
        }
        source.push_str("}\nlet b = if facts.cpu.count > 1 { a } else { a }\n");
        for i in 0..n {
            let _ = writeln!(source, "File \"/x/${{b.f{i}}}\" {{}}");
        }
        source.push_str("}\n");
        source
    };
    linear(source, 1_000, "p");
}

#[test]
fn calls_with_wide_arguments_are_linear_in_the_calls() {
    let source = |n: usize| {
        let mut source = String::from("record Wide {\n");
        for i in 0..100 {
            let _ = writeln!(source, "f{i}: Int");
        }
        source.push_str("}\nfn sum(w: Wide) -> Int { w.f0");
        for i in 1..100 {
            let _ = write!(source, " + w.f{i}");
        }
        source.push_str(" }\npolicy p {\nlet a = Wide {\n");
        for i in 0..100 {
            let _ = writeln!(source, "f{i} = facts.cpu.count");
        }
        source.push_str("}\n");
        for i in 0..n {
            let _ = writeln!(source, "let s{i} = sum(a)");
        }
        source.push_str("}\n");
        source
    };
    linear(source, 100, "p");
}

#[test]
fn structures_that_share_their_parts_are_linear() {
    // Ten fields each, twelve deep: written out, 10^12 parts.
    let mut source = String::from("record R0 { a: Int }\n");
    for i in 1..=12 {
        let _ = write!(source, "record R{i} {{");
        for field in 0..10 {
            let _ = writeln!(source, " f{field}: R{}", i - 1);
        }
        source.push_str("}\n");
    }
    source.push_str("fn f(p: R12) -> R12 {\nlet x0 = R0 { a = facts.cpu.count }\nlet y0 = R0 { a = 2 }\n");
    for i in 1..=12 {
        for name in ["x", "y"] {
            let _ = write!(source, "let {name}{i} = R{i} {{");
            for field in 0..10 {
                let _ = writeln!(source, " f{field} = {name}{}", i - 1);
            }
            source.push_str("}\n");
        }
    }
    source.push_str("if facts.cpu.count > 1 { x12 } else { if facts.cpu.count > 2 { y12 } else { p } }\n}\n");
    assert!(work(&source, "f") < 100_000);
}

#[test]
fn chains_of_declarations_need_no_deep_stack() {
    let mut source = String::from("fn f0(x: Int) -> Int { x + facts.cpu.count }\n");
    let n = 20_000;
    for i in 1..=n {
        let _ = writeln!(source, "fn f{i}(x: Int) -> Int {{ f{}(x) }}", i - 1);
    }
    let mut db = database(&[("src/main.mc", &source)]);
    phase::prepare(&db);
    let last = unit(&db, &format!("f{n}"));
    assert_eq!(phase::findings(&db, last), []);
    // And again when something at its end changed.
    let changed = source.replace("facts.cpu.count", "1");
    package::set_text(&mut db, Utf8Path::new("src/main.mc"), &format!("{IMPORTS}{changed}"));
    phase::prepare(&db);
    assert_eq!(phase::findings(&db, unit(&db, &format!("f{n}"))), []);
}
