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

/** A terminal that says why nothing runs: a task that is not offered says nothing. */
function obstacle(text) {
  const written = new vscode.EventEmitter();
  const closed = new vscode.EventEmitter();
  return {
    onDidWrite: written.event,
    onDidClose: closed.event,
    open: () => {
      written.fire(`${text}\r\n`);
      closed.fire(1);
    },
    close: () => {},
  };
}

/** What runs `mcc` in the folder of a package. */
function execution(program, command, root, folder, args) {
  const problem =
    program.problem ?? (root === undefined ? "The task has to stand in a folder of the workspace: a package is in one." : "");
  return problem
    ? new vscode.CustomExecution(async () => obstacle(problem))
    : new vscode.ProcessExecution(program.command, [command, ...args], { cwd: path.join(root, folder) });
}

function task(program, definition, scope, folder, args, group) {
  const name = folder === "" ? definition.command : `${definition.command} (${folder})`;
  // In a workspace of one folder a task of the workspace is one of the folder.
  const folders = vscode.workspace.workspaceFolders ?? [];
  const root = scope?.uri ?? (folders.length === 1 ? folders[0].uri : undefined);
  const run = execution(program, definition.command, root?.fsPath, folder, args);
  // No matcher: the language server says the same about the text as it is, and each problem would be listed twice.
  const made = new vscode.Task(definition, scope, name, "mcc", run, []);
  made.group = group;
  return made;
}

async function provide(connection) {
  const program = compiler(connection);
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
  const { command, args, package: folder } = written.definition;
  const usual = COMMANDS.find((known) => known.command === command);
  return task(
    compiler(connection),
    // The editor takes only what has the very same definition.
    written.definition,
    written.scope ?? vscode.TaskScope.Workspace,
    folder ?? "",
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
