#!/usr/bin/env bash
# Stops and removes what scripts/test-setup.sh started: test-teardown.sh DIR
# Harmless when repeated.
set -uo pipefail

dir=${1:?usage: test-teardown.sh DIR}
case $dir in
  /tmp/huicun-test.*) ;;
  *) echo "test-teardown: $dir is not a directory of test-setup.sh" >&2; exit 2 ;;
esac
[ -d "$dir" ] && [ -O "$dir" ] || exit 0

data=$dir/pg/data
if [ -s "$dir/bin" ] && [ -s "$data/postmaster.pid" ]; then
  pid=$(head -n 1 "$data/postmaster.pid")
  as=()
  [ ! -s "$dir/user" ] || as=(runuser -u "$(cat "$dir/user")" --)
  # Immediate: nobody will read this data again.
  (cd / && "${as[@]}" "$(cat "$dir/bin")/pg_ctl" -D "$data" -m immediate -w -t 20 stop) >/dev/null 2>&1
  # Only ever a process that still is the server of this very directory.
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "-D $data "; then
    kill -KILL "$pid" 2>/dev/null
  fi
fi
rm -rf "$dir"
