//! Packages that are written by a program.

use std::fmt::Write as _;

/// `count` files in one policy, each with an interpolated name and a reference to the one before.
pub(super) fn linked_files(count: usize) -> String {
    let mut source = head();
    for number in 0..count {
        let before = match number.checked_sub(1) {
            Some(before) => format!("after ${{f{before}.path}}"),
            None => "first".to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            source,
            "  let f{number} = File \"${{base}}/file-{number:06}\" {{ content = \"{before}\\n\", mode = 0o644 }}"
        );
    }
    source + "}\n"
}

/// `count` files from one loop, each after the one before.
pub(super) fn repeated_files(count: usize) -> String {
    let mut source = head();
    let _ = write!(
        source,
        "  for number in range(0, {count}) {{\n    File \"${{base}}/file-${{number}}\" {{\n      \
         content = \"shop ${{number}}, after ${{base}}/file-${{number - 1}}\\n\"\n      mode = 0o644\n    }}\n  }}\n}}\n"
    );
    source
}

/// `count` files of a kibibyte each, with nothing between them but their folder.
pub(super) fn plain_files(count: usize) -> String {
    let mut source = head();
    source.push_str("  Directory (base) { mode = 0o755 }\n");
    for number in 0..count {
        let mode = if number % 2 == 0 { "0o644" } else { "0o640" };
        let content = content(number);
        let _ = writeln!(
            source,
            "  File \"${{base}}/file-{number:06}\" {{ content = \"{content}\", mode = {mode} }}"
        );
    }
    source + "}\n"
}

/// `count` values, each from the one before.
pub(super) fn chain(count: usize) -> String {
    let mut source = String::from("let v0 = 1\n");
    for number in 1..count {
        let _ = writeln!(source, "let v{number} = v{} + 1", number - 1);
    }
    let last = count.saturating_sub(1);
    let _ = write!(
        source,
        "\nimport std.fs.File\n\npolicy bench {{\n  File \"/last\" {{ content = \"${{v{last}}}\\n\" }}\n}}\n"
    );
    source
}

/// `lines` lines of policies as somebody in a hurry writes them: brackets, operators, comments, strings.
pub(super) fn unformatted(lines: usize) -> String {
    let mut source = String::from("import std.fs.{File,Directory}\n");
    for number in 0..lines / 10 {
        let _ = write!(
            source,
            "\npolicy p{number}{{   // the policy\n\
             let names=[\"a{number}\",\"b\" , \"c\"]\n\
             \x20     // Everything has its folder.\n\
             Directory \"/srv/{number}\"{{mode=0o755,owner=\"root\",group=\"root\"}}\n\
             for name in names.filter(|n| n!=\"b\"&&n!=\"d\").map(|n| \"${{n}}-{number}\").sort(|a,b| a<b){{\n\
             \x20 File \"/srv/{number}/${{name}}\" {{ content=\"${{name}}\\n\",mode=0o644,owner=\"root\",after [Directory[\"/srv\"]] }}\n\
             \x20}}\n\
             if facts.cpu.count>4&&facts.memory.total>512MiB||facts.os.family==.Debian{{File \"/etc/{number}\" {{}}}}\n\
             }}\n"
        );
    }
    source
}

/// A module of a package: its file below `src`, and its text.
pub(super) type Module = (String, String);

fn main(source: String) -> Vec<Module> {
    vec![("main.mc".to_owned(), source)]
}

/// `count` files and folders that their types put behind a folder and a user each.
pub(super) fn automatic_edges(count: usize) -> Vec<Module> {
    let mut source = String::from(
        "import std.fs.{Directory, File}\nimport std.user.User\n\npolicy bench {\n  Directory \"/bench\" {}\n",
    );
    for number in 0..count.div_ceil(100) {
        let _ = writeln!(source, "  User \"user{number}\" {{}}");
    }
    for number in 0..count {
        let (folder, user) = (number / 10, number / 100);
        let _ = match number % 10 {
            0 => writeln!(source, "  Directory \"/bench/{folder}\" {{ owner = \"user{user}\" }}"),
            _ => writeln!(
                source,
                "  File \"/bench/{folder}/{number}\" {{ content = \"x\", owner = \"user{user}\" }}"
            ),
        };
    }
    main(source + "}\n")
}

/// [`chain`] as a package.
pub(super) fn chained_values(count: usize) -> Vec<Module> {
    main(chain(count))
}

/// A record with `count` fields, each of which is read.
pub(super) fn wide_record(count: usize) -> Vec<Module> {
    let mut source = String::from("import std.fs.File\n\nrecord Wide {\n");
    for number in 0..count {
        let _ = writeln!(source, "  f{number}: Int = {number}");
    }
    source.push_str("}\n\nlet wide = Wide { f0 = 1 }\n\npolicy bench {\n");
    for number in 0..count {
        let _ = writeln!(source, "  File \"/bench/{number}\" {{ content = \"${{wide.f{number}}}\" }}");
    }
    main(source + "}\n")
}

/// `count` modules with a component each, which imports the one before.
pub(super) fn modules(count: usize) -> Vec<Module> {
    let mut modules = Vec::with_capacity(count + 1);
    for number in 0..count {
        let mut source = String::from("import std.fs.File\n");
        if let Some(before) = number.checked_sub(1) {
            let _ = writeln!(source, "import m{before}.{{value{before}}}");
        }
        let value = match number.checked_sub(1) {
            Some(before) => format!("value{before} + 1"),
            None => "0".to_owned(),
        };
        let _ = write!(
            source,
            "\npub let value{number}: Int = {value}\n\npub component Part{number} {{\n  \
             File \"/bench/{number}\" {{ content = \"${{value{number}}}\" }}\n}}\n"
        );
        modules.push((format!("m{number}.mc"), source));
    }
    let mut source = String::new();
    for number in 0..count {
        let _ = writeln!(source, "import m{number}.Part{number}");
    }
    source.push_str("\npolicy bench {\n");
    for number in 0..count {
        let _ = writeln!(source, "  Part{number} {{}}");
    }
    modules.extend(main(source + "}\n"));
    modules
}

/// `count` instances that all need one package, and one file by host.
pub(super) fn merged(count: usize) -> Vec<Module> {
    let mut source = String::from(
        "import std.fs.File\nimport std.pkg.Package\n\ncomponent Part {\n  param host: String\n  \
         Package \"curl\" {}\n  if facts.hostname == host {\n    \
         File \"/bench\" { content = \"${host}\\n\" }\n  }\n}\n\npolicy bench {\n",
    );
    for number in 0..count {
        let _ = writeln!(source, "  Part \"p{number}\" {{ host = \"host{number}\" }}");
    }
    main(source + "}\n")
}

/// `count` files, each read by a command that another one stands before, and one command that reads them all.
pub(super) fn readers(count: usize) -> Vec<Module> {
    let mut source = String::from(
        "import std.exec.Command\nimport std.fs.File\n\npolicy bench {\n  \
         Command \"all\" { argv = [\"/bin/true\"], inputs = [\"/bench\"], after Command[\"c0\"] }\n",
    );
    for number in 0..count {
        let next = (number + 1).min(count - 1);
        let order = if next == number { String::new() } else { format!(", after Command[\"c{next}\"]") };
        let _ = writeln!(source, "  File \"/bench/{number}\" {{ content = \"x\" }}");
        let _ = writeln!(
            source,
            "  Command \"c{number}\" {{ argv = [\"/bin/true\"], inputs = [\"/bench/{number}\"], \
             after File[\"/bench/{number}\"]{order} }}"
        );
    }
    main(source + "}\n")
}

/// A policy that wants nothing.
pub(super) fn nothing() -> String {
    "policy bench {\n}\n".to_owned()
}

fn head() -> String {
    "import std.fs.{Directory, File}\n\nlet base: AbsPath = \"/bench\"\n\npolicy bench {\n".to_owned()
}

/// A kibibyte of lines, escaped for a string of the language.
fn content(number: usize) -> String {
    let mut text = String::new();
    let mut length = 0;
    let mut line = 0_usize;
    while length < 1000 {
        let next = format!("option_{line:03} = {:05}", (number * 37 + line * 11) % 99_991);
        length += next.len() + 1;
        text.push_str(&next);
        text.push_str("\\n");
        line += 1;
    }
    text.push_str(&"#".repeat(1023_usize.saturating_sub(length)));
    text.push_str("\\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_a_kibibyte_and_differs() {
        assert_eq!(content(0).replace("\\n", "\n").len(), 1024);
        assert_eq!(content(999).replace("\\n", "\n").len(), 1024);
        assert_ne!(content(1), content(2));
    }

    #[test]
    fn each_file_refers_to_the_one_before() {
        let source = linked_files(3);
        assert_eq!(source.matches(" = File ").count(), 3);
        assert!(
            source.contains("let f2 = File \"${base}/file-000002\" { content = \"after ${f1.path}\\n\""),
            "{source}"
        );
    }
}
