"""Validates the documents that sbom.sh wrote: validate.py FOLDER SHOP..."""

import json
import pathlib
import sys

from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation import make_schemabased_validator
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

folder = pathlib.Path(sys.argv[1])
failures = []


def cyclonedx(path):
    version = path.name.split(".cdx.")[0].rsplit("-", 1)[1]
    version = SchemaVersion.from_version(version)
    if path.suffix == ".json":
        validator = JsonStrictValidator(version)
    else:
        validator = make_schemabased_validator(OutputFormat.XML, version)
    error = validator.validate_str(path.read_text())
    if error is not None:
        failures.append(f"{path.name}: {error}")


def spdx(path):
    document = parse_file(str(path))
    for message in validate_full_spdx_document(document):
        failures.append(f"{path.name}: {message.validation_message}")
    return {
        reference.locator
        for package in document.packages
        for reference in package.external_references
        if reference.reference_type == "purl"
    }


for shop in sys.argv[2:]:
    documents = sorted(folder.glob(f"{shop}*.cdx.*"))
    assert len(documents) == 7, documents
    for path in documents:
        cyclonedx(path)
    bom = json.loads((folder / f"{shop}-1.6.cdx.json").read_text())
    purls = {component["purl"] for component in bom["components"]}
    subject = bom["metadata"]["component"].get("purl")
    assert purls, "the shop has packages"
    for path in [folder / f"{shop}.spdx.json", folder / f"{shop}.spdx", folder / f"{shop}-converted.spdx.json"]:
        found = spdx(path) - {subject}
        if found != purls:
            failures.append(f"{path.name}: other packages: {sorted(found ^ purls)}")
    print(f"{shop}: {len(purls)} packages, {len(documents) + 3} documents")

# Counted by hand in examples/tight-shop: what the three lockfiles name.
bom = json.loads((folder / "tight-shop-1.6.cdx.json").read_text())
purls = [component["purl"] for component in bom["components"]]
for purl in [
    "pkg:npm/pino@9.5.0",
    "pkg:npm/pg@8.13.1",
    "pkg:golang/github.com/redis/go-redis/v9@v9.18.0",
    "pkg:pypi/jinja2@3.1.4",
    "pkg:pypi/markupsafe@3.0.4",
]:
    if not any(found.split("?")[0] == purl for found in purls):
        failures.append(f"{purl} is missing from {purls}")
own = ("pkg:npm/storefront@", "pkg:golang/shop.example/checkout")
for ecosystem, count in {"pkg:npm/": 28, "pkg:golang/": 5, "pkg:pypi/": 4}.items():
    names = {found for found in purls if found.startswith(ecosystem) and not found.startswith(own)}
    if len(names) != count:
        failures.append(f"{len(names)} {ecosystem} packages, not {count}: {sorted(names)}")
if failures:
    sys.exit("\n".join(failures))
