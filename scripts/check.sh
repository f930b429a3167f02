#!/usr/bin/env bash
# The checks that need no database: formatting, go vet, generated code.
# Runs all of them before failing, so that one run shows everything to mend.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/local/go/bin"

failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

step() { printf '== %s\n' "$1"; }
fail() { printf 'FAIL: %s\n' "$1" >&2; failed=1; }

# Paths relative to the root, NUL-separated, without hidden and build directories.
sources() { find . \( -name '.?*' -o -path ./bin -o -path ./data -o -path ./tmp -o -name vendor -o -name testdata \) -prune -o -type f -name "$1" -print0; }

step 'gofmt'
if ! sources '*.go' | xargs -0 -r gofmt -l >"$tmp/gofmt" 2>&1 || [ -s "$tmp/gofmt" ]; then
  cat "$tmp/gofmt" >&2
  fail 'the files above are not gofmt-formatted (or do not parse); run `make fmt`'
fi

step 'go vet'
go vet ./... || fail 'go vet'

# Generates into a copy and compares, so that a check never edits the checkout.
step 'templ generate'
mkdir "$tmp/want"
cp go.mod go.sum "$tmp/want/"
sources '*.templ' | xargs -0 -r cp --parents -t "$tmp/want"
if ! go tool templ generate -path "$tmp/want" >"$tmp/templ" 2>&1; then
  cat "$tmp/templ" >&2
  fail 'templ generate'
else
  (cd "$tmp/want" && sources '*_templ.go') | sort -z >"$tmp/want.list"
  sources '*_templ.go' | sort -z >"$tmp/have.list"
  stale=0
  while IFS= read -r -d '' f; do
    diff -q "$f" "$tmp/want/$f" >/dev/null 2>&1 || { printf '%s\n' "$f" >&2; stale=1; }
  done < <(sort -zu "$tmp/want.list" "$tmp/have.list")
  [ "$stale" = 0 ] || fail 'the files above are not what the .templ sources generate; run `make generate` and commit (or delete a leftover _templ.go)'
fi

exit "$failed"
