#!/bin/sh
# Install ccr, or bring it up to date: one executable file, for one user, without root. Run it again at any time.
#
#   CCR_REPO         whose releases to take: OWNER/REPO at GitHub, or the whole address of a repository
#   CCR_VERSION      the release to take, such as 0.1.0; the latest unless told
#   CCR_BIN          the folder to put it in; ~/.local/bin unless told
#   CCR_RELEASE_URL  the address (https://, file://) of a folder with the archives and SHA256SUMS, instead of a release
#
# It needs curl or wget, tar (on Windows unzip), and sha256sum, shasum or openssl. Nothing is changed unless all went
# well: the file is checked and tried out beside its place, then moved there in one step.
set -eu

# The script that is part of a release names the release's own repository here.
repository=''

main() {
  case ${1:-} in
    '') ;;
    -h | --help) usage && return ;;
    *) fail "there is no option '$1'; see --help" ;;
  esac
  platform=$(platform)
  case $platform in
    windows-*) archive=ccr-$platform.zip program=ccr.exe ;;
    *) archive=ccr-$platform.tar.gz program=ccr ;;
  esac
  from=$(source_address)
  folder=$(target)
  stage=$(mktemp -d "$folder/.ccr-install.XXXXXX" 2>/dev/null) ||
    fail "can't write to the folder $folder; choose another one: CCR_BIN=FOLDER"
  trap 'rm -rf "$stage"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP

  say "downloading $archive from $from"
  fetch "$from/SHA256SUMS" "$stage/SHA256SUMS" quietly
  expected=$(sed -n "s/^\([0-9a-f]\{64\}\) [ *]$archive\$/\1/p" "$stage/SHA256SUMS")
  [ -n "$expected" ] || no_build
  fetch "$from/$archive" "$stage/$archive"
  verify
  unpack
  before=$(version_of "$folder/$program" 2>/dev/null) || before=''
  now=$(version_of "$stage/new/$program" 2>"$stage/errors") || cannot_run
  mv -f "$stage/new/$program" "$folder/$program" 2>/dev/null ||
    fail "can't replace $folder/$program; if it is running, end it first: ccr stop"
  report
}

usage() {
  # When the script is piped into sh there is no file to read the head of.
  if [ -r "$0" ] && [ -f "$0" ]; then
    sed -n '2,/^set /s/^# \{0,1\}//p' "$0"
  else
    say "set CCR_REPO, CCR_VERSION, CCR_BIN or CCR_RELEASE_URL; the head of the script says what they mean"
  fi
}

say() {
  printf 'ccr: %s\n' "$*" >&2
}

fail() {
  say "$@"
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# Print this machine's name in the archives' names.
platform() {
  system=$(uname -s)
  machine=$(uname -m)
  case $system in
    Linux) system=linux ;;
    Darwin) system=macos ;;
    MINGW* | MSYS* | CYGWIN*) system=windows ;;
    *) fail "there is no executable for $system; with Python 3.11 or newer: pipx install . in a copy of the repository" ;;
  esac
  case $machine in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
  esac
  # A shell that Rosetta translates says x86_64 on an ARM machine.
  if [ "$system-$machine" = macos-x64 ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then
    machine=arm64
  fi
  # Windows on ARM runs x64 programs.
  if [ "$system-$machine" = windows-arm64 ]; then machine=x64; fi
  if [ "$system" = linux ] && is_musl; then machine=$machine-musl; fi
  printf '%s-%s\n' "$system" "$machine"
}

# musl's ldd names itself, and fails; some machines have none at all.
is_musl() {
  case $(ldd --version 2>&1 || true) in
    *musl*) return 0 ;;
    *GLIBC* | *glibc* | *"GNU libc"*) return 1 ;;
  esac
  for loader in /lib/ld-musl-*; do
    [ -e "$loader" ] && return 0
  done
  return 1
}

# Print the address of the folder that the archives lie in.
source_address() {
  if [ -n "${CCR_RELEASE_URL:-}" ]; then
    printf '%s\n' "${CCR_RELEASE_URL%/}"
    return
  fi
  from=${CCR_REPO:-$repository}
  case $from in
    '') fail "say whose releases to take: CCR_REPO=OWNER/REPO" ;;
    *://*) ;;
    *) from=https://github.com/$from ;;
  esac
  case ${CCR_VERSION:-} in
    '') printf '%s/releases/latest/download\n' "${from%/}" ;;
    *) printf '%s/releases/download/v%s\n' "${from%/}" "${CCR_VERSION#v}" ;;
  esac
}

# Print the folder to install into; make it if it is missing.
target() {
  wanted=${CCR_BIN:-}
  if [ -z "$wanted" ]; then
    [ -n "${HOME:-}" ] || fail "HOME is not set; say where to put it: CCR_BIN=FOLDER"
    wanted=$HOME/.local/bin
  fi
  mkdir -p "$wanted" 2>/dev/null || fail "can't make the folder $wanted; choose another one: CCR_BIN=FOLDER"
  (cd "$wanted" && pwd)
}

# Download an address into a file: fetch ADDRESS FILE [quietly]
fetch() {
  case $1 in
    file://*)
      cp "${1#file://}" "$2" 2>/dev/null || not_there "$1"
      return
      ;;
  esac
  quiet=${3:-}
  # What shows how far it is would fill a log file.
  [ -t 2 ] || quiet=quietly
  if has curl; then
    with_curl "$1" "$2"
  elif has wget; then
    with_wget "$1" "$2"
  else
    fail "neither curl nor wget is there to download with"
  fi
}

with_curl() {
  show=--progress-bar
  [ -z "$quiet" ] || show=--silent
  code=0
  # 22 is what curl makes of 404 and the like.
  curl --fail --location --show-error "$show" --connect-timeout 20 --retry 2 --output "$2" "$1" || code=$?
  case $code in
    0) ;;
    22) not_there "$1" ;;
    *) unreachable "$1" ;;
  esac
}

with_wget() {
  address=$1
  set -- -O "$2" "$1"
  [ -z "$quiet" ] || set -- -q "$@"
  # BusyBox's has no --tries, and some of its versions crash on a time limit.
  case $(wget --version 2>&1 || true) in *GNU*) set -- --timeout=20 --tries=3 "$@" ;; esac
  code=0
  wget "$@" || code=$?
  # 8 is what GNU wget makes of 404 and the like; BusyBox's knows only 1.
  case $code in
    0) ;;
    8) not_there "$address" ;;
    *) unreachable "$address" ;;
  esac
}

not_there() {
  fail "$1 is not there; is there such a release? Nothing was changed."
}

unreachable() {
  fail "can't download $1; is the network there? Behind a proxy set HTTPS_PROXY. Nothing was changed."
}

no_build() {
  there=$(sed -n 's/^[0-9a-f]\{64\} [ *]ccr-\(.*\)\.\(tar\.gz\|zip\)$/\1/p' "$stage/SHA256SUMS" | tr '\n' ' ')
  fail "this release has no executable for $platform, only for: ${there:-nothing}"
}

verify() {
  if has sha256sum; then
    found=$(sha256sum "$stage/$archive")
  elif has shasum; then
    found=$(shasum -a 256 "$stage/$archive")
  elif has openssl; then
    found=$(openssl dgst -sha256 -r "$stage/$archive")
  else
    fail "neither sha256sum nor shasum nor openssl is there to check the download with"
  fi
  # A name with a backslash in it, as on Windows, makes sha256sum begin the line with one.
  found=${found#\\}
  found=${found%% *}
  [ "$found" = "$expected" ] ||
    fail "the checksum of $archive is wrong: $found, not $expected. Nothing was changed; try again."
}

unpack() {
  mkdir "$stage/new"
  case $archive in
    *.zip) unzip -q "$stage/$archive" -d "$stage/new" ;;
    *) tar -xzf "$stage/$archive" -C "$stage/new" ;;
  esac || fail "can't unpack $archive; is the disk full? Nothing was changed."
  [ -f "$stage/new/$program" ] || fail "$archive has no $program in it"
  chmod 755 "$stage/new/$program"
}

# Print the version of an executable; fail if it doesn't run.
version_of() {
  [ -x "$1" ] || return 1
  line=$("$1" --version </dev/null) || return 1
  printf '%s\n' "${line##* }"
}

cannot_run() {
  cat "$stage/errors" >&2
  fail "the executable for $platform doesn't run on this machine, for the reason above. Nothing was changed."
}

report() {
  case $before in
    '') say "installed ccr $now as $folder/$program" ;;
    "$now") say "installed ccr $now again as $folder/$program" ;;
    *) say "ccr $before became $now: $folder/$program" ;;
  esac
  case ":$PATH:" in
    *":$folder:"*) ;;
    *) say "$folder is not on the PATH; add it, then open a new terminal:" && path_line ;;
  esac
  first=$(command -v ccr) || first=''
  case $first in
    '' | "$folder/ccr" | "$folder/ccr.exe") ;;
    *) say "beware: $first comes first on the PATH, so that is what 'ccr' runs" ;;
  esac
  if [ -n "$before" ] && [ "$before" != "$now" ] && "$folder/$program" status </dev/null >/dev/null 2>&1; then
    say "the service still runs as $before; 'ccr restart' changes that"
  fi
  [ -n "$before" ] || cat >&2 <<END

    ccr demo                     see it work, without a key or a configuration
    ccr setup                    set it up
    ccr completions --install    let Tab complete its commands

END
}

# Print the command that puts the folder on the PATH for the user's shell.
path_line() {
  shell=${SHELL:-}
  case ${shell##*/} in
    fish) printf '\n    fish_add_path %s\n\n' "$folder" ;;
    zsh) export_line .zshrc ;;
    bash) export_line .bashrc ;;
    *) export_line .profile ;;
  esac >&2
}

export_line() {
  # shellcheck disable=SC2016 # The user's shell expands it.
  printf '\n    echo '\''export PATH="%s:$PATH"'\'' >> ~/%s\n\n' "$folder" "$1"
}

# All of it is read before any of it is run: a download that breaks off does nothing.
main "$@"
