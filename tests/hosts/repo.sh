#!/bin/bash
# Builds the local apt repository: small packages of our own, good and bad, and the real ones that the
# examples install.
#   repo.sh OUT BASE      BASE: the image whose dpkg database says what is installed already
. "$(dirname "$0")/lib.sh"
out=$1 base=$2
pool=$out/pool
mkdir -p "$pool/partial"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# package NAME VERSION POSTINST [CONTROL-LINE]: a conffile, a program, a unit that runs it.
package() {
  local name=$1 version=$2 postinst=$3 control=${4:-} tree=$scratch/$1-$2
  mkdir -p "$tree"/DEBIAN "$tree/etc/$name" "$tree"/usr/bin "$tree"/lib/systemd/system
  {
    printf 'Package: %s\nVersion: %s\nArchitecture: all\n' "$name" "$version"
    printf 'Maintainer: Masterchef tests <tests@example.invalid>\n'
    [ -z "$control" ] || printf '%s\n' "$control"
    printf 'Description: package for tests\n'
  } >"$tree/DEBIAN/control"
  printf '/etc/%s/%s.conf\n' "$name" "$name" >"$tree/DEBIAN/conffiles"
  printf 'version=%s\n' "$version" >"$tree/etc/$name/$name.conf"
  printf '#!/bin/sh\nexec sleep infinity\n' >"$tree/usr/bin/$name"
  printf '[Unit]\nDescription=%s %s\n[Service]\nExecStart=/usr/bin/%s\n[Install]\nWantedBy=multi-user.target\n' \
    "$name" "$version" "$name" >"$tree/lib/systemd/system/$name.service"
  printf '#!/bin/sh\nset -e\n%s\n' "$postinst" >"$tree/DEBIAN/postinst"
  chmod 755 "$tree/usr/bin/$name" "$tree/DEBIAN/postinst"
  dpkg-deb --root-owner-group -b "$tree" "$pool/${name}_${version}_all.deb" >/dev/null
}

# tiny NAME: one file and nothing else, for transactions of many packages.
tiny() {
  local tree=$scratch/$1
  mkdir -p "$tree"/DEBIAN "$tree/usr/share/$1"
  printf 'Package: %s\nVersion: 1.0\nArchitecture: all\nMaintainer: Masterchef tests <tests@example.invalid>\nDescription: package for tests\n' \
    "$1" >"$tree/DEBIAN/control"
  printf '%s\n' "$1" >"$tree/usr/share/$1/name"
  dpkg-deb --root-owner-group -b "$tree" "$pool/$1_1.0_all.deb" >/dev/null
}

reload='[ ! -d /run/systemd/system ] || systemctl daemon-reload'
package demo 1.0-1 "$reload"
package demo 1.1-1 "$reload"
package demo 2.0-1 "$reload" 'Conflicts: demo-old'
package demo-old 1.0 "$reload"
# Stays half-configured.
package demo-broken 1.0 'echo "demo-broken: this package never configures" >&2; exit 1'
for i in $(seq -w 1 12); do tiny "tiny-$i"; done

# Stand-ins for packages of the examples that are too large for what they would show here.
for name in unattended-upgrades telnet; do tiny "$name"; done

# The real packages and exactly what the image lacks of their dependencies: this machine's apt resolves
# them against the image's dpkg database.
apt-get -q -y --download-only --no-install-recommends \
  -o Dir::State::status="$base/var/lib/dpkg/status" -o Dir::Cache::archives="$pool" \
  -o APT::Sandbox::User=root -o Debug::NoLocking=1 \
  install nginx-light cron logrotate postgresql-15 >"$out.log" 2>&1 ||
  { tail -n 30 "$out.log" >&2; die "the packages could not be fetched"; }
rm -rf "$pool/partial" "$pool/lock"

cd "$out"
dpkg-scanpackages --multiversion pool >Packages 2>>"$out.log"
gzip -kf Packages
