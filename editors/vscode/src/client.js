// The connection to the language server: starting, stopping, and telling the user how it is.

const vscode = require("vscode");
const { LanguageClient, State, TransportKind } = require("vscode-languageclient/node");
const { findServer } = require("./server.js");

/** What the server may ask the editor to do in a code lens. `extension.js` registers them. */
const LENS_COMMANDS = ["masterchef.showPlan", "masterchef.runTest", "masterchef.showReferences"];

class Connection {
  /** @param {vscode.ExtensionContext} context */
  constructor(context) {
    this.extension = context.extensionPath;
    this.output = vscode.window.createOutputChannel("Masterchef", { log: true });
    this.item = vscode.window.createStatusBarItem("masterchef.server", vscode.StatusBarAlignment.Right, 10);
    this.item.name = "Masterchef";
    this.item.command = "masterchef.menu";
    this.changed = new vscode.EventEmitter();
    /** Told when the server is ready, and when it is gone. */
    this.onDidChange = this.changed.event;
    /** @type {LanguageClient | undefined} */
    this.client = undefined;
    /** The path of the server that runs. */
    this.path = undefined;
    // Starting and stopping one after the other, however they are asked for.
    this.turn = Promise.resolve();
    context.subscriptions.push(this.output, this.item, this.changed);
  }

  /** Whether requests are answered. */
  get ready() {
    return this.client?.state === State.Running;
  }

  /** Whether the server knows a method beyond the protocol. */
  knows(method) {
    const methods = this.client?.initializeResult?.capabilities?.experimental?.masterchef;
    return this.ready && Array.isArray(methods) && methods.includes(method);
  }

  /** Asks the server. Undefined when it is not there, or when an edit overtook the request. */
  async ask(method, parameters, token) {
    if (!this.ready) {
      return undefined;
    }
    try {
      // What is passed as undefined would be sent as a second parameter.
      return await this.client.sendRequest(method, parameters, ...(token ? [token] : []));
    } catch (error) {
      // ContentModified, RequestCancelled, ServerCancelled: what asks again has newer text.
      if ([-32801, -32800, -32802].includes(error.code)) {
        return undefined;
      }
      throw error;
    }
  }

  start() {
    return this.next(() => this.starting());
  }

  stop() {
    return this.next(() => this.stopping());
  }

  restart() {
    return this.next(async () => {
      await this.stopping();
      await this.starting();
    });
  }

  next(action) {
    const done = this.turn.then(action);
    this.turn = done.catch(() => {});
    return done;
  }

  async stopping() {
    const running = this.client;
    this.client = undefined;
    this.path = undefined;
    await running?.dispose();
  }

  async starting() {
    const configured = vscode.workspace.getConfiguration("masterchef").get("server.path", "");
    const server = findServer(configured, this.extension, process.env.PATH ?? "");
    if (!server) {
      this.show("$(error) Masterchef", "The language server was not found.", true);
      // Not waited for: the message stays until somebody answers it.
      void this.missing();
      return;
    }
    const run = { command: server.command, args: server.args, transport: TransportKind.stdio };
    const client = new LanguageClient(
      "masterchef",
      "Masterchef",
      { run, debug: run },
      {
        documentSelector: [
          { scheme: "file", language: "masterchef" },
          { scheme: "untitled", language: "masterchef" },
          { scheme: "file", pattern: "**/masterchef.toml" },
          { scheme: "file", language: "masterchef-template" },
        ],
        outputChannel: this.output,
        initializationOptions: { commands: LENS_COMMANDS },
      },
    );
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) {
        this.describe(newState, server);
        this.changed.fire();
      }
    });
    this.client = client;
    this.path = server.command;
    this.describe(State.Starting, server);
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      this.show("$(error) Masterchef", `The language server does not start: ${error.message ?? error}`, true);
    }
  }

  describe(state, server) {
    const version = this.client?.initializeResult?.serverInfo?.version;
    const program = `\`${server.command}\`, ${server.origin}`;
    if (state === State.Running) {
      this.show("$(check) Masterchef", `Language server${version ? ` ${version}` : ""}: ${program}`, false);
    } else if (state === State.Starting) {
      this.show("$(loading~spin) Masterchef", `Starting ${program}`, false);
    } else {
      this.show("$(error) Masterchef", `The language server has ended: ${program}`, true);
    }
  }

  show(text, tooltip, wrong) {
    this.item.text = text;
    this.item.tooltip = new vscode.MarkdownString(tooltip);
    this.item.backgroundColor = wrong ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.show();
  }

  async missing() {
    const settings = "Open Settings";
    const install = "How to Install";
    const chosen = await vscode.window.showErrorMessage(
      "The Masterchef language server was not found: the extension brings none for this system, and neither `mcc` nor " +
        "`mc-lsp` is on PATH.",
      settings,
      install,
    );
    if (chosen === settings) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "masterchef.server.path");
    } else if (chosen === install) {
      await vscode.commands.executeCommand("workbench.action.openWalkthrough", "masterchef.masterchef#start", false);
    }
  }
}

module.exports = { Connection };
