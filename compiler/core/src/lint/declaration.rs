//! Declarations: their documentation, names, order and size.

use super::context::Cx;
use super::{Level, Rule};
use crate::diagnostic::code;
use crate::name::{self, DeclId};
use crate::signature::Target;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, Item, ItemKind, Name, StmtKind, TestItemKind};
use mc_syntax::{CommentKind, Span};
use std::collections::{BTreeMap, BTreeSet};

pub(super) const MISSING_DOCS: Rule = Rule {
    code: code::MISSING_DOCS,
    name: "missing_docs",
    level: Level::Warn,
    about: "a `pub` declaration without documentation",
    check: missing_docs,
};

pub(super) const TODO_IN_DOCS: Rule = Rule {
    code: code::TODO_IN_DOCS,
    name: "todo_in_docs",
    level: Level::Warn,
    about: "documentation with a note to its author",
    check: todo_in_docs,
};

pub(super) const TEST_WITHOUT_EXPECTATION: Rule = Rule {
    code: code::TEST_WITHOUT_EXPECTATION,
    name: "test_without_expectation",
    level: Level::Warn,
    about: "a test that expects nothing",
    check: test_without_expectation,
};

pub(super) const UNSORTED_IMPORTS: Rule = Rule {
    code: code::UNSORTED_IMPORTS,
    name: "unsorted_imports",
    level: Level::Warn,
    about: "imports that are not in order",
    check: unsorted_imports,
};

pub(super) const TOO_MANY_PARAMETERS: Rule = Rule {
    code: code::TOO_MANY_PARAMETERS,
    name: "too_many_parameters",
    level: Level::Warn,
    about: "a function or component with more parameters than anybody remembers",
    check: too_many_parameters,
};

pub(super) const POLICY_FOR_EVERY_HOST: Rule = Rule {
    code: code::POLICY_FOR_EVERY_HOST,
    name: "policy_for_every_host",
    level: Level::Warn,
    about: "a policy without `select` in a package with labels",
    check: policy_for_every_host,
};

pub(super) const ODD_NAME: Rule = Rule {
    code: code::ODD_NAME,
    name: "odd_name",
    level: Level::Warn,
    about: "a name in another style than names of its kind",
    check: odd_name,
};

pub(super) const CONFUSING_NAMES: Rule = Rule {
    code: code::CONFUSING_NAMES,
    name: "confusing_names",
    level: Level::Warn,
    about: "two names that can hardly be told apart",
    check: confusing_names,
};

pub(super) const DEPRECATED: Rule = Rule {
    code: code::DEPRECATED,
    name: "deprecated",
    level: Level::Warn,
    about: "the use of something that its documentation calls deprecated",
    check: deprecated,
};

fn missing_docs(cx: &mut Cx<'_>) {
    for item in &cx.tree.items {
        let documented = item.docs.as_ref().is_some_and(|docs| !docs.trim().is_empty());
        let Some(name) = name::item_name(&item.kind).filter(|_| item.public.is_some() && !documented) else {
            continue;
        };
        let found = cx
            .finding(&MISSING_DOCS, name.span, format!("`{}` is exported without documentation", name.text))
            .here("no `///` above it")
            .help("say in a sentence what it is for: `mcc doc` and editors show it");
        cx.found.push(found);
    }
}

/// What authors write for themselves. In parts: whoever looks for such notes in the sources finds no false one here.
const NOTES: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), "XXX"];

fn todo_in_docs(cx: &mut Cx<'_>) {
    for comment in cx.trivia.comments.iter().filter(|comment| comment.kind != CommentKind::Line) {
        let text = cx.source(comment.span);
        let words = text.split(|c: char| !c.is_alphanumeric());
        let Some(word) = words.into_iter().find(|word| NOTES.contains(word)) else {
            continue;
        };
        let at = comment.span.start + text.find(word).unwrap_or_default() as u32;
        let found = cx
            .finding(
                &TODO_IN_DOCS,
                Span::new(at, at + word.len() as u32),
                format!("documentation says `{word}`"),
            )
            .here("readers of the documentation see it")
            .help("make it a comment of its own: `// TODO ..`");
        cx.found.push(found);
    }
}

fn test_without_expectation(cx: &mut Cx<'_>) {
    for item in &cx.tree.items {
        let ItemKind::Test(test) = &item.kind else { continue };
        let expects = |kind: &TestItemKind| {
            matches!(kind, TestItemKind::Expect(_) | TestItemKind::ExpectFails(_) | TestItemKind::Error)
        };
        if !test.items.iter().any(|item| expects(&item.kind)) {
            let found = cx
                .finding(&TEST_WITHOUT_EXPECTATION, test.name_span, "this test expects nothing")
                .here("it passes whatever the policy does")
                .help("say what has to hold: `expect p.has(File[\"/etc/motd\"])`");
            cx.found.push(found);
        }
    }
}

/// An import as it is sorted: the standard library first, then by module.
fn import_key(import: &ast::Import) -> (bool, Vec<&str>) {
    let path: Vec<&str> = import.module.iter().map(|name| name.text.as_str()).collect();
    (path.first() != Some(&"std"), path)
}

fn unsorted_imports(cx: &mut Cx<'_>) {
    // Imports without anything between them.
    let mut groups: Vec<Vec<(&Item, &ast::Import)>> = Vec::new();
    let mut last: Option<u32> = None;
    for item in &cx.tree.items {
        let ItemKind::Import(import) = &item.kind else {
            last = None;
            continue;
        };
        let gap = last.map(|last| cx.source(Span::new(last, item.span.start)));
        let near = gap.is_some_and(|gap| gap.trim().is_empty() && gap.matches('\n').count() < 2);
        match groups.last_mut().filter(|_| near) {
            Some(group) => group.push((item, import)),
            None => groups.push(vec![(item, import)]),
        }
        last = Some(item.span.end);
    }
    for group in groups {
        let (Some((first, _)), Some((end, _))) = (group.first(), group.last()) else { continue };
        let whole = first.span.to(end.span);
        let mut sorted = group.clone();
        sorted.sort_by_key(|(_, import)| import_key(import));
        let lines: Vec<String> = sorted.iter().map(|(item, import)| written(cx, item, import)).collect();
        let before: Vec<String> = group.iter().map(|(item, _)| cx.source(item.span).to_owned()).collect();
        if lines == before || cx.has_comment(whole) {
            continue;
        }
        // The first one that another one belongs in front of.
        let at = lines.iter().zip(&before).position(|(new, old)| new != old).unwrap_or_default();
        let Some((item, _)) = group.get(at) else { continue };
        let fix = cx.fix("sort them", vec![(whole, lines.join("\n"))]).safe();
        let found = cx
            .finding(&UNSORTED_IMPORTS, item.span, "these imports are not in order")
            .here("the first one that stands elsewhere")
            .note("the standard library comes first, then the rest, each by name; so do the names in braces")
            .fix_by(fix);
        cx.found.push(found);
    }
}

/// An import with its names in order.
fn written(cx: &Cx<'_>, item: &Item, import: &ast::Import) -> String {
    let text = cx.source(item.span);
    let Some(names) = import.names.as_ref().filter(|names| names.len() > 1) else { return text.to_owned() };
    let place = |name: &ast::ImportName| name.name.span.to(name.alias.as_ref().unwrap_or(&name.name).span);
    let mut sorted: Vec<&ast::ImportName> = names.iter().collect();
    sorted.sort_by_key(|name| &name.name.text);
    if sorted.iter().zip(names).all(|(a, b)| a.name.text == b.name.text) {
        return text.to_owned();
    }
    let (Some(first), Some(last)) = (names.first(), names.last()) else { return text.to_owned() };
    let inner = place(first).to(place(last));
    // The separators stay as they are.
    let mut out = cx.source(Span::new(item.span.start, inner.start)).to_owned();
    for (at, name) in sorted.iter().enumerate() {
        out.push_str(cx.source(place(name)));
        if let (Some(here), Some(next)) = (names.get(at), names.get(at + 1)) {
            out.push_str(cx.source(Span::new(place(here).end, place(next).start)));
        }
    }
    out.push_str(cx.source(Span::new(inner.end, item.span.end)));
    out
}

/// Most parameters of a function, whose arguments have no names.
const MOST_OF_FUNCTION: usize = 6;
/// Most parameters of a component.
const MOST_OF_COMPONENT: usize = 20;

fn too_many_parameters(cx: &mut Cx<'_>) {
    for item in &cx.tree.items {
        let (name, count, most) = match &item.kind {
            ItemKind::Fn(f) => (&f.name, f.params.len(), MOST_OF_FUNCTION),
            ItemKind::Component(component) => {
                let params =
                    component.body.stmts.iter().filter(|stmt| matches!(stmt.kind, StmtKind::Param(_)));
                (&component.name, params.count(), MOST_OF_COMPONENT)
            }
            _ => continue,
        };
        if count > most {
            let found = cx
                .finding(&TOO_MANY_PARAMETERS, name.span, format!("`{}` has {count} parameters", name.text))
                .here(format!("more than {most}"))
                .help("put those that belong together into a record");
            cx.found.push(found);
        }
    }
}

fn policy_for_every_host(cx: &mut Cx<'_>) {
    if name::label_source(cx.db).is_none() {
        return;
    }
    for item in &cx.tree.items {
        let ItemKind::Policy(policy) = &item.kind else { continue };
        if !policy.body.stmts.iter().any(|stmt| matches!(stmt.kind, StmtKind::Select(_))) {
            let found = cx
                .finding(
                    &POLICY_FOR_EVERY_HOST,
                    policy.name.span,
                    format!("the policy `{}` holds for every host", policy.name.text),
                )
                .here("no `select`, and the package has labels")
                .help("say which hosts get it; `select true` says that all of them do");
            cx.found.push(found);
        }
    }
}

/// The names that a file declares: small ones and large ones.
#[derive(Default)]
struct Names<'a> {
    /// With the item that they are in.
    small: Vec<(usize, &'a Name)>,
    large: Vec<&'a Name>,
    /// The `let`s of blocks.
    locals: BTreeSet<Span>,
    item: usize,
}

impl<'a> Visitor<'a> for Names<'a> {
    fn item(&mut self, item: &'a Item) {
        self.item += 1;
        match &item.kind {
            ItemKind::Let(l) => self.small.push((0, &l.name)),
            ItemKind::FactDecl(fact) => self.small.push((0, &fact.name)),
            ItemKind::Fn(f) => {
                self.small.push((0, &f.name));
                self.small.extend(f.params.iter().map(|param| (self.item, &param.name)));
            }
            ItemKind::Policy(policy) => self.small.push((0, &policy.name)),
            ItemKind::TypeAlias(alias) => self.large.push(&alias.name),
            ItemKind::Record(record) => self.large.push(&record.name),
            ItemKind::Enum(e) => {
                self.large.push(&e.name);
                self.large.extend(e.variants.iter().map(|variant| &variant.name));
            }
            ItemKind::Component(component) => self.large.push(&component.name),
            ItemKind::Resource(resource) => self.large.push(&resource.name),
            _ => {}
        }
        visit::walk_item(self, item);
    }
    fn stmt(&mut self, stmt: &'a ast::Stmt) {
        match &stmt.kind {
            StmtKind::Let(l) if l.pattern.is_none() => {
                self.small.push((self.item, &l.name));
                self.locals.insert(l.name.span);
            }
            StmtKind::Param(param) => self.small.push((self.item, &param.name)),
            StmtKind::Out(out) => self.small.push((self.item, &out.name)),
            _ => {}
        }
        visit::walk_stmt(self, stmt);
    }
}

/// A name with `_` in front of the large letters, which become small ones.
fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut before: Option<char> = None;
    for c in name.chars() {
        if c.is_uppercase() {
            if before.is_some_and(|b| !b.is_uppercase() && b != '_') {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

fn odd_name(cx: &mut Cx<'_>) {
    let mut names = Names::default();
    visit::walk_file(&mut names, cx.tree);
    let taken: BTreeSet<&str> = mc_syntax::tokens(cx.text).iter().map(|(_, span)| cx.source(*span)).collect();
    for (_, name) in &names.small {
        if !name.text.chars().any(char::is_uppercase) {
            continue;
        }
        let better = snake(&name.text);
        let found = cx
            .finding(&ODD_NAME, name.span, format!("`{}` is written in another style", name.text))
            .here("names of values have small letters and `_`")
            .help(format!("call it `{better}`"));
        let uses: Vec<Span> = cx
            .references
            .iter()
            .filter(|(_, target)| matches!(target, Target::Local(_, at) if *at == name.span))
            .map(|(span, _)| *span)
            .collect();
        // `{ siteName }` names an attribute as well.
        let short = |span: &Span| cx.references.iter().filter(|(other, _)| other == span).count() > 1;
        let fits = names.locals.contains(&name.span)
            && !taken.contains(better.as_str())
            && !uses.iter().any(short)
            && uses.iter().all(|span| cx.source(*span) == name.text);
        cx.found.push(if fits {
            let all: BTreeSet<Span> = uses.into_iter().chain([name.span]).collect();
            let edits = all.into_iter().map(|span| (span, better.clone())).collect();
            found.fix_by(cx.fix(format!("rename it to `{better}`"), edits).safe())
        } else {
            found
        });
    }
    for name in names.large.iter().filter(|name| name.text.contains('_')) {
        let better: String = name
            .text
            .split('_')
            .map(|word| {
                let mut chars = word.chars();
                let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
                let rest = chars.as_str();
                let shout = rest.chars().any(char::is_uppercase) && !rest.chars().any(char::is_lowercase);
                if shout { format!("{first}{}", rest.to_lowercase()) } else { format!("{first}{rest}") }
            })
            .collect();
        // `X86_64` keeps its numbers apart.
        if name.text.split('_').skip(1).all(|word| word.starts_with(|c: char| c.is_ascii_digit())) {
            continue;
        }
        let found = cx
            .finding(&ODD_NAME, name.span, format!("`{}` is written in another style", name.text))
            .here("names of types and variants have large letters where words begin")
            .help(format!("call it `{better}`"));
        cx.found.push(found);
    }
}

/// A name without what is easily overlooked.
fn blurred(name: &str) -> String {
    let plain = name.chars().filter(|c| *c != '_');
    let plain = plain.flat_map(char::to_lowercase);
    plain
        .map(|c| {
            if c == '0' {
                'o'
            } else if c == '1' || c == 'i' {
                'l'
            } else {
                c
            }
        })
        .collect()
}

fn confusing_names(cx: &mut Cx<'_>) {
    let mut names = Names::default();
    visit::walk_file(&mut names, cx.tree);
    let mut first: BTreeMap<(usize, String), &Name> = BTreeMap::new();
    for (item, name) in names.small {
        let key = (item, blurred(&name.text));
        let Some(before) = first.get(&key).copied() else {
            first.insert(key, name);
            continue;
        };
        if before.text == name.text {
            continue;
        }
        let found = cx
            .finding(
                &CONFUSING_NAMES,
                name.span,
                format!("`{}` and `{}` can hardly be told apart", before.text, name.text),
            )
            .here("one of them")
            .label(cx.place(before.span), "the other one")
            .help("give one of them a name that says what is different");
        cx.found.push(found);
    }
}

/// What begins the line that says so.
const DEPRECATED_MARK: &str = "Deprecated:";

fn deprecated(cx: &mut Cx<'_>) {
    let mut known: BTreeMap<(String, u32), Option<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for (span, target) in &cx.references {
        let Target::Decl(id) = target else { continue };
        let key = (id.file.path(cx.db).to_string(), id.index);
        let advice = known.entry(key).or_insert_with(|| advice(cx, *id));
        let Some(advice) = advice else { continue };
        let name = id.text(cx.db);
        let inside = id.file == cx.file && {
            let own = id.item(cx.db).span;
            own.start <= span.start && span.end <= own.end
        };
        if inside {
            continue;
        }
        let here = cx.finding(&DEPRECATED, *span, format!("`{name}` is deprecated")).here("used here");
        let here = if id.file == cx.file { here.label(id.place(cx.db), "declared here") } else { here };
        found.push(if advice.is_empty() { here } else { here.note(advice.clone()) });
    }
    cx.found.extend(found);
}

/// What the documentation says instead, if it says that a declaration is deprecated.
fn advice(cx: &Cx<'_>, id: DeclId) -> Option<String> {
    let docs = id.item(cx.db).docs.as_ref()?;
    let (_, rest) = docs.split_once(DEPRECATED_MARK)?;
    Some(rest.lines().next().unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::snake;
    use crate::lint::testing::{check, fixed};
    use expect_test::expect;

    #[test]
    fn large_letters_begin_words() {
        assert_eq!(snake("siteName"), "site_name");
        assert_eq!(snake("httpURL"), "http_url");
        assert_eq!(snake("a_B"), "a_b");
    }

    #[test]
    fn documentation() {
        check(
            "import std.fs.File\n\npub let a = 1\n\n/// Fine. TODO say more.\npub let b = 2\n\n/// Old.\n///\n/// Deprecated: use `b`.\nlet c = 3\n\n\
             policy p {\n  File \"/${c}\" {}\n}\n",
            expect![[r#"
                src/main.mc:3:9: warning[MC1035]: `a` is exported without documentation
                src/main.mc:5:11: warning[MC1036]: documentation says `TODO`
                src/main.mc:14:12: warning[MC1043]: `c` is deprecated
            "#]],
        );
    }

    #[test]
    fn imports_in_order() {
        fixed(
            "import std.user.User\nimport std.fs.{File, Directory as Folder}\n\nimport std.pkg.Package\n\npolicy p {\n  File \"/a\" {}\n  Folder \"/b\" {}\n  \
             User \"u\" {}\n  Package \"curl\" {}\n}\n",
            expect![[r#"
                import std.fs.{Directory as Folder, File}
                import std.user.User

                import std.pkg.Package

                policy p {
                  File "/a" {}
                  Folder "/b" {}
                  User "u" {}
                  Package "curl" {}
                }
            "#]],
        );
    }

    #[test]
    fn names() {
        let source = "import std.fs.File\n\nenum Web_Mode { On, X86_64 }\n\nfn f(useTls: Bool, web_root: String, webroot: String) -> String {\n  \
                      if useTls { web_root } else { webroot }\n}\n\nlet mode = Web_Mode.On\n\npolicy p {\n  let siteName = f(mode == .On, \"a\", \"b\")\n  \
                      File \"/${siteName}\" {}\n}\n";
        check(
            source,
            expect![[r#"
            src/main.mc:3:6: warning[MC1041]: `Web_Mode` is written in another style
            src/main.mc:5:6: warning[MC1041]: `useTls` is written in another style
            src/main.mc:5:38: warning[MC1042]: `web_root` and `webroot` can hardly be told apart
            src/main.mc:12:7: warning[MC1041]: `siteName` is written in another style
        "#]],
        );
        fixed(
            source,
            expect![[r#"
            import std.fs.File

            enum Web_Mode { On, X86_64 }

            fn f(useTls: Bool, web_root: String, webroot: String) -> String {
              if useTls { web_root } else { webroot }
            }

            let mode = Web_Mode.On

            policy p {
              let site_name = f(mode == .On, "a", "b")
              File "/${site_name}" {}
            }
        "#]],
        );
    }

    #[test]
    fn sizes_and_selections() {
        check(
            "import std.fs.File\n\nlabels { role: String }\n\nfn f(a: Int, b: Int, c: Int, d: Int, e: Int, g: Int, h: Int) -> Int {\n  \
             a + b + c + d + e + g + h\n}\n\npolicy all {\n  File \"/${f(1, 2, 3, 4, 5, 6, 7)}\" {}\n}\n\npolicy some {\n  select labels.role == \"web\"\n  File \"/a\" {}\n}\n",
            expect![[r#"
                src/main.mc:5:4: warning[MC1039]: `f` has 7 parameters
                src/main.mc:9:8: warning[MC1040]: the policy `all` holds for every host
            "#]],
        );
    }
}
