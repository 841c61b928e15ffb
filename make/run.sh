#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026, the Serval authors

# Runs the web server under `serval run`, with tool $1 and images $2: serves SITE on http://localhost:WEB_PORT. Ctrl-C ends it.
# Without arguments, only checks that this is possible.
set -eu

site=${SITE:-examples/site}
port=${WEB_PORT:-5555}
output=out/webserver-run
if [ ! -d "$site" ]; then
  echo "serval: SITE names no directory: '$site'" >&2
  exit 1
fi
./make/port.sh
[ $# = 0 ] && exit 0
"$1" generate webserver --board "$MICROKIT_BOARD" --sdk 2.3.1 --config release --images "$2" --output "$output" \
  --nfs-server 10.0.2.4 --nfs-directory / --website-dir / >/dev/null
echo "serval: $site is served on http://localhost:$port; Ctrl-C ends it"
# shellcheck disable=SC2086
exec "$1" run "$output/webserver.system" --sdk 2.3.1 --config release --net user --forward "$port:$(./make/guest.sh):80" \
  --export "$site" ${RUN_FLAGS:-}
