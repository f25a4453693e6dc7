//! Methods beyond the protocol, and code lenses.

use crate::bundle::bundle;
use crate::client::{Client, at, capabilities, edit, package, uri};
use camino::Utf8Path;
use mc_compiler::{Database, package as compiled};
use mc_test_support::scratch::Scratch;
use serde_json::{Value, json};

const MAIN: &str = r#"import std.fs.File
import std.pkg.Package
import std.facts.fixture.{debian12}

component Nginx {
  let package = Package "nginx" {}
  File "/etc/nginx/nginx.conf" { content = "é ${facts.cpu.count}\n", after package }
}

policy web {
  Nginx {}
}

policy base { File "/etc/motd" { content = "a\n" } }

test "one" {
  given facts = debian12
  expect plan(web).count() == 2
}

test "two" {
  given facts = debian12
  expect plan(web).count() == 3
}
"#;

const BROKEN: &str = "import std.fs.File\npolicy web { File \"/x\" { mode = x } }\n";

fn opened() -> (Scratch, String, Client) {
    let package = package(&[("src/main.mc", MAIN)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-16"]);
    client.open(&main, MAIN);
    (package, main, client)
}

fn plan(client: &mut Client, main: &str, more: Value) -> Value {
    let mut params = json!({ "textDocument": { "uri": main } });
    for (key, value) in more.as_object().expect("an object") {
        params[key] = value.clone();
    }
    client.request("masterchef/planView", params)
}

fn names<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().expect("a list").iter().map(|item| item[field].as_str().expect("a text")).collect()
}

fn position(line: u32, character: u32) -> Value {
    json!({ "line": line, "character": character })
}

#[test]
fn the_methods_are_told() {
    let mut client = Client::start();
    let said = json!({ "processId": null, "rootUri": null, "capabilities": capabilities(&["utf-8"]) });
    let answer = client.request("initialize", said);
    let methods = answer["capabilities"]["experimental"]["masterchef"].as_array().expect("a list");
    assert!(methods.contains(&json!("masterchef/planView")), "{methods:?}");
}

#[test]
fn a_plan_is_shown_with_places_and_follows_the_text() {
    let (_package, main, mut client) = opened();
    let view = plan(&mut client, &main, json!({ "position": position(10, 3) }));
    assert_eq!((&view["policy"], &view["policies"]), (&json!("web"), &json!(["base", "web"])));
    assert_eq!(names(&view["nodes"], "id"), ["File[\"/etc/nginx/nginx.conf\"]", "Package[\"nginx\"]"]);
    let node = &view["nodes"][0];
    assert_eq!(
        (&node["kind"], &node["type"], &node["change"]),
        (&json!("step"), &json!("File"), &json!("same"))
    );
    assert_eq!(node["location"]["uri"], main);
    assert_eq!(node["location"]["range"]["start"], position(6, 2));
    let edge = &view["edges"][0];
    assert_eq!((&edge["from"], &edge["to"]), (&json!("Package[\"nginx\"]"), &node["id"]));
    // Behind a letter of two bytes: columns are in UTF-16.
    assert_eq!(edge["reasons"][0]["location"]["range"]["start"], position(6, 69));
    assert_eq!(view["bundle"], Value::Null);
    // Beyond the policies it is the whole plan; on a host there are values.
    let view = plan(&mut client, &main, json!({ "position": position(0, 0), "fixture": "debian12" }));
    assert_eq!((&view["policy"], &view["fixture"]), (&Value::Null, &json!("debian12")));
    assert_eq!(view["nodes"].as_array().map(Vec::len), Some(3));
    assert!(view["nodes"].to_string().contains("é 2"), "{view}");
    // As it is typed.
    let change = edit((13, 0), (13, 0), "policy more { File \"/etc/issue\" {} }\n");
    client.notify("textDocument/didChange", crate::client::change(&main, 2, &[change]));
    let view = plan(&mut client, &main, json!({ "policy": "more" }));
    assert_eq!(names(&view["nodes"], "id"), ["File[\"/etc/issue\"]"]);
    client.replace(&main, 3, BROKEN);
    let view = plan(&mut client, &main, json!({ "policy": "web" }));
    assert_eq!(
        (&view["nodes"], &view["problems"]),
        (&json!([]), &json!(["src/main.mc:2: nothing here is called `x`"]))
    );
}

#[test]
fn a_plan_is_compared_with_the_last_bundle() {
    let (package, main, mut client) = opened();
    let mut db = Database::new();
    for (path, text) in [
        (compiled::MANIFEST, "[package]\nname = \"test\"\nversion = \"0.1.0\"\nedition = \"2026\"\n"),
        ("src/main.mc", MAIN),
    ] {
        compiled::set_text(&mut db, Utf8Path::new(path), text);
    }
    let newest = bundle(&db, 7);
    compiled::set_text(&mut db, Utf8Path::new("src/main.mc"), "policy old {}\n");
    std::fs::write(package.join("old.mcb"), bundle(&db, 3)).expect("written");
    std::fs::write(package.join("broken.mcb"), &newest[..newest.len() / 2]).expect("written");
    std::fs::write(package.join("web.mcb"), newest).expect("written");
    let view = plan(&mut client, &main, json!({}));
    let known = &view["bundle"];
    assert_eq!((&known["sequence"], &known["summary"]), (&json!(7), &json!("no difference")));
    assert_eq!(known["uri"], uri(&package.join("web.mcb")));
    client.replace(&main, 2, &MAIN.replace("/etc/motd", "/etc/issue").replace("\"a\\n\"", "\"b\\n\""));
    for more in [json!({ "policy": "base" }), json!({ "policy": "base", "fixture": "debian12" })] {
        let view = plan(&mut client, &main, more);
        assert_eq!(names(&view["nodes"], "id"), ["File[\"/etc/issue\"]", "File[\"/etc/motd\"]"]);
        assert_eq!(names(&view["nodes"], "change"), ["new", "removed"]);
    }
}

#[test]
fn values_and_orders_are_explained() {
    let (_package, main, mut client) = opened();
    let found = client.at("masterchef/why", &main, 6, 34);
    let attribute = &found["resources"][0]["attributes"][0];
    assert_eq!(attribute["name"], "content");
    let way = &attribute["given"][0]["way"][0];
    assert_eq!((&way["what"], &way["location"]["range"]["start"]), (&json!("set here"), &position(6, 33)));
    assert!(found["markdown"].as_str().is_some_and(|text| text.contains("/etc/nginx/nginx.conf")));
    assert_eq!(client.at("masterchef/why", &main, 0, 0), Value::Null);

    let found = client.at("masterchef/runsBefore", &main, 6, 4);
    let steps = &found["resources"][0]["steps"];
    assert_eq!(names(steps, "id"), ["Package[\"nginx\"]"]);
    assert_eq!((&steps[0]["direct"], &steps[0]["reasons"][0]["kind"]), (&json!(true), &json!("after")));
    let mut params = at(&main, 6, 4);
    params["after"] = json!(true);
    let found = client.request("masterchef/runsBefore", params);
    assert_eq!(found["resources"][0]["steps"], json!([]));
}

#[test]
fn tests_are_listed_and_run() {
    let (_package, main, mut client) = opened();
    let found = client.request("masterchef/tests", json!({ "textDocument": { "uri": main } }));
    assert_eq!(names(&found, "id"), ["src/main.mc::one", "src/main.mc::two"]);
    assert_eq!(found[0]["selectionRange"]["start"], position(15, 5));
    let run = client.request("masterchef/runTests", json!({ "uri": main }));
    assert_eq!(names(&run["results"], "outcome"), ["passed", "failed"]);
    let failed = &run["results"][1];
    assert!(failed["message"].as_str().is_some_and(|text| text.starts_with("[MC0804]")), "{failed}");
    assert_eq!(failed["locations"][0]["location"]["range"]["start"], position(22, 9));
    // On the text as it is.
    client.replace(&main, 2, &MAIN.replace("== 3", "== 2"));
    let run = client.request("masterchef/runTests", json!({ "uri": main, "ids": ["src/main.mc::two"] }));
    assert_eq!(names(&run["results"], "outcome"), ["passed"]);
    client.replace(&main, 3, BROKEN);
    let run = client.request("masterchef/runTests", json!({ "uri": main }));
    assert_eq!((&run["results"], run["problems"].as_array().map(Vec::len)), (&json!([]), Some(1)));
}

#[test]
fn tests_are_compared_with_stored_plans() {
    let text = "policy a {}\nimport std.facts.fixture.{debian12}\ntest \"stored\" {\n  given facts = debian12\n  expect \
                plan(a).matches(\"a\")\n}\n";
    let package = package(&[("src/main.mc", text), ("tests/golden/a.txt", "policies: a\n")]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::ready(&["utf-8"]);
    client.open(&main, text);
    let run = client.request("masterchef/runTests", json!({ "uri": main }));
    assert_eq!(names(&run["results"], "outcome"), ["passed"], "{run}");
}

/// What the lenses of a document say, with their commands.
fn lenses(client: &mut Client, main: &str) -> Vec<(String, String, Value)> {
    let found = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": main } }));
    let mut all = Vec::new();
    for lens in found.as_array().expect("lenses") {
        let lens = match lens.get("command") {
            Some(_) => lens.clone(),
            None => client.request("codeLens/resolve", lens.clone()),
        };
        let text = |field: &str| lens["command"][field].as_str().unwrap_or_default().to_owned();
        all.push((text("title"), text("command"), lens["command"]["arguments"].clone()));
    }
    all
}

#[test]
fn lenses_use_the_commands_that_the_client_has() {
    let package = package(&[("src/main.mc", MAIN)]);
    let main = uri(&package.join("src/main.mc"));
    let mut client = Client::start();
    let commands = ["masterchef.showPlan", "masterchef.runTest", "masterchef.showReferences"];
    let said = json!({
        "processId": null,
        "rootUri": null,
        "capabilities": capabilities(&["utf-8"]),
        "initializationOptions": { "commands": commands },
    });
    client.request("initialize", said);
    client.notify("initialized", json!({}));
    client.open(&main, MAIN);
    let found = lenses(&mut client, &main);
    let titles: Vec<&str> = found.iter().map(|(title, ..)| title.as_str()).collect();
    let expected =
        ["1 reference", "4 of 4 fixtures · 2 steps", "4 of 4 fixtures · 1 step", "Run test", "Run test"];
    assert_eq!(titles, expected);
    assert_eq!(found[0].1, "masterchef.showReferences");
    assert_eq!(found[0].2[2][0]["range"]["start"], position(10, 2));
    assert_eq!((found[1].1.as_str(), &found[1].2), ("masterchef.showPlan", &json!([main, "web"])));
    assert_eq!(
        (found[4].1.as_str(), &found[4].2),
        ("masterchef.runTest", &json!([main, "src/main.mc::two"]))
    );
}

#[test]
fn other_clients_run_tests_with_a_command_of_the_server() {
    let (_package, main, mut client) = opened();
    let found = lenses(&mut client, &main);
    assert_eq!((found[0].1.as_str(), found[1].1.as_str()), ("", ""));
    let (_, command, arguments) = &found[4];
    let params = json!({ "command": command, "arguments": arguments });
    let run = client.request("workspace/executeCommand", params);
    assert_eq!(names(&run["results"], "outcome"), ["failed"]);
    client.until(|client| client.messages_shown.iter().any(|text| text.contains("1 of 1 failed")));
    let wrong = client.begin("workspace/executeCommand", json!({ "command": "rm", "arguments": [] }));
    assert_eq!(client.response(wrong)["error"]["code"], -32602);
}
