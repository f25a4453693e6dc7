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

const fileName = (name) => (WINDOWS ? `${name}.exe` : name);

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
 * The program from the settings; else the one that the extension brings; else the first of `mcc` and `mc-lsp` in the
 * folders of `PATH`.
 * @param {string} configured an absolute path, or empty
 * @param {string} extension the folder of the extension
 * @param {string} searchPath the value of PATH
 * @returns {{ command: string, args: string[], origin: string } | undefined} `origin` says where it was found
 */
function findServer(configured, extension, searchPath) {
  if (configured !== "") {
    return withArguments(configured, "from the settings");
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
 * @param {string} configured an absolute path, or empty
 * @param {string | undefined} server the path of the language server
 * @param {string} searchPath the value of PATH
 * @returns {string | undefined}
 */
function findCompiler(configured, server, searchPath) {
  if (configured !== "") {
    return configured;
  }
  const beside = server && path.join(path.dirname(server), fileName("mcc"));
  return beside && isProgram(beside) ? beside : onPath(["mcc"], searchPath);
}

module.exports = { findServer, findCompiler };
