#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Runs a system under `serval run`, with tool $1 and images $2, so that http://localhost:WEB_PORT leads to it, and with HTTPS
# https://localhost:HTTPS_PORT: the web server with the site in SITE, the archiver, or SYSTEM of a PACKAGE. Ctrl-C ends it.
# Without arguments, only checks that this is possible.
set -eu

site=${SITE:-examples/site}
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
./make/https.sh check own
ports=$(./make/ports.sh)
[ $# = 0 ] && exit 0
web=${ports% *} https=${ports#* }
PACKAGE=${PACKAGE:+$(cd "$PACKAGE" && pwd)}
case "$1" in
  [!/]*/*) tool=$PWD/$1 ;;
  *) tool=$1 ;;
esac
export SERVAL="$tool"
. ./make/companions.sh
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
secure=$(./make/https.sh flags own)
eval "set -- \"\$@\" $secure ${GENERATE_FLAGS:-}"
case "$images" in
  /*) ;;
  *) images=$PWD/$images ;;
esac
# Paths in GENERATE_FLAGS and RUN_FLAGS are relative to the package.
(cd "${PACKAGE:-.}" && exec "$tool" generate "$system" --board "$MICROKIT_BOARD" --sdk "$sdk" --config "$config" --images "$images" --output "$output" "$@" >/dev/null)
places= forwards=
for address in "http $web" "https $https"; do
  pair=${address#* }
  [ "$pair" != - ] || continue
  places="${places:+$places and }${address% *}://localhost:${pair%:*}"
  forwards="$forwards --forward ${pair%:*}:$(./make/guest.sh):${pair#*:}"
done
echo "serval: $served is served on $places; Ctrl-C ends it"
tied=$PWD/make/tied.sh
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
"$tied" "$tool" run "$output/$system.system" --sdk "$sdk" --config "$config" --net user $forwards "$@" || status=$?
[ "$status" = 130 ] || exit "$status"
