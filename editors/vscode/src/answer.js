// "Why this value" and "what runs before this": answers of the server, as pages beside the source.

const vscode = require("vscode");

const SCHEME = "masterchef-answer";

/** The text of each page by its address. */
const pages = new Map();

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
  if (!connection.knows(method)) {
    void vscode.window.showWarningMessage(`${title}: the language server that runs cannot tell; a newer one can.`);
    return;
  }
  const found = await connection.ask(method, {
    textDocument: { uri: editor.document.uri.toString() },
    position: editor.selection.active,
    ...parameters,
  });
  if (!found) {
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
