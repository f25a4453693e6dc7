//! The pages as HTML.

use super::site::{Declaration, INDEX, Kind, Module, Site};
use super::{highlight, markdown};
use crate::db::Origin;
use crate::graph::svg::escape;
use crate::name;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::fmt::Write;

const SCRIPT: &str = include_str!("search.js");
const STYLE: &str = include_str!("page.css");

/// A line of the index that the script searches in.
#[derive(Serialize)]
struct Entry<'a> {
    name: String,
    kind: &'a str,
    module: &'a str,
    address: String,
    about: String,
}

/// The first page: what there is, and a search.
pub(super) fn index(site: &Site<'_>) -> String {
    let title = format!("{} {}", site.name, site.version);
    let mut main = "<section id=\"list\">\n".to_owned();
    if let Some(root) = site.modules.iter().find(|module| module.name.is_empty())
        && let Some(docs) = &name::tree(site.db, root.file).docs
    {
        let link = |name: &str| site.address(root.file, name);
        // invariant: writing to a string does not fail, here and below
        let _ = writeln!(main, "<div class=\"docs\">{}</div>", markdown::html(docs, &link));
    }
    for module in &site.modules {
        let about = Site::summary(name::tree(site.db, module.file).docs.as_ref());
        let _ = write!(
            main,
            "<h2><a href=\"{}\">{}</a></h2>\n<p class=\"about\">{}</p>\n{}",
            escape(&module.page),
            escape(title_of(module)),
            escape(&about),
            table(site, module),
        );
    }
    main.push_str("</section>\n<section id=\"results\" aria-live=\"polite\" hidden></section>\n");
    let mut page = head(&title, true);
    page.push_str(&frame(site, None, &main));
    let _ = write!(
        page,
        "<script type=\"application/json\" id=\"index\">{}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        json(site)
    );
    page
}

/// The page of a module.
pub(super) fn module(site: &Site<'_>, module: &Module) -> String {
    let mut main = String::new();
    let _ = writeln!(
        main,
        "<p class=\"crumb\">{}</p>\n<h1>{}</h1>",
        match module.file.origin(site.db) {
            Origin::Standard => "module of the standard library",
            Origin::Package => "module",
            Origin::Dependency(_) => "module of a dependency",
        },
        escape(title_of(module))
    );
    let link = |name: &str| site.address(module.file, name);
    if let Some(docs) = &name::tree(site.db, module.file).docs {
        let _ = writeln!(main, "<div class=\"docs\">{}</div>", markdown::html(docs, &link));
    }
    let mut last: Option<Kind> = None;
    for shown in &module.declarations {
        if last != Some(shown.kind) {
            last = Some(shown.kind);
            let _ = writeln!(main, "<h2>{}</h2>", shown.kind.heading());
        }
        main.push_str(&declaration(site, module, shown, &link));
    }
    let mut page = head(&format!("{} - {}", title_of(module), site.name), false);
    page.push_str(&frame(site, Some(module), &main));
    page.push_str("</body>\n</html>\n");
    page
}

fn title_of(module: &Module) -> &str {
    if module.name.is_empty() { "The root module" } else { &module.name }
}

fn declaration(
    site: &Site<'_>,
    module: &Module,
    shown: &Declaration,
    link: &dyn Fn(&str) -> Option<String>,
) -> String {
    let name = escape(&shown.name);
    let own = |wanted: &str| link(wanted).filter(|_| wanted != shown.name);
    let place = shown.id.place(site.db);
    let text = module.file.text(site.db);
    let before = text.get(..place.span.start as usize).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let mut out = format!(
        "<article id=\"{name}\">\n<h3><span class=\"kind\">{}</span> <a href=\"#{name}\">{name}</a> <span class=\"at\">{}:{line}</span></h3>\n<pre><code>{}</code></pre>\n",
        shown.kind.word(),
        escape(module.file.path(site.db).as_str()),
        highlight::code(&site.code(shown.id), &own),
    );
    if let Some(docs) = &shown.id.item(site.db).docs {
        let _ = writeln!(out, "<div class=\"docs\">{}</div>", markdown::html(docs, link));
    }
    if !shown.members.is_empty() {
        out.push_str("<dl>\n");
        for member in &shown.members {
            let id = escape(&format!("{}.{}", shown.name, member.name));
            let _ = writeln!(
                out,
                "<dt id=\"{id}\"><a href=\"#{id}\">{}</a></dt>\n<dd class=\"docs\">{}</dd>",
                escape(&member.name),
                markdown::html(&member.docs, link)
            );
        }
        out.push_str("</dl>\n");
    }
    out + "</article>\n"
}

/// The declarations of a module in one table.
fn table(site: &Site<'_>, module: &Module) -> String {
    let mut out = "<table>\n".to_owned();
    for shown in &module.declarations {
        let about = Site::summary(shown.id.item(site.db).docs.as_ref());
        let _ = writeln!(
            out,
            "<tr><td class=\"kind\">{}</td><td><a href=\"{}#{}\">{}</a></td><td>{}</td></tr>",
            shown.kind.word(),
            escape(&module.page),
            escape(&shown.name),
            escape(&shown.name),
            escape(&about)
        );
    }
    out + "</table>\n"
}

fn head(title: &str, script: bool) -> String {
    let digest = |text: &str| STANDARD.encode(mc_plan::digest::sha256(text.as_bytes()));
    let scripts = if script { format!(" script-src 'sha256-{}';", digest(SCRIPT)) } else { String::new() };
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';{scripts} style-src 'sha256-{}'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        digest(STYLE),
        escape(title)
    )
}

/// What stands around the main part: the package's name, the search, and the list of modules.
fn frame(site: &Site<'_>, current: Option<&Module>, main: &str) -> String {
    let mut out = format!(
        "<header>\n<a class=\"name\" href=\"{INDEX}\">{}</a> <span class=\"version\">{}</span>\n\
         <form role=\"search\" action=\"{INDEX}\" method=\"get\">\n<label class=\"hidden\" for=\"search\">Search</label>\n\
         <input id=\"search\" name=\"q\" type=\"search\" placeholder=\"Search\" autocomplete=\"off\" spellcheck=\"false\">\n</form>\n</header>\n<nav aria-label=\"Modules\">\n",
        escape(&site.name),
        escape(site.version)
    );
    for module in &site.modules {
        let here = current.is_some_and(|current| current.file == module.file);
        let mark = if here { " aria-current=\"page\"" } else { "" };
        let _ = writeln!(
            out,
            "<a href=\"{}\"{mark}>{}</a>",
            escape(&module.page),
            escape(if module.name.is_empty() { "root" } else { &module.name })
        );
    }
    let _ = writeln!(out, "</nav>\n<main>\n{main}</main>");
    out
}

/// What the script searches in.
fn json(site: &Site<'_>) -> String {
    let mut entries = Vec::new();
    for module in &site.modules {
        let about = Site::summary(name::tree(site.db, module.file).docs.as_ref());
        let name = title_of(module).to_owned();
        entries.push(Entry { name, kind: "module", module: "", address: module.page.clone(), about });
        for shown in &module.declarations {
            let address = format!("{}#{}", module.page, shown.name);
            let about = Site::summary(shown.id.item(site.db).docs.as_ref());
            let kind = shown.kind.word();
            entries.push(Entry { name: shown.name.to_string(), kind, module: &module.name, address, about });
            for member in &shown.members {
                let name = format!("{}.{}", shown.name, member.name);
                let address = format!("{}#{name}", module.page);
                let about = markdown::summary(&member.docs);
                entries.push(Entry { name, kind: "", module: &module.name, address, about });
            }
        }
    }
    // invariant: strings always have a JSON form
    let text = serde_json::to_string(&entries).unwrap_or_default();
    // No end of the script element, and no comment of HTML, can stand in it.
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
