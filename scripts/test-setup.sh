#!/usr/bin/env bash
# Makes ready what the tests need and cannot bring along: a private PostgreSQL
# cluster, a Chromium, Chinese fonts, and the programs that must agree with what
# we export: hledger, ledger, beancount.
#
#   scripts/test-setup.sh [OWNER_PID]
#
# Prints one line: the state directory. Its file "env" exports
# HUICUN_TEST_POSTGRES (a superuser DSN) and HUICUN_TEST_CHROMIUM. Hand the
# directory to scripts/test-teardown.sh when done. With OWNER_PID the cluster is
# removed by any later setup once that process is gone, which is how a killed
# run gets cleaned up; without it the cluster stays until torn down.
#
# Either variable set beforehand is respected: that server or browser is used.
# HUICUN_TEST_PG_BIN names the directory of another PostgreSQL's initdb.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
owner=${1:-}

say() { printf 'test-setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# --- what has to be installed -------------------------------------------------

pg_bin() {
  local d
  if [ -n "${HUICUN_TEST_PG_BIN:-}" ]; then
    [ -x "$HUICUN_TEST_PG_BIN/initdb" ] && printf '%s\n' "$HUICUN_TEST_PG_BIN"
    return
  fi
  # 15 first: it is the version the project supports from, and Debian 12's.
  for d in /usr/lib/postgresql/15/bin $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
    if [ -x "$d/initdb" ] && [ -x "$d/postgres" ]; then printf '%s\n' "$d"; return; fi
  done
  d=$(command -v initdb || true)
  if [ -n "$d" ]; then dirname "$(readlink -f "$d")"; fi
}

chromium_bin() {
  local c
  if [ -n "${HUICUN_TEST_CHROMIUM:-}" ]; then
    [ -x "$HUICUN_TEST_CHROMIUM" ] && printf '%s\n' "$HUICUN_TEST_CHROMIUM"
    return
  fi
  for c in /usr/bin/chromium "$(command -v chromium || true)" "$(command -v google-chrome || true)"; do
    if [ -n "$c" ] && [ -x "$c" ]; then printf '%s\n' "$c"; return; fi
  done
}

have_cjk_fonts() {
  [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] && return
  command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn 2>/dev/null | head -n 1)" ]
}

missing_packages() {
  [ -n "${HUICUN_TEST_POSTGRES:-}" ] || [ -n "$(pg_bin || true)" ] || echo postgresql
  [ -n "$(chromium_bin || true)" ] || echo chromium
  have_cjk_fonts || echo fonts-noto-cjk
  command -v hledger >/dev/null || echo hledger
  command -v ledger >/dev/null || echo ledger
  command -v bean-check >/dev/null || echo beancount
}

install_packages() {
  local missing sudo=() log
  missing=$(missing_packages | xargs)
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || die "missing: $missing. There is no apt-get here; install them by hand."
  if [ "$(id -u)" != 0 ]; then
    { command -v sudo >/dev/null && sudo -n true 2>/dev/null; } || { command -v sudo >/dev/null && [ -t 0 ]; } ||
      die "missing packages; as root run: apt-get update && apt-get install -y $missing"
    sudo=(sudo)
  fi
  # Two runs at once would trip over apt's own locks.
  exec 9>"/tmp/huicun-apt.$(id -u).lock"
  flock -w 900 9 || die "another run has been installing packages for 15 minutes; giving up"
  missing=$(missing_packages | xargs)
  if [ -n "$missing" ]; then
    say "installing: $missing"
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of package names
    if ! { "${sudo[@]}" apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 update &&
      "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 \
        install -y --no-install-recommends $missing; } >"$log" 2>&1 9>&-; then
      tail -n 30 "$log" >&2
      rm -f "$log"
      die "could not install: $missing"
    fi
    rm -f "$log"
  fi
  exec 9>&-
  missing=$(missing_packages | xargs)
  [ -z "$missing" ] || die "still missing after installing: $missing"
}

# --- clusters left behind by killed runs ----------------------------------------

# A pid alone may have been given to another process since; its start time not.
started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

reap() {
  local d pid start
  for d in /tmp/huicun-test.*; do
    [ -d "$d" ] && [ -O "$d" ] && [ -s "$d/owner" ] || continue
    read -r pid start <"$d/owner" || continue
    [ "$pid" != keep ] || continue
    [ "$(started "$pid" || true)" != "$start" ] || continue
    say "removing $d, left behind by a run that was killed"
    "$here/test-teardown.sh" "$d" || true
  done
}

# --- the cluster ----------------------------------------------------------------

start_postgres() { # DIR
  local dir=$1 bin data=$1/pg/data sock=$1/pg as=() user port try
  bin=$(pg_bin)
  mkdir "$dir/pg"
  if [ "$(id -u)" = 0 ]; then # PostgreSQL refuses to run as root
    user=postgres
    id -u "$user" >/dev/null 2>&1 || user=nobody
    chown "$user" "$dir/pg"
    as=(runuser -u "$user" --)
    echo "$user" >"$dir/user"
  fi
  echo "$bin" >"$dir/bin"
  (
    cd / # the postgres user may not be able to read the checkout
    "${as[@]}" "$bin/initdb" -D "$data" -U huicun --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
      --no-sync --no-instructions
  ) >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; die "initdb failed"; }
  # Durability is worthless here and is most of what small transactions cost.
  cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$sock'
max_connections = 200
shared_buffers = 128MB
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
timezone = 'UTC'
log_timezone = 'UTC'
CONF
  for try in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue; fi
    if (
      cd /
      "${as[@]}" "$bin/pg_ctl" -D "$data" -l "$sock/server.log" -o "-p $port" -w -t 60 start
    ) >"$dir/pg_ctl.log" 2>&1 9>&-; then
      dsn="postgres://huicun@127.0.0.1:$port/postgres?sslmode=disable"
      return
    fi
    # Somebody took the port in between; anything else fails ten times over.
  done
  cat "$dir/pg_ctl.log" "$sock/server.log" >&2 || true
  die "PostgreSQL did not start"
}

# Installing a package would not mend a wrong path.
[ -z "${HUICUN_TEST_CHROMIUM:-}" ] || [ -x "$HUICUN_TEST_CHROMIUM" ] ||
  die "HUICUN_TEST_CHROMIUM=$HUICUN_TEST_CHROMIUM is not a program"
[ -z "${HUICUN_TEST_PG_BIN:-}" ] || [ -x "$HUICUN_TEST_PG_BIN/initdb" ] ||
  die "HUICUN_TEST_PG_BIN=$HUICUN_TEST_PG_BIN holds no initdb"

install_packages
reap

chromium=$(chromium_bin)
[ -n "$chromium" ] || die "no Chromium found"
"$chromium" --version >/dev/null 2>&1 || die "$chromium does not run"

# Under /tmp whatever TMPDIR says: a socket path may not exceed 107 bytes.
dir=$(mktemp -d /tmp/huicun-test.XXXXXX)
chmod 755 "$dir"
if [ -n "$owner" ]; then echo "$owner $(started "$owner")" >"$dir/owner"; else echo keep >"$dir/owner"; fi
trap 'status=$?; [ "$status" = 0 ] || "$here/test-teardown.sh" "$dir"; exit "$status"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

dsn=${HUICUN_TEST_POSTGRES:-}
[ -n "$dsn" ] || start_postgres "$dir"

printf 'export HUICUN_TEST_POSTGRES=%q\nexport HUICUN_TEST_CHROMIUM=%q\n' "$dsn" "$chromium" >"$dir/env"
printf '%s\n' "$dir"
