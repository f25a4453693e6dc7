// Starts the language server and keeps it. All knowledge of the language is in the server.

const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");
const { findServer } = require("./server.js");

/** @type {LanguageClient | undefined} */
let client;

async function start() {
  const configured = vscode.workspace.getConfiguration("masterchef").get("server.path", "");
  const server = findServer(configured, process.env.PATH ?? "");
  if (!server) {
    const settings = "Open Settings";
    const chosen = await vscode.window.showErrorMessage(
      "The Masterchef language server was not found: neither `mcc` nor `mc-lsp` is on PATH.",
      settings,
    );
    if (chosen === settings) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "masterchef.server.path");
    }
    return;
  }
  const run = { command: server.command, args: server.args, transport: TransportKind.stdio };
  client = new LanguageClient(
    "masterchef",
    "Masterchef",
    { run, debug: run },
    {
      documentSelector: [
        { scheme: "file", language: "masterchef" },
        { scheme: "untitled", language: "masterchef" },
        { scheme: "file", pattern: "**/masterchef.toml" },
        { scheme: "file", pattern: "**/templates/**/*.mct" },
      ],
    },
  );
  await client.start();
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function activate(context) {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(
    vscode.commands.registerCommand("masterchef.restart", restart),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("masterchef.server")) {
        await restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
