#!/usr/bin/env bash
# The capture in the README is what the binary says: readme.sh CACHE BINARY
# UPDATE=1 writes it anew.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary="$2"

python3 - "$binary" <<'PYTHON'
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys

readme = pathlib.Path("README.md")
text = readme.read_text()
block = re.search(r"<!-- capture:start -->\n```console\n\$ (plimsoll .*)\n([\s\S]*?)```\n<!-- capture:end -->", text)
assert block, "README.md has no capture block"
command = shlex.split(block[1])
run = subprocess.run([sys.argv[1], *command[1:]], capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
assert run.returncode == 1, run.stderr
if os.environ.get("UPDATE"):
    readme.write_text(text[: block.start(2)] + run.stdout + text[block.end(2) :])
elif run.stdout != block[2]:
    sys.stderr.writelines(difflib.unified_diff(block[2].splitlines(True), run.stdout.splitlines(True), "README.md", "now"))
    sys.exit("the capture in README.md is out of date: UPDATE=1 tests/interop/readme.sh . BINARY")
PYTHON
