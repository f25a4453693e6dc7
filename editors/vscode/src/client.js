// The connection to the language server: starting, stopping, and telling the user how it is.

const { spawn } = require("node:child_process");
const vscode = require("vscode");
const { CloseAction, LanguageClient, State } = require("vscode-languageclient/node");
const { findServer } = require("./server.js");

/** What the server may ask the editor to do in a code lens. `extension.js` registers them. */
const LENS_COMMANDS = ["masterchef.showPlan", "masterchef.runTest", "masterchef.showReferences"];
// A server that has not answered by then never will, in milliseconds.
const START_LIMIT = 60_000;
// For the server to end on its own.
const END_LIMIT = 2_000;

const OUTPUT = "Show Output";
const SETTINGS = "Open Settings";
const INSTALL = "How to Install";

/** A client that writes what is wrong, and leaves it to `Connection` to say it once and in its own words. */
class Client extends LanguageClient {
  error(message, data) {
    super.error(message, data, false);
  }
}

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
    /** The process of the server, the newest. */
    this.process = undefined;
    /** The path of the server that runs. */
    this.path = undefined;
    /** The client whose server was ended before it had answered, and why. */
    this.abandoned = undefined;
    /** Why no server runs. */
    this.trouble = undefined;
    // Starting and stopping one after the other, however they are asked for.
    this.turn = Promise.resolve();
    context.subscriptions.push(this.output, this.item, this.changed);
  }

  /** Whether requests are answered. */
  get ready() {
    return this.client?.state === State.Running;
  }

  /** Whether a server was started that has not answered yet. */
  get starting() {
    return this.client?.state === State.Starting;
  }

  /** Whether the server knows a method beyond the protocol. */
  knows(method) {
    const methods = this.client?.initializeResult?.capabilities?.experimental?.masterchef;
    return this.ready && Array.isArray(methods) && methods.includes(method);
  }

  /** Why a method beyond the protocol cannot be asked for, as a sentence; undefined if it can. */
  obstacle(method) {
    if (!this.ready) {
      return this.trouble ?? (this.starting ? "The language server is starting." : "The language server is not running.");
    }
    const version = this.client.initializeResult?.serverInfo?.version;
    return this.knows(method)
      ? undefined
      : `The language server that runs${version ? `, ${version},` : ""} is too old for this; a newer one can do it.`;
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
    return this.next(() => this.begin());
  }

  stop() {
    this.giveUp(undefined);
    return this.next(() => this.end());
  }

  restart() {
    this.giveUp(undefined);
    return this.next(async () => {
      await this.end();
      await this.begin();
    });
  }

  /**
   * Ends a server that has not answered yet.
   * @param {string | undefined} why undefined when the user wants it: nothing is said then
   */
  giveUp(why) {
    if (this.starting) {
      this.abandoned = { client: this.client, why };
      this.process?.kill("SIGKILL");
    }
  }

  next(action) {
    const done = this.turn.then(action);
    this.turn = done.catch((error) => this.output.error(String(error)));
    return done;
  }

  async end() {
    const { client, process: running } = this;
    this.client = undefined;
    this.process = undefined;
    this.path = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // A client whose start failed cannot be stopped. That must not keep the next one from starting.
      this.output.warn(String(error));
    }
    if (running) {
      setTimeout(() => running.exitCode === null && running.kill("SIGKILL"), END_LIMIT).unref();
    }
  }

  async begin() {
    this.trouble = undefined;
    const configured = vscode.workspace.getConfiguration("masterchef").get("server.path", "");
    const server = findServer(configured, this.extension, process.env.PATH ?? "");
    if (!server) {
      this.failed(
        "The Masterchef language server was not found: the extension brings none for this system, and neither mcc nor " +
          "mc-lsp is on PATH.",
        [SETTINGS, INSTALL],
      );
      return;
    }
    if (server.problem) {
      this.failed(server.problem, [SETTINGS]);
      return;
    }
    let usual;
    const client = new Client("masterchef", "Masterchef", () => this.launch(server), {
      documentSelector: [
        { scheme: "file", language: "masterchef" },
        { scheme: "untitled", language: "masterchef" },
        { scheme: "file", pattern: "**/masterchef.toml" },
        { scheme: "file", language: "masterchef-template" },
      ],
      outputChannel: this.output,
      initializationOptions: { commands: LENS_COMMANDS },
      // It says what is wrong in a message of its own otherwise.
      initializationFailedHandler: () => false,
      errorHandler: {
        error: (...details) => usual.error(...details),
        closed: () => this.closed(client, server, usual),
      },
    });
    usual = client.createDefaultErrorHandler();
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) {
        this.describe(newState, server);
        this.changed.fire();
      }
    });
    this.client = client;
    this.path = server.command;
    this.describe(State.Starting, server);
    const late = setTimeout(() => this.giveUp(`it has not answered for ${START_LIMIT / 1000} seconds`), START_LIMIT);
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      await this.notStarted(client, server, error);
    } finally {
      clearTimeout(late);
    }
  }

  /** Starts the program. Not in the workspace, which must not decide what is loaded. */
  launch(server) {
    const child = spawn(server.command, server.args, { cwd: this.extension });
    this.process = child;
    return new Promise((resolve, reject) => {
      child.once("spawn", () => resolve(child));
      // Stays: an error later on has a listener then.
      child.on("error", reject);
    });
  }

  /** What to do when the server has ended without being asked to. */
  closed(client, server, usual) {
    // One that ends before it has answered would do so again.
    if (client.state === State.Starting) {
      void this.notStarted(client, server);
      return { action: CloseAction.DoNotRestart, handled: true };
    }
    const answer = usual.closed();
    if (answer.action === CloseAction.DoNotRestart && this.client === client) {
      this.failed(`The Masterchef language server, ${server.command}, ends again and again, and is not started any more.`);
    }
    return { ...answer, handled: true };
  }

  async notStarted(client, server, error) {
    const child = this.process;
    // The end of its output comes before its exit status.
    if (child && child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => {
        child.once("exit", resolve);
        setTimeout(resolve, 500).unref();
      });
    }
    // Another one may have been started meanwhile; and it is said once.
    const abandoned = this.abandoned?.client === client ? this.abandoned : undefined;
    if (this.client !== client || this.trouble || (abandoned && !abandoned.why)) {
      return;
    }
    const status = child?.exitCode;
    const ended = typeof status === "number" ? `it ended with exit status ${status}` : child?.signalCode;
    const why = abandoned?.why ?? ended ?? error?.message ?? "it does not answer";
    this.failed(`The Masterchef language server, ${server.command}, does not start: ${why}.`);
  }

  describe(state, server) {
    const version = this.client?.initializeResult?.serverInfo?.version;
    const program = `\`${server.command}\`, ${server.origin}`;
    void vscode.commands.executeCommand("setContext", "masterchef.serverRunning", state === State.Running);
    if (state === State.Running) {
      this.trouble = undefined;
      this.show("$(check) Masterchef", `Language server${version ? ` ${version}` : ""}: ${program}`, false);
    } else if (state === State.Starting) {
      this.show("$(loading~spin) Masterchef", `Starting ${program}`, false);
    } else {
      this.show("$(error) Masterchef", this.trouble ?? `The language server has ended: ${program}`, true);
    }
  }

  show(text, tooltip, wrong) {
    this.item.text = text;
    this.item.tooltip = new vscode.MarkdownString(tooltip);
    this.item.backgroundColor = wrong ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.show();
  }

  /** No server runs: says so where it is seen, and once as a message. */
  failed(text, actions = [OUTPUT, SETTINGS]) {
    this.trouble = text;
    this.output.error(text);
    this.show("$(error) Masterchef", text, true);
    this.changed.fire();
    // Not waited for: the message stays until somebody answers it.
    void this.offer(vscode.window.showErrorMessage(text, ...actions));
  }

  /** A warning about the server, with what leads further. */
  warn(text) {
    void this.offer(vscode.window.showWarningMessage(text, OUTPUT, SETTINGS));
  }

  async offer(message) {
    const chosen = await message;
    if (chosen === OUTPUT) {
      this.output.show();
    } else if (chosen === SETTINGS) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "@ext:masterchef.masterchef path");
    } else if (chosen === INSTALL) {
      await vscode.commands.executeCommand("workbench.action.openWalkthrough", "masterchef.masterchef#start", false);
    }
  }
}

module.exports = { Connection };
