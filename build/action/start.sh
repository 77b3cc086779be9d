#!/usr/bin/env bash
# The action's second step: writes the configuration, starts the service, and tells later steps where it is.
# Nothing of the configuration's text is printed: it may hold secrets that GitHub doesn't know to be secrets.
set -euo pipefail

main() {
  if [[ -n ${CCR_ACTION_CONFIG//[[:space:]]/} ]]; then
    # Among the job's own files, which are gone after it: on a machine of your own, your configuration stays as it is.
    export CCR_HOME=$RUNNER_TEMP/ccr
    remember CCR_HOME "$CCR_HOME"
    (umask 077 && mkdir -p "$CCR_HOME" && printf '%s\n' "$CCR_ACTION_CONFIG" > "$CCR_HOME/config.json")
  fi
  unset CCR_ACTION_CONFIG
  check
  # `start` returns once the service answers. The runner ends it with the job.
  ccr start ${CCR_ACTION_PORT:+--port "$CCR_ACTION_PORT"} < /dev/null || give_up
  publish
  summarise
}

# Show what is odd about the configuration. Only what can't be used at all stops the job.
check() {
  local said
  said=$(ccr config check --strict 2>&1 < /dev/null) && return
  said=${said//$'\r'/}
  echo "$said"
  if ccr config check > /dev/null 2>&1 < /dev/null; then
    annotate warning "$said"
  else
    annotate error "$said"
    exit 1
  fi
}

give_up() {
  echo "::group::ccr doctor"
  ccr doctor < /dev/null || true
  echo "::endgroup::"
  annotate error "ccr did not start; the log has what it said, and the part \`ccr doctor\` what to mend"
  exit 1
}

# annotate KIND TEXT: shown beside the job; a command's text is one line.
annotate() {
  local text=${2//'%'/%25}
  echo "::$1 title=ccr::${text//$'\n'/%0A}"
}

# Give later steps the environment that `ccr activate` prints, and the address and key as outputs.
publish() {
  local script name
  # Without the port: `ccr activate` finds the service that runs, and `auto` names none.
  script=$(ccr activate --shell sh < /dev/null | tr -d '\r')
  eval "$script"
  # A key of the configuration is a secret; what stands for one if there is none would blot out words of the log.
  if [[ ${#ANTHROPIC_AUTH_TOKEN} -gt 4 ]]; then echo "::add-mask::$ANTHROPIC_AUTH_TOKEN"; fi
  while read -r name; do
    remember "$name" "${!name}"
  done < <(sed -n 's/^export \([A-Za-z_][A-Za-z_0-9]*\)=.*/\1/p' <<< "$script")
  printf '%s\n' "base-url=$ANTHROPIC_BASE_URL" "api-key=$ANTHROPIC_AUTH_TOKEN" >> "$GITHUB_OUTPUT"
}

# remember NAME VALUE: into the environment of later steps.
remember() {
  local end=ccr-$RANDOM$RANDOM$RANDOM
  printf '%s<<%s\n%s\n%s\n' "$1" "$end" "$2" "$end" >> "$GITHUB_ENV"
}

summarise() {
  {
    echo "### ccr"
    printf '```\n'
    ccr status < /dev/null | tr -d '\r' || true
    printf '```\n'
  } >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
}

main
