// Which program is the language server.

const fs = require("node:fs");
const path = require("node:path");

const WINDOWS = process.platform === "win32";

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

const fileName = (name) => (WINDOWS && !/\.exe$/i.test(name) ? `${name}.exe` : name);

/** `mcc` is the command line, and starts the server as one of its commands. */
function withArguments(command, origin) {
  const name = path.basename(command).replace(/\.exe$/i, "");
  return { command, args: name === "mcc" ? ["lsp"] : [], origin };
}

/**
 * The first program of one of these names in the folders of `PATH`.
 * @param {string[]} names
 * @param {string} searchPath the value of PATH
 */
function onPath(names, searchPath) {
  // Relative folders of PATH depend on where the editor was started.
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const files = names.flatMap((name) => folders.map((folder) => path.join(folder, fileName(name))));
  return files.find(isProgram);
}

/**
 * The program that a setting names. Never one that depends on a working directory: that is a workspace's, and opening a
 * folder must not run what lies in it. So names are looked up here, and not left to the system, which on Windows looks
 * into the working directory first.
 * @param {string} setting the setting's name, for the message
 * @param {string} configured what it says
 * @param {string} searchPath the value of PATH
 * @returns {{ command: string } | { problem: string }}
 */
function ofSetting(setting, configured, searchPath) {
  const bare = !/[/\\]/.test(configured) && ![".", ".."].includes(configured) && !configured.includes(":");
  if (bare) {
    const command = onPath([configured], searchPath);
    return command ? { command } : { problem: `The setting ${setting} names "${configured}", which is not on PATH.` };
  }
  if (!path.isAbsolute(configured)) {
    return { problem: `The setting ${setting} has to be an absolute path, and is "${configured}".` };
  }
  return isProgram(configured)
    ? { command: configured }
    : { problem: `The setting ${setting} says "${configured}", which is no program that can be run.` };
}

/**
 * The program from the settings; else the one that the extension brings; else the first of `mcc` and `mc-lsp` in the
 * folders of `PATH`.
 * @param {string} configured an absolute path, a name on `PATH`, or empty
 * @param {string} extension the folder of the extension
 * @param {string} searchPath the value of PATH
 * @returns {{ command: string, args: string[], origin: string } | { problem: string } | undefined} `origin` says where it
 *   was found
 */
function findServer(configured, extension, searchPath) {
  if (configured !== "") {
    const found = ofSetting("masterchef.server.path", configured, searchPath);
    return found.problem ? found : withArguments(found.command, "from the settings");
  }
  const bundled = path.join(extension, "server", fileName("mc-lsp"));
  if (isProgram(bundled)) {
    return withArguments(bundled, "part of the extension");
  }
  const found = onPath(["mcc", "mc-lsp"], searchPath);
  return found && withArguments(found, "from PATH");
}

/**
 * The command line `mcc`: from the settings, beside the server, or from `PATH`.
 * @param {string} configured an absolute path, a name on `PATH`, or empty
 * @param {string | undefined} server the path of the language server
 * @param {string} searchPath the value of PATH
 * @returns {{ command: string } | { problem: string }}
 */
function findCompiler(configured, server, searchPath) {
  if (configured !== "") {
    return ofSetting("masterchef.mcc.path", configured, searchPath);
  }
  const beside = server && path.join(path.dirname(server), fileName("mcc"));
  const command = beside && isProgram(beside) ? beside : onPath(["mcc"], searchPath);
  return command
    ? { command }
    : { problem: "mcc was not found: it is neither beside the language server nor on PATH, nor in masterchef.mcc.path." };
}

module.exports = { findServer, findCompiler };
