#!/usr/bin/env bash
# SBOMs before validators that are not ours: sbom.sh CACHE BINARY
set -euo pipefail
repo="$(cd "$(dirname "$0")/../.." && pwd)"
cache="$1"
binary="$2"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 -m venv "$cache/sbom"
"$cache/sbom/bin/pip" install --quiet --disable-pip-version-check \
  'cyclonedx-python-lib[validation]==11.12.0' spdx-tools==0.8.5

export SOURCE_DATE_EPOCH=1760000000
# The same tree at two places: the documents must not say where they were made.
for copy in first second/deeper; do
  mkdir -p "$work/$copy"
  cp -R "$repo/examples/tight-shop" "$work/$copy/shop"
  cd "$work/$copy/shop"
  "$binary" sbom --spec-version 1.5 -o "$work/$copy/cdx-1.5.json"
  "$binary" sbom -o "$work/$copy/cdx-1.6.json"
  "$binary" sbom --format spdx-json -o "$work/$copy/spdx-2.3.spdx.json"
done
cd "$work"
for document in cdx-1.5.json cdx-1.6.json spdx-2.3.spdx.json; do
  cmp "first/$document" "second/deeper/$document"
  if grep -qF -e "$work" -e "$(hostname)" "first/$document"; then
    echo "$document names the machine it was made on" >&2
    exit 1
  fi
done

"$cache/sbom/bin/python" - "$work/first" <<'PYTHON'
import json
import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

work = pathlib.Path(sys.argv[1])
for name, version in {"cdx-1.5.json": SchemaVersion.V1_5, "cdx-1.6.json": SchemaVersion.V1_6}.items():
    error = JsonStrictValidator(version).validate_str((work / name).read_text())
    assert error is None, f"{name}: {error}"

spdx = parse_file(str(work / "spdx-2.3.spdx.json"))
messages = [message.validation_message for message in validate_full_spdx_document(spdx)]
assert messages == [], messages


# The same packages in both, counted by what another tool reads.
def purls_of_cyclonedx(component):
    yield from ([component["purl"]] if "purl" in component else [])
    for inner in component.get("components", []):
        yield from purls_of_cyclonedx(inner)


cdx = json.loads((work / "cdx-1.6.json").read_text())
in_cdx = sorted(purl for component in cdx["components"] for purl in purls_of_cyclonedx(component))
in_spdx = sorted(
    reference.locator
    for package in spdx.packages
    for reference in package.external_references
    if reference.reference_type == "purl"
)
subject = cdx["metadata"]["component"].get("purl")
assert set(in_cdx) == set(in_spdx) - {subject}, set(in_cdx) ^ set(in_spdx)

# Counted by hand in examples/tight-shop: what the three lockfiles name.
for purl in [
    "pkg:npm/pino@9.5.0",
    "pkg:npm/pg@8.13.1",
    "pkg:golang/github.com/redis/go-redis/v9@v9.18.0",
    "pkg:pypi/jinja2@3.1.4",
    "pkg:pypi/markupsafe@3.0.4",
]:
    assert any(found.split("?")[0] == purl for found in in_cdx), f"{purl} is missing from {in_cdx}"
own = ("pkg:npm/storefront@", "pkg:golang/shop.example/checkout")
for ecosystem, count in {"pkg:npm/": 28, "pkg:golang/": 5, "pkg:pypi/": 4}.items():
    names = {found for found in in_cdx if found.startswith(ecosystem) and not found.startswith(own)}
    assert len(names) == count, f"{len(names)} {ecosystem} packages, not {count}: {sorted(names)}"
print(f"{len(in_cdx)} packages, valid as CycloneDX 1.5 and 1.6 and as SPDX 2.3")
PYTHON
