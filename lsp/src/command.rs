//! Commands behind code lenses: the client's, as far as it has them, and the server's own.

use serde_json::Value;
use tower_lsp::ls_types::InitializeParams;

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
    pub(crate) fn of(params: &InitializeParams) -> Self {
        let options = params.initialization_options.as_ref().and_then(|options| options.get("commands"));
        let experimental = params.capabilities.experimental.as_ref().and_then(|all| all.get("commands"));
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

    fn check(params: Value, show_plan: bool, run_test: bool) {
        let params: InitializeParams = serde_json::from_value(params).expect("parameters");
        assert_eq!(Commands::of(&params), Commands { show_plan, run_test, show_references: false });
    }

    #[test]
    fn a_client_says_which_commands_it_has() {
        check(json!({ "capabilities": {} }), false, false);
        let options = json!({ "commands": [SHOW_PLAN, "other"] });
        check(json!({ "capabilities": {}, "initializationOptions": options }), true, false);
        let experimental = json!({ "commands": { "commands": [RUN_TEST] } });
        check(json!({ "capabilities": { "experimental": experimental } }), false, true);
        check(json!({ "capabilities": { "experimental": 1 }, "initializationOptions": [] }), false, false);
    }
}
