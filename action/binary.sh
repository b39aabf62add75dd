#!/usr/bin/env bash
# Says where the binary is; builds it when none was given.
set -euo pipefail
# shellcheck source=action/runner.sh
. "$GITHUB_ACTION_PATH/action/runner.sh"

if [ -n "$INPUT_BIN" ]; then
  binary="$INPUT_BIN"
else
  if ! command -v cargo >/dev/null; then
    complain "no cargo on this runner: install a Rust toolchain, or give the path of a binary as input \`bin\`"
    exit 2
  fi
  # In the action's folder: cargo and rustup read configuration from the current folder upwards, and that of the
  # judged repository could name a compiler wrapper of its choice.
  cd "$GITHUB_ACTION_PATH"
  target="${CARGO_TARGET_DIR:-target}"
  cargo build --release --locked --target-dir "$target"
  binary="$(cd "$target/release" && pwd)/plimsoll"
  if [ "${RUNNER_OS:-}" = Windows ]; then
    binary="$binary.exe"
  fi
fi

if [ ! -x "$binary" ]; then
  complain "$binary is not an executable file: correct the input \`bin\`"
  exit 2
fi
"$binary" --version
output path "$binary"
