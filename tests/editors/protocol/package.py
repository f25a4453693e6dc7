"""The package that all clients work on, and places in it."""

import pathlib

FILES = {
    "masterchef.toml": """\
[package]
name = "shop"
version = "0.1.0"
edition = "2026"
""",
    "src/main.mc": """\
import site.{Site, base}
import std.fs.File

/// Serves one site.
component Server {
  param site: Site
  param workers: Int = 4

  File "/etc/é😀/${site.name}.conf" { content = text(site, workers), mode = 0o644 }
  out path: String = "/etc/é😀/${site.name}.conf"
}

/// The configuration of a site.
fn text(site: Site, workers: Int) -> String {
  "${site.name}:${site.port} ${workers}"
}

policy web {
  let site = Site { name = "www.example.com", port = base + 80 }
  let server = Server "www" { site = site }
  File "/srv/page" { content = template("page.mct", site = site), mode = 0o644, after server }
}

test "a page is served" {
  let p = plan(web)
  expect p.count(File) == 2
}
""",
    "src/site.mc": """\
/// One virtual host.
pub record Site {
  name: HostName
  /// Where it listens.
  port: Int
  role: Role = .Web
}

/// Added to every port.
pub let base = 8000

pub enum Role { Web, Db }

pub record Group { sites: List<Site> }
""",
    "templates/page.mct": """\
%{ param site: Site }
<h1>${site.name}</h1>
""",
}

CURSOR = "‸"


def write(folder: pathlib.Path) -> pathlib.Path:
    """Writes the package and returns its folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def offset(text: str, snippet: str) -> int:
    """Where the cursor of `snippet` is in `text`; the snippet stands there once."""
    assert snippet.count(CURSOR) == 1, snippet
    plain = snippet.replace(CURSOR, "")
    assert text.count(plain) == 1, f"{plain!r} stands {text.count(plain)} times in the text"
    return text.index(plain) + snippet.index(CURSOR)


def units(text: str, encoding: str) -> int:
    """The length of `text` in the units of a position encoding."""
    if encoding == "utf-8":
        return len(text.encode())
    if encoding == "utf-32":
        return len(text)
    assert encoding == "utf-16", encoding
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, count: int, encoding: str) -> int:
    """How many characters of `text` are `count` units."""
    for index in range(len(text) + 1):
        if units(text[:index], encoding) == count:
            return index
    raise AssertionError(f"{count} {encoding} units are no place in {text!r}")
