#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Runs a system under `serval run`, with tool $1 and images $2, so that http://localhost:WEB_PORT leads to it: the web server
# with the site in SITE, or SYSTEM of a PACKAGE. Ctrl-C ends it. Without arguments, only checks that this is possible.
set -eu

site=${SITE:-examples/site}
port=${WEB_PORT:-5555}
if [ -z "${PACKAGE:-}" ] && [ ! -d "$site" ]; then
  echo "serval: SITE names no directory: '$site'" >&2
  exit 1
fi
./make/port.sh
[ $# = 0 ] && exit 0
target="--sdk 2.3.1 --config release"
# shellcheck disable=SC2086
if [ -n "${PACKAGE:-}" ]; then
  system=$SYSTEM served=${PROGRAM:-$SYSTEM}
  output=$PACKAGE/out/$served-run
  "$1" generate "$system" --board "$MICROKIT_BOARD" $target --images "$2" --output "$output" ${GENERATE_FLAGS:-} >/dev/null
else
  system=webserver served=$site
  output=out/webserver-run
  "$1" generate "$system" --board "$MICROKIT_BOARD" $target --images "$2" --output "$output" \
    --nfs-server 10.0.2.4 --nfs-directory / --website-dir / ${GENERATE_FLAGS:-} >/dev/null
fi
echo "serval: $served is served on http://localhost:$port; Ctrl-C ends it"
# shellcheck disable=SC2086
[ -n "${PACKAGE:-}" ] || set -- "$1" "$2" --export "$site"
tool=$1
# A tool of a package's own has no emulator beside it.
if [ ! -x "$(dirname "$tool")/serval-emulator" ] && [ -x .build/release/serval-emulator ]; then
  export SERVAL_EMULATOR="${SERVAL_EMULATOR:-$PWD/.build/release/serval-emulator}"
fi
shift 2
# Ctrl-C is the way to end it, so it is not reported as an error.
trap : INT
status=0
# shellcheck disable=SC2086
./make/tied.sh "$tool" run "$output/$system.system" $target --net user --forward "$port:$(./make/guest.sh):80" "$@" ${RUN_FLAGS:-} || status=$?
[ "$status" = 130 ] || exit "$status"
