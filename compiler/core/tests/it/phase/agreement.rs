//! The evaluator finds nothing late that the analysis did not: over programs made by chance.

use crate::{IMPORTS, database};
use camino::Utf8Path;
use mc_compiler::package;
use std::fmt::Write;

/// Programs by chance, the same ones every time.
struct Chance {
    state: u64,
    names: Vec<(Kind, String)>,
    functions: Vec<(Kind, Vec<Kind>, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Int,
    List,
    Record,
    Optional,
    Enum,
}

const KINDS: [Kind; 5] = [Kind::Int, Kind::List, Kind::Record, Kind::Optional, Kind::Enum];

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        // Marsaglia's xorshift.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % n as u64) as usize
    }

    fn name(&mut self, kind: Kind) -> Option<String> {
        let known: Vec<String> =
            self.names.iter().filter(|(k, _)| *k == kind).map(|(_, name)| name.clone()).collect();
        if known.is_empty() { None } else { Some(known[self.below(known.len())].clone()) }
    }

    fn condition(&mut self, depth: usize) -> String {
        match self.below(5) {
            0 => "facts.cpu.count > 1".to_owned(),
            1 => format!("{} == 3", self.value(Kind::Int, depth)),
            2 => format!("{} == E.A", self.value(Kind::Enum, depth)),
            3 => format!("{}.len() > 1", self.value(Kind::List, depth)),
            _ => "c.status == 0 || facts.cpu.count > 7".to_owned(),
        }
    }

    fn value(&mut self, kind: Kind, depth: usize) -> String {
        if (depth == 0 || self.below(3) == 0)
            && let Some(name) = self.name(kind)
        {
            return name;
        }
        if depth > 0 {
            let below = depth - 1;
            match self.below(9) {
                0 => {
                    let condition = self.condition(below);
                    let (a, b) = (self.value(kind, below), self.value(kind, below));
                    return format!("(if ({condition}) {{ {a} }} else {{ {b} }})");
                }
                1 => {
                    let fitting: Vec<_> =
                        self.functions.iter().filter(|(gives, _, _)| *gives == kind).cloned().collect();
                    if !fitting.is_empty() {
                        let (_, params, name) = fitting[self.below(fitting.len())].clone();
                        let args: Vec<String> =
                            params.into_iter().map(|param| self.value(param, below)).collect();
                        return format!("{name}({})", args.join(", "));
                    }
                }
                2 => {
                    let scrutinee = self.value(Kind::Enum, below);
                    let a = self.value(kind, below);
                    self.names.push((Kind::Int, "bound".to_owned()));
                    let b = self.value(kind, below);
                    self.names.pop();
                    return format!(
                        "(match ({scrutinee}) {{ .A => {{ {a} }}, .B {{ x = bound }} => {{ {b} }} }})"
                    )
                    .replace("bound", &format!("bound{}", self.state % 100_000));
                }
                _ => {}
            }
        }
        let below = depth.saturating_sub(1);
        if depth > 0
            && self.below(4) == 0
            && let Some(value) = self.over_collections(kind, below)
        {
            return value;
        }
        match (kind, self.below(if depth == 0 { 3 } else { 7 })) {
            (Kind::Int, 0) => "1".to_owned(),
            (Kind::Int, 1) => "facts.cpu.count".to_owned(),
            (Kind::Int, 2) => "c.status".to_owned(),
            (Kind::Int, 3) => format!("{}.a", self.value(Kind::Record, below)),
            (Kind::Int, 4) => format!("({} ?? 4)", self.value(Kind::Optional, below)),
            (Kind::Int, 5) => format!("{}.len()", self.value(Kind::List, below)),
            (Kind::Int, _) => {
                format!("({} + {})", self.value(Kind::Int, below), self.value(Kind::Int, below))
            }
            (Kind::List, 0 | 1) => "[1, c.status]".to_owned(),
            (Kind::List, 2) => "c.stdout.lines().map(|l| 1)".to_owned(),
            (Kind::List, 3) => {
                format!("[{}, {}]", self.value(Kind::Int, below), self.value(Kind::Int, below))
            }
            (Kind::List, 4) => {
                let list = self.value(Kind::List, below);
                let name = format!("e{}", self.state % 100_000);
                self.names.push((Kind::Int, name.clone()));
                let body = self.value(Kind::Int, below);
                self.names.pop();
                format!("{list}.map(|{name}| {body})")
            }
            (Kind::List, 5) => format!("{}.l", self.value(Kind::Record, below)),
            (Kind::List, _) => {
                format!("({} + {})", self.value(Kind::List, below), self.value(Kind::List, below))
            }
            (Kind::Record, 0) => "R { a = 1, l = [2] }".to_owned(),
            (Kind::Record, 1) => "R { a = c.status }".to_owned(),
            (Kind::Record, 2) => "R { a = 1, l = [c.status] }".to_owned(),
            (Kind::Record, _) => {
                format!("R {{ a = {}, l = {} }}", self.value(Kind::Int, below), self.value(Kind::List, below))
            }
            (Kind::Optional, 0) => "[c.status].first()".to_owned(),
            (Kind::Optional, 1) => "(if facts.cpu.count > 1 { 1 })".to_owned(),
            (Kind::Optional, 2) => "(if facts.cpu.count > 1 { c.status })".to_owned(),
            (Kind::Optional, 3 | 4) => {
                let condition = self.condition(below);
                format!("(if ({condition}) {{ {} }})", self.value(Kind::Int, below))
            }
            (Kind::Optional, _) => format!("{}.first()", self.value(Kind::List, below)),
            (Kind::Enum, 0) => "E.A".to_owned(),
            (Kind::Enum, 1) => "E.B { x = c.status }".to_owned(),
            (Kind::Enum, 2) => "E.B { x = facts.cpu.count }".to_owned(),
            (Kind::Enum, _) => format!("E.B {{ x = {} }}", self.value(Kind::Int, below)),
        }
    }

    /// What `inner` makes with a further name in scope, and the name.
    fn with_name(&mut self, inner: impl FnOnce(&mut Self) -> String) -> (String, String) {
        let name = format!("n{}", self.below(1_000_000));
        self.names.push((Kind::Int, name.clone()));
        let made = inner(self);
        self.names.pop();
        (name, made)
    }

    /// A value by a lambda, a map, a tuple or an update.
    fn over_collections(&mut self, kind: Kind, below: usize) -> Option<String> {
        Some(match (kind, self.below(3)) {
            (Kind::Int, 0) => {
                let (a, b) = (self.value(Kind::Int, below), self.value(Kind::Int, below));
                let start = self.value(Kind::Int, below);
                let (element, (sum, body)) = {
                    let mut inner = None;
                    let (element, _) = self.with_name(|chance| {
                        inner = Some(chance.with_name(|chance| chance.value(Kind::Int, below)));
                        String::new()
                    });
                    (element, inner?)
                };
                format!("[{a}, {b}].fold({start}, |{sum}, {element}| {body})")
            }
            (Kind::Int, 1) => {
                let value = self.value(Kind::Int, below);
                let (x, body) = self.with_name(|chance| chance.value(Kind::Int, below));
                format!("twice({value}, |{x}| {body})")
            }
            (Kind::Int, _) => {
                format!("({}, {}).1", self.value(Kind::Int, below), self.value(Kind::Int, below))
            }
            (Kind::List, at) => {
                let list = self.value(Kind::List, below);
                // Not `filter` and `sort_by`: what the host chooses is one residual value, with its elements.
                let (x, body) = self.with_name(|chance| chance.value(Kind::Int, below));
                let method = ["map", "reverse().map", "take(2).map"][at];
                format!("{list}.{method}(|{x}| {body})")
            }
            (Kind::Record, _) => {
                let record = self.value(Kind::Record, below);
                format!("({record} with {{ a = {} }})", self.value(Kind::Int, below))
            }
            (Kind::Optional, 0) => format!("[\"k\" => {}].get(\"k\")", self.value(Kind::Int, below)),
            (Kind::Optional, _) => {
                let list = format!("[{}, {}]", self.value(Kind::Int, below), self.value(Kind::Int, below));
                let (x, body) = self.with_name(|chance| chance.condition(below));
                format!("{list}.find(|{x}| {body})")
            }
            (Kind::Enum, _) => return None,
        })
    }

    fn program(&mut self) -> String {
        let mut source = String::from(
            "record R { a: Int, l: List<Int> = [a] }\nenum E { A, B { x: Int } }\ncomponent Named { param x: Int }\n\
             fn twice(x: Int, f: (Int) -> Int) -> Int { f(f(x)) }\n",
        );
        self.functions.clear();
        for at in 0..3 {
            let gives = KINDS[self.below(5)];
            let params: Vec<Kind> = (0..2).map(|_| KINDS[self.below(5)]).collect();
            self.names.clear();
            let mut written = Vec::new();
            for (position, kind) in params.iter().enumerate() {
                self.names.push((*kind, format!("p{position}")));
                written.push(format!("p{position}: {}", ty(*kind)));
            }
            // Functions see no resources.
            let body =
                self.value(gives, 2).replace("c.status", "facts.cpu.count").replace("c.stdout", "\"x\"");
            let _ = writeln!(source, "fn f{at}({}) -> {} {{ {body} }}", written.join(", "), ty(gives));
            self.functions.push((gives, params, format!("f{at}")));
        }
        self.names.clear();
        source.push_str("policy p {\nlet c = Command \"c\" { argv = [\"a\"], creates = \"/c\" }\n");
        for at in 0..4 {
            let kind = KINDS[self.below(5)];
            let value = self.value(kind, 2);
            let _ = writeln!(source, "let v{at} = {value}");
            self.names.push((kind, format!("v{at}")));
        }
        let demand = match self.below(6) {
            0 => format!("File \"/k/${{{}}}\" {{}}", self.value(Kind::Int, 1)),
            1 => format!("Named \"n${{{}}}\" {{ x = 1 }}", self.value(Kind::Int, 1)),
            2 => format!("for x in ({}) {{ File \"/x\" {{}} }}", self.value(Kind::List, 1)),
            3 => format!("if ({}) {{ File \"/x\" {{}} }}", self.condition(1)),
            4 => format!(
                "match ({}) {{ .A => {{ File \"/x\" {{}} }}, .B {{ .. }} => {{ File \"/y\" {{}} }} }}",
                self.value(Kind::Enum, 1)
            ),
            _ => format!("if let y = ({}) {{ File \"/y\" {{}} }}", self.value(Kind::Optional, 1)),
        };
        source.push_str(&demand);
        source.push_str("\n}\n");
        source
    }
}

fn ty(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "Int",
        Kind::List => "List<Int>",
        Kind::Record => "R",
        Kind::Optional => "Int?",
        Kind::Enum => "E",
    }
}

#[test]
fn what_the_evaluator_finds_late_was_found_before() {
    let mut chance = Chance { state: 0x9e37_79b9_7f4a_7c15, names: Vec::new(), functions: Vec::new() };
    let mut db = database(&[("src/main.mc", "policy p {}\n")]);
    let (mut right, mut early, mut late, mut strict) = (0, 0, 0, 0);
    for _ in 0..2_000 {
        let source = chance.program();
        package::set_text(&mut db, Utf8Path::new("src/main.mc"), &format!("{IMPORTS}{source}"));
        let file = package::file(&db, Utf8Path::new("src/main.mc")).expect("the root module");
        let found = mc_compiler::compile::file_diagnostics(&db, file);
        if found.iter().any(|d| d.code.0 != "MC0401") {
            continue;
        }
        right += 1;
        let evaluated = mc_compiler::eval::evaluate(&db).diagnostics;
        let dynamic = evaluated.iter().any(|d| d.code.0 == "MC0401");
        match (found.is_empty(), dynamic) {
            (true, true) => panic!("only the evaluator finds what is late in:\n{source}{evaluated:?}"),
            (true, false) => early += 1,
            (false, true) => late += 1,
            // As late as a branch that is not taken, or as an element that is not the one.
            (false, false) => strict += 1,
        }
    }
    // The programs say something: most are programs, and all outcomes are common.
    assert!(
        right > 1_000 && early > 300 && late > 300 && strict < right / 5,
        "{right} {early} {late} {strict}"
    );
}
