#!/usr/bin/env bash
# Runs the checks and all tests with everything they need, and cleans up.
#
#   scripts/test.sh                 what `make test` does
#   scripts/test.sh COMMAND...      only COMMAND, with the same environment, e.g.
#                                   scripts/test.sh go test -run Ledger ./internal/books/...
#
# Nothing is skipped for want of PostgreSQL or Chromium: without them it fails.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/local/go/bin"
# Test what is shipped: the binary is built without cgo.
export CGO_ENABLED=${HUICUN_TEST_CGO:-0}

state=
child=

kill_tree() {
  local c
  for c in $(cat /proc/"$1"/task/*/children 2>/dev/null); do kill_tree "$c"; done
  kill -TERM "$1" 2>/dev/null
}

cleanup() {
  trap '' INT TERM HUP
  [ -z "$child" ] || kill_tree "$child"
  [ -z "$state" ] || scripts/test-teardown.sh "$state"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# In the background with wait, because bash runs a trap only after a foreground
# command has ended. env undoes that bash ignores SIGINT for background commands.
run() {
  local status
  env --default-signal=INT,QUIT "$@" <&0 &
  child=$!
  wait "$child"
  status=$?
  child=
  return "$status"
}

command -v go >/dev/null || { echo 'test: Go is not installed; see https://go.dev/dl/' >&2; exit 1; }
state=$(scripts/test-setup.sh $$) || exit 1
# shellcheck disable=SC1091
. "$state/env"

if [ $# -gt 0 ]; then
  run "$@"
  exit
fi

status=0
run scripts/check.sh || status=1
echo '== go test'
run go test -timeout 20m -p 2 ./... || status=1
[ "$status" = 0 ] || echo 'FAILED: see above' >&2
exit "$status"
