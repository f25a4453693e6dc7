# What root runs: finds the agent by its digest, or takes it from standard input, and becomes it.
# $1: SHA-256 of the agent. $2: its size. $3: the state folder.
# The rules of login.sh hold here too.
set -fu;
umask 077;
PATH=/usr/sbin:/usr/bin:/sbin:/bin;
LC_ALL=C;
export PATH LC_ALL;
digest=$1;
size=$2;
base=$3;
agent=$base/agents/$digest/mc-agent;
temporary=$agent.$$;

say() { echo "masterchef-bootstrap 1 $*"; };
fail() { say "failed $*"; exit 3; };

# A folder that nobody but root may change; it is made if it is missing.
folder() {
  mkdir -p "$1" || fail "cannot make $1";
  set -- "$1" $(ls -ldn "$1");
  case "${2-}:${4-}" in
    d????-??-*:0) ;;
    *) fail "$1 is not a folder that only root may change";;
  esac;
};

# The agent: one name, of root, of the right size, and nobody else may change it. Its name is its digest,
# which was checked when it was received.
cached() {
  set -- $(ls -ldn "$agent" 2>/dev/null);
  case "${1-}:${2-}:${3-}:${5-}" in
    -??x?-??-*:1:0:$size) return 0;;
  esac;
  return 1;
};

mkdir -p "$base" || fail "cannot make $base";
folder "$base";
folder "$base/agents";
folder "$base/agents/$digest";
if cached; then have=have; else have=need; fi;
say "host $(uname -s) $(uname -m) $have";

if [ $have = need ]; then
  # What uploads that were killed left behind.
  set +f;
  for old in "$agent".*; do
    kill -0 "${old##*.}" 2>/dev/null || rm -f "$old";
  done;
  set -f;

  cleanup() { rm -f "$temporary"; };
  trap cleanup EXIT;
  trap "exit 3" HUP INT PIPE TERM;
  head -c "$size" >"$temporary" || fail "cannot write $temporary";
  received=$(wc -c <"$temporary");
  [ "$received" -eq "$size" ] || fail "$received bytes came of $size";
  if command -v sha256sum >/dev/null 2>&1; then
    case "$(sha256sum <"$temporary")" in
      "$digest "*) ;;
      *) fail "what came has another digest";;
    esac;
  fi;
  chmod 700 "$temporary" || fail "cannot make $temporary a program";
  sync "$temporary" 2>/dev/null || :;
  mv -f "$temporary" "$agent" || fail "cannot write $agent";
  cached || fail "cannot keep $agent";
  trap - EXIT HUP INT PIPE TERM;
fi;

say exec;
cd /;
exec env -i HOME=/root PATH="$PATH" LC_ALL=C.UTF-8 "$agent" session --stdio
