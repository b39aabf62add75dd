#!/usr/bin/env bash
# Signatures before verifiers that are not ours: signature.sh CACHE BINARY
set -euo pipefail
repo="$(cd "$(dirname "$0")/../.." && pwd)"
cache="$1"
binary="$2"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 -m venv "$cache/signature"
"$cache/signature/bin/pip" install --quiet --disable-pip-version-check securesystemslib==1.6.0 cryptography==50.0.2

cd "$work"
"$binary" sbom "$repo/examples/tight-shop" -o sbom.cdx.json
for type in ecdsa-p256 ed25519; do
  echo "  $type"
  "$binary" keygen --type "$type" --no-passphrase --out "$type"
  "$binary" sign sbom.cdx.json --key "$type.key" -o "$type.sigstore.json"
  "$binary" verify "$type.sigstore.json" --key "$type.pub" --sbom sbom.cdx.json

  # securesystemslib checks the envelope; for openssl the signed bytes are rebuilt as the DSSE specification says.
  "$cache/signature/bin/python" - "$type" <<'PYTHON'
import base64
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

name = sys.argv[1]
bundle = json.loads(pathlib.Path(f"{name}.sigstore.json").read_text())
envelope = bundle["dsseEnvelope"]
assert bundle["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
assert len(envelope["signatures"]) == 1
signature = envelope["signatures"][0]

public = load_pem_public_key(pathlib.Path(f"{name}.pub").read_bytes())
key = SSlibKey.from_crypto(public, keyid=signature["keyid"])
Envelope.from_dict(envelope).verify([key], 1)

payload = base64.b64decode(envelope["payload"], validate=True)
kind = envelope["payloadType"].encode()
pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
pathlib.Path(f"{name}.pae").write_bytes(pae)
pathlib.Path(f"{name}.sig").write_bytes(base64.b64decode(signature["sig"], validate=True))

statement = json.loads(payload)
document = pathlib.Path("sbom.cdx.json").read_bytes()
assert statement["_type"] == "https://in-toto.io/Statement/v1"
assert statement["predicateType"] == "https://cyclonedx.org/bom"
assert statement["subject"][0]["digest"]["sha256"] == hashlib.sha256(document).hexdigest()
assert statement["predicate"] == json.loads(document)

# Every kind of part changed once, for the verifier under test.
raw = pathlib.Path(f"{name}.sigstore.json").read_bytes()
for number, at in enumerate(range(0, len(raw), max(1, len(raw) // 40))):
    pathlib.Path(f"{name}.flipped-{number}").write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
PYTHON

  if [ "$type" = ed25519 ]; then
    openssl pkeyutl -verify -pubin -inkey "$type.pub" -rawin -in "$type.pae" -sigfile "$type.sig"
  else
    openssl dgst -sha256 -verify "$type.pub" -signature "$type.sig" "$type.pae"
  fi

  for flipped in "$type".flipped-*; do
    code=0
    "$binary" verify "$flipped" --key "$type.pub" --sbom sbom.cdx.json >/dev/null 2>&1 || code=$?
    if [ "$code" != 1 ]; then
      echo "$flipped: verify ended with $code, not 1" >&2
      exit 1
    fi
  done
done

echo '  another key, and a file that is not there'
code=0
"$binary" verify ecdsa-p256.sigstore.json --key ed25519.pub >/dev/null 2>&1 || code=$?
[ "$code" = 1 ]
"$binary" verify missing.json --key ed25519.pub >/dev/null 2>&1 || code=$?
[ "$code" = 2 ]
