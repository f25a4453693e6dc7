// "Why this value" and "what runs before this": answers of the server, as pages beside the source.

const vscode = require("vscode");

const SCHEME = "masterchef-answer";

/** The text of each page by its address. */
const pages = new Map();

// How often a question is asked that edits overtake.
const ATTEMPTS = 5;

/** The answer, which may be null; undefined where there is none, and the user knows why. */
async function ask(connection, title, method, parameters) {
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await connection.ask(method, parameters());
      if (found !== undefined) {
        return found;
      }
      if (!connection.ready) {
        connection.warn(`${title}: ${connection.obstacle(method)}`);
        return undefined;
      }
    }
    void vscode.window.showInformationMessage(`${title}: the text changed before the answer came; ask again.`);
  } catch (error) {
    connection.warn(`${title}: ${error.message}`);
  }
  return undefined;
}

/**
 * Asks about the place of the cursor and shows what comes back.
 * @param {import("./client.js").Connection} connection
 */
async function answer(connection, title, method, parameters) {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== "masterchef") {
    void vscode.window.showInformationMessage(`${title}: put the cursor on a resource first.`);
    return;
  }
  const obstacle = connection.obstacle(method);
  if (obstacle) {
    connection.warn(`${title}: ${obstacle}`);
    return;
  }
  const found = await ask(connection, title, method, () => ({
    textDocument: { uri: editor.document.uri.toString() },
    position: editor.selection.active,
    ...parameters,
  }));
  if (found === undefined) {
    return;
  }
  if (found === null) {
    void vscode.window.showInformationMessage(`${title}: there is no resource at the cursor.`);
    return;
  }
  const problems = found.problems ?? [];
  if (problems.length > 0 && !found.markdown) {
    void vscode.window.showWarningMessage(`${title}: ${problems.join(" ")}`);
    return;
  }
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md` });
  pages.set(uri.toString(), `# ${title}\n\n${found.markdown}\n`);
  changed.fire(uri);
  await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
}

const changed = new vscode.EventEmitter();

function register(context, connection) {
  const command = (name, title, method, parameters) =>
    context.subscriptions.push(
      vscode.commands.registerCommand(name, () => answer(connection, title, method, parameters)),
    );
  command("masterchef.why", "Why This Value", "masterchef/why", {});
  command("masterchef.runsBefore", "What Runs Before This", "masterchef/runsBefore", {});
  command("masterchef.runsAfter", "What Runs After This", "masterchef/runsBefore", { after: true });
  context.subscriptions.push(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => pages.get(uri.toString()) ?? "",
    }),
  );
}

module.exports = { register };
