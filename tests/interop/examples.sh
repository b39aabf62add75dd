#!/usr/bin/env bash
# The two example shops: examples.sh CACHE BINARY
set -euo pipefail
# Base images grow old: the shops are judged by the day they were made.
export SOURCE_DATE_EPOCH=1795219200
repo="$(cd "$(dirname "$0")/../.." && pwd)"
binary="$2"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$repo"

# judge NAME THREADS: JSON report and exit code of an example.
judge() {
  local code=0
  "$binary" check "examples/$1" --threads "$2" --format json -o "$work/$1-$2.json" || code=$?
  echo "$code" >"$work/$1.code"
}
judge leaky-shop 1
judge leaky-shop 2
judge tight-shop 2
cmp "$work/leaky-shop-1.json" "$work/leaky-shop-2.json"
"$binary" sbom examples/tight-shop -o "$work/tight.cdx.json"

python3 - "$work" <<'PYTHON'
import json
import pathlib
import sys

work = pathlib.Path(sys.argv[1])
leaky = json.loads((work / "leaky-shop-2.json").read_text())
rules = {finding["rule"] for finding in leaky["findings"]}
families = {finding["family"] for finding in leaky["findings"]}
print(f"leaky-shop: {len(leaky['findings'])} findings of {len(rules)} rules: {', '.join(sorted(rules))}")
assert (work / "leaky-shop.code").read_text() == "1\n"
assert leaky["summary"]["verdict"] == "fail"
assert len(rules) >= 20, "findings of at least 20 rules"
assert {"dockerfile", "secret", "sbom"} <= families, families
assert {"lockfile-unparsable", "unpinned-action", "dependency-without-hash"} <= rules, rules
assert leaky["gaps"] == []

tight = json.loads((work / "tight-shop-2.json").read_text())
for finding in tight["findings"]:
    print(finding["location"]["path"], finding["rule"], finding["message"], file=sys.stderr)
assert (work / "tight-shop.code").read_text() == "0\n"
assert tight["findings"] == [] and tight["gaps"] == []
assert tight["summary"]["verdict"] == "pass"
assert tight["summary"]["scanned"]["files"] > 20, "a pass means that something was looked at"

# Counted by hand in the lockfiles of the tight shop; its own services are no dependencies.
bom = json.loads((work / "tight.cdx.json").read_text())
purls = {component.get("purl", "").split("?")[0] for component in bom["components"]}
purls = {purl for purl in purls if not purl.startswith(("pkg:npm/storefront@", "pkg:golang/shop.example/"))}
for purl in [
    "pkg:npm/pino@9.5.0",
    "pkg:npm/pg@8.13.1",
    "pkg:golang/github.com/redis/go-redis/v9@v9.18.0",
    "pkg:pypi/jinja2@3.1.4",
    "pkg:pypi/markupsafe@3.0.4",
]:
    assert purl in purls, f"{purl} is missing from {sorted(purls)}"
for ecosystem, count in {"pkg:npm/": 28, "pkg:golang/": 5, "pkg:pypi/": 4}.items():
    names = sorted(purl for purl in purls if purl.startswith(ecosystem))
    assert len(names) == count, f"{len(names)} {ecosystem} packages, not {count}: {names}"
PYTHON
