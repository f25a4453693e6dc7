# Paths and checks shared by the scripts of the host rig. Sourced, never run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=bookworm

# What is expensive to make is kept between runs, under a digest of the scripts that make it:
# a changed script never meets an old image.
cache=${MC_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/masterchef}
image=$cache/hosts/$(cat "$here/lib.sh" "$here/image.sh" "$here/repo.sh" | sha256sum | cut -c1-16)

# Running rigs. Not under /tmp: the names are predictable, and this runs as root.
state=/var/lib/masterchef-rig

die() {
  echo "hosts: $*" >&2
  exit 1
}

# Why no host can be booted here, or nothing.
obstacle() {
  [ "$(id -u)" = 0 ] || { echo "not root"; return; }
  local tool
  for tool in systemd-nspawn ip nsenter flock ssh ssh-keygen python3 pgrep; do
    command -v "$tool" >/dev/null || { echo "$tool is not installed (cargo xtask setup)"; return; }
  done
  [ -e "$image/complete" ] || { echo "the base image is not built (cargo xtask setup)"; return; }
}
