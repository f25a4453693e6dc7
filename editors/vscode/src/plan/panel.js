// The panel with the plan of the policy under the cursor. It asks the server whenever the text or the cursor has moved,
// and the page in it (`view.js`) draws what comes back.

const crypto = require("node:crypto");
const vscode = require("vscode");
const { closest } = require("./host.js");

const METHOD = "masterchef/planView";
const TYPE = "masterchef.plan";
const LANGUAGES = new Set(["masterchef", "masterchef-template"]);
// After the last keystroke, and after the last move of the cursor, in milliseconds.
const TYPED = 200;
const MOVED = 120;
// An answer that takes longer is announced.
const SLOW = 600;
const FIXTURE = "plan.fixture";
const IGNORED = "**/{node_modules,vendor,target}/**";

class Panel {
  /**
   * @param {vscode.WebviewPanel} panel
   * @param {vscode.ExtensionContext} context
   * @param {import("../client.js").Connection} connection
   * @param {{ uri?: string, policy?: string } | undefined} asked what it showed before the window was opened anew
   */
  constructor(panel, context, connection, asked) {
    this.panel = panel;
    this.context = context;
    this.connection = connection;
    /** The module and place that the plan is about. */
    this.document = asked?.uri ? vscode.Uri.parse(asked.uri) : undefined;
    this.position = undefined;
    /** The policy that was chosen; undefined follows the cursor. */
    this.policy = asked?.policy;
    /** The policy that the cursor was in last. */
    this.followed = undefined;
    /** The fixture that stands for the wanted host, and what to say about it. */
    this.host = undefined;
    /** What to say about the package that was taken because no module is open. */
    this.taken = undefined;
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
      vscode.workspace.onDidChangeConfiguration(async (event) => {
        // Who changes the setting wants to see that host, whatever was chosen before.
        if (event.affectsConfiguration("masterchef.plan.fixture")) {
          await context.workspaceState.update(FIXTURE, undefined);
          this.soon(0);
        }
      }),
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
    // The server knows nothing of an older version beside the file, in a view of differences.
    if (editor.document.languageId !== "masterchef" || !["file", "untitled"].includes(editor.document.uri.scheme)) {
      return;
    }
    this.document = editor.document.uri;
    this.position = editor.selection.active;
    this.taken = undefined;
    this.soon(delay);
  }

  soon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.update(), delay);
  }

  async update() {
    if (!this.panel.visible) {
      return;
    }
    this.request?.cancel();
    const request = new vscode.CancellationTokenSource();
    this.request = request;
    const slow = setTimeout(() => this.post({ type: "busy" }), SLOW);
    try {
      await this.answer(request);
    } catch (error) {
      if (this.request === request) {
        this.connection.output.error(error);
        this.post({ type: "problems", problems: [error.message], action: "output" });
      }
    } finally {
      clearTimeout(slow);
    }
  }

  async answer(request) {
    if (this.connection.starting) {
      this.post({ type: "busy" });
      return;
    }
    const obstacle = this.connection.obstacle(METHOD);
    if (obstacle) {
      this.post({ type: "problems", problems: [obstacle], action: "output" });
      return;
    }
    if (!(await this.opened())) {
      this.post({ type: "empty" });
      return;
    }
    const plan = await this.ask(request.token);
    if (this.request !== request) {
      return;
    }
    if (plan === undefined) {
      // An edit was quicker, perhaps one that the panel does not hear of.
      if (this.connection.ready) {
        this.soon(TYPED);
      }
      return;
    }
    if (!plan) {
      return;
    }
    // A package with errors has no plan: the page shows what it showed, and so does the title.
    if (plan.nodes.length > 0 || plan.problems.length === 0) {
      this.followed = plan.policy ?? undefined;
      this.panel.title = plan.policy ? `Plan of ${plan.policy}` : "Plan";
      void vscode.commands.executeCommand("setContext", "masterchef.planShown", true);
    }
    this.post({
      type: "plan",
      plan,
      cursor: { uri: this.document.toString(), line: this.position?.line ?? -1 },
      follows: this.policy === undefined,
      fixture: this.host?.name ?? "",
      notes: [this.taken, this.host?.note].filter(Boolean),
      // Comes back when the window is opened anew.
      asked: { uri: this.document.toString(), policy: this.policy },
    });
  }

  /** The host that is wanted: what was chosen, "" for any; what the setting says if nothing was chosen. */
  wanted() {
    const preset = vscode.workspace.getConfiguration("masterchef").get("plan.fixture", "");
    return this.context.workspaceState.get(FIXTURE) ?? preset;
  }

  /** The plan of what is wanted, as far as the package has it. */
  async ask(token) {
    const wanted = this.wanted();
    if (this.host?.wanted !== wanted) {
      this.host = { wanted, name: wanted };
    }
    const once = (policy) =>
      this.connection.ask(
        METHOD,
        {
          textDocument: { uri: this.document.toString() },
          ...(this.position ? { position: { line: this.position.line, character: this.position.character } } : {}),
          ...(policy === undefined ? {} : { policy }),
          ...(this.host.name === "" ? {} : { fixture: this.host.name }),
        },
        token,
      );
    let plan = await once(this.policy);
    if (this.policy && plan?.policies?.length > 0 && !plan.policies.includes(this.policy)) {
      // It was renamed, or is one of another package.
      this.policy = undefined;
      plan = await once(undefined);
    }
    // A package with errors lists no fixtures.
    if (plan?.fixtures?.length > 0) {
      const name = wanted === "" ? "" : (closest(wanted, plan.fixtures) ?? "");
      const note = name === "" && wanted !== "" ? `There is no host "${wanted}" here: this is the plan of any host.` : undefined;
      const other = name !== this.host.name && !plan.fixtures.some((one) => one.name === this.host.name);
      if (other) {
        this.host = { wanted, name, note };
        plan = await once(this.policy);
      }
    }
    const left = this.policy === undefined && plan && !plan.policy && plan.policies?.includes(this.followed);
    // In none, in a component perhaps: the one that was shown stays.
    return left ? once(this.followed) : plan;
  }

  /** Whether there is a module to ask about. The server answers about open ones only; nothing is shown. */
  async opened() {
    if (this.document) {
      try {
        await vscode.workspace.openTextDocument(this.document);
        return true;
      } catch {
        // It is gone.
        this.document = undefined;
        this.position = undefined;
      }
    }
    const packages = await vscode.workspace.findFiles("**/masterchef.toml", IGNORED, 200);
    const depth = ({ path }) => path.split("/").length;
    packages.sort((a, b) => depth(a) - depth(b) || (a.path < b.path ? -1 : 1));
    for (const manifest of packages) {
      const folder = vscode.Uri.joinPath(manifest, "..");
      const modules = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, "src/**/*.mc"), null, 200);
      modules.sort((a, b) => depth(a) - depth(b) || (a.path < b.path ? -1 : 1));
      const module = modules.find(({ path }) => path.endsWith("/src/main.mc")) ?? modules[0];
      if (module) {
        await vscode.workspace.openTextDocument(module);
        this.document = module;
        const name = vscode.workspace.asRelativePath(folder);
        this.taken = packages.length > 1 ? `This is the package in ${name}. Open a module of another to see its plan.` : undefined;
        return true;
      }
    }
    return false;
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
      await this.context.workspaceState.update(FIXTURE, message.fixture);
      this.soon(0);
    } else if (message.type === "output") {
      this.connection.output.show();
    } else if (message.type === "problem") {
      await this.problem();
    } else if (message.type === "go") {
      await this.go(message.location).catch((error) => this.connection.output.error(error));
    }
  }

  /** Goes to what keeps the package from having a plan: the first error, of the module that is shown if it has one. */
  async problem() {
    const shown = this.document?.toString();
    const errors = vscode.languages
      .getDiagnostics()
      .filter(([uri]) => /(\.mct?|masterchef\.toml)$/.test(uri.path))
      .flatMap(([uri, found]) =>
        found
          .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error)
          .map(({ range }) => ({ uri: uri.toString(), range, other: uri.toString() !== shown })),
      );
    errors.sort((a, b) => a.other - b.other || (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : a.range.start.line - b.range.start.line));
    if (errors.length > 0) {
      await this.go(errors[0]).catch((error) => this.connection.output.error(error));
    } else {
      await vscode.commands.executeCommand("workbench.actions.view.problems");
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
  function adopt(panel, asked) {
    shown = new Panel(panel, context, connection, asked);
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
      const document = vscode.Uri.parse(uri);
      if (document.toString() !== shown.document?.toString()) {
        shown.document = document;
        shown.position = undefined;
      }
      shown.policy = policy;
      shown.soon(0);
    }
  }
  context.subscriptions.push(
    vscode.commands.registerCommand("masterchef.showPlan", show),
    vscode.window.registerWebviewPanelSerializer(TYPE, {
      deserializeWebviewPanel: async (panel, state) => {
        const editor = vscode.window.visibleTextEditors.find(({ document }) => document.languageId === "masterchef");
        const adopted = adopt(panel, state?.asked);
        if (editor) {
          adopted.follow(editor, 0);
        }
      },
    }),
  );
}

module.exports = { register };
