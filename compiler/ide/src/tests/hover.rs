//! Hover.

use crate::fixture::Fixture;
use crate::hover;
use expect_test::{Expect, expect};

/// The text, and before it what it is about.
pub(super) fn check(source: &str, expected: Expect) {
    let fixture = Fixture::new(source);
    let (file, offset) = fixture.cursor.expect("a cursor");
    let found = hover(&fixture.db, file, offset).map(|hover| {
        let text = file.text(&fixture.db);
        let about = &text[hover.range.start as usize..hover.range.end as usize];
        format!("[{about}]\n{}", hover.markdown.replace("```masterchef", "```"))
    });
    expected.assert_eq(&found.unwrap_or_default());
}

#[test]
fn of_a_local() {
    check(
        "fn f(a: Int) -> Int {\n  let b = a\n  $0b + b\n}\n",
        expect![[r#"
            [b]
            ```
            let b: Int
            ```

            as late as `a`"#]],
    );
}

#[test]
fn of_a_local_at_its_declaration() {
    check(
        "policy p {\n  let $0b = [1, 2].first()\n}\n",
        expect![[r#"
            [b]
            ```
            let b: Int?
            ```

            `const`

            Value: `1`"#]],
    );
}

#[test]
fn of_a_value() {
    check(
        "/// How many.\nlet a = 1\nlet b = $0a\n",
        expect![[r#"
        [a]
        ```
        let a: Int = 1
        ```

        How many."#]],
    );
}

#[test]
fn of_a_long_value() {
    check(
        "let a = \"\"\"\n  x\n  \"\"\"\nlet b = $0a\n",
        expect![[r#"
            [a]
            ```
            let a: String = ..
            ```

            Value: `"x\n"`"#]],
    );
}

#[test]
fn of_a_function() {
    check(
        "/// Twice it.\nfn f(a: Int, b: Int = 2) -> Int { a * b }\nlet x = $0f(1)\n",
        expect![[r#"
        [f]
        ```
        fn f(a: Int, b: Int = 2) -> Int
        ```

        Twice it."#]],
    );
}

#[test]
fn of_a_parameter() {
    check(
        "fn f(a: Int = 2) -> Int { $0a }\n",
        expect![[r#"
        [a]
        ```
        a: Int = 2
        ```

        parameter of `f`"#]],
    );
}

#[test]
fn of_a_record() {
    check(
        "/// One site.\nrecord R {\n  /// Where.\n  a: Int = 80\n  b: List<String>?\n}\nlet r = $0R { a = 1 }\n",
        expect![[r#"
        [R]
        ```
        record R {
          a: Int = 80
          b: List<String>?
        }
        ```

        One site."#]],
    );
}

#[test]
fn of_a_field() {
    check(
        "record R {\n  /// Where.\n  a: Int = 80\n}\nfn f(r: R) -> Int { r.$0a }\n",
        expect![[r#"
        [a]
        ```
        a: Int = 80
        ```

        field of `R`

        Where."#]],
    );
}

#[test]
fn of_a_short_form() {
    check(
        "record R { a: Int }\nlet a = 1\nlet r = R { $0a }\n",
        expect![[r#"
        [a]
        ```
        a: Int
        ```

        field of `R`

        ---

        ```
        let a: Int = 1
        ```"#]],
    );
}

#[test]
fn of_an_enum() {
    check(
        "enum E {\n  /// One.\n  A\n  B { x: Int, y: Int = 2 }\n}\nlet e = $0E.A\n",
        expect![[r#"
        [E]
        ```
        enum E {
          A
          B { x: Int, y: Int = 2 }
        }
        ```"#]],
    );
}

#[test]
fn of_a_variant() {
    check(
        "enum E {\n  /// One.\n  A\n  B { x: Int, y: Int = 2 }\n}\nlet e = E.$0B { x = 1 }\n",
        expect![[r#"
        [B]
        ```
        E.B { x: Int, y: Int = 2 }
        ```

        variant of `E`"#]],
    );
}

#[test]
fn of_a_payload() {
    check(
        "enum E { B { x: Int = 2 } }\nfn f(e: E) -> Int { match e { .B { $0x = y } => y } }\n",
        expect![[r#"
        [x]
        ```
        x: Int = 2
        ```

        field of `E.B`"#]],
    );
}

#[test]
fn of_a_payload_that_is_bound() {
    check(
        "enum E { B { x: Int = 2 } }\nfn f(e: E) -> Int { match e { .B { $0x } => x } }\n",
        expect![[r#"
            [x]
            ```
            x: Int = 2
            ```

            field of `E.B`

            ---

            ```
            let x: Int
            ```

            as late as `e`"#]],
    );
}

#[test]
fn of_a_resource_type() {
    check(
        "import std.fs.File\npolicy p { $0File \"/etc/motd\" {} }\n",
        expect![[r#"
            [File]
            ```
            resource File {
              key path: AbsPath
              content: Blob? accepts secret
              owner: UserName?
              group: GroupName?
              mode: Mode?
              validate: List<String>?
              early out staged: AbsPath
              out sha256: String
            }
            ```

            from `std.fs`

            A regular file. Its content is replaced as a whole: written beside the old one, checked, then renamed
            over it, so that nobody ever reads half a file."#]],
    );
}

#[test]
fn of_a_key() {
    check(
        "import std.fs.File\npolicy p {\n  let f = File \"/etc/motd\" {}\n  File \"/a\" { content = f.$0path }\n}\n",
        expect![[r#"
            [path]
            ```
            key path: AbsPath
            ```

            key of `std.fs.File`

            Value: `"/etc/motd"`

            Where the file is."#]],
    );
}

#[test]
fn of_an_attribute() {
    check(
        "import std.fs.File\npolicy p { File \"/etc/motd\" { $0content = \"x\" } }\n",
        expect![[r#"
            [content]
            ```
            content: Blob? accepts secret
            ```

            attribute of `std.fs.File`

            What it holds. Not set: the content is not managed, and the file must exist."#]],
    );
}

#[test]
fn of_an_output() {
    check(
        "import std.fs.File\npolicy p {\n  let a = File \"/a\" { content = \"x\" }\n  File \"/b\" { content = a.$0sha256 }\n}\n",
        expect![[r#"
        [sha256]
        ```
        out sha256: String
        ```

        output of `std.fs.File`

        SHA-256 of the content, in hexadecimal digits."#]],
    );
}

#[test]
fn of_a_resource_by_its_name() {
    check(
        "import std.fs.File\npolicy p {\n  let a = File \"/a\" { content = \"x\" }\n  File \"/b\" { content = \"y\", after $0a }\n}\n",
        expect![[r#"
            [a]
            ```
            let a: Ref<File>
            ```

            `const`"#]],
    );
}

#[test]
fn of_self() {
    check(
        "import std.fs.File\npolicy p { File \"/a\" { content = \"x\", validate = [\"${$0self.staged}\"] } }\n",
        expect![[r#"
        [self]
        ```
        self
        ```

        the `std.fs.File` around"#]],
    );
}

#[test]
fn of_a_component() {
    check(
        "/// A server.\ncomponent C {\n  /// How many.\n  param n: Int = 2\n  /// The same.\n  out m: Int = n\n}\npolicy p { $0C {} }\n",
        expect![[r#"
        [C]
        ```
        component C {
          param n: Int = 2
          out m: Int
        }
        ```

        A server."#]],
    );
}

#[test]
fn of_a_component_s_parameter() {
    check(
        "component C {\n  /// How many.\n  param n: Int = 2\n  /// The same.\n  out m: Int = n\n}\npolicy p { C { $0n = 1 } }\n",
        expect![[r#"
        [n]
        ```
        param n: Int = 2
        ```

        parameter of `C`

        How many."#]],
    );
}

#[test]
fn of_a_parameter_in_its_component() {
    check(
        "component C {\n  /// How many.\n  param n: Int = 2\n  out m: Int = $0n\n}\n",
        expect![[r#"
        [n]
        ```
        param n: Int = 2
        ```

        parameter of `C`

        How many."#]],
    );
}

#[test]
fn of_a_component_s_output() {
    check(
        "component C {\n  /// The same.\n  out m: Int = 1\n}\npolicy p {\n  let c = C {}\n  let d = c.$0m\n}\n",
        expect![[r#"
            [m]
            ```
            out m: Int
            ```

            output of `C`

            Value: `1`

            The same."#]],
    );
}

#[test]
fn of_a_label() {
    check(
        "enum Role { Web, Db }\nlabels {\n  /// What it does.\n  role: Role = .Web\n}\npolicy p { select labels.$0role == .Web }\n",
        expect![[r#"
        [role]
        ```
        role: Role = .Web
        ```

        label of the host

        What it does."#]],
    );
}

#[test]
fn of_labels() {
    check(
        "labels { role: String, zone: Int = 1 }\npolicy p { select $0labels.role == \"web\" }\n",
        expect![[r#"
        [labels]
        ```
        labels {
          role: String
          zone: Int = 1
        }
        ```

        what is known about a host beside its facts"#]],
    );
}

#[test]
fn of_facts() {
    check(
        "policy p { select facts.os.$0id == \"debian\" }\n",
        expect![[r#"
        [id]
        ```
        id: String
        ```

        field of `Os`

        The distribution's identifier: `debian`, `ubuntu`."#]],
    );
}

#[test]
fn of_all_facts() {
    check(
        "policy p { select $0facts.os.id == \"debian\" }\n",
        expect![[r#"
        [facts]
        ```
        record Facts {
          hostname: HostName
          fqdn: HostName
          os: Os
          kernel: Kernel
          cpu: Cpu
          memory: Memory
          virtualization: Virtualization
          init: Init
          selinux: Selinux
        }
        ```

        from `std.facts`

        The facts of the host, as `facts`."#]],
    );
}

#[test]
fn of_a_declared_fact() {
    check(
        "/// Where it stands.\nfact site: String? from file \"/etc/site\" as text\n\
         policy p { select $0site == \"a\" }\n",
        expect![[r#"
            [site]
            ```
            fact site: String? from file "/etc/site" as text
            ```

            Where it stands."#]],
    );
}

#[test]
fn of_a_method() {
    check(
        "let a = [\"a\"].$0join(\", \")\n",
        expect![[r#"
            [join]
            ```
            List<String>.join(separator: String) -> String
            ```

            The elements in one text, with this between them."#]],
    );
}

#[test]
fn of_an_element_method() {
    check(
        "let a = [1].$0contains(1)\n",
        expect![[r#"
            [contains]
            ```
            List<Int>.contains(element: Int) -> Bool
            ```

            Whether an element is equal to this."#]],
    );
}

#[test]
fn of_map() {
    check(
        "let a = [1].$0map(|x| x)\n",
        expect![[r#"
            [map]
            ```
            List<Int>.map(function: (Int) -> _) -> List<_>
            ```

            What the function makes of each element."#]],
    );
}

#[test]
fn of_a_property() {
    check(
        "fn f(p: AbsPath) -> AbsPath { p.$0parent }\n",
        expect![[r#"
        [parent]
        ```
        AbsPath.parent: AbsPath
        ```

        The directory that holds it; of the root, the root."#]],
    );
}

#[test]
fn of_fail() {
    check(
        "policy p { $0fail(\"no\") }\n",
        expect![[r#"
        [fail]
        ```
        fail(message: String) -> Never
        ```

        Ends the build with this message; where it depends on the host, the run on that host."#]],
    );
}

#[test]
fn of_a_module() {
    check(
        "import std.$0fs\n",
        expect![[r#"
        [fs]
        ```
        module std.fs
        ```

        Files, directories and symbolic links."#]],
    );
}

#[test]
fn of_a_module_of_the_package() {
    check(
        "//- src/site.mc\n//! Sites.\n//! All of them.\n\nlet a = 1\n//- src/main.mc\nimport $0site\n",
        expect![[r#"
        [site]
        ```
        module site
        ```

        Sites.
        All of them."#]],
    );
}

#[test]
fn of_an_imported_name() {
    check(
        "//- src/site.mc\n/// Where it starts.\npub let base = 8000\n//- src/main.mc\nimport site.{base as $0low}\n",
        expect![[r#"
        [low]
        ```
        let base: Int = 8000
        ```

        from `site`

        Where it starts."#]],
    );
}

#[test]
fn of_a_policy() {
    check(
        "/// The web tier.\npolicy $0p {}\n",
        expect![[r#"
        [p]
        ```
        policy p
        ```

        The web tier."#]],
    );
}

#[test]
fn of_a_built_in_type() {
    check(
        "fn f(p: $0AbsPath) -> Int { 1 }\n",
        expect![[r#"
        [AbsPath]
        ```
        AbsPath
        ```

        An absolute path: begins with `/`, without `.`, `..` or empty segments."#]],
    );
}

#[test]
fn of_a_list_type() {
    check(
        "fn f(p: $0List<Int>) -> Int { 1 }\n",
        expect![[r#"
        [List]
        ```
        List
        ```

        A list: `[a, b]`."#]],
    );
}

#[test]
fn of_a_literal() {
    check(
        "let a = $01h30m\n",
        expect![[r#"
        [1h30m]
        ```
        Duration
        ```"#]],
    );
}

#[test]
fn of_a_text_that_is_a_path() {
    check(
        "import std.fs.File\npolicy p { File \"/etc$0/motd\" {} }\n",
        expect![[r#"
        ["/etc/motd"]
        ```
        AbsPath
        ```"#]],
    );
}

#[test]
fn of_an_operator() {
    check(
        "let a = 1 $0+ 2\n",
        expect![[r#"
            [1 + 2]
            ```
            Int
            ```

            Value: `3`"#]],
    );
}

#[test]
fn of_a_bracket() {
    check(
        "let a = [1, 2$0]\n",
        expect![[r#"
        [[1, 2]]
        ```
        List<Int>
        ```"#]],
    );
}

#[test]
fn of_a_match() {
    check(
        "fn f(a: Int) -> String { $0match a { 1 => \"x\", _ => \"y\" } }\n",
        expect![[r#"
            [match a { 1 => "x", _ => "y" }]
            ```
            String
            ```

            as late as `a`"#]],
    );
}

#[test]
fn of_what_has_no_type() {
    check(
        "import std.fs.File\npolicy p { File \"/a\" { content = \"x\", $0after File[\"/b\"] } }\n",
        expect![""],
    );
}

#[test]
fn of_a_comment() {
    check("let a = [1, // one$0\n  2]\n", expect![""]);
}

#[test]
fn of_an_unknown_name() {
    check("let a = $0nothing\n", expect![""]);
}

#[test]
fn of_nothing() {
    check("$0", expect![""]);
}

#[test]
fn of_what_a_guard_judges() {
    check(
        "import std.fs.File\nguard g {\n  deny File f when $0f.mode == none\n  message \"no mode\"\n}\n",
        expect![[r#"
            [f]
            ```
            File f
            ```

            the resource that is judged: what its step would make of it"#]],
    );
}

#[test]
fn pictures_are_links() {
    check(
        "/// See ![it](https://x/y.png) and `![no](x)`.\nlet $0a = 1\n",
        expect![[r#"
        [a]
        ```
        let a: Int = 1
        ```

        See [it](https://x/y.png) and `![no](x)`."#]],
    );
}

#[test]
fn of_what_the_language_brings() {
    check(
        "let a: String = lo$0ad(\"a.toml\")\n",
        expect![[r#"
            [load]
            ```
            load(path: String) -> T
            ```

            A data file of `data/`, read into the type that is expected."#]],
    );
    // Behind a dot it is another's.
    check("policy p {\n  let a = nothing.load$0\n}\n", expect![""]);
}
