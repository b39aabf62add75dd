#!/usr/bin/env bash
# The action under a local composite runner: action.sh CACHE BINARY
set -euo pipefail
repo="$(cd "$(dirname "$0")/../.." && pwd)"
cache="$1"
binary="$2"

# Packages are installed beside a copy, so that no node_modules ever lies in the repository.
mkdir -p "$cache/action"
cp "$repo"/tests/action/*.mjs "$repo"/tests/action/package*.json "$cache/action/"
cd "$cache/action"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

# The tests make many small repositories.
TMPDIR="$(mktemp -d)"
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

PLIMSOLL_REPO="$repo" PLIMSOLL_BINARY="$binary" node --test --test-reporter spec
