//! `mcc check --format sarif`: the parts of the SARIF 2.1.0 schema that readers depend on.

use crate::session::{Run, Session};
use serde_json::Value;

fn check(source: &str) -> (Run, Value) {
    let session = Session::with_package();
    session.write("web/src/main.mc", source);
    let run = session.run(&["check", "web", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    valid(&log);
    (run, log)
}

/// The properties of an object are these, and those marked with `!` are there.
fn object<'v>(value: &'v Value, at: &str, properties: &[&str]) -> &'v serde_json::Map<String, Value> {
    let object = value.as_object().unwrap_or_else(|| panic!("{at} is an object: {value}"));
    for key in object.keys() {
        assert!(properties.iter().any(|p| p.trim_end_matches('!') == key), "{at} has no `{key}`");
    }
    for property in properties.iter().filter_map(|p| p.strip_suffix('!')) {
        assert!(object.contains_key(property), "{at} needs `{property}`: {value}");
    }
    object
}

fn list<'v>(value: &'v Value, at: &str) -> &'v [Value] {
    value.as_array().unwrap_or_else(|| panic!("{at} is a list: {value}"))
}

fn message(value: &Value, at: &str) {
    let text = object(value, at, &["text!", "markdown"])["text"].as_str();
    assert!(text.is_some_and(|text| !text.is_empty()), "{at} has a text");
}

fn valid(log: &Value) {
    let top = object(log, "sarifLog", &["$schema!", "version!", "runs!"]);
    assert_eq!(top["version"], "2.1.0");
    assert_eq!(list(&top["runs"], "runs").len(), 1);
    let run = object(
        &top["runs"][0],
        "run",
        &["tool!", "invocations", "originalUriBaseIds", "artifacts", "results!", "columnKind"],
    );
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let tool = object(&run["tool"], "tool", &["driver!"]);
    let driver = object(&tool["driver"], "driver", &["name!", "organization", "semanticVersion", "rules"]);
    let rules = list(&driver["rules"], "rules");
    for rule in rules {
        let rule = object(
            rule,
            "reportingDescriptor",
            &["id!", "shortDescription!", "fullDescription!", "help!", "defaultConfiguration"],
        );
        for text in ["shortDescription", "fullDescription", "help"] {
            message(&rule[text], text);
        }
    }
    let artifacts = list(&run["artifacts"], "artifacts");
    for result in list(&run["results"], "results") {
        let result = object(
            result,
            "result",
            &[
                "ruleId!",
                "ruleIndex!",
                "level!",
                "message!",
                "locations!",
                "relatedLocations",
                "codeFlows",
                "fixes",
                "partialFingerprints!",
            ],
        );
        let index = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["level"] == "error" || result["level"] == "warning");
        message(&result["message"], "message");
        let mut locations: Vec<&Value> = list(&result["locations"], "locations").iter().collect();
        assert_eq!(locations.len(), 1);
        let listed = |name: &str| result.get(name).map_or(&[] as &[Value], |value| list(value, name));
        locations.extend(listed("relatedLocations"));
        for flow in listed("codeFlows") {
            for thread in list(&object(flow, "codeFlow", &["threadFlows!"])["threadFlows"], "threadFlows") {
                let way = list(&object(thread, "threadFlow", &["locations!"])["locations"], "locations");
                locations.extend(way.iter().map(|step| &object(step, "step", &["location!"])["location"]));
            }
        }
        for location in locations {
            let location = object(location, "location", &["id", "physicalLocation!", "message"]);
            let place = object(&location["physicalLocation"], "place", &["artifactLocation!", "region!"]);
            artifact(&place["artifactLocation"], artifacts);
            region(&place["region"]);
        }
        for fix in listed("fixes") {
            let fix = object(fix, "fix", &["description!", "artifactChanges!", "properties!"]);
            message(&fix["description"], "description");
            for change in list(&fix["artifactChanges"], "artifactChanges") {
                let change = object(change, "artifactChange", &["artifactLocation!", "replacements!"]);
                artifact(&change["artifactLocation"], artifacts);
                for replacement in list(&change["replacements"], "replacements") {
                    let replacement =
                        object(replacement, "replacement", &["deletedRegion!", "insertedContent!"]);
                    region(&replacement["deletedRegion"]);
                    object(&replacement["insertedContent"], "content", &["text!"]);
                }
            }
        }
    }
}

fn artifact(location: &Value, artifacts: &[Value]) {
    let location = object(location, "artifactLocation", &["uri!", "uriBaseId!", "index!"]);
    let index = location["index"].as_u64().expect("a number") as usize;
    assert_eq!(artifacts[index]["location"]["uri"], location["uri"]);
}

fn region(region: &Value) {
    let names = ["startLine!", "startColumn!", "endLine!", "endColumn!", "byteOffset!", "byteLength!"];
    let region = object(region, "region", &names);
    let number = |name: &str| region[name].as_u64().expect("a number");
    assert!(number("startLine") >= 1 && number("startColumn") >= 1);
    let (start, end) =
        ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
    assert!(start <= end, "{region:?}");
}

#[test]
fn a_package_that_is_fine_has_no_results() {
    let (run, log) = check("import std.fs.File\npolicy base { File \"/a\" { mode = 0o644 } }\n");
    run.ok();
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(log["runs"][0]["invocations"][0]["exitCode"], 0);
}

#[test]
fn results_have_rules_places_and_fixes() {
    let (run, log) =
        check("import std.fs.File\n\npolicy base {\n  File \"/etc/é\" { contnet = \"a\", mode = lost }\n}\n");
    run.fails(1);
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    let results = list(&run["results"], "results");
    let unknown: Vec<&Value> = results.iter().filter(|result| result["ruleId"] == "MC0303").collect();
    assert!(!unknown.is_empty(), "{results:?}");
    let region = &unknown[0]["locations"][0]["physicalLocation"]["region"];
    // Characters, not bytes: the accent before it is one.
    assert_eq!((&region["startColumn"], &region["byteLength"]), (&19.into(), &7.into()));
    let change = &unknown[0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "content");
    let rule = &run["tool"]["driver"]["rules"][0];
    assert!(rule["help"]["markdown"].as_str().is_some_and(|page| page.starts_with("# MC0")));
    let prints: Vec<&Value> = results.iter().map(|result| &result["partialFingerprints"]).collect();
    let mut distinct = prints.clone();
    distinct.dedup();
    assert_eq!(prints, distinct);
}

/// A circle is a way from step to step, and so is what makes a value late.
#[test]
fn chains_are_code_flows() {
    let (_, log) = check(
        "import std.fs.File\npolicy base {\n  let a = File \"/a\" { after b }\n  let b = File \"/b\" { after c }\n  let c = File \"/c\" { after a }\n}\n",
    );
    let flow = &log["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let texts: Vec<&str> =
        list(flow, "a way").iter().filter_map(|step| step["location"]["message"]["text"].as_str()).collect();
    assert_eq!(texts.len(), 3);
    for (one, next) in texts.iter().zip(texts.iter().cycle().skip(1)) {
        let first = one.split(" comes after ").next().expect("a name");
        assert!(next.contains(&format!("comes after {first}")), "{texts:?}");
    }
}
