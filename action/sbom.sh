#!/usr/bin/env bash
# Writes the SBOM of the workspace and, when a key was named, its signed attestation beside it. Ends with 0; the last
# step fails when the SBOM could not be made.
set -euo pipefail
# shellcheck source=action/runner.sh
. "$GITHUB_ACTION_PATH/action/runner.sh"

folder="$(scratch)"
case "$INPUT_SBOM_FORMAT" in
cyclonedx-json | spdx-json) ;;
*)
  complain "input \`sbom-format\` is \"$INPUT_SBOM_FORMAT\": use cyclonedx-json or spdx-json"
  output exit-code 2
  exit 0
  ;;
esac

arguments=(--color never --format "$INPUT_SBOM_FORMAT" -o "$INPUT_SBOM")
bundle=""
if [ -n "$INPUT_SIGN_KEY_ENV" ]; then
  # The key itself goes from the environment to the signer: it is no argument, and no file.
  bundle="$INPUT_SBOM.sigstore.json"
  arguments+=(--sign "env://$INPUT_SIGN_KEY_ENV" --attest "$bundle")
fi

code=0
"$PLIMSOLL" sbom "${arguments[@]}" . >"$folder/stdout" 2>"$folder/stderr" || code=$?
show "$folder/stdout" 'SBOM output'
show "$folder/stderr" 'SBOM messages'

output exit-code "$code"
if [ "$code" = 0 ]; then
  output sbom-file "$INPUT_SBOM"
  output sbom-bundle-file "$bundle"
fi
