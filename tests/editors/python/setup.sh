#!/bin/bash
# Prepares what tests in Python run with: an environment of their own, kept between runs under a
# digest of its requirements. `setup.sh where` only says where its interpreter is, and fails if it is not there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${MC_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/masterchef}
folder=$cache/editors/python-$(sha256sum <"$here/requirements.txt" | cut -c1-16)

if [ "${1:-}" = where ]; then
  [ -e "$folder/complete" ] || { echo "the packages of Python are not installed; \`cargo xtask setup\` installs them" >&2; exit 1; }
  echo "$folder/bin/python"
  exit
fi

mkdir -p "$cache/editors"
exec 9>"$cache/editors/python.lock"
flock 9
if [ ! -e "$folder/complete" ]; then
  rm -rf --one-file-system "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" --quiet --disable-pip-version-check install --no-deps --require-hashes \
    --requirement "$here/requirements.txt"
  : >"$folder/complete"
fi
touch "$folder"
# Environments of other requirements that nobody has used for two weeks.
find "$cache/editors" -mindepth 1 -maxdepth 1 -type d -name 'python-*' -mtime +14 \
  -exec rm -rf --one-file-system {} +
echo "editors: Python in $folder"
