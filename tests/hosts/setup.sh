#!/bin/bash
# Prepares a machine for the host suites: Debian packages, base image, local apt repository.
# May be run again at any time; what is there is left alone. Needs root.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || die "setup needs root"

missing=()
while read -r package; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done < <(grep -v '^#' "$here/machine-packages.txt")
if [ ${#missing[@]} -gt 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  # A third-party list that is out of reach is not our business; the install below says what is missing.
  apt-get -q update || true
  apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}"
fi

mkdir -p "$cache/hosts"
exec 9>"$cache/hosts/lock"
flock 9
if [ ! -e "$image/complete" ]; then
  # debootstrap leaves mounts behind when it is killed.
  umount -q -R "$image/base/proc" 2>/dev/null || true
  rm -rf --one-file-system "$image"
  mkdir -p "$image"
  "$here/image.sh" "$image/base" 9>&-
  "$here/repo.sh" "$image/repo" "$image/base" 9>&-
  : >"$image/complete"
fi
touch "$image"
# Images of scripts that nobody has used for two weeks.
find "$cache/hosts" -mindepth 1 -maxdepth 1 -type d -mtime +14 -exec rm -rf --one-file-system {} +
echo "hosts: image $image"
