//! Sources while they are typed: cut off, or with a token missing. Nothing panics, and one mistake gives few
//! messages.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "test code: the corpus is read from the repository, and must be there"
)]

use crate::database;
use camino::{Utf8Path, Utf8PathBuf};
use mc_compiler::diagnostic::render::{Format, RenderOptions, render};
use mc_compiler::package;

/// How many messages one mistake may give beyond those that the whole source has.
const FEW: usize = 12;

/// Where a source is cut or loses a token, at most.
const PLACES: usize = 20;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The files of this ending below a folder, in order.
fn files(folder: &Utf8Path, ending: &str) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in folder.read_dir_utf8().expect("a folder of the repository") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("its kind").is_dir() {
                open.push(entry.path().to_owned());
            } else if entry.path().extension() == Some(ending) {
                found.push(entry.path().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The examples of a chapter of the reference.
fn blocks(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match (&mut block, line.trim()) {
            (None, "```mc") => block = Some(String::new()),
            (Some(_), "```") => all.extend(block.take()),
            (Some(block), _) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    all
}

fn corpus() -> Vec<String> {
    let root = Utf8Path::new(ROOT);
    let read = |path: Utf8PathBuf| std::fs::read_to_string(path).expect("a file of the repository");
    let mut all: Vec<String> = files(&root.join("examples"), "mc").into_iter().map(read).collect();
    all.extend(files(&root.join("stdlib/src/std"), "mc").into_iter().map(read));
    all.extend(files(&root.join("docs/language"), "md").into_iter().map(read).flat_map(|text| blocks(&text)));
    all
}

#[test]
fn half_typed_sources_have_few_messages() {
    let options = RenderOptions { format: Format::Full, ascii: true, ..RenderOptions::default() };
    let mut db = database(&[("src/main.mc", "policy p {}\n")]);
    let mut check = |text: &str| {
        package::set_text(&mut db, Utf8Path::new("src/main.mc"), text);
        let found = mc_compiler::diagnostics(&db);
        (found.len(), render(&db, &found, &options))
    };
    let corpus = corpus();
    assert!(corpus.len() > 20, "the corpus is not where it was");
    for whole in corpus {
        let (before, _) = check(&whole);
        let step = (whole.len() / PLACES).max(1);
        let cuts = (0..whole.len()).step_by(step).filter(|at| whole.is_char_boundary(*at));
        let cut: Vec<String> = cuts.map(|at| whole[..at].to_owned()).collect();
        let tokens = mc_syntax::tokens(&whole);
        let step = (tokens.len() / PLACES).max(1);
        let without = tokens
            .iter()
            .step_by(step)
            .map(|(_, span)| format!("{}{}", &whole[..span.start as usize], &whole[span.end as usize..]));
        for text in cut.into_iter().chain(without) {
            let (found, shown) = check(&text);
            assert!(found <= before + FEW, "{found} messages, {before} before, for\n{text}\n{shown}");
        }
    }
}

#[test]
fn a_misspelt_name_is_not_missing_as_well() {
    let source = "\
record Site { name: String, port: Int }
fn listen(site: Site, ip: String) -> String { \"${ip}:${site.port}\" }
component Web { param sites: List<Site> }

policy base {
  Web { site = [Site { nmae = \"a\", port = 80 }] }
  File \"/etc/a\" { content = listen(Site { name = \"a\", port = 1 }, pi = \"::\") }
  Web { sits = [], also = 1 }
  Web { also = 1 }
}
";
    expect_test::expect![[r#"
        src/main.mc:11:9: error[MC0303]: `Web` has no parameter `site`
        src/main.mc:11:24: error[MC0303]: `Site` has no field `nmae`
        src/main.mc:12:67: error[MC0303]: `listen` has no parameter `pi`
        src/main.mc:13:9: error[MC0303]: `Web` has no parameter `sits`
        src/main.mc:13:20: error[MC0303]: `Web` has no parameter `also`
        src/main.mc:14:7: error[MC0304]: `Web` also needs `sites: List<Site>`
        src/main.mc:14:9: error[MC0303]: `Web` has no parameter `also`
    "#]]
    .assert_eq(&crate::outline(&[("src/main.mc", source)]));
}
