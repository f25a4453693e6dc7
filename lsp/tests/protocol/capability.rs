//! `docs/tool/editors.md`: what the server says it can do, beside what others can. `UPDATE_EXPECT=1` writes it.

use crate::client::Client;
use expect_test::expect_file;
use serde_json::{Value, json};
use std::fmt::Write as _;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tool/editors.md");
const BEGIN: &str = "<!--capabilities-->\n";
const END: &str = "<!--end-->\n";

/// A client that understands all there is.
fn everything() -> Value {
    let dynamic = json!({ "dynamicRegistration": false });
    let resolved =
        json!({ "properties": ["edit", "tooltip", "detail", "documentation", "additionalTextEdits"] });
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "workspace": {
            "applyEdit": true,
            "configuration": true,
            "workspaceFolders": true,
            "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create", "rename", "delete"] },
            "didChangeWatchedFiles": { "dynamicRegistration": true },
            "fileOperations": { "willRename": true, "didRename": true },
            "semanticTokens": { "refreshSupport": true },
            "inlayHint": { "refreshSupport": true },
            "codeLens": { "refreshSupport": true },
            "diagnostics": { "refreshSupport": true },
        },
        "window": { "workDoneProgress": true },
        "textDocument": {
            "publishDiagnostics": { "relatedInformation": true, "codeDescriptionSupport": true },
            "diagnostic": { "dynamicRegistration": false, "relatedDocumentSupport": true },
            "completion": { "completionItem": { "snippetSupport": true, "resolveSupport": resolved } },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [
                "quickfix", "refactor", "refactor.extract", "refactor.inline", "refactor.rewrite", "source",
            ] } }, "dataSupport": true, "resolveSupport": resolved },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "rename": { "prepareSupport": true },
            "inlayHint": { "resolveSupport": resolved },
            "codeLens": dynamic,
            "documentLink": dynamic,
            "callHierarchy": dynamic,
            "typeHierarchy": dynamic,
            "linkedEditingRange": dynamic,
            "onTypeFormatting": dynamic,
            "rangeFormatting": dynamic,
            "signatureHelp": dynamic,
            "hover": { "contentFormat": ["markdown"] },
            "semanticTokens": {
                "requests": { "full": { "delta": true }, "range": true },
                "tokenTypes": [], "tokenModifiers": [], "formats": ["relative"],
            },
        },
    })
}

/// Our cell of each row, from the server's answer.
fn cell(feature: &str, can: &Value) -> String {
    let has = |name: &str| !matches!(can[name], Value::Null | Value::Bool(false));
    let parts = |parts: &[(bool, &str)]| {
        let there: Vec<&str> = parts.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
        if there.is_empty() { "-".to_owned() } else { there.join(", ") }
    };
    let plain = |name: &str| parts(&[(has(name), "yes")]);
    let with_details = |name: &str| {
        let resolves = can[name]["resolveProvider"] == true;
        parts(&[(has(name), "yes"), (resolves, "resolved late")])
    };
    let list = |value: &Value| value.as_array().map_or(0, Vec::len).to_string();
    match feature {
        "Changes of texts" => match can["textDocumentSync"]["change"].as_u64() {
            Some(2) => "parts".to_owned(),
            _ => "whole".to_owned(),
        },
        "Diagnostics" => parts(&[
            (can["textDocumentSync"]["openClose"] == true, "pushed"),
            (has("diagnosticProvider"), "pulled"),
            (can["diagnosticProvider"]["workspaceDiagnostics"] == true, "of the workspace"),
        ]),
        "Hover" => plain("hoverProvider"),
        "Completion" => with_details("completionProvider"),
        "Signature help" => plain("signatureHelpProvider"),
        "Definition" => plain("definitionProvider"),
        "Declaration" => plain("declarationProvider"),
        "Type definition" => plain("typeDefinitionProvider"),
        "Implementation" => plain("implementationProvider"),
        "References" => plain("referencesProvider"),
        "Highlights" => plain("documentHighlightProvider"),
        "Rename" => parts(&[
            (has("renameProvider"), "yes"),
            (can["renameProvider"]["prepareProvider"] == true, "checked before"),
        ]),
        "Renaming of files" => {
            parts(&[(can["workspace"]["fileOperations"]["willRename"].is_object(), "imports follow")])
        }
        "Code actions" if has("codeActionProvider") => {
            let kinds = can["codeActionProvider"]["codeActionKinds"].as_array().expect("kinds");
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.as_str().expect("a kind")).collect();
            format!("of {} kinds: {}", kinds.len(), kinds.join(", "))
        }
        "Code lens" => with_details("codeLensProvider"),
        "Inlay hints" => with_details("inlayHintProvider"),
        "Semantic tokens" => {
            let tokens = &can["semanticTokensProvider"];
            let full = !matches!(tokens["full"], Value::Null | Value::Bool(false));
            let delta = tokens["full"]["delta"] == true;
            parts(&[(full, "full"), (delta, "delta"), (tokens["range"] == true, "range")])
        }
        "Formatting" => parts(&[
            (has("documentFormattingProvider"), "file"),
            (has("documentRangeFormattingProvider"), "range"),
            (has("documentOnTypeFormattingProvider"), "while typing"),
        ]),
        "Outline" => plain("documentSymbolProvider"),
        "Search for declarations" => plain("workspaceSymbolProvider"),
        "Folding" => plain("foldingRangeProvider"),
        "Selections" => plain("selectionRangeProvider"),
        "Links" => with_details("documentLinkProvider"),
        "Call hierarchy" => plain("callHierarchyProvider"),
        "Type hierarchy" => plain("typeHierarchyProvider"),
        "Linked editing" => plain("linkedEditingRangeProvider"),
        "Commands" if has("executeCommandProvider") => list(&can["executeCommandProvider"]["commands"]),
        "Beyond the protocol" => {
            let methods = can["experimental"]["masterchef"].as_array().into_iter().flatten();
            let names =
                methods.map(|method| method.as_str().expect("a name").trim_start_matches("masterchef/"));
            parts(&names.map(|name| (true, name)).collect::<Vec<_>>())
        }
        "Code actions" | "Commands" => "-".to_owned(),
        other => panic!("no column for `{other}`"),
    }
}

/// Capabilities that are none of the table's: how, and not what, and what is beyond the protocol.
const MANNERS: &[&str] = &["positionEncoding", "workspace", "textDocumentSync", "experimental"];

/// The rows of the tables of a page, without the lines below their heads.
fn tables(page: &str) -> Vec<Vec<Vec<&str>>> {
    let mut tables: Vec<Vec<Vec<&str>>> = vec![Vec::new()];
    for line in page.lines() {
        let Some(row) = line.strip_prefix("| ").and_then(|row| row.strip_suffix(" |")) else {
            if !line.starts_with('|') {
                tables.push(Vec::new());
            }
            continue;
        };
        tables.last_mut().expect("one").push(row.split(" | ").collect());
    }
    tables.retain(|table| !table.is_empty());
    tables
}

#[test]
fn the_page_says_what_the_server_says() {
    let mut client = Client::start();
    // A client that asks for problems has to say so: others would show twice what they are sent as well.
    let options = json!({ "diagnostics": { "pull": true } });
    let params = json!({
        "processId": null,
        "rootUri": null,
        "capabilities": everything(),
        "initializationOptions": options,
    });
    let answer = client.request("initialize", params);
    let can = &answer["capabilities"];
    let found = tables(include_str!("peers.md"));
    let [versions, features] = found.as_slice() else { panic!("two tables") };

    let mut table = String::from(BEGIN);
    let (head, rows) = features.split_first().expect("a head");
    let _ = writeln!(table, "| {} | **Masterchef** | {} |", head[0], head[1..].join(" | "));
    let _ = writeln!(table, "|{}", "---|".repeat(head.len() + 1));
    for row in rows {
        assert_eq!(row.len(), head.len(), "{row:?}");
        let _ = writeln!(table, "| {} | {} | {} |", row[0], cell(row[0], can), row[1..].join(" | "));
    }
    let from: Vec<String> =
        versions.iter().skip(1).map(|row| format!("{}, `{}`", row[1], row[2].trim_matches('`'))).collect();
    let _ = write!(table, "\nRead in: {}.\n{END}", from.join("; "));

    let page = std::fs::read_to_string(PAGE).expect("the page");
    let (above, rest) = page.split_once(BEGIN).expect("a mark");
    let (_, below) = rest.split_once(END).expect("an end");
    expect_file![PAGE].assert_eq(&format!("{above}{table}{below}"));

    for name in can.as_object().expect("capabilities").keys().filter(|name| !MANNERS.contains(&name.as_str()))
    {
        let mut fewer = can.clone();
        fewer[name] = Value::Null;
        let is_said = rows.iter().any(|row| cell(row[0], &fewer) != cell(row[0], can));
        assert!(is_said, "no row of `peers.md` is about `{name}`");
    }
}
