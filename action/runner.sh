# shellcheck shell=bash
# What the steps share: how to hand values and text to the runner so that no content of the judged repository can
# speak to it. Sourced. Works with bash 3.2, which macOS still ships.

# A word that nobody who wrote the repository could have guessed.
random_word() {
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

# output NAME VALUE: the delimiter is random, so a value with line breaks stays one value.
output() {
  local delimiter
  delimiter="end_$(random_word)"
  printf '%s<<%s\n%s\n%s\n' "$1" "$delimiter" "$2" "$delimiter" >>"$GITHUB_OUTPUT"
}

# show FILE TITLE: prints text that may quote file names and contents. The runner reads workflow commands from every
# line of a log, so it is told to stop listening until the random word is said.
show() {
  [ -s "$1" ] || return 0
  local word
  word="$(random_word)"
  printf '::group::%s\n::stop-commands::%s\n' "$2" "$word"
  cat "$1"
  # The file may lack a last line end, and the word must stand at the start of a line.
  printf '\n::%s::\n::endgroup::\n' "$word"
}

# complain TEXT: one error annotation. Only ever called with our own words and the values of inputs.
complain() {
  local text="$1"
  text="${text//'%'/%25}"
  text="${text//$'\r'/%0D}"
  text="${text//$'\n'/%0A}"
  printf '::error title=Plimsoll::%s\n' "$text"
}

# A folder of this step's own: an action may run several times in one job.
scratch() {
  mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/plimsoll.XXXXXX"
}
