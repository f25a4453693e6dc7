//! Resources that do what their author will not want: modes, secrets, commands.

use super::context::{Cx, Declared};
use super::{Level, Rule};
use crate::diagnostic::code;
use crate::hir;
use crate::signature::Target;
use crate::ty::Ty;
use mc_plan::value::Value;
use mc_syntax::Span;
use mc_syntax::ast::visit::{self, Visitor};
use mc_syntax::ast::{self, BodyItem, ClauseKind, Expr, ExprKind, Name, StringPart};

pub(super) const WORLD_WRITABLE: Rule = Rule {
    code: code::WORLD_WRITABLE,
    name: "world_writable",
    level: Level::Warn,
    about: "a mode with which everybody may write",
    check: world_writable,
};

pub(super) const SHORT_MODE: Rule = Rule {
    code: code::SHORT_MODE,
    name: "short_mode",
    level: Level::Warn,
    about: "a mode with fewer than three digits",
    check: short_mode,
};

pub(super) const PLAIN_SECRET: Rule = Rule {
    code: code::PLAIN_SECRET,
    name: "plain_secret",
    level: Level::Warn,
    about: "a password or key that is written into the source",
    check: plain_secret,
};

pub(super) const READABLE_SECRET: Rule = Rule {
    code: code::READABLE_SECRET,
    name: "readable_secret",
    level: Level::Warn,
    about: "a file with a secret in it that others may read",
    check: readable_secret,
};

pub(super) const IDLE_COMMAND: Rule = Rule {
    code: code::IDLE_COMMAND,
    name: "idle_command",
    level: Level::Warn,
    about: "a `Command` that nothing ever makes run",
    check: idle_command,
};

pub(super) const COMMAND_FOR_RESOURCE: Rule = Rule {
    code: code::COMMAND_FOR_RESOURCE,
    name: "command_for_resource",
    level: Level::Warn,
    about: "a `Command` that does what a resource type does",
    check: command_for_resource,
};

pub(super) const SHELL_COMMAND: Rule = Rule {
    code: code::SHELL_COMMAND,
    name: "shell_command",
    level: Level::Warn,
    about: "a `Command` that gives its work to a shell",
    check: shell_command,
};

/// The attributes in all bodies with a value that is written out.
fn attributes<'db>(cx: &Cx<'db>) -> Vec<(&'db Name, &'db Expr)> {
    struct All<'a>(Vec<(&'a Name, &'a Expr)>);
    impl<'a> Visitor<'a> for All<'a> {
        fn item(&mut self, item: &'a ast::Item) {
            // What a test says is about no host.
            if !matches!(item.kind, ast::ItemKind::Test(_)) {
                visit::walk_item(self, item);
            }
        }
        fn let_(&mut self, node: &'a ast::Let) {
            self.0.push((&node.name, &node.value));
            visit::walk_let(self, node);
        }
        fn param(&mut self, param: &'a ast::Param) {
            self.0.extend(param.default.iter().map(|value| (&param.name, value)));
            visit::walk_param(self, param);
        }
        fn body_item(&mut self, item: &'a BodyItem) {
            if let BodyItem::Attribute { name, value: Some(value), .. } = item {
                self.0.push((name, value));
            }
            visit::walk_body_item(self, item);
        }
    }
    let mut all = All(Vec::new());
    visit::walk_file(&mut all, cx.tree);
    all.0
}

const STICKY: u32 = 0o1000;
const OTHERS_WRITE: u32 = 0o002;
const OTHERS: u32 = 0o007;

fn world_writable(cx: &mut Cx<'_>) {
    for (_, value) in attributes(cx) {
        let ExprKind::Mode(mode) = value.kind else { continue };
        if mode & OTHERS_WRITE == 0 || mode & STICKY != 0 {
            continue;
        }
        let better = format!("0o{:03o}", mode & !OTHERS_WRITE);
        let found = cx
            .finding(&WORLD_WRITABLE, value.span, "everybody on the host may write this")
            .here("the last digit gives others the right to write")
            .fix_by(cx.fix(format!("change to `{better}`"), vec![(value.span, better)]));
        cx.found.push(found);
    }
}

fn short_mode(cx: &mut Cx<'_>) {
    for expr in cx.exprs() {
        let ExprKind::Mode(mode) = expr.kind else { continue };
        let digits = cx.source(expr.span).trim_start_matches("0o").len();
        if digits >= 3 || mode == 0 {
            continue;
        }
        let found = cx
            .finding(&SHORT_MODE, expr.span, "this mode has fewer than three digits")
            .here(if digits == 1 { "nothing for owner and group" } else { "nothing for the owner" })
            .fix_by(cx.replace(expr.span, format!("0o{mode:03o}")));
        cx.found.push(found);
    }
}

/// Last words of names of what nobody else may know.
const SECRET_WORDS: [&str; 5] = ["password", "passwd", "passphrase", "secret", "token"];
/// Last two words of such names.
const SECRET_KEYS: [&str; 4] = ["api_key", "private_key", "secret_key", "access_key"];

/// Whether a name says that a secret is what it stands for.
pub fn names_secret(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or_default();
    SECRET_WORDS.contains(&last)
        || SECRET_KEYS.iter().any(|key| name == *key || name.ends_with(&format!("_{key}")))
}

fn plain_secret(cx: &mut Cx<'_>) {
    for (name, value) in attributes(cx) {
        let ExprKind::String(parts) = &value.kind else { continue };
        let [StringPart::Text(text, _)] = parts.as_slice() else { continue };
        if !names_secret(&name.text) || text.is_empty() || text.starts_with('/') {
            continue;
        }
        let found = cx
            .finding(&PLAIN_SECRET, value.span, format!("`{}` is written into the source", name.text))
            .here("whoever reads the source or the bundle reads it")
            .hide(cx.place(value.span))
            .help(format!("name it instead, and let the host look it up: `secret(\"web/{}\")`", name.text));
        cx.found.push(found);
    }
}

fn readable_secret(cx: &mut Cx<'_>) {
    for declared in cx.resources() {
        if declared.ty(cx.db) != "std.fs.File" {
            continue;
        }
        let Some(content) = declared.value(cx.db, "content") else { continue };
        if !content.ty.any(&mut |ty| matches!(ty, Ty::Secret(_))) {
            continue;
        }
        let mode = declared.value(cx.db, "mode");
        match mode.map(|mode| (&mode.kind, mode.span)) {
            Some((hir::ExprKind::Value(Value::Mode(mode)), span)) if *mode & OTHERS != 0 => {
                let better = format!("0o{:03o}", *mode & !OTHERS);
                let found = cx
                    .finding(&READABLE_SECRET, span, "others may read the secret in this file")
                    .here("the last digit is about everybody else")
                    .fix_by(cx.fix(format!("change to `{better}`"), vec![(span, better)]));
                cx.found.push(found);
            }
            None if !declared.sets(cx.db, "mode") => {
                let head = declared.resource.head;
                let found = cx
                    .finding(
                        &READABLE_SECRET,
                        head,
                        "this file holds a secret and says nothing about its mode",
                    )
                    .here("who may read it is left to the host")
                    .fix_by(cx.fix(
                        "add `mode = 0o600`",
                        vec![(first_in(declared.node), "mode = 0o600, ".to_owned())],
                    ));
                cx.found.push(found);
            }
            _ => {}
        }
    }
}

/// Where the first item of a body stands.
fn first_in(node: &ast::Construct) -> Span {
    let at = node.body.items.first().map(|item| match item {
        BodyItem::Attribute { name, .. } => name.span.start,
        BodyItem::Clause(clause) => clause.span.start,
        BodyItem::Error(span) => span.start,
    });
    Span::at(at.unwrap_or(node.body.span.start + 1))
}

fn commands<'db>(cx: &Cx<'db>) -> Vec<Declared<'db>> {
    let mut all = cx.resources();
    all.retain(|declared| declared.ty(cx.db) == "std.exec.Command");
    all
}

/// Attributes of a command that do not make it run.
const PASSIVE: [&str; 8] = ["argv", "cwd", "user", "group", "env", "environment", "stdin", "umask"];

fn idle_command(cx: &mut Cx<'_>) {
    for declared in commands(cx) {
        let passive = declared.node.body.items.iter().all(|item| match item {
            BodyItem::Attribute { name, .. } => PASSIVE.contains(&name.text.as_str()),
            BodyItem::Clause(clause) => !matches!(clause.kind, ClauseKind::RestartOn | ClauseKind::ReloadOn),
            BodyItem::Error(_) => false,
        });
        if !passive || is_named(cx, declared.span) || !declared.resource.inherited.is_empty() {
            continue;
        }
        let found = cx
            .finding(&IDLE_COMMAND, declared.resource.head, "nothing ever makes this command run")
            .here("without `creates` it runs only when something notifies it")
            .help("say what it `creates`, or give it a name and `notify` it");
        cx.found.push(found);
    }
}

/// Whether other code can reach a resource: by a name that is used, or by a key.
fn is_named(cx: &Cx<'_>, span: Span) -> bool {
    struct Lets<'a>(Vec<&'a ast::Let>, bool);
    impl<'a> Visitor<'a> for Lets<'a> {
        fn let_(&mut self, node: &'a ast::Let) {
            self.0.push(node);
            visit::walk_let(self, node);
        }
        fn expr(&mut self, expr: &'a Expr) {
            self.1 |= matches!(&expr.kind, ExprKind::Reference { path, .. }
                if path.segments.last().is_some_and(|name| name.text == "Command"));
            visit::walk_expr(self, expr);
        }
    }
    let mut lets = Lets(Vec::new(), false);
    visit::walk_file(&mut lets, cx.tree);
    let holds = |l: &&&ast::Let| l.value.span.start <= span.start && span.end <= l.value.span.end;
    let used = lets.0.iter().filter(holds).any(|l| {
        cx.references.iter().any(|(_, target)| matches!(target, Target::Local(_, at) if *at == l.name.span))
    });
    used || lets.1
}

/// The arguments of a command, as far as they are written out.
fn argv<'db>(cx: &Cx<'db>, declared: &Declared<'db>) -> Vec<(String, Span)> {
    let Some(hir::Expr { kind: hir::ExprKind::List(items), .. }) = declared.value(cx.db, "argv") else {
        return match declared.value(cx.db, "argv") {
            Some(hir::Expr { kind: hir::ExprKind::Value(Value::List(items)), span, .. }) => items
                .iter()
                .map_while(|item| match item {
                    Value::Str(text) => Some((text.to_string(), *span)),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
    };
    items
        .iter()
        .map(|item| declared.body.expr(*item))
        .map_while(|item| match &item.kind {
            hir::ExprKind::Value(Value::Str(text)) => Some((text.to_string(), item.span)),
            _ => None,
        })
        .collect()
}

/// Programs, and the resource type that does their work.
const REPLACED: [(&[&str], &str); 6] = [
    (&["apt", "apt-get", "dnf", "yum", "apk", "zypper", "pacman", "dpkg", "rpm"], "Package"),
    (&["systemctl", "service", "rc-service", "update-rc.d", "chkconfig"], "Service"),
    (&["useradd", "adduser", "usermod", "userdel", "deluser"], "User"),
    (&["mkdir", "rmdir"], "Directory"),
    (&["touch", "tee", "cp", "chmod", "chown", "chgrp", "install"], "File"),
    (&["ln"], "Symlink"),
];

fn program(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn command_for_resource(cx: &mut Cx<'_>) {
    for declared in commands(cx) {
        let argv = argv(cx, &declared);
        let Some((first, span)) = argv.first() else { continue };
        let name = program(first);
        let Some((_, ty)) = REPLACED.iter().find(|(names, _)| names.contains(&name)) else { continue };
        // What a service manager is told about itself is about no service.
        if ty == &"Service" && argv.get(1).is_some_and(|(what, _)| what.starts_with("daemon-")) {
            continue;
        }
        let found = cx
            .finding(&COMMAND_FOR_RESOURCE, *span, format!("`{name}` does what a `{ty}` does"))
            .here("runs again whenever it is asked to")
            .help(format!(
                "declare a `{ty}`: it looks first, changes what differs, and says so in a dry run"
            ));
        cx.found.push(found);
    }
}

fn shell_command(cx: &mut Cx<'_>) {
    for declared in commands(cx) {
        let argv = argv(cx, &declared);
        let [(first, span), (second, _), ..] = argv.as_slice() else { continue };
        let is_shell = matches!(program(first), "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh");
        if is_shell && second.starts_with('-') && second.ends_with('c') {
            let found = cx
                .finding(&SHELL_COMMAND, *span, "this command gives its work to a shell")
                .here("quotes, `$` and `;` in its text have a meaning there")
                .help("name the program and its arguments, or install a script as a `File` and run that");
            cx.found.push(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{check, fixed, guessed};
    use expect_test::expect;

    #[test]
    fn modes() {
        let source = "import std.fs.{Directory, File}\n\npolicy p {\n  File \"/a\" { mode = 0o666 }\n  Directory \"/t\" { mode = 0o1777 }\n  \
                      File \"/b\" { mode = 0o64 }\n}\n";
        check(
            source,
            expect![[r#"
            src/main.mc:4:22: warning[MC1023]: everybody on the host may write this
            src/main.mc:6:22: warning[MC1024]: this mode has fewer than three digits
        "#]],
        );
        fixed(
            source,
            expect![[r#"
            import std.fs.{Directory, File}

            policy p {
              File "/a" { mode = 0o666 }
              Directory "/t" { mode = 0o1777 }
              File "/b" { mode = 0o064 }
            }
        "#]],
        );
        guessed(
            source,
            expect![[r#"
            import std.fs.{Directory, File}

            policy p {
              File "/a" { mode = 0o664 }
              Directory "/t" { mode = 0o1777 }
              File "/b" { mode = 0o064 }
            }
        "#]],
        );
    }

    #[test]
    fn secrets() {
        let source = "import std.fs.File\n\nrecord Db {\n  user: String\n  password: String\n  token_file: String\n}\n\n\
                      let db = Db { user = \"a\", password = \"hunter2\", token_file = \"t\" }\n\n\
                      policy p {\n  let key = secret(\"web/key\")\n  File \"/k\" { content = key }\n  File \"/l\" { content = key, mode = 0o644 }\n  \
                      File \"/m\" { content = key, mode = 0o640 }\n  File \"/n\" { content = db.user + db.password + db.token_file }\n}\n";
        check(
            source,
            expect![[r#"
            src/main.mc:9:38: warning[MC1025]: `password` is written into the source
            src/main.mc:13:3: warning[MC1026]: this file holds a secret and says nothing about its mode
            src/main.mc:14:37: warning[MC1026]: others may read the secret in this file
        "#]],
        );
        guessed(
            source,
            expect![[r#"
            import std.fs.File

            record Db {
              user: String
              password: String
              token_file: String
            }

            let db = Db { user = "a", password = "hunter2", token_file = "t" }

            policy p {
              let key = secret("web/key")
              File "/k" { mode = 0o600, content = key }
              File "/l" { content = key, mode = 0o640 }
              File "/m" { content = key, mode = 0o640 }
              File "/n" { content = db.user + db.password + db.token_file }
            }
        "#]],
        );
    }

    #[test]
    fn commands() {
        check(
            "import std.exec.Command\nimport std.fs.File\n\npolicy p {\n  Command \"a\" { argv = [\"/usr/bin/apt-get\", \"update\"] }\n  \
             let reload = Command \"b\" { argv = [\"sh\", \"-ec\", \"kill $(cat /run/x)\"] }\n  \
             Command \"c\" { argv = [\"initdb\"], creates = \"/var/db\" }\n  File \"/a\" { notify reload }\n}\n",
            expect![[r#"
                src/main.mc:5:3: warning[MC1027]: nothing ever makes this command run
                src/main.mc:5:25: warning[MC1028]: `apt-get` does what a `Package` does
                src/main.mc:6:38: warning[MC1029]: this command gives its work to a shell
            "#]],
        );
    }
}
