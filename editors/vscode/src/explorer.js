// `test` blocks in the editor's list of tests. The server finds and runs them, on the text as it is.

const vscode = require("vscode");

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

  /** What a module has; a module without tests is not listed. */
  async function discover(uri) {
    if (!(await opened(uri))) {
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
    for (const uri of await vscode.workspace.findFiles(FILES, IGNORED)) {
      await discover(uri);
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

  function message(result, convert) {
    const places = result.locations ?? [];
    if (places.length === 0) {
      return [new vscode.TestMessage(result.message ?? "failed")];
    }
    return places.map(({ location, message: text }, index) => {
      const told = new vscode.TestMessage(
        index === 0 && result.message ? `${result.message}\n${text ?? ""}`.trimEnd() : (text ?? "failed"),
      );
      told.location = location && convert.asLocation(location);
      return told;
    });
  }

  /** Runs tests, one request for each file that has some. */
  async function run(request, token) {
    const roots = request.include ?? all();
    const excluded = new Set((request.exclude ?? []).flatMap(leaves));
    const wanted = [...new Set(roots.flatMap(leaves))].filter((item) => !excluded.has(item));
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
        await opened(vscode.Uri.parse(uri));
        const parameters = { uri, ids: items.map((item) => item.id) };
        const answer = await connection.ask("masterchef/runTests", parameters, token);
        for (const item of items) {
          report(running, item, answer);
        }
      }
    } catch (error) {
      running.appendOutput(`${error.message}\r\n`);
      wanted.forEach((item) => running.errored(item, new vscode.TestMessage(error.message)));
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
      running.passed(item);
    } else {
      const convert = connection.client.protocol2CodeConverter;
      running.failed(item, failures.flatMap((result) => message(result, convert)));
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
  const ours = (document) => document.languageId === "masterchef" && connection.knows("masterchef/tests");
  const watcher = vscode.workspace.createFileSystemWatcher(FILES, false, true, false);
  watcher.onDidCreate(refresh);
  watcher.onDidDelete((uri) => controller.items.delete(uri.toString()));

  context.subscriptions.push(
    vscode.commands.registerCommand("masterchef.runTest", runOne),
    watcher,
    connection.onDidChange(() => (connection.ready ? refresh() : controller.items.replace([]))),
    vscode.workspace.onDidOpenTextDocument((document) => ours(document) && refresh()),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (ours(document)) {
        soon(document.uri.toString(), () => discover(document.uri));
      }
    }),
  );
}

module.exports = { register };
