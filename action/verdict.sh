#!/usr/bin/env bash
# Turns the answers of the steps before into the exit code of the action.
set -euo pipefail
# shellcheck source=action/runner.sh
. "$GITHUB_ACTION_PATH/action/runner.sh"

# Said here and not in the step that judges, whose ten notices belong to the findings.
if [ "$CONFIGURATION_CHANGED" = true ]; then
  echo '::notice title=Plimsoll::this change alters the configuration or the baseline of the gate; it was judged by those of its base'
fi

# No answer, because a step before this one broke, is not a pass.
code="${CHECK_EXIT_CODE:-2}"
if [ "$SBOM_ASKED" = true ] && [ "${SBOM_EXIT_CODE:-2}" != 0 ]; then
  complain "the SBOM could not be made: its step says why"
  # A failed gate stays 1: it is what has to be mended first.
  [ "$code" = 1 ] || code=2
fi

case "$code" in
0) echo "plimsoll: pass (${CHECK_FINDINGS:-0} findings)" ;;
1) complain "the gate says ${CHECK_VERDICT:-fail}: ${CHECK_FINDINGS:-some} findings; the step Check lists them" ;;
*)
  complain "the gate could not do its work, or not all of it: the step Check says why"
  code=2
  ;;
esac
output exit-code "$code"
exit "$code"
