//! Each feature through one `check` function.

mod action;
pub(super) mod assist;
mod bundle;
mod call;
mod completion;
mod definition;
mod fix;
mod format;
mod hierarchy;
mod hint;
mod hover;
mod lens;
mod link;
mod manifest;
mod moved;
mod plan;
mod reference;
mod rename;
mod robust;
mod semantic;
mod structure;
mod symbol;
mod template;
mod test_case;
mod type_definition;
mod value;
mod why;

/// A package of two modules and a template that share their names.
const PACKAGE: &str = "\
//- src/site.mc
/// A site.
pub record Site { name: HostName, port: Int = 80 }
pub fn url(site: Site) -> String { \"${site.name}:${site.port}\" }
//- src/main.mc
import site.{Site, url as address}
import std.fs.File

policy web {
  let name: HostName = \"a.example\"
  let site = Site { name, port = 81 }
  File \"/etc/url\" { content = address(site) }
  File \"/etc/port\" { content = template(\"site.mct\", site = site) }
}
//- templates/site.mct
%{ param site: Site }
port ${site.port}
";

/// The same with the cursor behind a text that it has once.
pub(crate) fn at(before: &str) -> String {
    assert_eq!(PACKAGE.matches(before).count(), 1, "{before}");
    PACKAGE.replace(before, &format!("{before}$0"))
}

/// A package with something of every kind.
pub(crate) const SAMPLE: &str = r#"
//! A small site.

import std.fs.{Directory, File as Datei}
import std.pkg
import std.svc.Service

/// What a host is for.
enum Role {
  /// Answers requests.
  Web
  Db
}
enum Tls { Off, Managed { cert: AbsPath, key: String = "k" } }
labels {
  /// What the host is for.
  role: Role = .Web
  zone: String
}

/// One virtual host.
pub record Site {
  name: HostName
  /// Where it listens.
  port: Int = 80
  tls: Tls = .Off
}

/// How long.
let limit: Duration = 1h30m
let names = ["a", "b"].map(|n| "${n}.é😀")

/// The address of a site.
fn address(site: Site, scheme: String = "http") -> String {
  let port = site.port
  match site.tls {
    .Managed { cert, key = k } => "${scheme}s://${site.name}:${port}/${cert.parent}/${k}"
    Tls.Off => "${scheme}://${site.name}:${port}"
  }
}

component Nginx {
  /// The sites.
  param sites: List<Site>
  param workers: Int = facts.cpu.count
  let package = pkg.Package "nginx" {}
  Directory "/etc/nginx" { mode = 0o755, after package }
  let main = Datei "/etc/nginx/nginx.conf" {
    content = "workers ${workers}; # ${self.path}"
    validate = ["nginx", "-t", "-c", "${self.staged}"]
    notify service
  }
  for i, site in sites.indexed() {
    if let .Managed { key, .. } = site.tls {
      Datei "/etc/nginx/${site.name}.key" { content = key }
    }
    Datei "/etc/nginx/${i}.conf" { content = address(site, scheme = "x"), before main }
  }
  let service = Service "nginx" { running = true, restart on main, timeout 90s }
  let digest = main.sha256
  /// Where it answers.
  out url: String = sites.first()?.name ?? "none"
}

policy web {
  select labels.role == .Web && facts.os.family != .Suse
  let name: HostName = "www.example.com"
  let blue = Nginx "blue" { sites = [Site { name }] }
  let tls = Tls.Managed { cert = "/x", key = limit_text }
  let limit_text = if names.len() > 1 { "many" } else { fail("few") }
  Datei "/etc/motd" { content = "${blue.url} ${limit_text}\n" }
}
"#;
