#!/usr/bin/env bash
# A signed SBOM under other people's verifiers: signature.sh CACHE BINARY
#
# openssl on the signed bytes, npm @sigstore/verify and Python securesystemslib each have to accept what we sign,
# and each has to refuse it once the payload or the signature was changed, as plimsoll itself does.
set -euo pipefail
repo="$(cd "$(dirname "$0")/../.." && pwd)"
cache="$1"
binary="$2"
here="$repo/tests/interop/signature"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 -m venv "$cache/signature-python"
python="$cache/signature-python/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check 'securesystemslib[crypto]==1.6.0'
mkdir -p "$cache/signature-node"
cp "$here/package.json" "$here/verify.mjs" "$cache/signature-node/"
(cd "$cache/signature-node" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error)

openssl_verify() { # BUNDLE PUB TYPE
  "$python" "$here/verify.py" split "$1" "$work"
  if [ "$3" = ed25519 ]; then
    openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in "$work/pae" -sigfile "$work/sig"
  else
    openssl dgst -sha256 -verify "$2" -signature "$work/sig" "$work/pae"
  fi
}
npm_verify() { node "$cache/signature-node/verify.mjs" "$1" "$2"; }
python_verify() { "$python" "$here/verify.py" verify "$1" "$2"; }
own_verify() { "$binary" verify "$1" --key "$2"; }

# expect CODE COMMAND...: the command's exit code has to be CODE.
expect() {
  local wanted="$1" code=0
  shift
  "$@" >"$work/said" 2>&1 || code=$?
  if [ "$code" != "$wanted" ]; then
    printf 'expected exit %s, got %s: %s\n' "$wanted" "$code" "$*"
    cat "$work/said"
    exit 1
  fi
}

for type in ecdsa-p256 ed25519; do
  key="$work/$type"
  "$binary" keygen --type "$type" --out "$key" --no-passphrase
  "$binary" sbom "$repo/examples/tight-shop" -o "$key.cdx.json" --sign "$key.key" --attest "$key.sigstore.json"
  "$binary" sign "$key.cdx.json" --key "$key.key" -o "$key.again.json"
  cmp "$key.sigstore.json" "$key.again.json"
  "$binary" verify "$key.sigstore.json" --key "$key.pub" --sbom "$key.cdx.json"
  expect 0 own_verify "$key.sigstore.json" "$key.pub"
  expect 0 openssl_verify "$key.sigstore.json" "$key.pub" "$type"
  expect 0 npm_verify "$key.sigstore.json" "$key.pub"
  expect 0 python_verify "$key.sigstore.json" "$key.pub"
  for what in payload signature; do
    bad="$key.$what.json"
    "$python" "$here/verify.py" tamper "$key.sigstore.json" "$bad" "$what"
    expect 1 own_verify "$bad" "$key.pub"
    expect 1 openssl_verify "$bad" "$key.pub" "$type"
    expect 3 npm_verify "$bad" "$key.pub"
    expect 3 python_verify "$bad" "$key.pub"
  done
  # A byte changed anywhere is a verdict, not an accident.
  "$python" "$here/verify.py" flip "$key.sigstore.json" "$key.flipped"
  for flipped in "$key".flipped-*; do
    expect 1 own_verify "$flipped" "$key.pub"
  done
  "$python" "$here/verify.py" statement "$key.sigstore.json" "$key.cdx.json"
  # Any other file is signed too, and OpenSSL opens an encrypted key.
  echo 'any bytes' >"$work/file"
  PLIMSOLL_PASSWORD='correct horse' "$binary" keygen --type "$type" --out "$key-sealed"
  PLIMSOLL_PASSWORD='correct horse' "$binary" sign "$work/file" --key "$key-sealed.key" -o "$work/file.json"
  "$binary" verify "$work/file.json" --key "$key-sealed.pub" --sbom "$work/file"
  openssl pkey -in "$key-sealed.key" -passin 'pass:correct horse' -pubout | cmp - "$key-sealed.pub"
  expect 2 env PLIMSOLL_PASSWORD=wrong "$binary" sign "$work/file" --key "$key-sealed.key" -o "$work/never.json"
  # The key id is the fingerprint that OpenSSH shows.
  ssh-keygen -i -m PKCS8 -f "$key.pub" >"$work/ssh.pub" 2>/dev/null || : >"$work/ssh.pub"
  if [ -s "$work/ssh.pub" ]; then
    fingerprint="$(ssh-keygen -l -f "$work/ssh.pub" | cut -d ' ' -f 2)"
    grep -qF "\"keyid\":\"$fingerprint\"" "$key.sigstore.json"
  fi
done
expect 1 own_verify "$work/ecdsa-p256.sigstore.json" "$work/ed25519.pub"
expect 2 own_verify "$work/missing.json" "$work/ed25519.pub"
expect 2 own_verify "$work/ed25519.sigstore.json" "$work/missing.pub"
echo 'signatures: openssl, @sigstore/verify and securesystemslib agree with plimsoll'
