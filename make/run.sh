#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Runs a system under `serval run`, with tool $1 and images $2, so that http://localhost:WEB_PORT leads to it: the web server
# with the site in SITE, the archiver, or SYSTEM of a PACKAGE. Ctrl-C ends it. Without arguments, only checks that this is
# possible.
set -eu

site=${SITE:-examples/site}
port=${WEB_PORT:-5555}
if [ -z "${PACKAGE:-}" ]; then
  case "$SYSTEM" in
  archiver) ;;
  webserver)
    if [ ! -d "$site" ]; then
      echo "serval: SITE names no directory: '$site'" >&2
      exit 1
    fi
    ;;
  *)
    echo "serval: make run serves no SYSTEM '$SYSTEM': set it to one of: archiver webserver" >&2
    exit 1
    ;;
  esac
fi
./make/port.sh
[ $# = 0 ] && exit 0
PACKAGE=${PACKAGE:+$(cd "$PACKAGE" && pwd)}
case "$1" in
  [!/]*/*) tool=$PWD/$1 ;;
  *) tool=$1 ;;
esac
images=$2 sdk=${RUN_SDK:-2.3.1} config=${RUN_CONFIG:-release}
if [ -n "$PACKAGE" ]; then
  system=$SYSTEM served=${PROGRAM:-$SYSTEM}
  output=$PACKAGE/out/$served-run
  set --
elif [ "$SYSTEM" = archiver ]; then
  system=archiver served='the archiver'
  output=$PWD/out/archiver-run
  set -- --set time=now
else
  system=webserver served=$site
  output=$PWD/out/webserver-run
  set -- --nfs-server 10.0.2.4 --nfs-directory / --website-dir /
fi
# GENERATE_FLAGS and RUN_FLAGS are words for sh, quoted as one would in a command.
eval "set -- \"\$@\" ${GENERATE_FLAGS:-}"
"$tool" generate "$system" --board "$MICROKIT_BOARD" --sdk "$sdk" --config "$config" --images "$images" --output "$output" "$@" >/dev/null
echo "serval: $served is served on http://localhost:$port; Ctrl-C ends it"
# A tool of a package's own has no emulator beside it.
if [ ! -x "$(dirname "$tool")/serval-emulator" ] && [ -x .build/release/serval-emulator ]; then
  export SERVAL_EMULATOR="${SERVAL_EMULATOR:-$PWD/.build/release/serval-emulator}"
fi
guest=$(./make/guest.sh) tied=$PWD/make/tied.sh
# Paths in RUN_FLAGS are relative to the package.
if [ -n "$PACKAGE" ]; then
  cd "$PACKAGE"
  set --
elif [ "$SYSTEM" = archiver ]; then
  set --
else
  set -- --export "$site"
fi
eval "set -- \"\$@\" ${RUN_FLAGS:-}"
# Ctrl-C is the way to end it, so it is not reported as an error.
trap : INT
status=0
"$tied" "$tool" run "$output/$system.system" --sdk "$sdk" --config "$config" --net user --forward "$port:$guest:80" "$@" || status=$?
[ "$status" = 130 ] || exit "$status"
