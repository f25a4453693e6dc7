// The panel with the plan of the policy under the cursor. It asks the server whenever the text or the cursor has moved,
// and the page in it (`view.js`) draws what comes back.

const crypto = require("node:crypto");
const vscode = require("vscode");

const METHOD = "masterchef/planView";
const TYPE = "masterchef.plan";
const LANGUAGES = new Set(["masterchef", "masterchef-template"]);
// After the last keystroke, and after the last move of the cursor, in milliseconds.
const TYPED = 200;
const MOVED = 120;

class Panel {
  /**
   * @param {vscode.WebviewPanel} panel
   * @param {vscode.ExtensionContext} context
   * @param {import("../client.js").Connection} connection
   */
  constructor(panel, context, connection) {
    this.panel = panel;
    this.context = context;
    this.connection = connection;
    /** The module and place that the plan is about. */
    this.document = undefined;
    this.position = undefined;
    /** The policy that was chosen; undefined follows the cursor. */
    this.policy = undefined;
    /** The policy that the cursor was in last. */
    this.followed = undefined;
    const preset = vscode.workspace.getConfiguration("masterchef").get("plan.fixture", "");
    this.fixture = context.workspaceState.get("plan.fixture", preset) || undefined;
    this.request = undefined;
    this.timer = undefined;
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [this.resource()] };
    const icon = (theme) => vscode.Uri.joinPath(context.extensionUri, "media", `mc-${theme}.svg`);
    panel.iconPath = { light: icon("light"), dark: icon("dark") };
    this.disposables = [
      webview.onDidReceiveMessage((message) => this.receive(message)),
      panel.onDidChangeViewState(() => panel.visible && this.soon(0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (LANGUAGES.has(document.languageId) || document.fileName.endsWith("masterchef.toml")) {
          this.soon(TYPED);
        }
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.follow(textEditor, MOVED)),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.follow(editor, MOVED)),
      connection.onDidChange(() => this.soon(0)),
    ];
    panel.onDidDispose(() => {
      clearTimeout(this.timer);
      this.request?.cancel();
      this.disposables.forEach((disposable) => disposable.dispose());
    });
    webview.html = this.html();
  }

  resource(...names) {
    return vscode.Uri.joinPath(this.context.extensionUri, "dist", ...names);
  }

  html() {
    const { webview } = this.panel;
    const nonce = crypto.randomBytes(16).toString("base64");
    const policy = [
      "default-src 'none'",
      `style-src ${webview.cspSource}`,
      `script-src 'nonce-${nonce}'`,
    ].join("; ");
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${webview.asWebviewUri(this.resource("plan.css"))}">
<title>Plan</title>
</head>
<body>
<script nonce="${nonce}" src="${webview.asWebviewUri(this.resource("plan.js"))}"></script>
</body>
</html>`;
  }

  follow(editor, delay) {
    if (editor.document.languageId !== "masterchef") {
      return;
    }
    this.document = editor.document.uri;
    this.position = editor.selection.active;
    this.soon(delay);
  }

  soon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.update(), delay);
  }

  async update() {
    if (!this.panel.visible || !this.document) {
      return;
    }
    if (!this.connection.knows(METHOD)) {
      const text = this.connection.ready
        ? "This language server shows no plans; a newer one does."
        : "The language server is not running.";
      this.post({ type: "problems", problems: [text] });
      return;
    }
    this.request?.cancel();
    const request = new vscode.CancellationTokenSource();
    this.request = request;
    const parameters = {
      textDocument: { uri: this.document.toString() },
      position: { line: this.position.line, character: this.position.character },
      ...(this.policy === undefined ? {} : { policy: this.policy }),
      ...(this.fixture === undefined ? {} : { fixture: this.fixture }),
    };
    let plan;
    try {
      plan = await this.connection.ask(METHOD, parameters, request.token);
      const left = this.policy === undefined && plan && !plan.policy && plan.policies?.includes(this.followed);
      if (left) {
        // In none, in a component perhaps: the one that was shown stays.
        plan = await this.connection.ask(METHOD, { ...parameters, policy: this.followed }, request.token);
      }
    } catch (error) {
      this.post({ type: "problems", problems: [error.message] });
      return;
    }
    if (this.request !== request) {
      return;
    }
    // Nothing: an edit was quicker, and asks again.
    if (plan) {
      this.followed = plan.policy ?? undefined;
      this.panel.title = plan.policy ? `Plan of ${plan.policy}` : "Plan";
      const cursor = { uri: this.document.toString(), line: this.position.line };
      this.post({ type: "plan", plan, cursor, follows: this.policy === undefined });
    }
  }

  post(message) {
    void this.panel.webview.postMessage(message);
  }

  async receive(message) {
    if (message.type === "ready") {
      this.soon(0);
    } else if (message.type === "policy") {
      this.policy = message.policy ?? undefined;
      this.soon(0);
    } else if (message.type === "fixture") {
      this.fixture = message.fixture || undefined;
      await this.context.workspaceState.update("plan.fixture", this.fixture ?? "");
      this.soon(0);
    } else if (message.type === "go") {
      await this.go(message.location);
    }
  }

  async go({ uri, range }) {
    const target = vscode.Uri.parse(uri);
    const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === target.toString());
    const place = new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
    await vscode.window.showTextDocument(target, {
      viewColumn: open?.viewColumn ?? vscode.ViewColumn.One,
      selection: new vscode.Range(place.start, place.start),
    });
  }
}

function register(context, connection) {
  /** @type {Panel | undefined} */
  let shown;
  function adopt(panel) {
    shown = new Panel(panel, context, connection);
    panel.onDidDispose(() => (shown = undefined));
    return shown;
  }
  function show(uri, policy) {
    const editor = vscode.window.activeTextEditor;
    if (shown) {
      shown.panel.reveal(undefined, true);
    } else {
      const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      adopt(vscode.window.createWebviewPanel(TYPE, "Plan", place, { enableScripts: true }));
    }
    if (editor) {
      shown.follow(editor, 0);
    }
    if (typeof uri === "string") {
      shown.document = vscode.Uri.parse(uri);
      shown.position ??= new vscode.Position(0, 0);
      shown.policy = policy;
      shown.soon(0);
    }
  }
  context.subscriptions.push(
    vscode.commands.registerCommand("masterchef.showPlan", show),
    vscode.window.registerWebviewPanelSerializer(TYPE, {
      deserializeWebviewPanel: async (panel) => {
        const editor = vscode.window.visibleTextEditors.find(({ document }) => document.languageId === "masterchef");
        const adopted = adopt(panel);
        if (editor) {
          adopted.follow(editor, 0);
        }
      },
    }),
  );
}

module.exports = { register };
