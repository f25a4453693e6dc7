// What the extension does beside what its manifest says. All knowledge of the language is in the server.

const vscode = require("vscode");
const { Connection } = require("./client.js");
const answers = require("./answer.js");
const explorer = require("./explorer.js");
const plan = require("./plan/panel.js");
const tasks = require("./task.js");

/** @type {Connection | undefined} */
let connection;

async function menu() {
  const items = [
    { label: "$(debug-restart) Restart the Language Server", command: "masterchef.restart" },
    { label: "$(output) Show Output", command: "masterchef.output" },
    { label: "$(gear) Open Settings", command: "workbench.action.openSettings", argument: "@ext:masterchef.masterchef" },
    { label: "$(type-hierarchy) Show Plan", command: "masterchef.showPlan" },
    { label: "$(book) Get Started", command: "masterchef.getStarted" },
  ];
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: "Masterchef" });
  if (chosen) {
    await vscode.commands.executeCommand(chosen.command, ...(chosen.argument ? [chosen.argument] : []));
  }
}

/** The places that the server found, in the editor's own list. */
function showReferences(uri, position, locations) {
  const convert = connection.client?.protocol2CodeConverter;
  return (
    convert &&
    vscode.commands.executeCommand(
      "editor.action.showReferences",
      convert.asUri(uri),
      convert.asPosition(position),
      locations.map((location) => convert.asLocation(location)),
    )
  );
}

/** What the steps of the walkthrough wait for, beside what the server, the plan and the tests say of themselves. */
async function followWalkthrough(context) {
  const reached = (name) => vscode.commands.executeCommand("setContext", `masterchef.${name}`, true);
  const written = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (document.languageId === "masterchef" && contentChanges.length > 0) {
      written.dispose();
      void reached("written");
    }
  });
  const watcher = vscode.workspace.createFileSystemWatcher("**/masterchef.toml", false, true, true);
  watcher.onDidCreate(() => reached("packageOpen"));
  context.subscriptions.push(written, watcher);
  const [manifest] = await vscode.workspace.findFiles("**/masterchef.toml", "**/{node_modules,vendor,target}/**", 1);
  if (manifest) {
    await reached("packageOpen");
  }
}

async function activate(context) {
  connection = new Connection(context);
  const command = (name, action) => context.subscriptions.push(vscode.commands.registerCommand(name, action));
  command("masterchef.restart", () => connection.restart());
  command("masterchef.output", () => connection.output.show());
  command("masterchef.menu", menu);
  command("masterchef.showReferences", showReferences);
  command("masterchef.getStarted", () =>
    vscode.commands.executeCommand("workbench.action.openWalkthrough", "masterchef.masterchef#start", false),
  );
  answers.register(context, connection);
  explorer.register(context, connection);
  plan.register(context, connection);
  tasks.register(context, connection);
  void followWalkthrough(context);
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("masterchef.server")) {
        await connection.restart();
      }
    }),
  );
  await connection.start();
}

module.exports = { activate, deactivate: () => connection?.stop() };
