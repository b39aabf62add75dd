#!/usr/bin/env bash
# SBOMs under the validators of both formats: sbom.sh CACHE BINARY
#
# The documents of both example shops, in every format and version, have to be valid for cyclonedx-python-lib and
# spdx-tools, hold the same packages, and come out the same on a second run from another folder.
set -euo pipefail
repo="$(cd "$(dirname "$0")/../.." && pwd)"
cache="$1"
binary="$2"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 -m venv "$cache/sbom-python"
python="$cache/sbom-python/bin/python"
"$python" -m pip install --quiet --disable-pip-version-check \
  'cyclonedx-python-lib[validation]==11.12.0' 'spdx-tools==0.8.5'

export SOURCE_DATE_EPOCH=1760000000
# document SHOP NAME ARGUMENT...: the same tree at two places, asked for from inside and from elsewhere, under two
# locales, time zones and numbers of threads, gives the same bytes.
document() {
  local shop="$1" name="$2"
  (cd "$work/first/$shop" && "$binary" sbom "${@:3}" -o "$work/$name")
  (cd / && TZ=Asia/Tokyo LC_ALL=C PLIMSOLL_THREADS=1 \
    "$binary" sbom "$work/second/deeper/$shop" "${@:3}" -o "$work/again")
  if ! cmp "$work/$name" "$work/again"; then
    diff "$work/$name" "$work/again" | head -20
    exit 1
  fi
  if grep -qF -e "$work" -e "$(hostname)" "$work/$name"; then
    echo "$name names the machine it was made on" >&2
    exit 1
  fi
}

mkdir -p "$work/first" "$work/second/deeper"
for shop in tight-shop leaky-shop; do
  for copy in first second/deeper; do
    cp -R "$repo/examples/$shop" "$work/$copy/$shop"
  done
  for version in 1.4 1.5 1.6 1.7; do
    document "$shop" "$shop-$version.cdx.json" --spec-version "$version"
  done
  for version in 1.4 1.5; do
    document "$shop" "$shop-$version.cdx.xml" --format cyclonedx-xml --spec-version "$version"
  done
  document "$shop" "$shop.spdx.json" --format spdx-json
  document "$shop" "$shop.spdx" --format spdx-tv
  # Conversions end in valid documents, too.
  "$binary" sbom "$work/$shop.spdx.json" -o "$work/$shop-converted-1.6.cdx.json"
  "$binary" sbom "$work/$shop-1.5.cdx.xml" --format spdx-json -o "$work/$shop-converted.spdx.json"
done
"$python" "$repo/tests/interop/sbom/validate.py" "$work" tight-shop leaky-shop
