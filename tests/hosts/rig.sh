#!/bin/bash
# Throw-away Debian hosts: real systemd, sshd and apt, each in its own network namespace on a
# bridge of the rig. tests/hosts/README.md says how it works and what does not work inside.
#
#   rig.sh check             why no host can be booted here (exit 1), or nothing (exit 0)
#   rig.sh serve             sets up a rig, prints "ready DIR NET", and takes everything down when
#                            its standard input ends: a test process that dies cannot leave hosts behind
#   rig.sh DIR up NAME N     makes host NAME at NET.N and boots it
#   rig.sh DIR wait NAME     until its systemd has finished starting; prints the state
#   rig.sh DIR exec NAME PROGRAM ARGUMENT..   runs in the host, also when its cable is cut
#   rig.sh DIR cut|heal NAME                  the network cable
#   rig.sh DIR off|kill|boot NAME             clean power-off, power cut, boot from the same disk
#   rig.sh DIR rekey NAME    gives the host another ssh key, which known_hosts does not know
. "$(dirname "$0")/lib.sh"

prefix=${MC_RIG_NET:-10.77}
port=8080

# --- one host ---------------------------------------------------------------

# Process ids, or nothing: nspawn of a host, and the host's own PID 1.
nspawn_of() { pgrep -f "^systemd-nspawn .*--directory=$rig/hosts/$1/root " || true; }
leader_of() {
  local parent child
  for parent in $(nspawn_of "$1"); do
    for child in $(pgrep -P "$parent" || true); do
      # Before the real PID 1 there is a short-lived child without a namespace of its own.
      awk -v pid="$child" '/^NSpid:/ && NF == 3 && $3 == 1 { print pid }' "/proc/$child/status" 2>/dev/null || true
    done
  done
}

# Waits until the processes have ended. One that only waits to be reaped has: not every init reaps.
gone() { # PID..
  local pid state _
  for pid in "$@"; do
    for _ in $(seq 600); do
      state=$(awk '/^State:/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
      case $state in '' | Z) continue 2 ;; esac
      sleep 0.05
    done
    die "process $pid does not end"
  done
}

# The control groups of a host, named by its SPACE. nspawn puts the machine below the group it is
# started in: hosts that shared one would remove each other's units.
groups() {
  local mount
  for mount in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    [ ! -e "$mount/cgroup.procs" ] || echo "$mount/$1"
  done
}

up() {
  local name=$1 number=$2 dir=$rig/hosts/$1 root ip=$net.$2 space=$tag-$1 cable=$tag-$2
  mkdir -p "$dir"/{upper,work,root}
  mount -t overlay "$space" -o "lowerdir=$image/base,upperdir=$dir/upper,workdir=$dir/work" "$dir/root" ||
    die "$dir cannot hold an overlay"
  root=$dir/root

  echo "$name" >"$root/etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n' "$name" >"$root/etc/hosts"
  tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
  printf 'deb [trusted=yes] http://%s.1:%s ./\n' "$net" "$port" >"$root/etc/apt/sources.list"
  ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$root/etc/ssh/ssh_host_ed25519_key"
  install -d -m 700 "$root/root/.ssh"
  install -m 600 "$rig/key.pub" "$root/root/.ssh/authorized_keys"
  echo "$ip $(cut -d' ' -f1,2 "$root/etc/ssh/ssh_host_ed25519_key.pub")" >>"$rig/known_hosts"

  ip netns add "$space"
  ip link add "$cable" type veth peer name host0 netns "$space"
  ip link set "$cable" master "$tag" up
  ip -n "$space" link set lo up
  ip -n "$space" addr add "$ip/24" dev host0
  ip -n "$space" link set host0 up
  groups "$space" | xargs -r mkdir -p
  groups "$space" >"$dir/groups"
  echo "$cable" >"$dir/cable"
  echo "$space" >"$dir/space"
  boot "$name"
}

boot() {
  local name=$1 dir=$rig/hosts/$1
  [ -z "$(nspawn_of "$name")" ] || die "$name is running"
  # With --keep-unit nspawn exits 133 when the guest reboots and expects its manager to start it
  # again; the loop is that manager. In its own session, so that it outlives this script.
  # shellcheck disable=SC2016
  setsid -f bash -c '
    while read -r group; do echo $$ >"$group/cgroup.procs"; done <"$0"
    while :; do
      status=0
      "$@" || status=$?
      [ "$status" -eq 133 ] || exit "$status"
    done' "$dir/groups" \
    env SYSTEMD_NSPAWN_API_VFS_WRITABLE=network systemd-nspawn --quiet --boot \
    --directory="$dir/root" --machine="$(cat "$dir/space")" --hostname="$name" --register=no --keep-unit \
    --link-journal=no --resolv-conf=off --timezone=off --capability=CAP_NET_ADMIN \
    --network-namespace-path="/run/netns/$(cat "$dir/space")" </dev/null >>"$dir/console.log" 2>&1
}

wait_for() {
  local name=$1 answer tries
  # Until PID 1 listens there is nothing that could be waited for.
  for tries in $(seq 600); do
    answer=$(inside "$name" systemctl is-system-running --wait 2>/dev/null) || true
    case $answer in running | degraded) echo "$answer"; return ;; esac
    sleep 0.05
  done
  tail -n 20 "$rig/hosts/$name/console.log" >&2
  die "$name did not start ($tries tries, last answer: ${answer:-none})"
}

# Ends the calling shell: what the program ends with, signals included, is what the caller sees.
inside() {
  local leader
  leader=$(leader_of "$1")
  [ -n "$leader" ] || die "$1 is not running"
  shift
  exec nsenter -t "$leader" -m -u -i -n -p -C -r -w -- \
    /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

off() { # nspawn turns SIGTERM into a clean power-off
  local pids
  pids=$(nspawn_of "$1")
  [ -z "$pids" ] || { kill -TERM $pids; gone $pids; }
}

cut_power() { # nspawn ends when PID 1 has; only one that is stuck is killed itself
  local pids
  pids=$(nspawn_of "$1")
  leader_of "$1" | xargs -r kill -KILL
  (gone $pids) || { kill -KILL $pids; gone $pids; }
}

# --- the rig ----------------------------------------------------------------

# Takes down rig NUMBER, whatever state a killed run left it in. The caller holds its lock.
take_down() {
  rig=$state/$1 tag=mcrig$1
  local dir
  for dir in "$rig"/hosts/*/; do
    [ -d "$dir" ] || continue
    cut_power "$(basename "$dir")" || true
  done
  pgrep -f -- " -m http.server .*--directory $rig/repo\$" | xargs -r kill 2>/dev/null || true
  ip netns list | awk -v own="$tag-" 'index($1, own) == 1 { print $1 }' | xargs -r -n 1 ip netns del
  for dir in "$rig"/hosts/*/root; do
    ! mountpoint -q "$dir" || umount "$dir" || umount -l "$dir"
  done
  groups "$tag-*" | while read -r pattern; do
    # shellcheck disable=SC2086
    find $pattern -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  # The kernel frees a namespace, and with it the cables into it, some time later.
  ip -br link | awk -v own="$tag-" 'index($1, own) == 1 { sub(/@.*/, "", $1); print $1 }' |
    xargs -r -n 1 ip link del 2>/dev/null || true
  ! ip link show "$tag" >/dev/null 2>&1 || ip link del "$tag"
  rm -rf --one-file-system "$rig"
}

# A lock is held exactly as long as its rig's supervisor lives.
chosen=
serve() {
  local reason number
  reason=$(obstacle)
  [ -z "$reason" ] || die "$reason"
  mkdir -p -m 700 "$state"
  touch "$image"

  for rig in "$state"/[0-9]*/; do # left over from killed runs
    [ -d "$rig" ] || continue
    number=$(basename "$rig")
    exec 9>"$state/$number.lock"
    if flock -n 9; then take_down "$number"; fi
    exec 9>&-
  done

  for number in $(seq 0 99); do
    exec 9>"$state/$number.lock"
    if flock -n 9; then
      # Some other program's network.
      [ -n "$(ip -o addr show to "$prefix.$number.0/24")" ] || { chosen=$number; break; }
    fi
    exec 9>&-
  done
  [ -n "$chosen" ] || die "all networks below $prefix are taken"

  trap 'trap - EXIT; take_down "$chosen"' EXIT
  trap 'exit 1' HUP INT TERM
  rig=$state/$chosen tag=mcrig$chosen net=$prefix.$chosen
  mkdir -p "$rig/hosts" "$rig/bin"
  ln -s "$image/repo" "$rig/repo"
  printf '%s\n' "tag=$tag" "net=$net" >"$rig/env"
  ssh-keygen -q -t ed25519 -N '' -C rig -f "$rig/key"
  : >"$rig/known_hosts"
  cat >"$rig/ssh_config" <<CONFIG
Host *
  User root
  IdentityFile $rig/key
  IdentitiesOnly yes
  UserKnownHostsFile $rig/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
  LogLevel ERROR
CONFIG
  # For programs that run the system's ssh and take no options for it: put this first in PATH.
  printf '#!/bin/sh\nexec %s -F %s "$@"\n' "$(command -v ssh)" "$rig/ssh_config" >"$rig/bin/ssh"
  chmod 755 "$rig/bin/ssh"

  ip link add "$tag" type bridge
  ip addr add "$net.1/24" dev "$tag"
  ip link set "$tag" up
  python3 -m http.server "$port" --bind "$net.1" --directory "$rig/repo" \
    </dev/null >"$rig/http.log" 2>&1 9>&- &
  local tries
  for tries in $(seq 200); do
    ! (: <"/dev/tcp/$net.1/$port") 2>/dev/null || break
    [ "$tries" -lt 200 ] || die "the package server does not answer"
    sleep 0.05
  done

  echo "ready $rig $net"
  # Whoever started this may be gone by the time it has something to say.
  exec >>"$rig/serve.log" 2>&1
  while read -r _; do :; done
}

case "${1:-}" in
  check)
    reason=$(obstacle)
    [ -z "$reason" ] || { echo "$reason"; exit 1; }
    exit 0
    ;;
  serve) serve; exit 0 ;;
  /*) ;;
  *) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

rig=$1 verb=${2:-}
shift 2
# shellcheck disable=SC1091
. "$rig/env"
case $verb in
  up) up "$1" "$2" ;;
  boot) boot "$1" ;;
  wait) wait_for "$1" ;;
  exec) inside "$@" ;;
  cut) ip link set "$(cat "$rig/hosts/$1/cable")" down ;;
  heal) ip link set "$(cat "$rig/hosts/$1/cable")" up ;;
  off) off "$1" ;;
  kill) cut_power "$1" ;;
  rekey)
    key=$rig/hosts/$1/root/etc/ssh/ssh_host_ed25519_key
    rm -f "$key" "$key.pub"
    ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$key"
    (inside "$1" systemctl restart ssh)
    ;;
  *) die "unknown: $verb" ;;
esac
