// `mcc check` and its like as tasks, for each package of the workspace.

const path = require("node:path");
const vscode = require("vscode");
const { findCompiler } = require("./server.js");

const TYPE = "masterchef";

/** The commands that are offered without a definition in `tasks.json`. */
const COMMANDS = [
  { command: "check", args: ["--format", "concise"], group: vscode.TaskGroup.Build },
  { command: "lint", args: ["--format", "concise"] },
  { command: "test", args: [], group: vscode.TaskGroup.Test },
];

function compiler(connection) {
  const configured = vscode.workspace.getConfiguration("masterchef").get("mcc.path", "");
  return findCompiler(configured, connection.path, process.env.PATH ?? "");
}

/** A task that runs `mcc` in the folder of a package. */
function task(program, definition, scope, folder, args, group) {
  const name = folder === "" ? definition.command : `${definition.command} (${folder})`;
  const root = scope.uri?.fsPath ?? "";
  const run = new vscode.ProcessExecution(program, [definition.command, ...args], { cwd: path.join(root, folder) });
  const made = new vscode.Task(definition, scope, name, "mcc", run, "$mcc");
  made.group = group;
  return made;
}

async function provide(connection) {
  const program = compiler(connection);
  if (!program) {
    return [];
  }
  const manifests = await vscode.workspace.findFiles("**/masterchef.toml", "**/{node_modules,vendor,target}/**", 200);
  manifests.sort((a, b) => (a.path < b.path ? -1 : 1));
  return manifests.flatMap((manifest) => {
    const scope = vscode.workspace.getWorkspaceFolder(manifest);
    if (!scope) {
      return [];
    }
    const folder = path.relative(scope.uri.fsPath, path.dirname(manifest.fsPath));
    return COMMANDS.map(({ command, args, group }) =>
      task(program, { type: TYPE, command, package: folder }, scope, folder, args, group),
    );
  });
}

/** A task of `tasks.json`: its command and arguments are the user's. */
function resolve(connection, written) {
  const program = compiler(connection);
  const scope = written.scope;
  if (!program || typeof scope !== "object") {
    return undefined;
  }
  const { command, args } = written.definition;
  const usual = COMMANDS.find((known) => known.command === command);
  return task(
    program,
    written.definition,
    scope,
    written.definition.package ?? "",
    args ?? usual?.args ?? [],
    usual?.group,
  );
}

function register(context, connection) {
  context.subscriptions.push(
    vscode.tasks.registerTaskProvider(TYPE, {
      provideTasks: () => provide(connection),
      resolveTask: (written) => resolve(connection, written),
    }),
  );
}

module.exports = { register };
