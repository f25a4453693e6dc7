//! The formatter.

use crate::corpus::{EXAMPLES, FORMS, GOOD};
use crate::faithful::{formatted, shape};
use expect_test::{Expect, expect};
use mc_syntax::{Span, parse, tokens};

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&formatted(text));
}

#[test]
fn declarations() {
    check(
        "import  b.{ File ,Directory,  x as y }\nimport c . d\nimport c.D\npub   fn f<T>(a:Int,b : T = 3)->T?{a}\n\
         type Port=Int where 1<=it&&it<=65535\npub type F<A,B> =(A , B)->Map<A,List<B> > ?\n\n\n\n\
         enum   Role{Web,Db{size:Int}}\nlabels{role:Role,env:Env=.Dev}\n\
         record R { append a:List<Int> =[1 , 2],check a.count()>0   else \"none\" }\n\
         const   let x:Int=-1\nlet   y =a  - 1 *(2+3)/ x . y ?. z\n",
        expect![[r#"
            import b.{Directory, File, x as y}
            import c.d
            import c.D
            pub fn f<T>(a: Int, b: T = 3) -> T? { a }
            type Port = Int where 1 <= it && it <= 65535
            pub type F<A, B> = (A, B) -> Map<A, List<B>>?

            enum Role { Web, Db { size: Int } }
            labels { role: Role, env: Env = .Dev }
            record R { append a: List<Int> = [1, 2], check a.count() > 0 else "none" }
            const let x: Int = -1
            let y = a - 1 * (2 + 3) / x.y?.z
        "#]],
    );
}

#[test]
fn bodies() {
    check(
        "policy web{select labels.role==.Web\nFile   \"/a\"{mode=default 0o644,after [ b,c ]}\n\
         File (p){\nmode=0o600,owner=\"x\"\nretry 2 every 5s,skip  when c.changed }\n\
         let s=Service \"x\"{\n}\nif let .A{b,..}=c{}else if d in [1,2]{\nNginx{b}} else {Port(1)}\n\
         match x{(1,_)=>a,.B{c=d,..} if d>1=>{b}\n other=>fail(\"no\")}\n\
         for i,x in xs.indexed(){File[\"/a\"].path}\nprune[File,fs.Directory]limit 20}",
        expect![[r#"
            policy web {
              select labels.role == .Web
              File "/a" { mode = default 0o644, after [b, c] }
              File (p) {
                mode = 0o600
                owner = "x"
                retry 2 every 5s
                skip when c.changed
              }
              let s = Service "x" {}
              if let .A { b, .. } = c {} else if d in [1, 2] {
                Nginx { b }
              } else {
                Port(1)
              }
              match x { (1, _) => a, .B { c = d, .. } if d > 1 => { b }, other => fail("no") }
              for i, x in xs.indexed() { File["/a"].path }
              prune [File, fs.Directory] limit 20
            }
        "#]],
    );
}

#[test]
fn lines_that_are_too_long() {
    check(
        "let a = one_rather_long_name + another_rather_long_name - a_third_rather_long_name * a_fourth_long_name\n\
         let b = call(first_rather_long_argument, second = another_rather_long_argument, third = number_three_)\n\
         let c = some_values.filter(|value| value.enabled).map(|value| value.name).sorted().join(\", \").trim()\n\
         let d = [\"a rather long text in a list\", \"another rather long text in a list\", \"the third text here\"]\n\
         let e = [element.name.that_is_long for element in some.values.that_are_long if element.enabled && true]\n\
         fn function_name(first_parameter: String, second_parameter: Map<String, Int>, third: Int = 3) -> Int {1}\n\
         let f = File \"/etc/a/rather/long/path/of/a/file\" { content = \"some content\", mode = 0o644, owner = \"root\" }\n\
         type Named = String where it.count() > 0 && it.count() < 100 && !it.contains(\" \") && it != \"reserved\"\n\
         record R { check first_condition_that_is_long && second_condition_that_is_long else \"what is wrong\" }\n\
         let g = xs.map(|x| { let y = x + a_rather_long_name_of_a_value, y * another_rather_long_name + x })\n",
        expect![[r#"
            let a = one_rather_long_name +
              another_rather_long_name -
              a_third_rather_long_name * a_fourth_long_name
            let b = call(
              first_rather_long_argument,
              second = another_rather_long_argument,
              third = number_three_,
            )
            let c = some_values.filter(|value| value.enabled).map(|value| value.name).sorted().join(", ").trim()
            let d = [
              "a rather long text in a list",
              "another rather long text in a list",
              "the third text here",
            ]
            let e = [
              element.name.that_is_long
              for element in some.values.that_are_long
              if element.enabled && true
            ]
            fn function_name(
              first_parameter: String,
              second_parameter: Map<String, Int>,
              third: Int = 3,
            ) -> Int { 1 }
            let f = File "/etc/a/rather/long/path/of/a/file" {
              content = "some content"
              mode = 0o644
              owner = "root"
            }
            type Named = String
              where it.count() > 0 && it.count() < 100 && !it.contains(" ") && it != "reserved"
            record R {
              check first_condition_that_is_long && second_condition_that_is_long else "what is wrong"
            }
            let g = xs.map(|x| { let y = x + a_rather_long_name_of_a_value, y * another_rather_long_name + x })
        "#]],
    );
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "//! The file.\n\n\n// first\nimport a.{B, // b\nA}\n\n\n/// Docs.\n// plain\npolicy web { // opened\n\n\
         // own\n  let a = [1, // one\n 2 // two\n , // comma\n // last\n]\n\n\n  // empty\n  X {// in it\n}\n\
         \x20 if c { a } // then\n else { // not\n b }\n  // else\n\n  f(// arguments\n x, y)\n let z = // value\n 3\n\
         a // left\n && b\n\n // closing\n\n}\n// between\n\n\n// end",
        expect![[r#"
            //! The file.

            // first
            import a.{
              B // b
              A
            }

            /// Docs.
            // plain
            policy web { // opened
              // own
              let a = [
                1, // one
                2, // two
                // comma
                // last
              ]

              // empty
              X { // in it
              }
              if c {
                a
              } // then
              else { // not
                b
              }
              // else

              f( // arguments
                x,
                y,
              )
              let z = // value
                3
              a // left
                && b

              // closing
            }
            // between

            // end
        "#]],
    );
}

/// Words that the author put into rows stay in them.
#[test]
fn rows() {
    check(
        "enum E {\n  A,B , C // first\n  D, E\n\n  F\n}\nlet a = [ // all\n 1, 2,\n\n 3,4 // last\n]\nlet b = [1,\n 2, 3]\n\
         let c = [\n  one_rather_long_name, another_rather_long_name, a_third_rather_long_name, a_fourth_long_name_,\n 5\n]\n\
         let d = [\n [1], [2],\n [3]\n]\nenum G {\n A, B\n}\n",
        expect![[r#"
            enum E {
              A, B, C // first
              D, E

              F
            }
            let a = [ // all
              1, 2,

              3, 4, // last
            ]
            let b = [1, 2, 3]
            let c = [
              one_rather_long_name, another_rather_long_name, a_third_rather_long_name, a_fourth_long_name_,
              5,
            ]
            let d = [
              [1],
              [2],
              [3],
            ]
            enum G {
              A
              B
            }
        "#]],
    );
}

/// Strings are written as they are, those of several lines too.
#[test]
fn strings_are_not_touched() {
    check(
        "let a = \"${ b  + \"x${c}\" }\"\nlet r=r\"a\\b\"\npolicy p {File \"/a\" {content=\"\"\"\n     a\n       b ${ c }\n     \"\"\"\n}\n\
         f(\"\"\"\n  x\n  \"\"\")\n}\n",
        expect![[r#"
            let a = "${ b  + "x${c}" }"
            let r = r"a\b"
            policy p {
              File "/a" {
                content = """
                 a
                   b ${ c }
                 """
              }
              f("""
              x
              """)
            }
        "#]],
    );
}

#[test]
fn a_text_with_mistakes_is_not_formatted() {
    let errors = mc_syntax::format("policy web { File }\nlet =\n").expect_err("a mistake");
    assert!(!errors.is_empty());
    assert_eq!(mc_syntax::format("").expect("an empty file"), "");
    assert_eq!(mc_syntax::format("\u{feff}\r\n \n").expect("an empty file"), "");
    assert_eq!(
        mc_syntax::format("let a=1\r\n\r\n\r\nlet b=2\r\n").expect("a file"),
        "let a = 1\n\nlet b = 2\n"
    );
}

/// A pseudo random number generator (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

const NGINX: &str = include_str!("../../../../examples/web/src/web/nginx.mc");

fn corpus() -> impl Iterator<Item = &'static str> {
    GOOD.iter().chain(EXAMPLES).copied()
}

#[test]
fn the_corpus_is_kept() {
    for text in corpus() {
        formatted(text);
    }
}

/// The places between two tokens.
fn gaps(text: &str) -> Vec<Span> {
    let tokens = tokens(text);
    let ends = tokens.iter().map(|(_, span)| span.end);
    let starts = tokens.iter().skip(1).map(|(_, span)| span.start).chain([text.len() as u32]);
    ends.zip(starts).map(|(end, start)| Span::new(end, start)).collect()
}

/// The text with something else in a gap.
fn replaced(text: &str, gap: Span, with: &str) -> String {
    format!("{}{with}{}", &text[..gap.start as usize], &text[gap.end as usize..])
}

/// Whether a text is right and says what this one says.
fn is_same(tree: &str, text: &str) -> bool {
    let other = parse(text);
    other.errors.is_empty() && shape(&other.file) == tree
}

/// White space of another taste, in all places where there is some.
#[test]
fn any_indentation() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for text in corpus() {
        let tree = shape(&parse(text).file);
        let mut other = text.to_owned();
        for gap in gaps(text).into_iter().rev() {
            let inside = &text[gap.start as usize..gap.end as usize];
            if inside.contains("//") || !inside.chars().all(|c| c.is_ascii_whitespace()) {
                continue;
            }
            let space = " ".repeat(dice.roll(4));
            if inside.contains('\n') {
                let lines = "\n".repeat(1 + dice.roll(3));
                other = replaced(&other, gap, &format!("{lines}{space}"));
            } else if !inside.is_empty() {
                other = replaced(&other, gap, &format!(" {space}"));
            }
        }
        assert!(is_same(&tree, &other), "{other}");
        formatted(&other);
    }
}

/// Lines that are joined, and lines that are divided, where that means the same.
#[test]
fn any_lines() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for text in corpus() {
        let tree = shape(&parse(text).file);
        let mut other = text.to_owned();
        for _ in 0..60 {
            let places = gaps(&other);
            let gap = places[dice.roll(places.len())];
            if other[gap.start as usize..gap.end as usize].contains("//") {
                continue;
            }
            let with = [", ", " ", "\n", " , \n\n", "\n\n\n"][dice.roll(5)];
            let next = replaced(&other, gap, with);
            if is_same(&tree, &next) {
                other = next;
            }
        }
        formatted(&other);
    }
}

/// A comment at each token boundary where one may stand: on the line of what is before it, and on its own.
#[test]
fn comments_everywhere() {
    for text in [FORMS, NGINX] {
        let tree = shape(&parse(text).file);
        let mut tried = 0;
        let comments = [" // here\n", "\n// here\n", "\n\n// here\n\n// there\n\n"];
        for (gap, comment) in gaps(text).into_iter().step_by(2).zip(comments.into_iter().cycle()) {
            let other = replaced(text, Span::at(gap.start), comment);
            if is_same(&tree, &other) {
                formatted(&other);
                tried += 1;
            }
        }
        assert!(tried > 50, "{tried} places in {text}");
    }
}
