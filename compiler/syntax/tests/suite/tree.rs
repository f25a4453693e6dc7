//! Snapshots of trees.

use crate::print;
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    let parse = mc_syntax::parse(text);
    let actual = print::tree(&parse.file) + &print::mistakes(text, &parse.errors);
    expected.assert_eq(&actual);
}

#[test]
fn every_form() {
    check(crate::corpus::WEB, expect![[r#"
        //! "The web tier: every form of the language.\nTwo lines of it."
        (import std.fs {Directory File as Datei})
        (import std.pkg {Package})
        (import site)
        (enum Role (Web ) (Db ))
        (enum Env /// "Where things break." (Dev ) (Staging ) (Production ))
        (labels (role: Role) (env: Env = .Dev))
        (enum Tls (Off ) (Managed (cert: AbsPath) (key: String)))
        /// "One virtual host." pub (record Site (name: HostName) /// "Where it is." (root: AbsPath = (string "/srv/www/" name)) (port: Int = 80) (tls: Tls = .Off) (aliases: List<List<site.Alias?>>))
        (let limit: Size 10000000000B)
        (let all [1000 0o644 5400000000000ns 536870912B true none (Negate 3) "\\d+ ${x}" "a\tb$é"])
        (fn listen ((site: Site) (extra: String = (string ))) String {(match (. site tls) (.Off => {(string "listen " (. site port) ";" extra)}) (.Managed {cert=c ..} => {(let x c) (string "listen " (. site port) " ssl " x ";")}) (Tls.Old => {(string )}) (3 => {"three"}) ("s" => {(string )}) (_ => {(string )}) (other => {(call fail (string "no " other))}))})
        /// "An nginx that serves `sites`." (component Nginx {/// "The sites." (param /// "The sites." (sites: List<Site>)) (param (workers: Int = (. (. facts cpu) count))) (let nginx (new Package "nginx" {})) (let main (new File "/etc/nginx/nginx.conf" {(content = (string "worker_processes " workers ";\n  events {}\n\nuser \"www\";\n")) (validate = ["nginx" "-t" "-c" (string (. self staged))]) (timeout = 3)})) (for i site in (call (. sites indexed) ) {(new Directory (paren (. site root)) {(mode = 0o755)}) (new File (string "/etc/nginx/sites-enabled/" (. site name) ".conf") {(content = (string "server { " (call listen site extra=(string "x" i)) " root " (. site root) "; }\n")) (Notify service) (When (Or (And (NotEqual (. site port) 80) (Less i 10)) false)) (Before (ref File "/etc/x")) (ReloadOn [main (ref Datei (. site root))])}) (if let .Managed {key ..} = (. site tls) {(new File (string "/etc/nginx/" (. site name) ".key") {(content = key) (mode = 0o600)})} else (if (And (Equal (. site port) 80) (Not (paren (In (. site name) ["a" "b"])))) {(new Tls.Managed {(cert = "/x") key})} else {none}))}) (let service (new Service "nginx" {(running = true) (enabled = true) (RestartOn main) (After nginx) (Timeout 90000000000ns) (Retry 2 every 5000000000ns)})) (let names (call (. (call (. sites map) (lambda |s| {(. s name)})) filter) (lambda |a _| {(NotEqual a (string ))}))) (out url: String (string "http://" (. facts fqdn) ":" (Coalesce (?. (call (. sites first) ) port) 80) "/" (index names 0)))})
        (policy web {(select (And (Equal (. labels role) .Web) (In (. labels env) [.Staging .Production]))) (let sites: List<Site> (call load "sites.toml")) (match (. (. facts os) family) (.Debian => {(new Nginx "blue" {sites})}) (.RedHat => {(new nginx.Nginx {sites (workers = (Subtract (Remainder (Multiply 2 (paren (Add 1 3))) 4) (Divide 1 2)))})}) (x => {(convert AbsPath (string "/a/" x))}))})
    "#]]);
}
