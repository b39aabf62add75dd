#!/usr/bin/env bash
# SARIF before the schema of OASIS and the limits of the platform that shows it: sarif.sh CACHE BINARY
set -euo pipefail
repo="$(cd "$(dirname "$0")/../.." && pwd)"
cache="$1"
binary="$2"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 -m venv "$cache/sarif"
"$cache/sarif/bin/pip" install --quiet --disable-pip-version-check check-jsonschema==0.39.0

# The crate serde-sarif carries the schema unchanged, which spares this repository a copy of 110 kB.
schema="$cache/sarif/schema.json"
schema_sha256=af47e7b67f24efe74076621fd3a5fbe7398add9e84fe820c971219a385895cea
if [ ! -f "$schema" ]; then
  mkdir -p "$work/fetch/src"
  : >"$work/fetch/src/lib.rs"
  cat >"$work/fetch/Cargo.toml" <<'TOML'
[package]
name = "fetch"
version = "0.0.0"
edition = "2024"
[dependencies]
serde-sarif = { version = "=0.8.0", default-features = false }
TOML
  (cd "$work/fetch" && cargo vendor --quiet >/dev/null)
  cp "$work/fetch/vendor/serde-sarif/src/schema.json" "$schema"
fi
echo "$schema_sha256  $schema" | sha256sum --check --quiet
# The standard's pattern of a language has a stray bracket, which a strict validator takes for a broken schema.
mended="$work/schema.json"
sed 's/{2}\]?\$/{2}$/' "$schema" >"$mended"

cd "$repo"
# Verdicts made by hand, hostile ones among them.
PLIMSOLL_SARIF_SCHEMA="$schema" cargo test --locked --quiet --test report_formats sarif

code=0
"$binary" check examples/leaky-shop --format sarif -o "$work/leaky.sarif" || code=$?
[ "$code" = 1 ]
"$binary" check examples/tight-shop --format sarif -o "$work/tight.sarif"
"$cache/sarif/bin/check-jsonschema" --schemafile "$mended" "$work/leaky.sarif" "$work/tight.sarif"

python3 - "$work/leaky.sarif" <<'PYTHON'
import json
import pathlib
import sys

text = pathlib.Path(sys.argv[1]).read_text()
log = json.loads(text)
assert log["version"] == "2.1.0"
assert len(text) < 10 << 20 and 1 <= len(log["runs"]) <= 20
results = 0
for run in log["runs"]:
    # Without the slash the id is not taken for a category, and uploads overwrite each other.
    assert "/" in run.get("automationDetails", {}).get("id", "/"), run["automationDetails"]
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert len(rule.get("properties", {}).get("tags", [])) <= 20
        severity = rule.get("properties", {}).get("security-severity")
        assert severity is None or 0.0 <= float(severity) <= 10.0 and isinstance(severity, str)
        assert rule["help"]["markdown"]
    for result in run["results"]:
        results += 1
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        # One result without a physical location and the whole upload is refused.
        assert result["locations"], result["ruleId"]
        for location in result["locations"]:
            physical = location["physicalLocation"]
            uri = physical["artifactLocation"]["uri"]
            assert uri.startswith("examples/leaky-shop/") and ".." not in uri, uri
            assert physical["region"]["startLine"] >= 1
        # A wrong one breaks the identity of alerts; without it the platform makes its own.
        assert "primaryLocationLineHash" not in result.get("partialFingerprints", {})
assert results >= 20, results
print(f"{results} results, valid")
PYTHON
