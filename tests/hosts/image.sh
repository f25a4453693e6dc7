#!/bin/bash
# Builds the file system that every host starts from: a small Debian with systemd and sshd.
#   image.sh TARGET
# nginx is deliberately not in it: installing it is what the tests are about.
. "$(dirname "$0")/lib.sh"
target=$1

# The mirror is whatever this machine's apt uses; its address is written nowhere.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
  "Codename: $suite" 'Component: main' | sed -n 1p)
[ -n "$mirror" ] || die "apt on this machine knows no source for $suite main"
eval "$(apt-config shell proxy Acquire::http::Proxy)"
[ -z "${proxy:-}" ] || export http_proxy=$proxy

echo "hosts: building the base image"
packages=systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,procps,ca-certificates,strace,curl
debootstrap --variant=minbase --include="$packages" "$suite" "$target" "$mirror" >"$target.log" 2>&1 ||
  { tail -n 30 "$target.log" >&2; die "debootstrap failed"; }

# Every host gets its own identity when it is made.
rm -f "$target"/etc/ssh/ssh_host_*key* "$target/var/lib/dbus/machine-id"
: >"$target/etc/machine-id"

# The rig's repository is the only source, and its address is known when a host is made.
: >"$target/etc/apt/sources.list"
printf 'Acquire::Languages "none";\n' >"$target/etc/apt/apt.conf.d/90rig"
rm -rf "$target"/var/lib/apt/lists/* "$target"/var/cache/apt/*.bin "$target"/var/cache/apt/archives/*.deb

# Timers that would take the package lock or write files behind a test's back.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer \
  systemd-tmpfiles-clean.timer; do
  ln -sf /dev/null "$target/etc/systemd/system/$unit"
done
