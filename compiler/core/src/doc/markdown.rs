//! Documentation comments as HTML: CommonMark, with links to declarations. HTML in a comment is shown as text:
//! a comment of a dependency must not reach into the page.

use super::highlight;
use crate::graph::svg::escape;
use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// How deep headings of a comment are pushed down: those of the page stand above them.
const HEADINGS: u8 = 3;

/// Documentation as its author meant it: without the space after the marker.
pub(super) fn text(docs: &str) -> String {
    let lines: Vec<&str> = docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}

/// The first paragraph, in one line and without marks.
pub(super) fn summary(docs: &str) -> String {
    let text = text(docs);
    let mut out = String::new();
    // A name in brackets is a link there; here it is a word.
    let named = |_: BrokenLink<'_>| Some((CowStr::from(""), CowStr::from("")));
    for event in Parser::new_with_broken_link_callback(&text, Options::empty(), Some(named)) {
        match event {
            Event::Text(piece) | Event::Code(piece) => out.push_str(&piece),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) => break,
            _ => {}
        }
    }
    out
}

/// A comment as HTML. `link` gives the address of a declaration's name.
pub(super) fn html(docs: &str, link: &dyn Fn(&str) -> Option<String>) -> String {
    let text = text(docs);
    // `[`Site`]`: where no address follows, the name is one of a declaration.
    let named = |broken: BrokenLink<'_>| {
        let address = link(broken.reference.trim_matches('`'))?;
        Some((CowStr::from(address), CowStr::from("")))
    };
    let events = Parser::new_with_broken_link_callback(&text, Options::ENABLE_TABLES, Some(named));
    let mut page = Writer { out: String::new(), code: None, heads: false, linked: false, link };
    for event in events {
        page.event(event);
    }
    page.out
}

struct Writer<'a> {
    out: String,
    /// The code block that is being read: its language and text.
    code: Option<(String, String)>,
    /// Whether the cells of a table are those of its head.
    heads: bool,
    /// Whether what is read stands in a link: none stands inside of another.
    linked: bool,
    link: &'a dyn Fn(&str) -> Option<String>,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.out.push_str(&escape(&text)),
            },
            Event::Code(code) => {
                let shown = match (self.link)(&code).filter(|_| !self.linked) {
                    Some(address) => format!("<a href=\"{}\">{}</a>", escape(&address), escape(&code)),
                    None => escape(&code),
                };
                self.out.push_str(&format!("<code>{shown}</code>"));
            }
            Event::Html(text) | Event::InlineHtml(text) => self.out.push_str(&escape(&text)),
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            // Not asked for.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.out.push_str(&escape(&text));
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.out.push_str("<p>"),
            Tag::Heading { level, .. } => self.out.push_str(&format!("<h{}>", pushed(level))),
            Tag::BlockQuote(_) => self.out.push_str("<blockquote>\n"),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split_whitespace().next().unwrap_or_default().to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::List(None) => self.out.push_str("<ul>\n"),
            Tag::List(Some(first)) => self.out.push_str(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => self.out.push_str("<li>"),
            Tag::Table(_) => self.out.push_str("<table>\n"),
            Tag::TableHead => {
                self.heads = true;
                self.out.push_str("<tr>");
            }
            Tag::TableRow => self.out.push_str("<tr>"),
            Tag::TableCell => self.out.push_str(if self.heads { "<th>" } else { "<td>" }),
            Tag::Emphasis => self.out.push_str("<em>"),
            Tag::Strong => self.out.push_str("<strong>"),
            Tag::Link { dest_url, .. } => {
                self.linked = true;
                let address = Some(dest_url).filter(|address| is_harmless(address));
                let address = address.map_or_else(String::new, |a| format!(" href=\"{}\"", escape(&a)));
                self.out.push_str(&format!("<a{address}>"));
            }
            // A page fetches nothing: of a picture its text is left.
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.out.push_str("</p>\n"),
            TagEnd::Heading(level) => self.out.push_str(&format!("</h{}>\n", pushed(level))),
            TagEnd::BlockQuote(_) => self.out.push_str("</blockquote>\n"),
            TagEnd::CodeBlock => {
                if let Some((language, code)) = self.code.take() {
                    let shown = match language.as_str() {
                        "mc" | "" => highlight::code(&code, self.link),
                        _ => escape(&code),
                    };
                    self.out.push_str(&format!("<pre><code>{}</code></pre>\n", shown.trim_end()));
                }
            }
            TagEnd::List(false) => self.out.push_str("</ul>\n"),
            TagEnd::List(true) => self.out.push_str("</ol>\n"),
            TagEnd::Item => self.out.push_str("</li>\n"),
            TagEnd::Table => self.out.push_str("</table>\n"),
            TagEnd::TableHead => {
                self.heads = false;
                self.out.push_str("</tr>\n");
            }
            TagEnd::TableRow => self.out.push_str("</tr>\n"),
            TagEnd::TableCell => self.out.push_str(if self.heads { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.out.push_str("</em>"),
            TagEnd::Strong => self.out.push_str("</strong>"),
            TagEnd::Link => {
                self.linked = false;
                self.out.push_str("</a>");
            }
            _ => {}
        }
    }
}

fn pushed(level: HeadingLevel) -> u8 {
    (level as u8).saturating_add(HEADINGS).min(6)
}

/// Whether an address may stand in a link: one of the web, or one without a scheme.
fn is_harmless(address: &str) -> bool {
    let scheme = address.split(['/', '?', '#']).next().unwrap_or_default();
    !scheme.contains(':')
        || ["https:", "http:", "mailto:"]
            .iter()
            .any(|known| scheme.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known)))
}
