#!/usr/bin/env bash
# The action's first step: ccr onto the PATH of all later steps, from a release or from this source.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
version=${CCR_ACTION_VERSION:-}
# The runner keeps actions in _actions/OWNER/REPO/REF; its own variable for that is empty in actions like this one:
# https://github.com/actions/runner/issues/2473
repository=
if [[ $root =~ /_actions/([^/]+/[^/]+)/ ]]; then repository=${BASH_REMATCH[1]}; fi
# An action that is used as ./build/action has no repository to have releases in.
if [[ -z $version && -z $repository && -z ${CCR_RELEASE_URL:-} ]]; then version=source; fi

from_source() {
  local python
  python=$(command -v python3 || command -v python) || {
    echo "::error title=ccr::there is no Python to install ccr's source with; use actions/setup-python before"
    return 1
  }
  "$python" -m venv "$RUNNER_TEMP/ccr-venv"
  bin=$RUNNER_TEMP/ccr-venv/bin
  if [[ ${RUNNER_OS:-} == Windows ]]; then bin=$RUNNER_TEMP/ccr-venv/Scripts; fi
  "$bin/python" -m pip --quiet --disable-pip-version-check install "$root"
}

from_release() {
  bin=$RUNNER_TEMP/ccr-bin
  case $version in
    latest) version= ;;
    '') version=$(sed -n 's/^VERSION = "\(.*\)"/\1/p' "$root/ccr/version.py") ;;
  esac
  PATH=$bin:$PATH CCR_BIN=$bin CCR_VERSION=$version CCR_REPO=${GITHUB_SERVER_URL:-https://github.com}/$repository \
    sh "$root/build/install.sh" || {
    echo "::error title=ccr::the release could not be installed, see above; \`version: latest\` takes the last one there is, \`version: source\` needs none"
    return 1
  }
}

if [[ $version == source ]]; then from_source; else from_release; fi

found=$("$bin/ccr" --version | tr -d '\r')
echo "$found"
echo "version=${found##* }" >> "$GITHUB_OUTPUT"
if [[ ${RUNNER_OS:-} == Windows ]]; then bin=$(cygpath --windows "$bin"); fi
echo "$bin" >> "$GITHUB_PATH"
