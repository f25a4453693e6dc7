//! Commands behind code lenses: the client's, as far as it has them, and the server's own.

use serde_json::Value;
use tower_lsp::ls_types::ClientCapabilities;

/// Shows the plan of a policy; the client's.
pub(crate) const SHOW_PLAN: &str = "masterchef.showPlan";
/// Runs a test; the client's.
pub(crate) const RUN_TEST: &str = "masterchef.runTest";
/// Shows places; the client's.
pub(crate) const SHOW_REFERENCES: &str = "masterchef.showReferences";
/// Runs a test and shows how it ends as a message; the server's.
pub(crate) const SERVER_RUN_TEST: &str = "masterchef.server.runTest";

/// Which commands the client has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Commands {
    pub(crate) show_plan: bool,
    pub(crate) run_test: bool,
    pub(crate) show_references: bool,
}

impl Commands {
    /// As the client says it: a list of names, or an object with a list `commands`.
    pub(crate) fn of(client: &ClientCapabilities, options: Option<&Value>) -> Self {
        let options = options.and_then(|options| options.get("commands"));
        let experimental = client.experimental.as_ref().and_then(|all| all.get("commands"));
        let mut names: Vec<&str> = Vec::new();
        for said in [options, experimental].into_iter().flatten() {
            let list = said.as_array().or_else(|| said.get("commands")?.as_array());
            names.extend(list.into_iter().flatten().filter_map(Value::as_str));
        }
        Commands {
            show_plan: names.contains(&SHOW_PLAN),
            run_test: names.contains(&RUN_TEST),
            show_references: names.contains(&SHOW_REFERENCES),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(capabilities: Value, options: Option<Value>, show_plan: bool, run_test: bool) {
        let client: ClientCapabilities = serde_json::from_value(capabilities).expect("capabilities");
        let expected = Commands { show_plan, run_test, show_references: false };
        assert_eq!(Commands::of(&client, options.as_ref()), expected);
    }

    #[test]
    fn a_client_says_which_commands_it_has() {
        check(json!({}), None, false, false);
        check(json!({}), Some(json!({ "commands": [SHOW_PLAN, "other"] })), true, false);
        let experimental = json!({ "commands": { "commands": [RUN_TEST] } });
        check(json!({ "experimental": experimental }), None, false, true);
        check(json!({ "experimental": 1 }), Some(json!([])), false, false);
    }
}
