#!/bin/bash
# Puts Visual Studio Code where the tests find it: the server and workbench of code-server, which is on npm, what drives
# them, and what the extension is made with (`extension`). Pinned by digests, kept between runs; may be run again at any time. Needs node and npm, and no root.
# With `where` it only prints the folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# 4.100.3 is Visual Studio Code 1.100.3, the newest for Node 20.
version=4.100.3
digest=abf161d833b10913610bf5a21bfeac02148a9e3ed90024d505a79e67ead68e897fff41426e5fea835967e5e719f7d8d871fa8cc59640c9670df98048a340e0a4

cache=${MC_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/masterchef}
extension=$here/../../../editors/vscode
rig=$cache/editors/vscode-$(
  cat "$here/setup.sh" "$here/package-lock.json" "$extension/package-lock.json" | sha256sum | cut -c1-16
)
if [ "${1:-}" = where ]; then
  echo "$rig"
  exit
fi

if ! command -v npm >/dev/null; then
  echo "editors: npm is not installed, so there is no Visual Studio Code and its test reports itself as ignored"
  exit
fi
mkdir -p "$cache/editors"
exec 9>"$cache/editors/vscode.lock"
flock 9
if [ ! -e "$rig/complete" ]; then
  rm -rf "$rig"
  mkdir -p "$rig"
  cd "$rig"
  npm pack "code-server@$version" --silent >&2
  echo "$digest  code-server-$version.tgz" | sha512sum --check --quiet >&2
  # Only what is Visual Studio Code: what code-server puts around it is not needed and has to be compiled.
  tar -xzf "code-server-$version.tgz" package/lib/vscode
  rm "code-server-$version.tgz"
  mv package/lib/vscode code
  rm -r package
  cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" .
  npm ci --loglevel=error >&2
  mkdir extension
  cp "$extension/package.json" "$extension/package-lock.json" "$extension/.npmrc" extension
  (cd extension && npm ci --loglevel=error >&2)
  # The workbench in the browser loads some of them from there.
  ln -s ../node_modules code/node_modules
  # The search for files is Debian's program.
  mkdir -p node_modules/@vscode/ripgrep/bin
  ln -s /usr/bin/rg node_modules/@vscode/ripgrep/bin/rg
  : >complete
fi
touch "$rig"
# Those that nobody has used for two weeks.
find "$cache/editors" -mindepth 1 -maxdepth 1 -type d -name 'vscode-*' -mtime +14 -exec rm -rf {} +
echo "editors: Visual Studio Code in $rig"
