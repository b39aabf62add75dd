#!/usr/bin/env bash
# The hooks under the real pre-commit client: hook.sh CACHE
# The client builds its own binary from the last commit of this repository. It is lent a copy of the target folder, in
# which the dependencies have been compiled already: a copy, because cargo takes a build of the same package at
# another path for its own, and would hand out the hook's binary as ours.
set -euo pipefail
repo="$(cd "$(dirname "$0")/../.." && pwd)"
cache="$1"

python3 -m venv "$cache/pre-commit"
"$cache/pre-commit/bin/pip" install --quiet --disable-pip-version-check 'pre-commit==4.7.0'
client="$cache/pre-commit/bin/pre-commit"
"$client" validate-manifest "$repo/.pre-commit-hooks.yaml"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export PRE_COMMIT_HOME="$cache/pre-commit-home"
compiled="${CARGO_TARGET_DIR:-$repo/target}/release"
export CARGO_TARGET_DIR="$cache/hook-target"
rm -rf "$CARGO_TARGET_DIR"
mkdir -p "$CARGO_TARGET_DIR"
if [ -d "$compiled" ]; then
  cp -a "$compiled" "$CARGO_TARGET_DIR/release"
  # For the same reason, without what was built of this package.
  rm -rf "$CARGO_TARGET_DIR"/release/{.fingerprint,build}/plimsoll-* "$CARGO_TARGET_DIR"/release/deps/*plimsoll*
fi
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=Tester GIT_AUTHOR_EMAIL=tester@example.org
export GIT_COMMITTER_NAME=Tester GIT_COMMITTER_EMAIL=tester@example.org

fail() {
  printf 'hook.sh: %s\n' "$1" >&2
  [ ! -f "$work/log" ] || cat "$work/log" >&2
  exit 1
}

# expect CODE COMMAND...: its output is in $work/log afterwards.
expect() {
  local wanted="$1" code=0
  shift
  "$@" >"$work/log" 2>&1 || code=$?
  [ "$code" = "$wanted" ] || fail "\`$*\` ended with $code, not $wanted"
}
logged() { grep -qF -- "$1" "$work/log" || fail "the output lacks: $1"; }
unlogged() { ! grep -qF -- "$1" "$work/log" || fail "the output shows what it must not"; }

new_repository() {
  git init --quiet --initial-branch=main "$1"
  cd "$1"
  printf 'A shop.\n' >README.md
  cat >.pre-commit-config.yaml <<CONFIG
repos:
  - repo: file://$repo
    rev: $(git -C "$repo" rev-parse HEAD)
    hooks:
      - id: plimsoll
      - id: plimsoll-all
        stages: [manual]
CONFIG
  git add .
  git commit --quiet --no-verify --message first
}

# Made here: nothing that looks like a credential may lie in this repository.
password="$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')Qz"
leak="DATABASE_URL=postgres://shop:$password@db.shop.internal:5432/shop"

section() { printf '  %s\n' "$1"; }

section 'try-repo: the first contact of a user, and a staged secret is refused'
new_repository "$work/tried"
printf '%s\n' "$leak" >service.conf
git add service.conf
expect 1 "$client" try-repo "$repo" plimsoll --verbose
logged 'service.conf'
logged 'exit code: 1'
unlogged "$password"

section 'a commit is refused, masked, and passes once the secret is out'
new_repository "$work/committed"
expect 0 "$client" install
printf '%s\n' "$leak" >service.conf
git add service.conf
expect 1 git commit --message leak
logged 'service.conf'
unlogged "$password"
# shellcheck disable=SC2016 # the dollar is what the file shall hold
printf 'DATABASE_URL=${DATABASE_URL}\n' >service.conf
git add service.conf
expect 0 git commit --message clean

section 'a commit of some paths is judged by the index that git makes for it'
printf '%s\n' "$leak" >other.conf
git add other.conf
printf 'A small shop.\n' >README.md
expect 0 git commit --message partial -- README.md
expect 1 git commit --message other -- other.conf
unlogged "$password"
git rm --quiet --cached other.conf
rm other.conf

section 'what is not staged does not matter, what is staged counts even if the work tree is clean'
printf '%s\n' "$leak" >>README.md
expect 0 "$client" run plimsoll
git checkout --quiet -- README.md
printf '%s\n' "$leak" >staged.conf
git add staged.conf
printf 'clean\n' >staged.conf
expect 1 "$client" run plimsoll
logged 'staged.conf'
git rm --quiet --force --cached staged.conf
rm staged.conf

section 'nothing staged passes; plimsoll-all reads the whole tree'
expect 0 "$client" run plimsoll --all-files
expect 0 "$client" run plimsoll-all --all-files --hook-stage manual
printf '%s\n' "$leak" >old.conf
git add old.conf
git commit --quiet --no-verify --message 'slipped through'
expect 0 "$client" run plimsoll --all-files
expect 1 "$client" run plimsoll-all --all-files --hook-stage manual
logged 'old.conf'
unlogged "$password"

section 'a deletion alone is judged too'
git rm --quiet old.conf
expect 0 "$client" run plimsoll
