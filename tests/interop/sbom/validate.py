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
if failures:
    sys.exit("\n".join(failures))
