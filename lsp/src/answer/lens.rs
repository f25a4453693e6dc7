//! What is said over declarations.

use crate::command::{RUN_TEST, SERVER_RUN_TEST, SHOW_PLAN, SHOW_REFERENCES};
use crate::question::Snapshot;
use mc_compiler::File;
use mc_ide::LensKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_lsp::ls_types::{CodeLens, Command, Location, Uri};

/// What a lens that is not resolved is about.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct LensData {
    /// The document.
    pub(crate) uri: Uri,
    /// The policy; none for one that counts references.
    policy: Option<String>,
}

/// `textDocument/codeLens`
pub(crate) fn lenses(at: Snapshot<'_>, file: File) -> Option<Vec<CodeLens>> {
    let uri = at.names.uri_of_file(at.db, file)?;
    let data = |policy| serde_json::to_value(LensData { uri: uri.clone(), policy }).ok();
    let lens = |lens: mc_ide::Lens| {
        let range = at.range(file, lens.range);
        match lens.kind {
            LensKind::Policy(policy) => CodeLens { range, command: None, data: data(Some(policy)) },
            LensKind::References => CodeLens { range, command: None, data: data(None) },
            LensKind::Test(id) => {
                let command = if at.names.settings.commands.run_test { RUN_TEST } else { SERVER_RUN_TEST };
                let arguments = vec![json!(uri), json!(id)];
                CodeLens {
                    range,
                    command: Some(command_of("Run test".to_owned(), command, arguments)),
                    data: None,
                }
            }
        }
    };
    Some(mc_ide::lenses(at.db, file).into_iter().map(lens).collect())
}

/// `codeLens/resolve`. A lens whose declaration is gone says nothing.
pub(crate) fn resolved(at: Snapshot<'_>, file: File, lens: &CodeLens, data: &LensData) -> CodeLens {
    let commands = at.names.settings.commands;
    let command = match &data.policy {
        Some(policy) => {
            let title = mc_ide::policy_lens(at.db, policy).unwrap_or_default();
            let arguments = vec![json!(data.uri), json!(policy)];
            known(commands.show_plan, title, SHOW_PLAN, arguments)
        }
        None => {
            let (title, places) = mc_ide::reference_lens(at.db, file, at.offset(file, lens.range.start));
            let is_active = commands.show_references && !places.is_empty();
            let places: Vec<Location> = places.into_iter().filter_map(|place| at.location(place)).collect();
            let arguments = vec![json!(data.uri), json!(lens.range.start), json!(places)];
            known(is_active, title, SHOW_REFERENCES, arguments)
        }
    };
    CodeLens { command: Some(command), ..lens.clone() }
}

/// A command of the client, or text alone.
fn known(is_known: bool, title: String, command: &str, arguments: Vec<Value>) -> Command {
    if is_known {
        command_of(title, command, arguments)
    } else {
        Command { title, command: String::new(), arguments: None }
    }
}

fn command_of(title: String, command: &str, arguments: Vec<Value>) -> Command {
    Command { title, command: command.to_owned(), arguments: Some(arguments) }
}
