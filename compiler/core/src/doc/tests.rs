use super::{Options, Page, markdown, site};
use crate::{Database, package};
use camino::Utf8Path;
use expect_test::{Expect, expect};

const MANIFEST: &str = "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n";

const ROOT: &str = "//! All of it, see [`web`].\n\nimport web.{Site}\n\nlabels { tier: String }\n\n/// The web.\npolicy front {\n  select labels.tier == \"web\"\n}\n\nlet hidden = 1\n";

const WEB: &str = "//! Sites.\n\n/// One virtual host; its [`Site.port`] is open. <b>\n///\n/// ```mc\n/// let a: Site = b // why\n/// ```\npub record Site {\n  /// Where it listens.\n  port: Int = 80\n}\n\n/// Many.\npub fn all(sites: List<Site>) -> Int { sites.len() }\n\nfn inner() -> Int { 1 }\n";

fn pages(options: &Options) -> Vec<Page> {
    let mut db = Database::new();
    for (path, text) in [("masterchef.toml", MANIFEST), ("src/main.mc", ROOT), ("src/web.mc", WEB)] {
        package::set_text(&mut db, Utf8Path::new(path), text);
    }
    assert_eq!(crate::diagnostics(&db), [], "the package is right");
    site(&db, options)
}

/// The main part of a page.
fn main(page: &Page) -> &str {
    let start = page.html.find("<main>").expect("a main part");
    let end = page.html.find("</main>").expect("its end");
    &page.html[start..end]
}

fn html(comment: &str, expected: &Expect) {
    let link = |name: &str| (name == "Site").then(|| "web.html#Site".to_owned());
    expected.assert_eq(&markdown::html(comment, &link));
}

#[test]
fn a_page_for_each_module_and_one_for_all() {
    let pages = pages(&Options { version: "1.0".to_owned(), ..Options::default() });
    let files: Vec<&str> = pages.iter().map(|page| page.file.as_str()).collect();
    assert_eq!(files, ["index.html", "root.html", "module.web.html"]);
    expect![[r#"
        <main>
        <section id="list">
        <div class="docs"><p>All of it, see <a href="module.web.html"><code>web</code></a>.</p>
        </div>
        <h2><a href="root.html">The root module</a></h2>
        <p class="about">All of it, see web.</p>
        <table>
        <tr><td class="kind">policy</td><td><a href="root.html#front">front</a></td><td>The web.</td></tr>
        <tr><td class="kind">labels</td><td><a href="root.html#labels">labels</a></td><td></td></tr>
        </table>
        <h2><a href="module.web.html">web</a></h2>
        <p class="about">Sites.</p>
        <table>
        <tr><td class="kind">record</td><td><a href="module.web.html#Site">Site</a></td><td>One virtual host; its Site.port is open. </td></tr>
        <tr><td class="kind">function</td><td><a href="module.web.html#all">all</a></td><td>Many.</td></tr>
        </table>
        </section>
        <section id="results" aria-live="polite" hidden></section>
    "#]]
    .assert_eq(main(&pages[0]));
    expect![[r##"
        <main>
        <p class="crumb">module</p>
        <h1>web</h1>
        <div class="docs"><p>Sites.</p>
        </div>
        <h2>Records</h2>
        <article id="Site">
        <h3><span class="kind">record</span> <a href="#Site">Site</a> <span class="at">src/web.mc:8</span></h3>
        <pre><code><span class="k">record</span> <span class="t">Site</span> {
          port: <span class="t">Int</span> = <span class="n">80</span>
        }</code></pre>
        <div class="docs"><p>One virtual host; its <a href="module.web.html#Site.port"><code>Site.port</code></a> is open. &lt;b&gt;</p>
        <pre><code><span class="k">let</span> a: <a class="t" href="module.web.html#Site">Site</a> = b <span class="c">// why</span></code></pre>
        </div>
        <dl>
        <dt id="Site.port"><a href="#Site.port">port</a></dt>
        <dd class="docs"><p>Where it listens.</p>
        </dd>
        </dl>
        </article>
        <h2>Functions</h2>
        <article id="all">
        <h3><span class="kind">function</span> <a href="#all">all</a> <span class="at">src/web.mc:14</span></h3>
        <pre><code><span class="k">fn</span> all(sites: <span class="t">List</span>&lt;<a class="t" href="module.web.html#Site">Site</a>&gt;) -&gt; <span class="t">Int</span></code></pre>
        <div class="docs"><p>Many.</p>
        </div>
        </article>
    "##]].assert_eq(main(&pages[2]));
}

#[test]
fn what_is_not_exported_is_shown_when_asked_for() {
    let shown = |private: bool| {
        let pages = pages(&Options { private, ..Options::default() });
        let text: String = pages.iter().map(main).collect();
        (text.contains("id=\"hidden\""), text.contains("id=\"inner\""))
    };
    assert_eq!(shown(false), (false, false));
    assert_eq!(shown(true), (true, true));
}

#[test]
fn the_standard_library_has_pages_of_its_own() {
    let pages = pages(&Options { all: true, ..Options::default() });
    let fs = pages.iter().find(|page| page.file == "module.std.fs.html").expect("a page");
    assert!(fs.html.contains("<dt id=\"File.content\">"), "each attribute has its documentation");
    assert!(pages[0].html.contains("\"address\":\"module.std.fs.html#File.content\""), "it can be found");
}

#[test]
fn comments_cannot_reach_into_the_page() {
    html(
        " a <script>alert(1)</script> [x](javascript:alert(1)) [y](https://a.example/?a=1&b=2) ![z](http://a/b.png)",
        &expect![[r#"
            <p>a &lt;script&gt;alert(1)&lt;/script&gt; <a>x</a> <a href="https://a.example/?a=1&amp;b=2">y</a> z</p>
        "#]],
    );
    html(
        " <!-- \n\n <img src=x onerror=alert(1)>\n",
        &expect![[r#"
        &lt;!-- 

        &lt;img src=x onerror=alert(1)&gt;"#]],
    );
    html(
        " [x]( JavaScript:alert(1)) <javascript:alert(1)> [d](data:text/html,x) [v](vbscript:x)",
        &expect![[r#"
        <p><a>x</a> <a>javascript:alert(1)</a> <a>d</a> <a>v</a></p>
    "#]],
    );
}

#[test]
fn comments_are_markdown() {
    html(
        " # Head\n\n One *two* **three** `Site` [`Site`] [`Nothing`].\n\n - a\n - b\n\n | x | y |\n |---|---|\n | 1 | 2 |\n\n ```mc\n let x: Site = \"a\" // b\n ```\n\n ```sh\n ls <x>\n ```",
        &expect![[r#"
            <h4>Head</h4>
            <p>One <em>two</em> <strong>three</strong> <code><a href="web.html#Site">Site</a></code> <a href="web.html#Site"><code>Site</code></a> [<code>Nothing</code>].</p>
            <ul>
            <li>a</li>
            <li>b</li>
            </ul>
            <table>
            <tr><th>x</th><th>y</th></tr>
            <tr><td>1</td><td>2</td></tr>
            </table>
            <pre><code><span class="k">let</span> x: <a class="t" href="web.html#Site">Site</a> = <span class="s">&quot;a&quot;</span> <span class="c">// b</span></code></pre>
            <pre><code>ls &lt;x&gt;</code></pre>
        "#]],
    );
}
