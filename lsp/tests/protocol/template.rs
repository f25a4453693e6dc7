//! Templates over the protocol.

use crate::client::{Client, package, uri};
use serde_json::{Value, json};

const MAIN: &str = "\
import std.fs.File

enum Tls { Off, On }
record Site { name: HostName, tls: Tls = .Off }

/// The address of a site.
fn url(site: Site, scheme: String = \"http\") -> String { \"${scheme}://${site.name}\" }

policy web {
  File \"/a\" { content = template(\"a.mct\", sites = [Site { name = \"a.example\" }]) }
}
";
const TEMPLATE: &str = "\
%{ param sites: List<Site> }
%{ for s in sites }
é ${url(s, \"https\")}
%{ match s.tls }
%{ case .Off }
%{ case .On }
%{ end }
%{ end }
";

#[test]
fn a_template_has_the_features_of_a_module() {
    let package = package(&[("src/main.mc", MAIN), ("templates/a.mct", TEMPLATE)]);
    let template = uri(&package.join("templates/a.mct"));
    let mut client = Client::ready(&["utf-16"]);
    client.open(&template, TEMPLATE);
    let document = json!({ "textDocument": { "uri": template } });

    let symbols = client.request("textDocument/documentSymbol", document.clone());
    assert_eq!(symbols[0]["name"], "sites");
    assert_eq!(symbols[0]["detail"], "List<Site>");
    assert_eq!(symbols[1]["name"], "for s in sites");
    assert_eq!(symbols[1]["children"][0]["children"][1]["name"], "case .On");

    assert!(client.hover(&template, 2, 5).contains("The address of a site."));
    let help = client.at("textDocument/signatureHelp", &template, 2, 12);
    assert_eq!(help["activeParameter"], 1, "{help}");

    let mut params = document.clone();
    params["positions"] = json!([{ "line": 2, "character": 8 }]);
    let selection = client.request("textDocument/selectionRange", params);
    let columns = |range: &Value| (range["start"]["character"].clone(), range["end"]["character"].clone());
    assert_eq!(columns(&selection[0]["range"]), (json!(8), json!(9)));
    assert_eq!(columns(&selection[0]["parent"]["range"]), (json!(4), json!(19)));
    assert_eq!(columns(&selection[0]["parent"]["parent"]["range"]), (json!(2), json!(20)));

    let mut params = document;
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 8, "character": 0 } });
    params["range"] = range;
    let hints = client.request("textDocument/inlayHint", params);
    let labels: Vec<&str> =
        hints.as_array().expect("hints").iter().filter_map(|hint| hint["label"].as_str()).collect();
    assert_eq!(labels, [": Site", "site =", "scheme ="]);

    client.replace(&template, 2, &TEMPLATE.replace("%{ case .On }\n", "%{ case "));
    let found = client.at("textDocument/completion", &template, 5, 8);
    let labels: Vec<&str> =
        found["items"].as_array().expect("items").iter().filter_map(|item| item["label"].as_str()).collect();
    assert_eq!(labels, [".On", "_"]);
}
