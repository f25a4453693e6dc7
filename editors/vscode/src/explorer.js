// `test` blocks in the editor's list of tests. The server finds and runs them, on the text as it is.

const vscode = require("vscode");
const { forTerminal, rendered, told } = require("./failure.js");

const FILES = "**/*.mc";
// After a change, in milliseconds.
const DELAY = 300;
const IGNORED = "**/{node_modules,vendor,target}/**";

function register(context, connection) {
  const controller = vscode.tests.createTestController("masterchef", "Masterchef");
  context.subscriptions.push(controller);
  const range = (found) =>
    new vscode.Range(found.start.line, found.start.character, found.end.line, found.end.character);

  /**
   * Opens a module that has tests, as the server answers about open documents only; nothing is shown. Says whether it is
   * open now.
   */
  async function opened(uri) {
    if (!vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString())) {
      const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString();
      if (!/^\s*test\s+"/m.test(text)) {
        return false;
      }
      await vscode.workspace.openTextDocument(uri);
    }
    return true;
  }

  /** What a module has; a module without tests is not listed, and none that is gone. */
  async function discover(uri) {
    const there = await opened(uri).catch(() => false);
    if (!there) {
      controller.items.delete(uri.toString());
      return;
    }
    const tests = await connection.ask("masterchef/tests", { textDocument: { uri: uri.toString() } });
    if (!tests) {
      return;
    }
    const id = uri.toString();
    if (tests.length === 0) {
      controller.items.delete(id);
      return;
    }
    const file = controller.items.get(id) ?? controller.createTestItem(id, vscode.workspace.asRelativePath(uri), uri);
    file.children.replace(
      tests.map((test) => {
        const item = controller.createTestItem(test.id, test.name, uri);
        item.range = range(test.selectionRange ?? test.range);
        item.children.replace(
          (test.children ?? []).map((child) => {
            const one = controller.createTestItem(child.id, child.name, uri);
            one.range = item.range;
            return one;
          }),
        );
        return item;
      }),
    );
    controller.items.add(file);
  }

  async function discoverAll() {
    if (!connection.knows("masterchef/tests")) {
      controller.items.replace([]);
      return;
    }
    await dropGone();
    for (const uri of await vscode.workspace.findFiles(FILES, IGNORED)) {
      await discover(uri);
    }
  }

  /** Takes away the files that are not there any more: of a folder that is gone the editor tells, not of the files in it. */
  async function dropGone() {
    for (const { id, uri } of all()) {
      const there = uri.scheme !== "file" || (await vscode.workspace.fs.stat(uri).then(() => true, () => false));
      if (!there) {
        controller.items.delete(id);
      }
    }
  }

  function all() {
    return [...controller.items].map(([, item]) => item);
  }

  /** The tests and cases under an item. */
  function leaves(item) {
    const inner = [...item.children].map(([, child]) => child);
    return inner.length === 0 ? [item] : inner.flatMap(leaves);
  }

  const where = ({ uri, range: { start } }) => `${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}:${start.line + 1}`;

  /** One message for one failure: each message is a failure to the editor. */
  function message(result, convert) {
    const { text, location } = told(result, where);
    const made = new vscode.TestMessage(text);
    made.location = location && convert.asLocation(location);
    // Since Visual Studio Code 1.93.
    if (vscode.TestMessageStackFrame) {
      made.stackTrace = (result.locations ?? [])
        .filter((place) => place.location)
        .map((place) => {
          const { uri, range: at } = convert.asLocation(place.location);
          return new vscode.TestMessageStackFrame(place.message ?? "", uri, at.start);
        });
    }
    return made;
  }

  /** Runs tests, one request for each file that has some. */
  async function run(request, token) {
    await dropGone();
    const roots = request.include ?? all();
    const excluded = new Set((request.exclude ?? []).flatMap(leaves));
    const wanted = [...new Set(roots.flatMap(leaves))].filter(
      (item) => !excluded.has(item) && controller.items.get(item.uri.toString()),
    );
    const files = new Map();
    for (const item of wanted) {
      const uri = item.uri.toString();
      files.set(uri, [...(files.get(uri) ?? []), item]);
    }
    const running = controller.createTestRun(request);
    try {
      for (const [uri, items] of files) {
        if (token.isCancellationRequested) {
          break;
        }
        items.forEach((item) => running.started(item));
        // What is wrong with one file is no reason to leave out the others.
        try {
          await opened(vscode.Uri.parse(uri));
          const parameters = { uri, ids: items.map((item) => item.id) };
          const answer = await connection.ask("masterchef/runTests", parameters, token);
          items.forEach((item) => report(running, item, answer));
        } catch (error) {
          running.appendOutput(forTerminal(error.message));
          items.forEach((item) => running.errored(item, new vscode.TestMessage(error.message)));
          await discover(vscode.Uri.parse(uri));
        }
      }
      void vscode.commands.executeCommand("setContext", "masterchef.testsRun", true);
    } finally {
      running.end();
    }
  }

  function report(running, item, answer) {
    if (!answer) {
      running.skipped(item);
      return;
    }
    const results = (answer.results ?? []).filter((result) => result.id === item.id || result.test === item.id);
    const failures = results.filter((result) => result.outcome !== "passed");
    if (results.length === 0) {
      const why = (answer.problems ?? []).join("\n") || "The server did not run it.";
      running.errored(item, new vscode.TestMessage(why));
    } else if (failures.length === 0) {
      running.appendOutput(forTerminal(`${item.label} passed`), undefined, item);
      running.passed(item);
    } else {
      const convert = connection.client.protocol2CodeConverter;
      for (const result of failures) {
        const { location } = told(result, where);
        const text = forTerminal(rendered(result.name ?? item.label, result, where));
        running.appendOutput(text, location && convert.asLocation(location), item);
      }
      running.failed(item, failures.map((result) => message(result, convert)));
    }
  }

  controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, run, true);
  controller.refreshHandler = discoverAll;

  // From a code lens.
  async function runOne(uri, id) {
    const parsed = vscode.Uri.parse(uri);
    await discover(parsed);
    const find = (item) => (item.id === id ? item : [...item.children].map(([, c]) => find(c)).find(Boolean));
    const item = find(controller.items.get(parsed.toString()) ?? { children: [] });
    if (item) {
      const source = new vscode.CancellationTokenSource();
      await run(new vscode.TestRunRequest([item]), source.token);
    }
  }

  /** Does something a little later, once however often it is asked for. */
  const late = new Map();
  function soon(what, action) {
    clearTimeout(late.get(what));
    late.set(
      what,
      setTimeout(() => {
        late.delete(what);
        action().catch((error) => connection.output.error(error));
      }, DELAY),
    );
  }
  // The server reads a package when the first of its files is opened, and knows no tests before.
  const refresh = () => connection.knows("masterchef/tests") && soon("", discoverAll);
  const ours = (document) =>
    document.languageId === "masterchef" && ["file", "untitled"].includes(document.uri.scheme) && connection.knows("masterchef/tests");
  const watcher = vscode.workspace.createFileSystemWatcher(FILES, false, true, false);
  watcher.onDidCreate(refresh);
  watcher.onDidDelete((uri) => controller.items.delete(uri.toString()));

  context.subscriptions.push(
    vscode.commands.registerCommand("masterchef.runTest", runOne),
    watcher,
    connection.onDidChange(() => (connection.ready ? refresh() : controller.items.replace([]))),
    vscode.workspace.onDidDeleteFiles(refresh),
    vscode.workspace.onDidRenameFiles(refresh),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidOpenTextDocument((document) => ours(document) && refresh()),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (ours(document)) {
        soon(document.uri.toString(), () => discover(document.uri));
      }
    }),
  );
}

module.exports = { register };
