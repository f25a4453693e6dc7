//! Short programs that would grow without end: each ends quickly, with one message.

use crate::wrong;
use std::fmt::Write;

/// A program has one mistake, of this code.
#[track_caller]
fn one(source: &str, code: &str) {
    let codes: Vec<String> = wrong(source).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, [code]);
}

/// `let x0 = first`, and so many more that are made of the one before.
fn chain(first: &str, count: usize, next: impl Fn(&str) -> String) -> String {
    let mut source = format!("let x0 = {first}\n");
    for at in 1..=count {
        let _ = writeln!(source, "let x{at} = {}", next(&format!("x{}", at - 1)));
    }
    source
}

#[test]
fn types_that_double() {
    let mut source = String::from("type T1<A> = (A, A)\n");
    for at in 2..=60 {
        let _ = writeln!(source, "type T{at}<A> = T{0}<T{0}<A>>", at - 1);
    }
    source.push_str("policy p {}\n");
    one(&source, "MC0321");
    one(&format!("{}policy p {{}}\n", chain("(1, 2)", 60, |x| format!("({x}, {x})"))), "MC0321");
    let record = "record P<A, B> { a: A, b: B }\n";
    let source =
        format!("{record}{}policy p {{}}\n", chain("1", 60, |x| format!("P {{ a = {x}, b = {x} }}")));
    one(&source, "MC0321");
    one(&format!("{}policy p {{}}\n", chain("[(1, 2)]", 60, |x| format!("{x}.zip({x})"))), "MC0321");
}

#[test]
fn values_that_double() {
    let lists = chain("[1]", 60, |x| format!("[{x}, {x}]"));
    one(&format!("{lists}policy p {{ File \"/x\" {{ content = json(x60) }} }}\n"), "MC0405");
    one(&format!("{}policy p {{}}\n", chain("[1]", 60, |x| format!("{x} + {x}"))), "MC0405");
    one(&format!("{}policy p {{}}\n", chain("\"ab\"", 60, |x| format!("\"${{{x}}}${{{x}}}\""))), "MC0405");
    let texts = chain(&format!("\"{}\"", "a".repeat(1 << 10)), 13, |x| format!("\"${{{x}}}${{{x}}}\""));
    one(&format!("{texts}{}policy p {{}}\n", "let y = range(0, 1000).map(|i| \"${x13}${i}\")\n"), "MC0405");
}

/// Records of which each holds ten of the one before: written out, `10^depth` parts.
fn records(depth: usize) -> String {
    let mut source = String::from("record R0 { a: Int }\n");
    for at in 1..=depth {
        let _ = write!(source, "record R{at} {{");
        for field in 0..10 {
            let _ = write!(source, " f{field}: R{},", at - 1);
        }
        source.push_str(" }\n");
    }
    source
}

/// Values of [`records`], beginning with `r0`.
fn nested(depth: usize) -> String {
    let mut source = String::new();
    for at in 1..=depth {
        let _ = write!(source, "let r{at} = R{at} {{");
        for field in 0..10 {
            let _ = write!(source, " f{field} = r{},", at - 1);
        }
        source.push_str(" }\n");
    }
    source
}

#[test]
fn records_that_share_their_parts() {
    let (types, values) = (records(12), nested(12));
    let known = format!(
        "{types}let r0 = R0 {{ a = 1 }}\n{values}policy p {{ File \"/x\" {{ content = json(r12) }} }}\n"
    );
    one(&known, "MC0405");
    let compared = format!(
        "{types}policy p {{\nlet r0 = R0 {{ a = facts.cpu.count }}\n{values}let s = r12 with {{ f0 = r11 }}\n\
         if r12 == s {{ File \"/x\" {{}} }}\n}}\n"
    );
    one(&compared, "MC0405");
    let chosen = format!(
        "{types}policy p {{\nlet r0 = R0 {{ a = facts.cpu.count }}\n{values}let q = [r12, r12][facts.cpu.count]\n\
         File \"/x\" {{ content = \"${{q.f0.f0.f0.f0.f0.f0.f0.f0.f0.f0.f0.f0.a}}\" }}\n}}\n"
    );
    one(&chosen, "MC0405");
    // What nobody looks at as a whole costs nothing.
    let read = format!(
        "{types}let r0 = R0 {{ a = 1 }}\n{values}policy p {{ File \"/x\" {{ content = \"${{r12.f0.f1.f2.f3.f4.f5.f6.f7.f8.f9.f0.f1.a}}\" }} }}\n"
    );
    assert_eq!(wrong(&read), []);
}

/// A function over a tuple of so many `Bool`s, with these arms: the parts that each asks for.
fn matching(width: usize, arms: &[Vec<(usize, bool)>]) -> String {
    let mut source = format!("fn f(e: ({})) -> Int {{\nmatch e {{\n", vec!["Bool"; width].join(", "));
    for arm in arms {
        let part = |at: usize| match arm.iter().find(|(asked, _)| *asked == at) {
            Some((_, wanted)) => wanted.to_string(),
            None => "_".to_owned(),
        };
        let _ = writeln!(source, "({}) => 1", (0..width).map(part).collect::<Vec<_>>().join(", "));
    }
    source.push_str("}\n}\npolicy p {}\n");
    source
}

#[test]
fn matches_with_too_many_combinations() {
    let mut arms: Vec<Vec<(usize, bool)>> = (1..20).map(|at| vec![(at, true), (at + 20, true)]).collect();
    for (a, b) in [(true, true), (true, false), (false, true), (false, false)] {
        arms.push(vec![(0, a), (20, b)]);
    }
    one(&matching(40, &arms), "MC0322");
    // Wide is not what makes it long.
    assert_eq!(wrong(&matching(200, &[vec![(0, true)], vec![(0, false)]])), []);
    one(&matching(200, &[vec![(0, true)], vec![(199, false)]]), "MC0306");
}

/// The codes of a source, on a thread with the stack that callers give.
#[expect(clippy::expect_used, reason = "test code: a thread is started")]
fn codes(source: String) -> Vec<String> {
    let worker = std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(move || wrong(&source).into_iter().map(|(code, _)| code).collect::<Vec<_>>());
    worker.expect("a thread").join().expect("no overflow")
}

#[test]
fn deep_sources_have_few_messages() {
    let n = 20_000;
    let nested =
        |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(n), close.repeat(n));
    let values = [
        nested("(", "1", ")"),
        nested("[", "1", "]"),
        nested("-", "1", ""),
        nested("!", "true", ""),
        nested("if true { ", "1", " } else { 2 }"),
        nested("match 1 { other => ", "1", " }"),
        format!("1{}", " + 1".repeat(n)),
        format!("[1]{}", ".reverse()".repeat(n)),
        format!("true{}", " && true".repeat(n)),
        nested("\"${", "1", "}\""),
        nested("[1].map(|x| ", "1", ")"),
        format!("1{}", " ?? 1".repeat(n)),
    ];
    for value in values {
        let shown: String = value.chars().take(30).collect();
        let found = codes(format!("let a = {value}\npolicy p {{}}\n"));
        assert!(found.len() <= 3, "{shown}: {} messages", found.len());
    }
    for ty in [nested("List<", "Int", ">"), nested("(Int, ", "Int", ")"), format!("Int{}", "?".repeat(n))] {
        let found = codes(format!("type A = {ty}\npolicy p {{}}\n"));
        assert!(found.len() <= 3, "{} messages for a deep type", found.len());
    }
    let patterns = nested("(", "x", ", _)");
    assert!(codes(format!("policy p {{ let {patterns} = 1 }}\n")).len() <= 3);
    let modules = nested("component C {\n", "", "}\n");
    assert!(codes(format!("{modules}policy p {{}}\n")).len() <= 20);
}

#[test]
fn huge_literals() {
    let digits = "9".repeat(100_000);
    for literal in [
        digits.clone(),
        format!("{digits}.0"),
        format!("{digits}s"),
        format!("{digits}GB"),
        format!("0o{}", "7".repeat(100_000)),
    ] {
        let found = codes(format!("let a = {literal}\npolicy p {{}}\n"));
        assert_eq!(found.len(), 1, "{found:?}");
    }
    assert_eq!(codes("let a = -9223372036854775808\npolicy p {}\n".to_owned()), [""; 0]);
    assert_eq!(codes(format!("let a = \"{}\"\npolicy p {{}}\n", "x".repeat(1 << 20))), [""; 0]);
}
