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
