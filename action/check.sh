#!/usr/bin/env bash
# Runs the gate once, in every format that was asked for. Ends with 0 when the gate could be asked: what it answered
# is an output, and the last step fails with it.
set -euo pipefail
# shellcheck source=action/runner.sh
. "$GITHUB_ACTION_PATH/action/runner.sh"

folder="$(scratch)"
json="$folder/report.json"
arguments=(--color never)

# An input that makes no sense: nothing was judged.
refuse() {
  complain "$1"
  output exit-code 2
  output verdict error
  exit 0
}

# The commit that the change is made on: of a merge commit the first parent, which a checkout of depth 2 has; else
# what the event says, if the object is here.
base_commit() {
  if git rev-parse --quiet --verify 'HEAD^2^{commit}' >/dev/null; then
    git rev-parse --verify 'HEAD^1^{commit}'
  elif [ -n "$BASE_SHA" ] && git cat-file -e "$BASE_SHA^{commit}" 2>/dev/null; then
    printf '%s\n' "$BASE_SHA"
  else
    return 1
  fi
}

# Sets `configuration` to the flags that make the gate read what the base commit held.
configure_from_base() {
  local base candidate candidates=(plimsoll.toml .config/plimsoll.toml)
  base="$(base_commit)" ||
    refuse "config-ref is \`base\`, but the base commit is not here: check out with \`fetch-depth: 2\`"
  if [ -n "$INPUT_CONFIG" ]; then
    candidates=("$INPUT_CONFIG")
  fi
  configuration=(--no-config)
  for candidate in "${candidates[@]}"; do
    if git cat-file -e "$base:$candidate" 2>/dev/null; then
      git cat-file blob "$base:$candidate" >"$folder/plimsoll.toml"
      configuration=(--config "$folder/plimsoll.toml")
      break
    fi
  done
  if ! git diff --quiet "$base" HEAD -- "${candidates[@]}" plimsoll-baseline.json; then
    output configuration-changed true
  fi
}

# An input that was left empty is not forwarded, so that the configuration file keeps its word.
case "$INPUT_FAIL_ON" in
'') ;;
none | info | low | medium | high | critical) arguments+=(--fail-on "$INPUT_FAIL_ON") ;;
*) refuse "input \`fail-on\` is \"$INPUT_FAIL_ON\": use none, info, low, medium, high or critical" ;;
esac
case "$INPUT_PERSONA" in
'') ;;
regular | pedantic | auditor) arguments+=(--persona "$INPUT_PERSONA") ;;
*) refuse "input \`persona\` is \"$INPUT_PERSONA\": use regular, pedantic or auditor" ;;
esac

configuration=()
case "$INPUT_CONFIG_REF" in
head) [ -z "$INPUT_CONFIG" ] || configuration=(--config "$INPUT_CONFIG") ;;
base) configure_from_base ;;
*) refuse "input \`config-ref\` is \"$INPUT_CONFIG_REF\": use head or base" ;;
esac
arguments+=(${configuration[@]+"${configuration[@]}"})

# One run, many formats: the n-th --format goes to the n-th -o.
arguments+=(--format json -o "$json" --format concise -o "$folder/report.txt")
arguments+=(--format github -o "$folder/annotations" --format markdown -o "$folder/summary.md")
case "$INPUT_SARIF" in
true) sarif="$folder/plimsoll.sarif" ;;
false | '') sarif="" ;;
*) sarif="$INPUT_SARIF" ;;
esac
if [ -n "$sarif" ]; then
  arguments+=(--format sarif -o "$sarif")
fi
while IFS= read -r line || [ -n "$line" ]; do
  line="${line%$'\r'}"
  case "$line" in
  '') ;;
  ?*=?*) arguments+=(--format "${line%%=*}" -o "${line#*=}") ;;
  *) refuse "input \`format-extra\` has the line \"$line\": write FORMAT=FILE" ;;
  esac
done <<<"$INPUT_FORMAT_EXTRA"

while IFS= read -r line || [ -n "$line" ]; do
  line="${line%$'\r'}"
  [ -z "$line" ] || arguments+=("$line")
done <<<"$INPUT_ARGS"

# After `--`, so that no path can be taken for a flag.
arguments+=(--)
while IFS= read -r line || [ -n "$line" ]; do
  line="${line%$'\r'}"
  [ -z "$line" ] || arguments+=("$line")
done <<<"$INPUT_PATHS"

code=0
"$PLIMSOLL" check "${arguments[@]}" >"$folder/stdout" 2>"$folder/stderr" || code=$?

show "$folder/stdout" Output
show "$folder/stderr" Messages
show "$folder/report.txt" Findings

# The writer of this format escapes everything that comes from the repository and keeps to the limits of the platform.
if [ "$INPUT_ANNOTATIONS" = true ] && [ -s "$folder/annotations" ]; then
  cat "$folder/annotations"
fi

# Over 1 MiB the platform drops the whole summary.
if [ "$INPUT_SUMMARY" = true ] && [ -s "$folder/summary.md" ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  if [ "$(wc -c <"$folder/summary.md")" -le 900000 ]; then
    cat "$folder/summary.md" >>"$GITHUB_STEP_SUMMARY"
  else
    head -c 900000 "$folder/summary.md" | sed '$d' >>"$GITHUB_STEP_SUMMARY"
    printf '\n\nThe report is longer than a summary may be; the rest is in the JSON report.\n' >>"$GITHUB_STEP_SUMMARY"
  fi
fi

# Quotes inside JSON strings are escaped, so `"summary":{` with bare quotes can only be the report's own key.
verdict=error
findings=""
highest=""
if [ -s "$json" ]; then
  summary="$(tr -d ' \r\n' <"$json" | grep -o '"summary":{"verdict":.*' || true)"
  verdict="$(printf '%s' "$summary" | sed -n 's/^"summary":{"verdict":"\([a-z]*\)".*/\1/p')"
  findings=0
  for severity in info low medium high critical; do
    count="$(printf '%s' "$summary" | sed -n "s/.*\"by_severity\":{[^}]*\"$severity\":\([0-9]*\).*/\1/p")"
    if [ "${count:-0}" -gt 0 ]; then
      findings=$((findings + count))
      highest="$severity"
    fi
  done
  output json-file "$json"
fi
if [ -n "$sarif" ] && [ -s "$sarif" ]; then
  output sarif-file "$sarif"
fi
output exit-code "$code"
output verdict "${verdict:-error}"
output findings "$findings"
output highest-severity "$highest"
